"""Connections that are handed out and come back.

redis-py's own blocking pool takes two locks and counts for others each time, which is half of what a short command costs; and who comes
back at once for another command goes before those who wait. Here who waits longest is next.
"""

import asyncio
import contextlib
from collections import deque
from typing import Any

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError  # noqa: A004 - redis-py's name


class Pool(ConnectionPool):
    """At most `max_connections`; who finds all of them in use waits."""

    def __init__(self, *, wait: float, **options: Any) -> None:
        """`wait`: who waits longer for a connection (s) gets a ConnectionError."""
        self._longest = wait
        self._waiting: deque[asyncio.Future[AbstractConnection]] = deque()
        super().__init__(**options)

    async def get_connection(self, *_: object, **__: object) -> AbstractConnection:
        """Return a connection that is made and has nothing left to read. Raises RedisError."""
        if self._waiting or not self.can_get_connection():
            connection = await self._wait()
        else:
            connection = self.get_available_connection()  # type: ignore[no-untyped-call]
        try:
            await self.ensure_connection(connection)
        except BaseException:
            await self.release(connection)
            raise
        return connection

    async def release(self, connection: AbstractConnection) -> None:
        """Take a connection back, for whoever waits longest."""
        try:
            if connection.should_reconnect():  # type: ignore[no-untyped-call]
                await connection.disconnect()
        finally:
            self._hand_on(connection)

    def _hand_on(self, connection: AbstractConnection) -> None:
        while self._waiting:
            first = self._waiting.popleft()
            if not first.done():
                first.set_result(connection)
                return
        self._in_use_connections.discard(connection)
        self._available_connections.append(connection)

    async def _wait(self) -> AbstractConnection:
        mine: asyncio.Future[AbstractConnection] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            async with asyncio.timeout(self._longest):
                return await mine
        except BaseException as error:
            self._give_up(mine)
            if isinstance(error, TimeoutError):
                raise ConnectionError("no connection was free in time") from None
            raise

    def _give_up(self, mine: "asyncio.Future[AbstractConnection]") -> None:
        if mine.done() and not mine.cancelled():
            self._hand_on(mine.result())  # it came in the moment of giving up
        else:
            with contextlib.suppress(ValueError):
                self._waiting.remove(mine)
