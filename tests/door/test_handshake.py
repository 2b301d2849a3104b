"""A handshake that is read once is judged, answered and told to the application as if uvicorn had had it read twice."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from websockets.server import ServerProtocol

from server.door import protocol
from server.door.handshake import LONGEST, MOST_HEADERS, judged
from server.door.protocol import Line
from tests.door.test_protocol import living, port, until, worker
from tests.paths.test_rfc6455 import TEXT, Wire, frame

KEY = base64.b64encode(bytes(range(16))).decode()
PLAIN = (
    "GET /ws?one=two HTTP/1.1",
    "Host: x",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    f"Sec-WebSocket-Key: {KEY}",
    "Origin: http://127.0.0.1",
    "Sec-WebSocket-Protocol: one, two",
    "Sec-WebSocket-Protocol: three",
)


def but(*changes: str) -> tuple[str, ...]:
    """Return the plain handshake with these lines instead of those of the same name; a name alone leaves it out."""
    names = {one.partition(":")[0] for one in changes}
    return (*(one for one in PLAIN if one.partition(":")[0] not in names), *(one for one in changes if ":" in one))


CASES: dict[str, tuple[str, ...]] = {
    "plain": PLAIN,
    "small names": tuple(one.lower() if ":" in one and "Key" not in one else one for one in PLAIN),
    "as Firefox connects": but("Connection: keep-alive, Upgrade", "Pragma: no-cache"),
    "an extension": but("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"),
    "no protocol": but("Sec-WebSocket-Protocol"),
    "no origin": but("Origin"),
    "two origins": (*PLAIN, "Origin: http://127.0.0.2"),
    "an older HTTP": ("GET /ws HTTP/1.0", *PLAIN[1:]),
    "a POST": ("POST /ws HTTP/1.1", *PLAIN[1:]),
    "a path in disguise": ("GET /%77s HTTP/1.1", *PLAIN[1:]),
    "a whole address": ("GET http://x/ws HTTP/1.1", *PLAIN[1:]),
    "no key": but("Sec-WebSocket-Key"),
    "two keys": (*PLAIN, f"Sec-WebSocket-Key: {KEY}"),
    "a short key": but("Sec-WebSocket-Key: AAAA"),
    "a key that is none": but("Sec-WebSocket-Key: not a key at all"),
    "no version": but("Sec-WebSocket-Version"),
    "an old version": but("Sec-WebSocket-Version: 8"),
    "two versions": (*PLAIN, "Sec-WebSocket-Version: 13"),
    "two upgrades": but("Upgrade: websocket, h2c"),
    "no length": (*PLAIN, "Content-Length: 0"),
    "many headers": (*PLAIN, *(f"X-{at}: x" for at in range(MOST_HEADERS - len(PLAIN) + 1))),
    "a long header": (*PLAIN, "X: " + "x" * (LONGEST - 1)),
    "a long address": (f"GET /ws?{'x' * (LONGEST - len('/ws?'))} HTTP/1.1", *PLAIN[1:]),
    "a byte that is no ASCII": (*PLAIN, "X: \xe6"),
    "a key that is no ASCII": but("Sec-WebSocket-Key: \xe6"),
    "a control character": (*PLAIN, "X: \x01"),
    "a folded header": (*PLAIN, "X: one\r\n two"),
}


UNREADABLE: dict[str, tuple[str, ...]] = {
    "a length": (*PLAIN, "Content-Length: 5"),
    "two lengths": (*PLAIN, "Content-Length: 0", "Content-Length: 5"),
    "parts": (*PLAIN, "Transfer-Encoding: chunked"),
    "too many headers": (*PLAIN, *(f"X-{at}: x" for at in range(MOST_HEADERS - len(PLAIN) + 2))),
    "a header that is too long": (*PLAIN, "X: " + "x" * 9000),
    "an address that is too long": (f"GET /ws?{'x' * 9000} HTTP/1.1", *PLAIN[1:]),
}


class Hall:
    """An application that notes what it was told of a socket, waits until it may, and accepts."""

    def __init__(self) -> None:
        """Everybody may."""
        self.told: list[dict[str, Any]] = []
        self.heard: list[str | None] = []
        self.may = asyncio.Event()
        self.may.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await living(receive, send)
            return
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 418, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        self.told.append({name: value for name, value in scope.items() if name not in {"client", "server", "state"}})
        assert (await receive())["type"] == "websocket.connect"
        await self.may.wait()
        await send({"type": "websocket.accept", "subprotocol": "two", "headers": [(b"x-hall", b"here")]})
        while (event := await receive())["type"] == "websocket.receive":
            self.heard.append(event.get("text"))
            await send({"type": "websocket.send", "text": f"you said {event.get('text')}"})


@contextlib.asynccontextmanager
async def knocking(server: uvicorn.Server, lines: tuple[str, ...] = PLAIN) -> AsyncIterator[Wire]:
    """Send a handshake, for the length of a `with` block, and read nothing yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port(server))
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionResetError):
            await writer.wait_closed()


async def answer(wire: Wire) -> tuple[bytes, list[bytes]]:
    """Return the first line of an answer and its headers; the date is the time's."""
    try:
        async with asyncio.timeout(15):
            head = await wire.reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionResetError) as error:
        return b"", [getattr(error, "partial", b"")]
    first, *headers = head.strip().split(b"\r\n")
    return first, sorted(one.lower() for one in headers if not one.lower().startswith(b"date:"))


@pytest.mark.parametrize("case", CASES)
async def test_P4_a_handshake_read_once_is_answered_as_one_read_twice(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer for whatever a stranger sends, and the application is told the same."""
    hall = Hall()
    answers = []
    async with worker(hall) as server:
        for judge in (judged, lambda *_: None):
            monkeypatch.setattr(protocol, "judged", judge)
            async with knocking(server, CASES[case]) as wire:
                answers.append(await answer(wire))

    assert answers[0] == answers[1]
    assert len(hall.told) in {0, 2}
    assert hall.told[: len(hall.told) // 2] == hall.told[len(hall.told) // 2 :]
    assert (b" 101 " in answers[0][0]) == bool(hall.told)


@pytest.mark.parametrize("case", UNREADABLE)
async def test_a_handshake_that_cannot_be_read_is_refused_at_once(case: str) -> None:
    """400 and the end of the connection: it takes nobody's place."""
    hall = Hall()
    async with worker(hall) as server, knocking(server, UNREADABLE[case]) as wire:
        assert (await answer(wire))[0] == b"HTTP/1.1 400 Bad Request"
        async with asyncio.timeout(15):
            await wire.reader.read()
        await until(lambda: not server.server_state.connections)

    assert hall.told == []


async def test_a_plain_handshake_is_taken_apart_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library judges what httptools has read, and reads nothing itself."""
    written: list[object] = []
    monkeypatch.setattr(ServerProtocol, "receive_data", lambda _, data: written.append(data))
    hall = Hall()
    async with worker(hall) as server, knocking(server) as wire:
        first, headers = await answer(wire)
        await wire.send(frame(TEXT, b"hei"))
        assert await wire.next() == (TEXT, b"you said hei")

    assert first == b"HTTP/1.1 101 Switching Protocols"
    assert {b"sec-websocket-protocol: two", b"x-hall: here"} <= set(headers)
    assert [hall.told[0][name] for name in ("path", "query_string", "subprotocols")] == ["/ws", b"one=two", ["one", "two", "three"]]
    assert written == []


async def test_who_speaks_before_the_answer_is_heard_after_it() -> None:
    """What comes early waits, and nothing more is read meanwhile."""
    hall = Hall()
    hall.may.clear()
    async with worker(hall) as server, knocking(server) as wire:
        await until(lambda: bool(hall.told))
        await wire.send(frame(TEXT, b"one"), (second := frame(TEXT, b"two"))[:3])
        line = next(iter(server.server_state.connections))
        assert isinstance(line, Line)
        await until(lambda: len(line.held) > 0)
        await wire.send(second[3:])
        assert hall.heard == []
        hall.may.set()
        assert b" 101 " in (await answer(wire))[0]
        assert [await wire.next() for _ in range(2)] == [(TEXT, b"you said one"), (TEXT, b"you said two")]


async def test_who_goes_before_the_answer_is_let_go() -> None:
    """The application is told, and the connection is forgotten."""
    hall = Hall()
    hall.may.clear()
    async with worker(hall) as server:
        async with knocking(server) as wire:
            await until(lambda: bool(hall.told))
            wire.writer.transport.abort()
        await until(lambda: not server.server_state.connections)
        hall.may.set()
        await until(lambda: not server.server_state.tasks)
