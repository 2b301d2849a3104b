"""uvicorn's WebSocket protocol, made to let go of those who do not read.

A transport that is closed politely waits until all is flushed: for a reader that has stalled, for ever. So wherever
uvicorn closes and cannot know that the other side still reads, the transport is cut.

A machine that dies says nothing, and its connection stays. So what was last heard of it, be it only the answer to a ping, is
told to the application: `scope["state"]["silence"]` returns for how many seconds nothing has come.

Who connects and says nothing, or says its request byte by byte, takes a place from others: uvicorn itself waits for ever.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LAST_WORDS = 10.0
"""Seconds that the closing handshake and the last bytes may take once the application is done with a socket."""

REQUEST_SECONDS = 10.0
"""Seconds in which a whole request must have come: its handshake, its headers, its body."""


class Protocol(WebSocketsSansIOProtocol):
    """A connection that ends when it is over."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Nothing was heard yet."""
        super().__init__(*args, **options)
        self.heard = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Note that something came, whatever it is."""
        self.heard = self.loop.time()
        super().data_received(data)

    def silence(self) -> float:
        """Return for how many seconds nothing has come."""
        return self.loop.time() - self.heard

    async def run_asgi(self) -> None:
        """Run the application, which may ask for the silence."""
        self.scope["state"]["silence"] = self.silence
        await super().run_asgi()

    def keepalive_timeout(self) -> None:
        """Nobody answered a ping: the connection is gone, whatever still waits to be sent."""
        super().keepalive_timeout()
        self.transport.abort()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """The application is done: what is not flushed soon never will be."""
        super().on_task_complete(task)
        self.loop.call_later(LAST_WORDS, self.transport.abort)

    def shutdown(self) -> None:
        """The worker stops: no stalled reader holds it up."""
        super().shutdown()
        self.loop.call_later(LAST_WORDS / 2, self.transport.abort)


class Requests(HttpToolsProtocol):
    """A connection on which a whole request comes soon, or that ends."""

    waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._wait()

    def handle_websocket_upgrade(self) -> None:
        """It is no request any more: the socket has its own times."""
        self._wait_no_more()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for."""
        self._wait_no_more()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        """Let the application cut the connection off: an answer that nobody reads would keep it for ever."""
        super().on_headers_complete()
        self.scope["state"]["cut"] = self.transport.abort

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more was asked: what of the last answer is not flushed soon never will be."""
        super().timeout_keep_alive_handler()
        self.loop.call_later(LAST_WORDS, self.transport.abort)

    def shutdown(self) -> None:
        """The worker stops: an answer that goes on and on is told so (`scope["state"]["stop"]`), and no stalled reader holds it up."""
        super().shutdown()
        under_way = cast("RequestResponseCycle | None", self.cycle)
        if under_way is not None:
            under_way.scope["state"].get("stop", lambda: None)()
        self.loop.call_later(LAST_WORDS / 2, self.transport.abort)

    def _wait(self) -> None:
        self._wait_no_more()
        self.waiting = self.loop.call_later(REQUEST_SECONDS, self._waited)

    def _wait_no_more(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def _waited(self) -> None:
        """Let go, unless the whole request is here and it is the answer that takes time."""
        under_way = cast("RequestResponseCycle | None", self.cycle)
        if under_way is None or under_way.response_complete or under_way.more_body:
            self.transport.abort()
