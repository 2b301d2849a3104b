"""Clients for one server, or for the one that is master now, and the pools that they stand on.

redis-py's own retries are off: its default re-sends a write whose reply was lost, and one XADD becomes two entries.
"""

from collections.abc import Sequence
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.connection import Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, NoScriptError, ResponseError  # noqa: A004 - redis-py's name
from redis.exceptions import TimeoutError as StoreTimeoutError
from redis.maint_notifications import MaintNotificationsConfig

from server import keys
from server.address import Address
from server.link.again import Patience
from server.link.commands import Link, Value
from server.link.faults import NotCopiedError
from server.link.home import KINDS, Home, Sentinels
from server.link.pool import Pool

COMMAND_TIMEOUT = 2.0
"""Seconds that a command, or a connection, may take before it counts as failed."""
BLOCK = 2_000
"""Milliseconds that a blocking read may block."""
READ_TIMEOUT = BLOCK / 1000 + COMMAND_TIMEOUT
"""Seconds after which a blocking read counts as failed: a server that is frozen, or cut off, never says so itself."""
COPY_MS = 1_000
"""Milliseconds that a replica has to confirm a step."""

READS = frozenset(
    {
        "EXISTS",
        "GET",
        "HGET",
        "HGETALL",
        "HKEYS",
        "HLEN",
        "HMGET",
        "HVALS",
        "TTL",
        "TYPE",
        "XLEN",
        "XRANGE",
        "ZCARD",
        "ZCOUNT",
        "ZMSCORE",
        "ZRANGE",
        "ZRANGEBYSCORE",
        "ZRANK",
        "ZSCORE",
    }
)
"""Commands that may be said again because they change nothing."""


class Server(Redis):
    """One server, or the master that the sentinels name. Nothing is tried again here."""

    one_slot = True

    def __init__(self, pool: Pool, copies: int) -> None:
        """`copies`: how many replicas must have a step before it counts as done."""
        super().__init__(connection_pool=pool)
        self.auto_close_connection_pool = True
        self.copies = copies
        self.at_once = not copies
        self.home: Home = pool.connection_kwargs["home"]

    async def step(self, sha: str, text: str, names: Sequence[str], args: Sequence[Value], *, reads: bool = False) -> Any:
        """Run a Lua step, once. Raises RedisError."""
        return await self.run(sha, text, names, args, copies=0 if reads else self.copies)

    async def run(self, sha: str, text: str, names: Sequence[str], args: Sequence[Value], *, copies: int = 0, asking: bool = False) -> Any:
        """Run a Lua step; with `copies`, wait on the same connection until so many replicas have it. Raises RedisError."""
        try:
            return await self._run(("EVALSHA", sha, len(names), *names, *args), names, copies, asking=asking)
        except NoScriptError:
            return await self._run(("EVAL", text, len(names), *names, *args), names, copies, asking=asking)

    async def execute_command(self, *words: Any, **options: Any) -> Any:
        """Run a command, once: what redis-py does where it need not try again, and counts nothing for others. Raises RedisError."""
        connection = await self.connection_pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            await connection.send_command(*words)
            return await self.parse_response(connection, words[0], **options)
        except (ConnectionError, StoreTimeoutError, OSError):
            await connection.disconnect()
            raise
        finally:
            await self.connection_pool.release(connection)

    async def masters(self) -> list[Link]:
        """Return this one."""
        return [cast("Link", self)]

    async def _run(self, words: tuple[Value, ...], names: Sequence[str], copies: int, *, asking: bool) -> Any:
        if not copies and not asking:
            return await self.execute_command(*words)
        commands: list[tuple[Value, ...]] = [words]
        if copies:
            commands.append(("SET", keys.copied(_tag(names[0])), "", "PX", keys.KINDS["copied"].ttl * 1000))
        if asking:
            commands = [part for command in commands for part in (("ASKING",), command)]
        if copies:
            commands.append(("WAIT", copies, COPY_MS))
        answers = await self._together(commands)
        answer = answers[1 if asking else 0]
        for one in answers:
            if isinstance(one, ResponseError):
                raise one
        if copies and int(answers[-1]) < copies:
            error = NotCopiedError(f"{answers[-1]} of {copies} replicas have confirmed")
            self.home.note(error, self.home.belief)
            raise error
        return answer

    async def _together(self, commands: Sequence[tuple[Value, ...]]) -> list[Any]:
        """Send commands over one connection, which WAIT needs: it counts the writes of its own connection only."""
        async with self.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return await pipe.execute(raise_on_error=False)


class OneMaster(Server):
    """The store when all of it is on one master: reads and steps are tried again."""

    def __init__(self, pool: Pool, copies: int, sentinels: Sentinels | None = None) -> None:
        """`sentinels` are let go with the pool."""
        super().__init__(pool, copies)
        self.at_once = self.at_once and sentinels is None
        self.patience = Patience()
        self._sentinels = sentinels

    async def step(self, sha: str, text: str, names: Sequence[str], args: Sequence[Value], *, reads: bool = False) -> Any:
        """Run a Lua step; every step may be repeated. Raises RedisError."""
        once = super().step
        return await self.patience(lambda: once(sha, text, names, args, reads=reads))

    async def execute_command(self, *words: Any, **options: Any) -> Any:
        """Run a command; one that only reads is tried again. Raises RedisError."""
        once = super().execute_command
        if words[0] in READS:
            return await self.patience(lambda: once(*words, **options))
        return await once(*words, **options)

    async def aclose(self, close_connection_pool: bool | None = None) -> None:  # noqa: FBT001 - redis-py's own signature
        """Let go of every connection."""
        await super().aclose(close_connection_pool)
        if self._sentinels is not None:
            await self._sentinels.aclose()


def _tag(key: str) -> str:
    return key[key.index("{") + 1 : key.index("}")]


def pool(options: dict[str, Any], *, most: int, home: Home, read_timeout: float = COMMAND_TIMEOUT) -> Pool:
    """Return a pool that waits instead of raising, and whose connections know their home."""
    kind = KINDS[options.get("connection_class", Connection)]
    return Pool(
        **{
            **options,
            "connection_class": kind,
            "home": home,
            "max_connections": most,
            "wait": COMMAND_TIMEOUT,
            "retry": Retry(NoBackoff(), 0),
            "socket_timeout": read_timeout,
            "socket_connect_timeout": COMMAND_TIMEOUT,
            "health_check_interval": 0,
            "maint_notifications_config": MaintNotificationsConfig(enabled=False),
        }
    )


def one_master(address: Address, *, most: int, copies: int, read_timeout: float) -> OneMaster:
    """Return a client of one server, or of the master that the sentinels name."""
    if address.kind == "single":
        return OneMaster(pool(address.options, most=most, home=Home(), read_timeout=read_timeout), copies)
    sentinels = Sentinels(address)
    options = {**address.options, "host": "", "port": 0}
    return OneMaster(pool(options, most=most, home=Home(sentinels.locate), read_timeout=read_timeout), copies, sentinels)
