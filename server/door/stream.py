"""A connection over an event stream: the answer to one POST goes on and on, and what the browser says comes in POSTs of their own.

For networks that let no WebSocket through. The frames, the path and the close codes are the same.

Rules of this file:

1. A frame of the browser has a number. The next number is taken, once; every other one is passed over, so a POST can be said again.
2. `id` on the stream says up to which number all was taken: what is not taken is said again. So nothing is lost, doubled or out of order.
3. At most `MOST_POSTED` bytes wait for the path. What comes beyond that is not taken; it is said again later.
4. The browser answers each beat with a POST. Who does not is gone; the kernel's word that bytes were sent is not believed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec
from starlette.responses import PlainTextResponse

from server.door.socket import GONE, Asgi, GoneError, Receive, Send, Socket, one_text
from server.wire.stream import Opening, Post

BEAT = 5.0
"""Seconds between two beats."""
SILENT = 14.0
"""Seconds without any POST after which the browser is gone."""
LINGER = 1.0
"""Seconds for which a last POST may still come when the stream is gone: it travels by itself."""
MOST_POSTED = 32 * 1024
PRELUDE = b":" + b" " * 2048 + b"\n\n"
"""A comment. Some proxies hold an answer back until they have seen so much of it."""
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class Stream(Socket):
    """One event stream, and what is posted for it."""

    def __init__(self, scope: Asgi, receive: Receive, send: Send, on_failure: Callable[[BaseException], None], name: str) -> None:
        """`name`: what the browser calls it in its POSTs; told to nobody else."""
        super().__init__(scope, receive, send, on_failure)
        self._scope = scope
        self._name = name
        self._clock = asyncio.get_running_loop().time
        self._heard = self._clock()
        self._posted: deque[str] = deque()
        self._waiting = 0
        self._accepted = 0
        self._taken = 0
        self._told = 0
        self._beats = False
        self._came = asyncio.Event()
        self._gone = False
        self._finished = False
        self._watching: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None

    async def serve(self, path: Callable[[Socket], Awaitable[None]]) -> None:
        """Accept, walk the path to its end, and close with the right code; who does not read is cut off."""
        try:
            await super().serve(path)
        finally:
            self._scope["state"].pop("stop", None)
            if self._beating is not None:
                self._beating.cancel()
                self._beating = None  # what was cancelled holds its frame, which holds this stream
        if self._watching is not None and not self._finished:
            self._scope["state"]["cut"]()
            await self._watching

    def take(self, post: Post) -> None:
        """Take in what was posted. Must not wait."""
        self._heard = self._clock()
        for number, frame in enumerate(post.frames, post.first):
            text = bytes(frame).decode("utf-8", "replace")
            if number == self._accepted + 1 and self._waiting + len(text) <= MOST_POSTED:
                self._accepted = number
                self._waiting += len(text)
                self._posted.append(text)
        self._came.set()

    def silence(self) -> float:
        """Return for how many seconds no POST has come."""
        return self._clock() - self._heard

    # --- the carrier ---------------------------------------------------------------------------

    async def _accept(self) -> bool | None:
        body, more = b"", True
        while more:
            event = await self._receive()
            if event["type"] == "http.disconnect":
                return None
            body, more = body + event.get("body", b""), event.get("more_body", False)
        try:
            opening = msgspec.json.decode(body, type=Opening)
        except msgspec.DecodeError:
            await PlainTextResponse("Not an opening", 400)(self._scope, self._receive, self._send)
            return None
        await self._send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await self._say(PRELUDE + b"event: open\ndata: %s\n\n" % self._name.encode())
        self._scope["state"]["stop"] = lambda: self.close(1012)
        self._watching = asyncio.create_task(self._watch())
        self._beating = asyncio.create_task(self._beat())
        return opening.known

    async def _next(self) -> str:
        while not self._posted:
            if self._gone or self._code is not None:
                raise GoneError
            self._came.clear()
            await self._came.wait()
        text = self._posted.popleft()
        self._waiting -= len(text)
        self._taken += 1
        self._wake.set()
        return text

    async def _leave(self, frames: list[bytes], code: int | None) -> None:
        if code == GONE:
            return
        told, beats = self._taken, self._beats
        lines = (b"id: %d\n" % told if told != self._told else b"") + (b"data: %s\n" % one_text(frames) if frames else b"")
        events = (lines + b"\n" if lines else b"") + (b"event: beat\n\n" if beats else b"")
        if code is not None:
            events += b"event: close\ndata: %d\n\n" % code
        self._told, self._beats = told, False
        if events:
            await self._say(events, more=code is None)
        self._finished = code is not None

    async def _write(self) -> None:
        try:
            await super()._write()
        finally:
            self._came.set()  # the path learns that it is over

    async def _say(self, events: bytes, *, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": events, "more_body": more})

    async def _watch(self) -> None:
        """Wait until the stream is gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if self._code is None:
            await asyncio.sleep(LINGER)
        self._gone = True
        self._came.set()

    async def _beat(self) -> None:
        """Ask again and again whether the browser is there."""
        while self.silence() < SILENT:
            await asyncio.sleep(BEAT)
            self._beats = True
            self._wake.set()
        self.close(GONE)
