"""A connection over a WebSocket of our own server, past ASGI: no queue, no writer's task, no timer for each text.

What came waits in a list for the path; what is to leave is gathered for one turn of the loop and written at once.

Rules of this file:

1. One write for each turn in which something was put, however much.
2. Is a path busy with what came before, at most `AHEAD` texts and what was read with them wait; then nothing more is read.
3. While the reader does not read, what is put stays in the outbox, whose bound closes it with 4008; after `SEND_SECONDS` it counts as gone.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from server import metrics
from server.door import socket
from server.door.protocol import Line
from server.door.socket import GONE, Asgi, CloseError, GoneError, Receive, Send, Socket, code_of, one_text
from server.door.web_socket import WebSocket

AHEAD = 8
"""Texts that may wait for a path before nothing more is read."""


class Direct(WebSocket):
    """One WebSocket whose frames come from the protocol and go to it."""

    def __init__(self, scope: Asgi, receive: Receive, send: Send, on_failure: Callable[[BaseException], None]) -> None:
        """`on_failure` is told of an error that nobody expected."""
        super().__init__(scope, receive, send, on_failure)
        self._line: Line = scope["state"]["line"]
        self._loop = asyncio.get_running_loop()
        self._texts: list[str | None] = []
        self._is_held = False
        """Nothing is read."""
        self._is_due = False
        self._is_over = False
        """Nothing can leave any more."""
        self._closing: asyncio.Task[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        """The path, which looks again when something comes or all is over."""
        self._crowded: list[asyncio.Future[None]] = []
        """Who waits for room. Not the path: with each text that leaves it would wake for nothing."""
        self._patience: asyncio.TimerHandle | None = None

    async def serve(self, path: Callable[[Socket], Awaitable[None]]) -> None:
        """Accept; the path is walked when ASGI has returned."""
        known = await self._accept()
        if known is not None:
            self._line.hand_over(self, self._walk(path if known else _unknown))

    async def _walk(self, path: Callable[[Socket], Awaitable[None]]) -> None:
        try:
            self.close(await code_of(path(self), self._on_failure))
            while not self._is_over:
                await _news(self._loop, self._waiting)
            if self._closing is not None:
                await self._closing
        finally:
            metrics.CLOSES.labels(self._code or GONE).inc()

    # --- what comes ----------------------------------------------------------------------------

    def take(self, text: str | None) -> None:
        """Take a text; None: something that is no text."""
        self._texts.append(text)
        if not self._is_held and len(self._texts) > AHEAD:
            self._is_held = True
            self._line.pause_reading()
        _tell(self._waiting)

    def lost(self) -> None:
        """Nothing more will come, and nothing can be said. What came before is still followed."""
        self._end()

    async def _next(self) -> str:
        while not self._texts or self._code is not None:
            if self._is_over or self._code is not None:
                raise GoneError
            await _news(self._loop, self._waiting)
        text = self._texts.pop(0)
        if self._is_held and not self._texts:
            self._is_held = False
            self._line.resume_reading()
        if text is None:
            raise CloseError(1003)
        return text

    # --- what goes -----------------------------------------------------------------------------

    def _due(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._flush)

    def has_room(self) -> None:
        """What was written has left, after there was too much of it."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
            self._flush()

    def _flush(self) -> None:
        self._is_due = False
        if self._is_over:
            self._outbox, self._bytes = [], 0
            return
        if self._line.is_full:
            if self._patience is None:
                self._patience = self._loop.call_later(socket.SEND_SECONDS, self._give_up)
            return
        leaving, self._outbox, self._bytes = self._outbox, [], 0
        if leaving and self._code != GONE:
            self._line.say(one_text(leaving))
        if self._code is not None:
            self._closing = self._loop.create_task(self._say_close(self._code))
            self._end()
        _tell(self._crowded)

    async def _say_close(self, code: int) -> None:
        with contextlib.suppress(TimeoutError, OSError, RuntimeError):
            async with asyncio.timeout(socket.SEND_SECONDS):
                await self._leave([], code)

    def _give_up(self) -> None:
        """Nobody reads."""
        self._patience = None
        self._outbox.clear()
        self._code = self._code or GONE
        self._end()

    def _end(self) -> None:
        self._is_over = True
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        _tell(self._waiting)
        _tell(self._crowded)

    async def room(self, beside: int = 0) -> None:
        """Wait until no more than `beside` bytes wait for the reader. Raises GoneError when it does not read."""
        while self._bytes > beside and self._code is None and not self._is_over:
            await _news(self._loop, self._crowded)
        if self._code is not None or self._is_over:
            raise GoneError


def _news(loop: asyncio.AbstractEventLoop, waiting: "list[asyncio.Future[None]]") -> "asyncio.Future[None]":
    """Return what to wait for, with these, until they are told."""
    news: asyncio.Future[None] = loop.create_future()
    waiting.append(news)
    return news


def _tell(waiting: "list[asyncio.Future[None]]") -> None:
    """Let all of these look again."""
    for news in waiting:
        if not news.done():
            news.set_result(None)
    waiting.clear()


async def _unknown(_: Socket) -> None:
    """Another protocol than ours. Raises CloseError."""
    raise CloseError(4526)
