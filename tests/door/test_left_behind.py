"""R2: what people leave behind is let go when their connection is over, and does not wait for a look for circles, which comes seldom."""

import asyncio
import contextlib
import gc
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.protocol import Protocol as Library
from websockets.server import ServerProtocol

from server.door.protocol import Line, Requests
from server.door.socket import CloseError, Socket
from server.door.sockets import refuse
from tests.door.test_direct import comes, silent, walking
from tests.door.test_protocol import living, port, until, worker
from tests.door.test_stream import OPENING, Door, opened

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %b\r\n\r\n"
)
Refs = list["weakref.ref[object]"]
"""What must go."""


@pytest.fixture(autouse=True)
def nobody_looks() -> Iterator[None]:
    """Nobody looks for circles."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def closes(ws: ClientConnection) -> None:
    """The browser closes."""
    await ws.close()


async def breaks(ws: ClientConnection) -> None:
    """The connection breaks in the middle of a frame."""
    ws.transport.write(b"\x81\xfe")
    ws.transport.abort()


async def says_in_parts(ws: ClientConnection) -> None:
    """The library had to help, and the browser closes."""
    await ws.send(["a", "b"])
    await (await ws.ping())
    await ws.send(["c", "d"])
    await (await ws.ping())
    await ws.close()


async def says_what_is_wrong(ws: ClientConnection) -> None:
    """A frame of a kind that there is not: the library closes."""
    ws.transport.write(b"\x8f\x80\x00\x00\x00\x00")
    with contextlib.suppress(ConnectionClosed):
        await ws.recv()


async def is_sent_away(ws: ClientConnection) -> None:
    """The path closes when it hears something."""
    await ws.send("go")
    with contextlib.suppress(ConnectionClosed):
        await ws.recv()


async def until_told(one: Socket) -> None:
    """Listen, and close when somebody says so."""
    while await one.text() != "go":
        pass
    raise CloseError(4504)


def lines(server: uvicorn.Server) -> Refs:
    """Return all that is connected."""
    return [weakref.ref(one) for one in server.server_state.connections]


async def gone(left: Refs, count: int) -> None:
    """Wait until all of these, so many, are gone."""
    assert len(left) == count
    await until(lambda: all(ref() is None for ref in left))


def of(kind: type) -> int:
    """Return how many of exactly this kind there are, in circles too."""
    return sum(type(one) is kind for one in gc.get_objects())


@pytest.mark.parametrize("ends", [closes, breaks, says_in_parts, says_what_is_wrong, is_sent_away])
async def test_R2_a_socket_is_let_go(ends: Callable[[ClientConnection], Awaitable[None]]) -> None:
    """However it ends: neither the line, nor its socket, nor what read the handshake is left."""
    async with walking(until_told) as (door, server):
        for _ in range(3):
            async with comes(server) as ws:
                await until(lambda: bool(door.sockets))
                left: Refs = [*lines(server), weakref.ref(door.sockets.pop())]
                await ends(ws)
            await gone(left, 2)
        assert (of(Library), of(Requests)) == (0, 0)


async def test_R2_a_worker_that_stops_lets_its_sockets_go() -> None:
    """1012, and nothing is left."""
    async with walking(silent) as (door, server), comes(server) as ws:
        await until(lambda: bool(door.sockets))
        left: Refs = [*lines(server), weakref.ref(door.sockets.pop())]
        server.should_exit = True
        with contextlib.suppress(ConnectionClosed):
            await ws.recv()
        await gone(left, 2)


async def test_R2_a_line_that_was_never_taken_over_is_let_go() -> None:
    """A handshake that the application refuses, and one that the library does."""

    async def no(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await living(receive, send)
            return
        left.extend(lines(server))
        await refuse(receive, send)

    left: Refs = []
    async with worker(no) as server:
        with pytest.raises(InvalidStatus, match="403"):
            await connect(f"ws://127.0.0.1:{port(server)}/", proxy=None)
        await gone(left, 1)
        for key in (b"zz", b"a key\r\nSec-WebSocket-Key: and another"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port(server))
            writer.write(UPGRADE % key)
            assert b"400" in await reader.read()
            writer.close()
        await until(lambda: of(Line) == 0)
    assert (of(ServerProtocol), of(Requests)) == (1, 0)  # the one that judges handshakes stays


async def test_R2_who_asks_for_a_socket_while_a_stream_runs_loses_both() -> None:
    """On one connection: nobody would be told any more that the stream is gone, and it would be waited for, for ever."""
    door = Door(silent)
    async with worker(door) as server:
        before = len(asyncio.all_tasks())
        reader, writer = await asyncio.open_connection("127.0.0.1", port(server))
        writer.write(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(OPENING), OPENING))
        await reader.readuntil(b"event: open")
        left: Refs = [weakref.ref(door.here.pop()), *lines(server)]
        writer.write(UPGRADE % b"dGhlIHNhbXBsZSBub25jZQ==")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()
        await gone(left, 2)
        assert len(asyncio.all_tasks()) == before


async def test_R2_a_stream_is_let_go() -> None:
    """Neither the stream nor its request is left."""
    async with the_stream() as left:
        pass
    await gone(left, 1)


@contextlib.asynccontextmanager
async def the_stream() -> AsyncIterator[Refs]:
    """Open a stream for the length of a `with` block."""
    door = Door(silent)
    with contextlib.suppress(httpx.RemoteProtocolError):
        async with opened(door):
            left: Refs = [weakref.ref(door.here.pop())]
            yield left
