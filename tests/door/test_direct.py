"""A connection past ASGI keeps what one over ASGI promises, with one task, one write a turn, and bounds on both sides."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server.door import socket
from server.door.direct import AHEAD, Direct
from server.door.protocol import Line
from server.door.socket import MOST_BYTES, GoneError, Socket
from server.wire.frames import PROTOCOL, Pong
from tests.door.test_protocol import living, port, until, worker

MANY = 50
READ_AT_ONCE = 256 * 1024
"""What uvloop reads with one call."""

Path = Callable[[Socket], Awaitable[None]]


class Door:
    """An application whose every socket walks one path."""

    def __init__(self, path: Path) -> None:
        """Walk it as often as somebody comes."""
        self.path = path
        self.sockets: list[Direct] = []
        self.failures: list[BaseException] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await living(receive, send)
            return
        self.sockets.append(Direct(scope, receive, send, self.failures.append))
        await self.sockets[-1].serve(self.path)


@contextlib.asynccontextmanager
async def walking(path: Path, ping: float = 60.0) -> AsyncIterator[tuple[Door, uvicorn.Server]]:
    """Serve a path for the length of a `with` block. Nothing may have failed in it."""
    door = Door(path)
    async with worker(door, ping=ping) as server:
        yield door, server
    assert door.failures == []


def comes(server: uvicorn.Server) -> "connect":
    """Connect as a browser does."""
    return connect(f"ws://127.0.0.1:{port(server)}/", subprotocols=[Subprotocol(PROTOCOL)], compression=None, proxy=None)


def line_of(server: uvicorn.Server) -> Line:
    """Return the only line that there is."""
    return cast("Line", next(iter(server.server_state.connections)))


class Unhurried:
    """A pace that holds nobody back."""

    def pause(self, _: float) -> float:
        """Return how long to wait."""
        return 0.0


async def silent(one: Socket) -> None:
    """Listen, and say nothing."""
    while True:
        await one.text()


async def test_all_that_one_turn_has_put_leaves_in_one_text() -> None:
    """Fifty frames put in one turn of the loop are one text, and those of the next turn another."""

    async def twice(one: Socket) -> None:
        for _ in range(2):
            for n in range(MANY):
                one.put(Pong(n))
            await one.room()
        await one.text()

    async with walking(twice) as (_, server), comes(server) as ws:
        texts = [await ws.recv(), await ws.recv()]

    assert [str(text).count('"pong"') for text in texts] == [MANY, MANY]


async def test_an_idle_socket_costs_one_task() -> None:
    """A hundred who listen are a hundred tasks, and no queue of uvicorn's."""
    async with walking(silent) as (door, server), contextlib.AsyncExitStack() as stack:
        before = len(asyncio.all_tasks())
        here = [await stack.enter_async_context(comes(server)) for _ in range(100)]
        await until(lambda: len(door.sockets) == 100 and all(one._waiting for one in door.sockets))
        ours = [task for task in asyncio.all_tasks() if "websockets/" not in cast("Any", task.get_coro()).cr_code.co_filename]
        assert len(ours) - before <= len(here)
        assert not isinstance(line_of(server).queue, asyncio.Queue)


async def test_what_was_said_before_the_end_is_followed() -> None:
    """Twenty texts and then the end of the connection: all twenty are followed, in order, though the path was busy."""
    heard: list[str] = []
    go_on = asyncio.Event()

    async def busy(one: Socket) -> None:
        await go_on.wait()
        with contextlib.suppress(GoneError):
            while True:
                heard.append(await one.text())

    async with walking(busy) as (door, server):
        async with comes(server) as ws:
            await until(lambda: bool(door.sockets))
            for n in range(AHEAD):
                await ws.send(f"{n}")
            await until(lambda: len(door.sockets[0]._texts) == AHEAD)
        go_on.set()
        await until(lambda: len(heard) == AHEAD)

    assert heard == [f"{n}" for n in range(AHEAD)]


async def test_R3_while_a_path_is_busy_nothing_piles_up() -> None:
    """Eight megabytes come while the store does not answer: a few texts and one read wait, then nothing is read; later all is followed."""
    total, heard = 800, 0
    go_on = asyncio.Event()

    async def stalled(one: Socket) -> None:
        nonlocal heard
        await go_on.wait()
        one._pace = cast("Any", Unhurried())  # how fast it may be is another test's
        while True:
            assert (await one.text()).startswith(f"{heard} ")
            heard += 1

    async with walking(stalled) as (door, server), comes(server) as ws:

        async def flood() -> None:
            for n in range(total):
                await ws.send(f"{n} ".ljust(10_000, "x"))

        flooding = asyncio.create_task(flood())
        await until(lambda: bool(door.sockets) and door.sockets[0]._is_held)
        await asyncio.sleep(0.5)
        waiting = sum(len(text or "") for text in door.sockets[0]._texts) + len(line_of(server).begun)
        assert waiting <= AHEAD * 10_000 + READ_AT_ONCE
        assert not flooding.done()
        go_on.set()
        await flooding
        await until(lambda: heard == total)


@pytest.mark.parametrize("patience", [0.3, 30.0])
async def test_who_does_not_read_is_let_go(monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    """By the bound of the outbox or by the time that passes, whichever is first; what waited is let go with it."""
    monkeypatch.setattr(socket, "SEND_SECONDS", patience)
    most = 0

    async def flooding(one: Socket) -> None:
        nonlocal most
        frame = b'"%s"' % (b"x" * 10_000)
        while one._code is None:
            one.put_raw(frame)
            most = max(most, one._bytes)
            is_full = door.sockets[0]._line.is_full
            await asyncio.sleep(0.05 if is_full and patience < 1 else 0.001)

    async with walking(flooding) as (door, server), comes(server) as ws:
        ws.transport.pause_reading()
        await until(lambda: bool(door.sockets) and door.sockets[0]._code is not None)
        assert door.sockets[0]._code == (4008 if patience > 1 else 1006)
        assert most <= MOST_BYTES + 10_002
        assert door.sockets[0]._outbox == []
        ws.transport.abort()


async def test_who_answers_pings_stays_and_who_does_not_is_let_go() -> None:
    """Pings go and pongs come without the library's parser; a connection that answers none is gone soon."""
    async with walking(silent, ping=0.3) as (door, server), comes(server) as ws:
        await until(lambda: bool(door.sockets) and line_of(server).last_ping_rtt > 0)
        await asyncio.sleep(1)
        await until(lambda: line_of(server).silence() < 0.3)  # nothing else is said: it is a pong that was heard
        assert line_of(server).library is None
        await (await ws.ping(b"mine"))
        assert line_of(server).library is None
        ws.transport.pause_reading()
        await until(lambda: not server.server_state.connections)


async def test_a_message_in_parts_is_whole_before_anything_else_is_heard() -> None:
    """The library holds what is under way, with a ping in between; then a text goes past it again."""
    heard: list[str] = []

    async def listening(one: Socket) -> None:
        while True:
            heard.append(await one.text())

    async with walking(listening) as (_, server), comes(server) as ws:
        await ws.send(["one ", "of ", "three"])
        await (await ws.ping())
        await ws.send("then another")
        await until(lambda: len(heard) == 2)
        assert line_of(server).library is None

    assert heard == ["one of three", "then another"]


async def test_a_close_says_why_after_all_that_was_put() -> None:
    """The last frames come, then the close with its code; and the path has ended at once, not when the other side answers."""

    async def last(one: Socket) -> None:
        one.put(Pong(1))
        one.close(4509)
        with pytest.raises(GoneError):
            await one.text()

    async with walking(last) as (_, server), comes(server) as ws:
        assert await ws.recv() == '{"t":"pong","seq":1}'
        assert await closed_with(ws) == 4509


async def test_another_protocol_is_told_so() -> None:
    """Who speaks another one is closed with 4526."""
    async with walking(silent) as (_, server), connect(f"ws://127.0.0.1:{port(server)}/", compression=None, proxy=None) as ws:
        assert await closed_with(ws) == 4526


async def closed_with(ws: ClientConnection) -> int | None:
    """Wait for the end; return its code."""
    with contextlib.suppress(ConnectionClosed):
        await ws.recv()
    return ws.close_code
