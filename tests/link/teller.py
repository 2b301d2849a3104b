"""A store that answers wrongly when told to: everything passes to the real server, but for the commands that get an answer from here."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path


class Teller:
    """Stands between a client and a real server. `says` is the error that the next commands are answered with, without being done."""

    def __init__(self, server: Path) -> None:
        """`server`: the Unix socket of the real one."""
        self._server = server
        self._tasks: set[asyncio.Task[None]] = set()
        self._says: list[bytes] = []
        self.only: frozenset[bytes] = frozenset()
        """Only these commands are answered wrongly; empty: any that the client sends by itself is not, any other is."""
        self.told = 0
        """How often it has answered wrongly."""
        self.connections = 0

    def tell(self, error: str, *, times: int = 1, only: frozenset[bytes] = frozenset()) -> None:
        """Answer the next command, or so many, with this error."""
        self._says, self.only, self.told = [f"-{error}\r\n".encode()] * times, only, 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Listen; give the address."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"redis://chat@127.0.0.1:{port}"
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        there, on = await asyncio.open_unix_connection(str(self._server))
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    words, raw = await _command(reader)
                    if self._says and self._concerns(words[0].upper()):
                        self.told += 1
                        writer.write(self._says.pop())
                    else:
                        on.write(raw)
                        writer.write(await _answer(there))
                    await writer.drain()
        finally:
            writer.close()
            on.close()
            self._tasks.discard(task)

    def _concerns(self, command: bytes) -> bool:
        return command in self.only if self.only else command not in {b"HELLO", b"AUTH", b"CLIENT", b"PING", b"INFO", b"SELECT"}


async def _command(reader: asyncio.StreamReader) -> tuple[list[bytes], bytes]:
    """Return the next command, in words and as it came."""
    head = await reader.readuntil(b"\r\n")
    words, raw = [], head
    for _ in range(int(head[1:])):
        size = await reader.readuntil(b"\r\n")
        word = await reader.readexactly(int(size[1:]) + 2)
        words.append(word[:-2])
        raw += size + word
    return words, raw


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """Return the next answer as it came (RESP2 and RESP3)."""
    line = await reader.readuntil(b"\r\n")
    kind = line[:1]
    if kind in b"$=!" and line[1:3] != b"-1":
        return line + await reader.readexactly(int(line[1:]) + 2)
    if kind in b"*~>%" and line[1:3] != b"-1":
        parts = int(line[1:]) * (2 if kind == b"%" else 1)
        return line + b"".join([await _answer(reader) for _ in range(parts)])
    return line
