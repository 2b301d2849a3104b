"""Where the master is, as one link believes, and how the connections of a link end when it is elsewhere.

Rules of this file:

1. An error that says "not here" ends the belief in which its connection was made: that one, and every other one of the
   same belief, is made anew before it is used again.
2. Behind Sentinel nothing is believed from before: each new connection asks the sentinels, and asks the server whether it is the master.
3. Every error and every missing answer is counted once, here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, NoScriptError, RedisError  # noqa: A004 - redis-py's names

from server import metrics
from server.address import Address, Place
from server.link.faults import judge

ASK_SECONDS = 0.5
"""How long a sentinel may take to answer."""
LAGGARD_SECONDS = 0.2
"""How long the others are waited for once one has answered."""


class Home:
    """What the connections of one link have in common."""

    def __init__(self, locate: Callable[[], Awaitable[Place]] | None = None) -> None:
        """`locate` finds the master anew for each connection; without it the address stays the same."""
        self.locate = locate
        self.belief = 0
        """Counted up when the master may be elsewhere: connections of an older belief are made anew before they are used."""

    def note(self, error: RedisError, belief: int) -> None:
        """Count an error once, and end the belief in which its connection was made if the error says so."""
        fault = judge(error)
        if not getattr(error, "noted", False):
            error.noted = True  # type: ignore[attr-defined]
            metrics.STORE_ERRORS.labels(fault.kind).inc()
        if fault.leave and belief == self.belief:
            self.belief += 1


class _AtHome(AbstractConnection):
    """What each kind of connection does besides."""

    def __init__(self, *, home: Home, **options: Any) -> None:
        self.home = home
        self.belief = home.belief
        super().__init__(**options)

    async def connect(self) -> None:
        """Connect, unless a connection is there that is still believed in. Raises RedisError."""
        if self.is_connected:
            if self.belief == self.home.belief:
                return
            await self.disconnect(nowait=True)
        try:
            await super().connect()  # type: ignore[no-untyped-call]
        except RedisError as error:
            self.home.note(error, self.belief)
            raise

    async def connect_check_health(self, check_health: bool = True, retry_socket_connect: bool = True) -> None:  # noqa: FBT001, FBT002 - redis-py's
        """Make the connection. Raises RedisError."""
        if not self.is_connected:
            self.belief = self.home.belief
        await super().connect_check_health(check_health, retry_socket_connect)

    def pack_command(self, *words: Any) -> list[bytes]:
        """Return a command as it is sent. redis-py packs in C only where it does not await."""
        return [hiredis.pack_command((*words[0].split(), *words[1:]))]

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:  # noqa: FBT001, FBT002 - redis-py's own signature
        """Send commands. When none waits to leave this waits for nothing: redis-py makes a task and a timer for each. Raises RedisError."""
        writer = self._writer
        if writer is None or writer.transport.is_closing() or writer.transport.get_write_buffer_size():
            await super().send_packed_command(command, check_health)
        else:
            writer.writelines(command)

    async def read_response(self, *args: Any, **options: Any) -> Any:
        """Read a reply; what it says of the master's whereabouts is acted upon. Raises RedisError."""
        try:
            return await super().read_response(*args, **options)
        except NoScriptError:
            raise
        except RedisError as error:
            self.home.note(error, self.belief)
            raise


class TcpConnection(_AtHome, Connection):
    """Over TCP."""

    async def _connect(self) -> None:
        if self.home.locate is not None:
            self.host, self.port = await self.home.locate()
        await super()._connect()  # type: ignore[no-untyped-call]

    async def on_connect_check_health(self, check_health: bool = True) -> None:  # noqa: FBT001, FBT002 - redis-py's own signature
        """Introduce ourselves. Raises ConnectionError when the sentinels have named a server that is not the master."""
        await super().on_connect_check_health(check_health)
        if self.home.locate is not None:
            await self.send_command("INFO", "replication", check_health=False)
            if b"role:master" not in await self.read_response(disable_decoding=True):
                raise ConnectionError("not the master")


class TlsConnection(TcpConnection, SSLConnection):
    """Over TLS."""


class SocketConnection(_AtHome, UnixDomainSocketConnection):
    """Over a Unix socket."""


KINDS = {Connection: TcpConnection, SSLConnection: TlsConnection, UnixDomainSocketConnection: SocketConnection}


class Sentinels:
    """Asks the sentinels where the master is: all at once, and believes the one that has seen the latest failover."""

    def __init__(self, address: Address) -> None:
        """Nothing is asked yet."""
        options = {**address.sentinel_options, "retry": Retry(NoBackoff(), 0)}
        options |= {"socket_timeout": ASK_SECONDS, "socket_connect_timeout": ASK_SECONDS, "health_check_interval": 0}
        if options.pop("connection_class", None) is SSLConnection:
            options["ssl"] = True
        self._service = address.service
        self._clients = [Redis(host=host, port=port, **options) for host, port in address.places]
        self._asking: asyncio.Task[Place] | None = None

    async def locate(self) -> Place:
        """Return where the master is. Raises ConnectionError when no sentinel knows one. Many who ask at once share an answer."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all())
            self._asking.add_done_callback(lambda task: task.cancelled() or task.exception())
        return await asyncio.shield(self._asking)

    async def aclose(self) -> None:
        """Let go of the sentinels."""
        for client in self._clients:
            await client.aclose()

    async def _ask_all(self) -> Place:
        found = [answer for answer in await answers([self._ask(client) for client in self._clients]) if answer is not None]
        if not found:
            raise ConnectionError("no sentinel knows a master")
        place: Place = max(found)[1]
        return place

    async def _ask(self, client: "Redis") -> tuple[int, Place] | None:
        """Return the epoch and the place of the master that this sentinel knows; None while it thinks that it is down."""
        state = cast("dict[str, Any]", await client.sentinel_master(self._service))
        if state["is_sdown"] or state["is_odown"] or not state["is_master"]:
            return None
        return int(state["config-epoch"]), (str(state["ip"]), int(state["port"]))


async def answers(asked: "list[Awaitable[Any]]") -> list[Any]:
    """Ask several servers at once; return what came until shortly after the first answer. A server that fails says nothing."""
    tasks = {asyncio.ensure_future(one) for one in asked}
    try:
        done, late = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        while late and not any(task.exception() is None for task in done):
            more, late = await asyncio.wait(late, return_when=asyncio.FIRST_COMPLETED)
            done |= more
        if late:
            more, late = await asyncio.wait(late, timeout=LAGGARD_SECONDS)
            done |= more
        return [task.result() for task in done if task.exception() is None]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
