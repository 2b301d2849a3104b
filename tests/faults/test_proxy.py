"""The fault proxy does what it says, and nothing else: a fault that does not happen proves nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.faults.proxy import Address, Proxy
from tests.ports import free_port


class Echo:
    """A server that counts what reaches it and says it back."""

    def __init__(self) -> None:
        """Nothing has come."""
        self.came = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with contextlib.suppress(OSError):
            while chunk := await reader.read(1024):
                self.came += chunk
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()


@contextlib.asynccontextmanager
async def between(tmp: Path, *, tcp: bool) -> AsyncIterator[tuple[Proxy, Echo, Address]]:
    """Run an echo with a proxy before it."""
    echo = Echo()
    there = Address(port=free_port()) if tcp else Address(str(tmp / "echo"))
    here = Address(port=free_port()) if tcp else Address(str(tmp / "proxy"))
    server = await (asyncio.start_server(echo, "127.0.0.1", there.port) if tcp else asyncio.start_unix_server(echo, there.path))
    async with Proxy(there).listening(here) as proxy:
        yield proxy, echo, here
    server.close()
    await asyncio.sleep(0.05)


async def said(reader: asyncio.StreamReader, patience: float = 30.0) -> bytes | None:
    """Return what comes next; nothing when it ended, None when nothing comes at all."""
    try:
        async with asyncio.timeout(patience):
            return await reader.read(1024)
    except TimeoutError:
        return None
    except ConnectionError:
        return b""


async def until(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("tcp", [True, False])
async def test_it_passes_everything_on(tmp_path: Path, tcp: bool) -> None:  # noqa: FBT001 - both kinds of socket
    """With nothing broken, both ways, over TCP and over a Unix socket."""
    async with between(tmp_path, tcp=tcp) as (proxy, echo, here):
        reader, writer = await here.connect()
        writer.write(b"hello")
        assert await said(reader) == b"hello"
        assert (proxy.connections, echo.came) == (1, b"hello")
        writer.close()


async def test_cut_after_the_server_has_it(tmp_path: Path) -> None:
    """The server has the request, the client has no answer and no connection."""
    async with between(tmp_path, tcp=False) as (proxy, echo, here):
        proxy.cut_after = 1.0
        reader, writer = await here.connect()
        writer.write(b"once")
        assert await said(reader) == b""
        assert (echo.came, proxy.lost) == (b"once", 1)
        writer.close()


async def test_an_answer_is_swallowed_and_the_connection_stays(tmp_path: Path) -> None:
    """The client waits in vain; the next answer comes."""
    async with between(tmp_path, tcp=True) as (proxy, echo, here):
        proxy.swallow = 1.0
        reader, writer = await here.connect()
        writer.write(b"a")
        await until(lambda: proxy.lost == 1)
        assert await said(reader, 0.3) is None
        proxy.swallow = 0.0
        writer.write(b"b")
        assert await said(reader) == b"b"
        assert (echo.came, proxy.lost) == (b"ab", 1)
        writer.close()


async def test_half_open_tells_nobody(tmp_path: Path) -> None:
    """Nothing passes, and an end is not told either, until it is set back."""
    async with between(tmp_path, tcp=True) as (proxy, echo, here):
        reader, writer = await here.connect()
        writer.write(b"a")
        assert await said(reader) == b"a"
        proxy.silent = True
        writer.write(b"b")
        assert await said(reader, 0.3) is None
        assert echo.came == b"a"
        writer.close()
        await asyncio.sleep(0.2)
        assert proxy.connections == 1
        proxy.silent = False
        await until(lambda: proxy.connections == 0)


async def test_deaf_swallows_one_way(tmp_path: Path) -> None:
    """What the client says does not arrive."""
    async with between(tmp_path, tcp=True) as (proxy, echo, here):
        proxy.deaf = True
        reader, writer = await here.connect()
        writer.write(b"a")
        assert await said(reader, 0.3) is None
        assert echo.came == b""
        writer.close()


async def test_cut_refuse_delay_and_slow(tmp_path: Path) -> None:
    """Cut ends what is there, refuse what comes; delay and a slow reader take their time."""
    async with between(tmp_path, tcp=True) as (proxy, _, here):
        loop = asyncio.get_running_loop()
        reader, writer = await here.connect()
        proxy.delay = 0.2
        began = loop.time()
        writer.write(b"a")
        assert await said(reader) == b"a"
        assert loop.time() - began >= 0.4
        proxy.delay, proxy.slow = 0.0, 10
        writer.write(b"0123456789")
        began = loop.time()
        assert await said(reader) == b"0123456789"
        assert loop.time() - began >= 0.9
        proxy.cut()
        assert await said(reader) == b""
        writer.close()
        proxy.refuse = True
        reader, another = await here.connect()
        assert await said(reader) == b""
        another.close()
