"""The store as a Cluster: every command goes to the master of its slot.

Rules of this file:

1. Every command, every step has keys of one slot (`server/keys.py`). One that has none goes to any master.
2. Which master has which slot is asked of all known nodes at once, and the newest epoch is believed.
3. MOVED and ASK say that nothing was done: the command goes where they point. Any other trouble makes the map be asked for anew
   before the next command; whoever may repeat does (`server/link/again.py`).

redis-py's own RedisCluster is not used: it cannot run a step and its WAIT on one connection, has no pool that waits, and closes
every connection to every node when one of them says CLUSTERDOWN.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self, TypeVar, cast

from redis.asyncio import Redis
from redis.asyncio.connection import SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands import AsyncCoreCommands
from redis.crc import key_slot
from redis.event import EventDispatcher
from redis.exceptions import AskError, ClusterDownError, ClusterError, ConnectionError, MovedError, TimeoutError  # noqa: A004 - redis-py's

from server.address import Address, Place
from server.link.again import Patience
from server.link.commands import Link, Value
from server.link.home import ASK_SECONDS, Home, answers
from server.link.servers import COMMAND_TIMEOUT, READS, Server, pool

HOPS = 5
"""How often a command is sent on before it counts as failed."""
SLOTS = 16384
KEYLESS = frozenset({"PING", "CONFIG GET", "INFO", "TIME"})
Answer = TypeVar("Answer")


class Map:
    """Which master has which slot."""

    def __init__(self, address: Address) -> None:
        """Nothing is known yet but some places."""
        self._options = {**address.options, "retry": Retry(NoBackoff(), 0), "health_check_interval": 0}
        self._options |= {"socket_timeout": ASK_SECONDS, "socket_connect_timeout": ASK_SECONDS, "max_connections": 1}
        self._secure = self._options.pop("connection_class", None) is SSLConnection
        self._seeds = address.places
        self._known: set[Place] = set()
        self._of: dict[int, Place] = {}
        self._asking: asyncio.Task[None] | None = None
        self.is_stale = True

    @property
    def masters(self) -> set[Place]:
        """Every master that has slots."""
        return set(self._of.values())

    async def place(self, slot: int) -> Place:
        """Return the master of a slot. Raises ConnectionError when no node answers, ClusterDownError when nobody has the slot."""
        if self.is_stale:
            await self.renew()
        try:
            return self._of[slot]
        except KeyError:
            self.is_stale = True
            raise ClusterDownError("no master has this slot") from None

    def point(self, slot: int, place: Place) -> None:
        """Believe a MOVED for this slot at once, and ask for the rest."""
        self._of[slot] = place
        self._known.add(place)
        self.is_stale = True

    async def renew(self) -> None:
        """Ask which master has which slot. Raises ConnectionError. Many who ask at once share an answer."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._renew())
            self._asking.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._asking)

    async def _renew(self) -> None:
        found = await answers([self._ask(place) for place in {*self._known, *self._seeds}])
        if not found:
            raise ConnectionError("no node of the cluster answers")
        owners: dict[int, tuple[int, Place]] = {}
        for known, ranges in found:
            self._known |= known
            for epoch, place, slots in ranges:
                for slot in slots:
                    owners[slot] = max(owners.get(slot, (-1, place)), (epoch, place))
        self._of = {slot: place for slot, (_, place) in owners.items()}
        self.is_stale = False

    async def _ask(self, place: Place) -> "tuple[set[Place], list[tuple[int, Place, range]]]":
        """Return the nodes that this one knows, and the slots of each master with its epoch."""
        client = Redis(host=place[0], port=place[1], ssl=self._secure, **self._options)
        try:
            lines = _text(await client.execute_command("CLUSTER", "NODES")).splitlines()  # type: ignore[no-untyped-call]
        finally:
            await client.aclose()
        rows = [line.split() for line in lines]
        known = {_place_of(row, place, secure=self._secure) for row in rows if "noaddr" not in row[2] and "handshake" not in row[2]}
        masters = [row for row in rows if "master" in row[2]]
        ranges = [
            (int(row[6]), _place_of(row, place, secure=self._secure), _slots(word))
            for row in masters
            for word in row[8:]
            if not word.startswith("[")
        ]
        return known, ranges


def _text(answer: bytes | str) -> str:
    return answer.decode() if isinstance(answer, bytes) else answer


def _place_of(row: list[str], asked: Place, *, secure: bool) -> Place:
    """Return where a node is: `id ip:port@bus[,hostname] ...`; under TLS by its host name, if it has one."""
    address, _, rest = row[1].partition("@")
    host, _, port = address.rpartition(":")
    name = rest.partition(",")[2].partition(",")[0]
    return (name if secure and name else host or asked[0]), int(port)


def _slots(word: str) -> range:
    first, _, last = word.partition("-")
    return range(int(first), int(last or first) + 1)


def slot_of(words: Sequence[Any]) -> int | None:
    """Return the slot of a command; None when any master will do."""
    name = words[0]
    if name in KEYLESS:
        return None
    if name == "XREAD":
        return int(key_slot(_bytes(words[words.index(b"STREAMS") + 1])))
    return int(key_slot(_bytes(words[1])))


def _bytes(key: str | bytes) -> bytes:
    return key.encode() if isinstance(key, str) else key


class Cluster(AsyncCoreCommands):
    """All masters as one store."""

    one_slot = False
    at_once = False
    _event_dispatcher = EventDispatcher()

    def __init__(self, address: Address, *, most: int, copies: int, read_timeout: float = COMMAND_TIMEOUT) -> None:
        """`most` connections to each master; `copies` replicas must have a step before it counts as done."""
        self.patience = Patience()
        self._address = address
        self._most, self._copies, self._read_timeout = most, copies, read_timeout
        self._map = Map(address)
        self._servers: dict[Place, Server] = {}

    async def execute_command(self, *words: Any, **options: Any) -> Any:
        """Run a command; one that only reads is tried again. Raises RedisError."""
        if words[0] in READS:
            return await self.patience(lambda: self._once(words, options))
        return await self._once(words, options)

    async def step(self, sha: str, text: str, names: Sequence[str], args: Sequence[Value], *, reads: bool = False) -> Any:
        """Run a Lua step; every step may be repeated. Raises RedisError."""
        copies = 0 if reads else self._copies

        def run(server: Server, asking: bool) -> Awaitable[Any]:  # noqa: FBT001 - the fact itself
            return server.run(sha, text, names, args, copies=copies, asking=asking)

        return await self.patience(lambda: self._routed(slot_of(("EVALSHA", names[0])), run))

    async def masters(self) -> list[Link]:
        """Return a client for each master. Raises RedisError."""
        await self._map.renew()
        return [cast("Link", self._server(place)) for place in sorted(self._map.masters)]

    def pipeline(self, transaction: bool = False) -> "ClusterPipe":  # noqa: FBT001, FBT002 - redis-py's own signature
        """Return commands that travel together, to each master its own."""
        if transaction:
            raise ClusterError("no transaction spans a cluster")
        return ClusterPipe(self)

    async def aclose(self) -> None:
        """Let go of every connection."""
        await asyncio.gather(*(server.aclose() for server in self._servers.values()))

    async def together(self, commands: "list[tuple[tuple[Any, ...], dict[str, Any]]]") -> list[Any]:
        """Send commands, to each master its own together; return the answers in order. Raises the first error when all have answered."""
        groups: dict[Server, list[int]] = {}
        for at, (words, _) in enumerate(commands):
            groups.setdefault(await self._at(slot_of(words)), []).append(at)
        found: dict[int, Any] = {}

        async def send(server: Server, members: list[int]) -> None:
            async with server.pipeline(transaction=False) as pipe:
                for at in members:
                    words, options = commands[at]
                    pipe.execute_command(*words, **options)
                found.update(zip(members, await pipe.execute(raise_on_error=False), strict=True))

        ended = await asyncio.gather(*(send(server, members) for server, members in groups.items()), return_exceptions=True)
        failures = [error for error in ended if isinstance(error, BaseException)]
        for error in failures:
            self._heed(error)
            raise error
        for at, answer in found.items():
            if isinstance(answer, AskError):
                self._heed(answer, slot_of(commands[at][0]))
                found[at] = await self._once(*commands[at])
            elif isinstance(answer, Exception):
                self._heed(answer)
                raise answer
        return [found[at] for at in range(len(commands))]

    async def _once(self, words: Sequence[Any], options: dict[str, Any]) -> Any:
        async def run(server: Server, asking: bool) -> Any:  # noqa: FBT001 - the fact itself
            if not asking:
                return await server.execute_command(*words, **options)
            async with server.pipeline(transaction=False) as pipe:
                pipe.execute_command("ASKING")
                pipe.execute_command(*words, **options)
                return (await pipe.execute())[1]

        return await self._routed(slot_of(words), run)

    async def _routed(self, slot: int | None, run: Callable[[Server, bool], Awaitable[Answer]]) -> Answer:
        """Run something at the master of a slot; follow where it has gone. Raises RedisError."""
        server, asking = await self._at(slot), False
        for _ in range(HOPS):
            try:
                return await run(server, asking)
            except AskError as error:  # MOVED is an AskError too
                asking = not isinstance(error, MovedError)
                self._heed(error, slot)
                server = self._server(self._pointed(error, server))
            except (ConnectionError, TimeoutError, ClusterDownError) as error:
                self._heed(error)
                raise
        raise ClusterDownError("sent from node to node")

    def _heed(self, error: BaseException, slot: int | None = None) -> None:
        """Take from an error what it says of the map."""
        if isinstance(error, MovedError) and slot is not None and error.host:
            self._map.point(slot, (error.host, error.port))
        elif isinstance(error, ConnectionError | TimeoutError | ClusterDownError | MovedError):
            self._map.is_stale = True

    def _pointed(self, error: AskError, server: Server) -> Place:
        """Return where an error points; without a host it is another port of the one who said it."""
        said_by = next(place for place, one in self._servers.items() if one is server)
        return error.host or said_by[0], error.port

    async def _at(self, slot: int | None) -> Server:
        if slot is not None:
            return self._server(await self._map.place(slot))
        if self._map.is_stale or not self._map.masters:
            await self._map.renew()
        return self._server(min(self._map.masters))

    def _server(self, place: Place) -> Server:
        if place not in self._servers:
            options = {**self._address.options, "host": place[0], "port": place[1]}
            self._servers[place] = Server(pool(options, most=self._most, home=Home(), read_timeout=self._read_timeout), 0)
        return self._servers[place]


class ClusterPipe(AsyncCoreCommands):
    """Commands that travel together; each method queues one."""

    _event_dispatcher = EventDispatcher()

    def __init__(self, cluster: Cluster) -> None:
        """Nothing is sent before `execute`."""
        self._cluster = cluster
        self._queue: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Forget what was not sent."""
        self._queue = []

    def execute_command(self, *words: Any, **options: Any) -> "ClusterPipe":
        """Queue a command."""
        self._queue.append((words, options))
        return self

    async def execute(self) -> list[Any]:
        """Send what was queued; return the answers in order. Raises RedisError."""
        queue, self._queue = self._queue, []
        return await self._cluster.together(queue)
