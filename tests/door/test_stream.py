"""An event stream on a real worker: numbers, bounds, beats, readers that stall, and how it ends."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field

import httpx
import msgspec
import pytest
from starlette.types import Receive, Scope, Send

from server.door import protocol, stream
from server.door.socket import CloseError, GoneError, Socket
from server.door.stream import Stream
from server.wire.frames import PROTOCOL, Pong
from server.wire.stream import Post
from tests.door.test_protocol import living, port, until, worker
from tests.streams import Event, events

OPENING = msgspec.json.encode({"protocol": PROTOCOL})
Path = Callable[[Socket], Awaitable[None]]


def failed(error: BaseException) -> None:
    """Nothing here fails."""
    raise error


@dataclass
class Door:
    """An application with one stream at a time, and a path of the test's own."""

    path: Path
    here: list[Stream] = field(default_factory=list)
    over: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a stream."""
        if scope["type"] == "lifespan":
            await living(receive, send)
            return
        one = Stream(scope, receive, send, failed, "a name")
        self.here.append(one)
        await one.serve(self.path)
        self.over += 1

    def post(self, first: int, *frames: bytes) -> None:
        """Post frames for the newest stream."""
        self.here[-1].take(Post("a name", first, [msgspec.Raw(one) for one in frames]))


@contextlib.asynccontextmanager
async def opened(door: Door) -> AsyncIterator[AsyncIterator[Event]]:
    """Open a stream at this door; its events, after the one that says its name."""
    async with (
        worker(door) as server,
        httpx.AsyncClient(timeout=30) as client,
        client.stream("POST", f"http://127.0.0.1:{port(server)}/events", content=OPENING) as answer,
    ):
        found = events(answer)
        assert (await anext(found)) == Event(0, "open", "a name")
        yield found


@contextlib.contextmanager
def stalled(at: int) -> Iterator[None]:
    """Open a stream and never read a byte of it."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", at))
        client.sendall(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(OPENING), OPENING))
        yield


def gathers(said: list[str], times: int) -> Path:
    """Return a path that reads so many texts."""

    async def path(one: Socket) -> None:
        while len(said) < times:
            said.append(await one.text())

    return path


async def test_each_number_is_taken_once_and_in_order() -> None:
    """What comes early, twice or after a hole is passed over; `id` says how far all was taken; then it is closed with its code."""
    said: list[str] = []
    door = Door(gathers(said, 4))
    async with opened(door) as found:
        door.post(3, b"3")
        door.post(1, b"1", b"2")
        door.post(1, b"1", b"2", b"3")
        door.post(5, b"5")
        door.post(4, b"4")
        heard = [one async for one in found]

    assert said == ["1", "2", "3", "4"]
    assert max(one.id for one in heard) == 4
    assert heard[-1] == Event(0, "close", "4504")


async def test_what_waits_for_the_path_is_bounded() -> None:
    """More than 32 KiB at once is not taken; said again later, it is."""
    said: list[str] = []
    go = asyncio.Event()

    async def path(one: Socket) -> None:
        await go.wait()
        await gathers(said, 4)(one)

    door, frame = Door(path), b'"%s"' % (b"x" * 12_000)
    async with opened(door) as found:
        door.post(1, frame, frame, frame)
        door.post(3, frame, frame)
        go.set()
        await until(lambda: len(said) == 2)
        door.post(3, frame, frame)
        heard = [one async for one in found]

    assert len(said) == 4
    assert heard[-1].data == "4504"


async def test_who_answers_the_beats_stays_and_who_does_not_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A beat every few seconds; without a POST in answer the stream is cut, and the path learns it."""
    monkeypatch.setattr(stream, "BEAT", 0.1)
    monkeypatch.setattr(stream, "SILENT", 2.0)
    learnt: list[BaseException] = []

    async def path(one: Socket) -> None:
        try:
            await one.text()
        except GoneError as gone:
            learnt.append(gone)
            raise

    door, beats = Door(path), 0
    began = time.monotonic()
    with contextlib.suppress(httpx.RemoteProtocolError):
        async with opened(door) as found:
            async for one in found:
                beats += one.event == "beat"
                if time.monotonic() - began < 3:
                    door.post(1)

    assert beats >= 10
    assert time.monotonic() - began >= 4.9
    assert len(learnt) == 1
    assert door.over == 1


async def test_a_reader_that_stalls_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes nothing of what is sent: told 4008 or cut, its memory bounded, its place free soon."""
    monkeypatch.setattr("server.door.socket.SEND_SECONDS", 0.4)
    most = 0

    async def path(one: Socket) -> None:
        nonlocal most
        while True:
            one.put(Pong(1))
            most = max(most, one._bytes)
            await asyncio.sleep(0)
            if one._code is not None:
                raise CloseError(4504)

    door = Door(path)
    async with worker(door) as server:
        with stalled(port(server)):
            await until(lambda: door.over == 1 and not server.server_state.connections)

    assert most <= stream.MOST_POSTED * 4 + 1000


async def test_a_worker_that_stops_says_so_on_the_stream() -> None:
    """1012: the browser comes back, to another one; and the stop does not take long."""

    async def path(one: Socket) -> None:
        await one.text()

    door = Door(path)
    async with worker(door) as server, httpx.AsyncClient(timeout=30) as client:
        async with client.stream("POST", f"http://127.0.0.1:{port(server)}/events", content=OPENING) as answer:
            found = events(answer)
            await anext(found)
            server.should_exit = True
            began = time.monotonic()
            assert [one async for one in found][-1] == Event(0, "close", "1012")
        await until(lambda: not server.server_state.connections)
        assert time.monotonic() - began < 5


async def test_the_end_of_an_answer_nobody_reads_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """All was put and the path is over, but the reader has stalled: its connection does not stay for ever."""
    monkeypatch.setattr(protocol, "LAST_WORDS", 0.4)

    async def path(one: Socket) -> None:
        for _ in range(60):
            one.put_raw(b"1" * 100_000)
            await one.room()

    door = Door(path)
    monkeypatch.setattr("server.door.socket.SEND_SECONDS", 0.4)
    async with worker(door) as server:
        with stalled(port(server)):
            await until(lambda: door.over == 1 and not server.server_state.connections)


async def test_a_stream_that_breaks_lets_a_last_post_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page has gone and its stream with it: for a moment what it said last is still heard, then it is over."""
    monkeypatch.setattr(stream, "LINGER", 0.5)
    said: list[str] = []
    door = Door(gathers(said, 2))
    async with worker(door) as server, httpx.AsyncClient(timeout=30) as client:
        async with client.stream("POST", f"http://127.0.0.1:{port(server)}/events", content=OPENING) as answer:
            await anext(events(answer))
        await until(lambda: not server.server_state.connections)
        door.post(1, b"1")
        await until(lambda: door.over == 1)

    assert said == ["1"]
