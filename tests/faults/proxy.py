"""A proxy that breaks connections in every way that a network does, between two real processes, over TCP or a Unix socket.

Rules of this file:

1. Bytes are passed on as they come, or not at all. Nothing is changed, and nothing is made up.
2. A way of breaking holds for all connections of the proxy, from the moment that it is set until it is set back.
3. `client` is who connected to the proxy, `server` is whom the proxy connected to for it.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """A Unix socket's path, or a port of 127.0.0.1."""

    path: str = ""
    port: int = 0

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to it."""
        if self.path:
            return await asyncio.open_unix_connection(self.path)
        return await asyncio.open_connection("127.0.0.1", self.port)


@dataclass(eq=False)
class Proxy:
    """One proxy and its connections."""

    server: Address
    chance: random.Random = field(default_factory=random.Random)
    delay: float = 0.0
    """Seconds that every chunk is held back, each way."""
    slow: int = 0
    """Bytes a second that the client reads; 0: as fast as it can."""
    refuse: bool = False
    """Connections are cut as soon as they come."""
    silent: bool = False
    """Half open: everything is swallowed, both ways, and nobody is told. No end of a connection passes either."""
    held: bool = False
    """The network is gone: everything waits, both ways, and the ends of connections too; when it is back it all goes on from there."""
    deaf: bool = False
    """What the client says is swallowed; what the server says passes."""
    cut_after: float = 0.0
    """How many of the server's answers are swallowed and the connection cut: it was executed, and nobody knows."""
    swallow: float = 0.0
    """How many of the server's answers are swallowed, with the connection left as it is."""
    lost: int = 0
    """Answers that were swallowed so far."""
    _pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=set)
    _serving: set["asyncio.Task[None]"] = field(default_factory=set)
    _listener: asyncio.Server | None = None

    @contextlib.asynccontextmanager
    async def listening(self, at: Address) -> AsyncIterator["Proxy"]:
        """Listen for the length of a `with` block."""
        if at.path:
            self._listener = await asyncio.start_unix_server(self._take, at.path)
        else:
            self._listener = await asyncio.start_server(self._take, "127.0.0.1", at.port)
        try:
            yield self
        finally:
            self._listener.close()
            self.silent = self.held = False
            self.cut()
            await asyncio.gather(*self._serving, return_exceptions=True)

    @property
    def connections(self) -> int:
        """How many there are now."""
        return len(self._pairs)

    def cut(self) -> None:
        """Cut every connection now, on both sides."""
        for pair in list(self._pairs):
            for writer in pair:
                writer.transport.abort()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            await self._serve(reader, writer)
        finally:
            self._serving.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuse:
            writer.transport.abort()
            return
        try:
            there, to_server = await self.server.connect()
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, to_server)
        self._pairs.add(pair)
        ways = [asyncio.create_task(self._ask(reader, to_server)), asyncio.create_task(self._answer(there, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._pairs.discard(pair)
            for one in pair:
                one.transport.abort()

    async def _ask(self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        """From the client to the server."""
        with contextlib.suppress(OSError):
            while chunk := await self._read(reader):
                await asyncio.sleep(self.delay)
                if not (self.silent or self.deaf):
                    to_server.write(chunk)
                    await to_server.drain()

    async def _answer(self, there: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """From the server to the client."""
        with contextlib.suppress(OSError):
            while chunk := await self._read(there):
                await asyncio.sleep(self.delay or (len(chunk) / self.slow if self.slow else 0))
                if self.cut_after and self.chance.random() < self.cut_after:
                    self.lost += 1
                    return
                if self.swallow and self.chance.random() < self.swallow:
                    self.lost += 1
                    continue
                if not self.silent:
                    to_client.write(chunk)
                    await to_client.drain()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        """Return the next bytes, nothing at the end, once they may pass. While nothing may pass, the end does not pass either."""
        try:
            chunk = await reader.read(min(CHUNK, self.slow) if self.slow else CHUNK)
        except OSError:
            chunk = b""
        while self.held or (not chunk and self.silent):
            await asyncio.sleep(0.05)
        return chunk
