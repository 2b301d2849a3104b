"""One connection, whatever carries it: frames in, frames out, one writer, bounded, and every close with its reason.

Two carriers bear it: a WebSocket (`web_socket.py`; `direct.py` where it is our own server's) and, where a network lets none through,
an event stream with POSTs (`stream.py`). A path sees no difference.

Rules of this file:

1. Only the writer sends. All that was put since its last turn leaves in one text.
2. Nothing grows without bound: who does not read is closed with 4008.
3. What a path raises becomes a close code here; the inside of an unexpected error reaches nobody.
"""

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from redis.exceptions import RedisError

from server import metrics
from server.door.pace import Pace
from server.wire.closes import CLOSES
from server.wire.frames import MAX_FIRST_FRAME, Frame, FrameError, dump

Asgi = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Asgi]]
Send = Callable[[Asgi], Awaitable[None]]

HELLO_SECONDS = 5.0
SEND_SECONDS = 5.0
ANSWER_SECONDS = 1.7
"""How long somebody who comes may be kept without an answer, whatever the store does."""
GONE = 1006
"""The other side is gone: nothing can be said to it."""
MOST_BYTES = 128 * 1024
"""What may wait for a reader. More than this at once is sent in parts, each when the one before has left: see `room`."""


class CloseError(Exception):
    """The path is over: close with this code."""

    def __init__(self, code: int) -> None:
        """`code`: one of CLOSES."""
        super().__init__(CLOSES[code].reason)
        self.code = code


class GoneError(Exception):
    """The other side is gone."""


@contextlib.asynccontextmanager
async def answered_soon() -> AsyncIterator[None]:
    """Give up on what takes longer than somebody who comes is kept waiting. Raises CloseError."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            yield
    except TimeoutError:
        raise CloseError(4013) from None


class Socket(ABC):
    """One connection."""

    @abstractmethod
    def silence(self) -> float:
        """Return for how many seconds nothing has come, be it only the answer to a ping."""

    def __init__(self, scope: Asgi, receive: Receive, send: Send, on_failure: Callable[[BaseException], None]) -> None:
        """`on_failure` is told of an error that nobody expected."""
        self._receive = receive
        self._send = send
        self._on_failure = on_failure
        self.bucket = next((value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"alarm-bucket"), None) or None
        """What the edge has made of an address; None: nothing is known. Never written anywhere."""
        self._outbox: list[bytes] = []
        self._bytes = 0
        self._code: int | None = None
        self._pace = Pace()

    async def serve(self, path: Callable[["Socket"], Awaitable[None]]) -> None:
        """Accept, walk the path to its end, and close with the right code."""
        self._wake, self._left = asyncio.Event(), asyncio.Event()
        known = await self._accept()
        if known is None:
            return
        writer = asyncio.create_task(self._write())
        try:
            self.close(await code_of(path(self), self._on_failure) if known else 4526)
            await writer
        finally:
            writer.cancel()
            metrics.CLOSES.labels(self._code or GONE).inc()

    # --- what a carrier does -------------------------------------------------------------------

    @abstractmethod
    async def _accept(self) -> bool | None:
        """Let the other side in; tell whether it speaks our protocol. None: it has gone already, or was told why not."""

    @abstractmethod
    async def _next(self) -> str:
        """Return the next text that has come. Raises CloseError, GoneError."""

    @abstractmethod
    async def _leave(self, frames: list[bytes], code: int | None) -> None:
        """Send these frames in one text; with a code, close after them. Returns when they have left."""

    # --- what a path sees ----------------------------------------------------------------------

    async def first(self) -> str:
        """Return the first text: soon, and small. Raises CloseError, GoneError."""
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                text = await self.text()
        except TimeoutError:
            raise CloseError(4508) from None
        if len(text) > MAX_FIRST_FRAME:
            raise CloseError(1009)
        return text

    async def text(self) -> str:
        """Return the next text. Raises CloseError, GoneError."""
        text = await self._next()
        if self._code is not None:
            raise GoneError  # what came before the close was read has no effect any more
        if pause := self._pace.pause(time.monotonic()):
            await asyncio.sleep(pause)  # meanwhile nothing more is read from this connection
            if self._code is not None:
                raise GoneError
        return text

    def put(self, frame: Frame) -> None:
        """Let a frame leave with the writer's next turn."""
        self.put_raw(dump(frame))

    def put_raw(self, frame: bytes) -> None:
        """Let a frame that is JSON already leave with the writer's next turn."""
        if self._code is not None:
            return
        self._outbox.append(frame)
        self._bytes += len(frame)
        if self._bytes > MOST_BYTES:
            self._outbox.clear()
            self.close(4008)
        self._due()

    async def room(self, beside: int = 0) -> None:
        """Wait until no more than `beside` bytes wait for the reader. Raises GoneError when it does not read."""
        while self._bytes > beside and self._code is None:
            self._left.clear()
            await self._left.wait()
        if self._code is not None:
            raise GoneError

    def close(self, code: int) -> None:
        """Close with this code after all that was put; the first code counts. 1006: it is gone, say nothing."""
        if self._code is None:
            self._code = code
            self._due()

    def _due(self) -> None:
        """Something is to leave."""
        self._wake.set()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            leaving, self._outbox = self._outbox, []
            size, code = sum(map(len, leaving)), self._code
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await self._leave(leaving, code)
            except (TimeoutError, OSError, RuntimeError):
                self._code = code = self._code or GONE
            self._bytes -= size
            self._left.set()
            if code is not None:
                return


def one_text(frames: list[bytes]) -> bytes:
    """Return frames as one text: one frame as it is, several as an array."""
    return frames[0] if len(frames) == 1 else b"[" + b",".join(frames) + b"]"


async def code_of(path: Awaitable[None], on_failure: Callable[[BaseException], None]) -> int:
    """Walk a path to its end; return the code to close with."""
    try:
        await path
    except CloseError as close:
        return close.code
    except GoneError:
        return GONE
    except FrameError:
        return 4500
    except RedisError as error:
        on_failure(error)
        return 4013
    except Exception as error:  # noqa: BLE001 - told to the log without its inside, never to the peer
        on_failure(error)
        return 4000
    return 4504
