"""uvicorn as a worker runs it: bounded frames, no deflate, no names, and no connection that stays because nobody reads."""

import asyncio
import base64
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError
from websockets.frames import CloseCode

from server.door import protocol
from server.serve import configuration
from server.wire.frames import MAX_FRAME

NAMES = {
    "user-agent": "canary",
    "referer": "https://canary.example.no/",
    "forwarded": "for=192.0.2.1",
    "x-forwarded-for": "192.0.2.1",
    "x-forwarded-proto": "https",
    "x-real-ip": "192.0.2.1",
    "sec-ch-ua": "canary",
}


@contextlib.asynccontextmanager
async def worker(app: ASGIApp, **how: Any) -> AsyncIterator[uvicorn.Server]:  # noqa: ANN401 - what configuration() takes
    """Run a tiny application as a worker runs the chat."""
    server = uvicorn.Server(configuration(app, **how))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        await running


def port(server: uvicorn.Server) -> int:
    """Return where it listens."""
    return int(server.servers[0].sockets[0].getsockname()[1])


async def tell(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that tells what it was told: its client and its headers."""
    if scope["type"] == "lifespan":
        await living(receive, send)
        return
    told = json.dumps({"client": scope["client"], "headers": sorted({name.decode() for name, _ in scope["headers"]})})
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": told.encode()})
        return
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": told})
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def living(receive: Receive, send: Send) -> None:
    """Answer the two questions of a lifespan."""
    for word in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{word}.complete"})


async def flood(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that sends until the other side is gone."""
    if scope["type"] == "lifespan":
        await living(receive, send)
        return
    await send({"type": "websocket.accept"})
    while True:
        await send({"type": "websocket.send", "text": "x" * 10_000})


async def flood_and_leave(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that has sent more than the other side reads, and is done."""
    if scope["type"] == "lifespan":
        await living(receive, send)
        return
    await send({"type": "websocket.accept"})
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            while True:
                await send({"type": "websocket.send", "text": "x" * 10_000})


async def test_A10_the_application_learns_no_name() -> None:
    """No address, no agent, no page of origin, over HTTP and over WebSocket."""
    async with worker(tell) as server, httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port(server)}/", headers=NAMES)
        async with connect(f"ws://127.0.0.1:{port(server)}/", additional_headers=NAMES, user_agent_header=None) as ws:
            told = [answer.json(), json.loads(await ws.recv())]

    assert [one["client"] for one in told] == [None, None]
    assert not {name for one in told for name in one["headers"]} & set(NAMES)
    assert {"host", "accept"} <= set(told[0]["headers"])


async def test_an_answer_tells_nothing_of_the_server() -> None:
    """No Server and no Date header; deflate is not agreed to, though the client asks for it."""
    async with worker(tell) as server, httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port(server)}/")
        async with connect(f"ws://127.0.0.1:{port(server)}/", compression="deflate") as ws:
            assert ws.response is not None
            handshake = ws.response.headers

    for headers in (answer.headers, handshake):
        assert "server" not in headers
        assert "date" not in headers
    assert "sec-websocket-extensions" not in handshake


async def test_it_listens_on_a_unix_socket(tmp_path: Path) -> None:
    """Behind a proxy a worker has no port, and the application no address."""
    path = tmp_path / "s"
    async with worker(tell, uds=str(path)), httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(path))) as client:
        answer = await client.get("http://chat/")

    assert answer.json()["client"] is None


@pytest.mark.parametrize(("size", "code"), [(MAX_FRAME, None), (MAX_FRAME + 1, CloseCode.MESSAGE_TOO_BIG)])
async def test_P3_a_frame_has_its_size(size: int, code: int | None) -> None:
    """16 KiB pass, one byte more closes with 1009."""
    async with worker(tell) as server, connect(f"ws://127.0.0.1:{port(server)}/") as ws:
        await ws.recv()
        await ws.send("x" * size)
        if code is None:
            await (await ws.ping())
            return
        with pytest.raises(ConnectionClosedError):
            await ws.recv()
        assert ws.close_code == code


async def test_a_reader_that_stalls_is_let_go() -> None:
    """Nobody answers the ping and nobody reads: the connection is gone soon after, with all that waited for it."""
    assert await seconds_until_gone(flood, ping=0.4) < 5


async def test_the_last_bytes_to_one_who_does_not_read_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application is done, the reader has stalled: the connection does not wait for ever to be flushed."""
    monkeypatch.setattr(protocol, "LAST_WORDS", 0.4)

    assert await seconds_until_gone(flood_and_leave, ping=60) < 5


async def test_a_stalled_reader_does_not_hold_up_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is told to stop has stopped soon, although one does not read."""
    monkeypatch.setattr(protocol, "LAST_WORDS", 0.4)
    async with worker(flood, ping=60) as server:
        with stalled(port(server)):
            await until(lambda: len(server.server_state.connections) == 1)
            await asyncio.sleep(0.5)
            server.should_exit = True
            began = time.monotonic()
            await until(lambda: not server.server_state.connections)
            assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /",
    ],
)
async def test_F7_a_request_that_does_not_come_takes_nobody_s_place(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    """Nothing said, half a handshake, half a body, half a second request: the connection is gone soon, however many bytes drip."""
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.4)
    async with worker(patient) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port(server))
        writer.write(begun)
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(20):
                while await reader.read(1000):
                    pass
        writer.close()

        assert time.monotonic() - began < 5


async def test_an_answer_that_takes_time_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole request is here: its connection stays until it is answered; and a socket stays after its handshake."""
    monkeypatch.setattr(protocol, "REQUEST_SECONDS", 0.2)
    async with worker(slow) as server, httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port(server)}/")).status_code == 200
    async with worker(tell) as server, connect(f"ws://127.0.0.1:{port(server)}/") as ws:
        await asyncio.sleep(0.6)
        await (await ws.ping())


async def patient(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that waits for the whole body before it answers."""
    if scope["type"] == "lifespan":
        await living(receive, send)
        return
    while (await receive()).get("more_body"):
        pass
    await tell(scope, receive, send)


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that takes its time."""
    if scope["type"] == "http":
        await asyncio.sleep(0.6)
    await tell(scope, receive, send)


async def seconds_until_gone(app: ASGIApp, *, ping: float) -> float:
    """Connect, never read, and return how long the worker kept the connection."""
    async with worker(app, ping=ping) as server:
        with stalled(port(server)):
            await until(lambda: len(server.server_state.connections) == 1)
            began = time.monotonic()
            await until(lambda: not server.server_state.connections)
            return time.monotonic() - began


@contextlib.contextmanager
def stalled(at: int) -> Any:  # noqa: ANN401 - a context manager of nothing
    """Shake hands as a browser does and then never read a byte."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", at))
        key = base64.b64encode(b"0123456789abcdef").decode()
        client.sendall(
            f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        yield


async def until(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)
