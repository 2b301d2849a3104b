"""uvicorn's WebSocket protocol, made to let go of those who do not read.

A transport that is closed politely waits until all is flushed: for a reader that has stalled, for ever. So wherever
uvicorn closes and cannot know that the other side still reads, the transport is cut.

A machine that dies says nothing, and its connection stays. So what was last heard of it, be it only the answer to a ping, is
told to the application: `scope["state"]["silence"]` returns for how many seconds nothing has come.

Who connects and says nothing, or says its request byte by byte, takes a place from others: uvicorn itself waits for ever.

The handshake is ASGI. After it the application may take the line over (`scope["state"]["line"].hand_over`): then texts go from here to its
socket and back without a queue, without a task and without a dictionary for each, and all that only the handshake needed is let go.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable
from typing import Any, Protocol, cast
from urllib.parse import unquote

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected, is_ssl
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol as Library
from websockets.protocol import Side, State
from websockets.speedups import apply_mask

from server.door.handshake import Handshake, is_readable, judged
from server.door.whole import MASK, PING, PONG, TEXT, TWO_BYTES, head, whole_frames

LAST_WORDS = 10.0
"""Seconds that the closing handshake and the last bytes may take once the application is done with a socket."""

REQUEST_SECONDS = 10.0
"""Seconds in which a whole request must have come: its handshake, its headers, its body."""


class Taker(Protocol):
    """Who takes a line over. None of these may wait."""

    def take(self, text: str | None) -> None:
        """Take a text; None: something that is no text."""

    def lost(self) -> None:
        """Nothing more will come."""

    def has_room(self) -> None:
        """What was written has left, after there was too much of it."""


class Events:
    """Stands where uvicorn has its queue, once a line was taken over: what the library has judged goes on at once."""

    def __init__(self, taker: Taker) -> None:
        """Hand everything to this one."""
        self.taker = taker

    def put_nowait(self, event: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Hand one event on."""
        if event["type"] == "websocket.disconnect":
            self.taker.lost()
        elif event["type"] == "websocket.receive":
            self.taker.take(event.get("text"))


class Line(WebSocketsSansIOProtocol):
    """A connection that ends when it is over."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Nothing was heard yet."""
        self.library: Library | None = None
        super().__init__(*args, **options)
        self.heard = self.loop.time()
        self.taker: Taker | None = None
        self.rest: Awaitable[None] | None = None
        self.begun = b""
        """The beginning of a frame."""
        self.is_strange = False
        """What comes from here on is for the library alone."""
        self.asked: Handshake | None = None
        """A handshake that waits for its answer."""
        self.held = b""
        """What came before that answer."""
        self.is_done = True
        """The application has ended, or was never asked."""
        self.app, self.handshake = self._run, self.app

    @property
    def conn(self) -> Any:  # noqa: ANN401 - the library's, once for the handshake and once after it
        """The library's side of this connection. After the handshake it is made when a frame needs it: it weighs 4 KiB."""
        if self.library is None:
            logger = logging.getLogger("uvicorn.error")
            self.library = Library(Side.SERVER, state=State.OPEN, max_size=self.config.ws_max_size, logger=logger)
        return self.library

    @conn.setter
    def conn(self, made: Library) -> None:
        self.library = made

    @property
    def is_plain(self) -> bool:
        """Whether the connection is open and no message is under way in parts."""
        return self.library is None or (self.library.state is State.OPEN and self.library.current_size is None)

    # --- what comes ----------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Note that something came, whatever it is, and take it in."""
        self.heard = self.loop.time()
        if self.asked is not None:
            self.held += data
            self.read_paused = True
            self.pause_reading()
        elif self.is_strange or self.taker is None:
            self.is_strange = self.handshake_initiated  # it speaks before it was answered: how far, only the library knows
            super().data_received(data)
        else:
            self._take(self.begun + data if self.begun else data)

    def _take(self, data: bytes) -> None:
        frames, self.is_strange = whole_frames(data, self.config.ws_max_size)
        end = 0
        for begin, payload, end in frames:
            if data[begin] == TEXT and self.is_plain:
                self._take_text(data[begin:end], payload - begin)
            elif data[begin] == PONG and self.is_plain and end - payload < TWO_BYTES:
                self.handle_pong(Frame(Opcode.PONG, apply_mask(data[payload:end], data[payload - MASK : payload])))
            else:
                super().data_received(data[begin:end])
        self.begun = b"" if self.is_strange else data[end:]
        if self.is_strange:
            super().data_received(data[end:])
        elif self.is_plain:
            self._let_library_go()

    def _take_text(self, frame: bytes, payload: int) -> None:
        try:
            text = apply_mask(frame[payload:], frame[payload - MASK : payload]).decode()
        except UnicodeDecodeError:
            super().data_received(frame)
        else:
            cast("Taker", self.taker).take(text)

    def silence(self) -> float:
        """Return for how many seconds nothing has come."""
        return self.loop.time() - self.heard

    # --- the handshake -------------------------------------------------------------------------

    def begin(self, asked: Handshake, transport: asyncio.Transport, *, is_safe: bool) -> None:
        """Let the application answer a handshake: uvicorn's `connection_made` and `handle_connect`, without taking it apart again."""
        self.connections.add(self)
        self.transport, self.scheme = transport, "wss" if is_safe else "ws"
        self.asked, self.handshake_initiated, self.is_done = asked, True, False
        self.scope = {
            "type": "websocket",
            "asgi": {"version": self.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": self.scheme,
            "server": None,
            "client": None,
            "root_path": self.root_path,
            "path": self.root_path + unquote(asked.path.decode()),
            "raw_path": self.root_path.encode("ascii") + asked.path,
            "query_string": asked.query,
            "headers": asked.headers,
            "subprotocols": asked.protocols,
            "state": self.app_state.copy(),
            "extensions": {"websocket.http.response": {}},
        }
        self.queue.put_nowait({"type": "websocket.connect"})
        task = self.loop.create_task(self.run_asgi())
        task.add_done_callback(self.on_task_complete)
        self.tasks.add(task)

    def handle_connect(self, event: Any) -> None:  # noqa: ANN401 - the library's request
        """Let the library read a handshake. The application is asked about what it accepts, which has a scope then."""
        super().handle_connect(event)
        self.is_done = not hasattr(self, "scope")

    async def send(self, message: Any) -> None:  # noqa: ANN401 - ASGI's own
        """Send what the application says. A handshake that was read once is accepted here, everything else goes uvicorn's way."""
        if self.asked is None or message["type"] != "websocket.accept" or self.disconnected:
            await super().send(message)
            return
        if self.transport.is_closing():
            raise ClientDisconnected
        answer = self.asked.answer(message.get("subprotocol"), [*self.default_headers, *message.get("headers", [])])
        self.asked, self.handshake_complete = None, True
        self._let_library_go()
        self.transport.write(answer)
        self.start_keepalive()
        if self.held:
            held, self.held = self.held, b""
            self.read_paused = False
            self.resume_reading()
            self.data_received(held)

    # --- taken over ----------------------------------------------------------------------------

    async def run_asgi(self) -> None:
        """Run the application, which may ask for the silence, and take the line over."""
        self.scope["state"].update(silence=self.silence, line=self)
        await super().run_asgi()

    async def _run(self, *asgi: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Run the application; once it has handed the line over and returned, the rest, without all that stood around it."""
        await self.handshake(*asgi)
        if self.rest is not None:
            rest, self.rest = self.rest, None
            del asgi
            await rest

    def hand_over(self, taker: Taker, rest: Awaitable[None]) -> None:
        """From now on texts go to `taker`. `rest` is run when the application has returned; when it ends, the connection does.

        What came already is handed on first. What only the handshake needed is let go.
        """
        self.taker, self.rest = taker, rest
        events, self.queue = self.queue, cast("Any", Events(taker))
        while not events.empty():
            self.queue.put_nowait(events.get_nowait())
        if self.read_paused:
            self.transport.resume_reading()
        self.read_paused = True  # that is: uvicorn does not pause it after each text
        self.scope = self.request = self.response = cast("Any", None)
        if self.is_plain and not self.is_strange:
            self._let_library_go()

    def send_keepalive_ping(self) -> None:
        """As uvicorn's, without making the library for it."""
        if self.library is not None:
            super().send_keepalive_ping()
            return
        self.ping_timer = None
        if not (self.close_sent or self.transport.is_closing()):
            self.pending_ping_payload, self.ping_sent_at = os.urandom(MASK), self.loop.time()
            self.transport.write(bytes((PING, MASK)) + self.pending_ping_payload)
            self.pong_timer = self.loop.call_later(cast("float", self.ping_timeout), self.keepalive_timeout)

    @property
    def is_full(self) -> bool:
        """Whether more waits to leave than should."""
        return not self.writable.is_set()

    def say(self, text: bytes) -> None:
        """Let a text leave. What is said to nobody is forgotten."""
        if not (self.disconnected or self.close_sent or self.transport.is_closing()):
            self.transport.write(head(len(text)) + text)

    def resume_writing(self) -> None:
        """Tell who has taken the line over."""
        super().resume_writing()
        if self.taker is not None:
            self.taker.has_room()

    def pause_reading(self) -> None:
        """Read nothing more for now."""
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if not self.transport.is_closing():
            self.transport.resume_reading()

    # --- over ----------------------------------------------------------------------------------

    def keepalive_timeout(self) -> None:
        """Nobody answered a ping: the connection is gone, whatever still waits to be sent."""
        super().keepalive_timeout()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        super().connection_lost(exc)
        self._forget()

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        """The application is done: what is not flushed soon never will be."""
        super().on_task_complete(task)
        self.is_done = True
        self.loop.call_later(LAST_WORDS, self.transport.abort)
        self._forget()

    def _forget(self) -> None:
        """Let go of those who hold this line, once it is over for both: in a circle they would stay until somebody looks for circles.

        Nobody looks often (`serve.tidy_seldom`), and what people leave behind would be all that grows.
        """
        if not (self.is_done and self.disconnected):
            return
        self.app = self.handshake = self.queue = self.scope = self.request = self.response = cast("Any", None)
        self.taker = self.rest = None
        self._let_library_go()

    def _let_library_go(self) -> None:
        """What holds the library and is held by it comes apart: its parser, and what went wrong, by where it did."""
        if self.library is None:
            return
        self.library.parser.close()
        for wrong in (self.library.handshake_exc, self.library.parser_exc):
            _forget_where(wrong)
        self.library = None

    def shutdown(self) -> None:
        """The worker stops: no stalled reader holds it up."""
        super().shutdown()
        self.loop.call_later(LAST_WORDS / 2, self.transport.abort)


def _forget_where(wrong: BaseException | None) -> None:
    """Let what went wrong, and what that came from, not know any more where it was."""
    while wrong is not None:
        inner = wrong.__cause__ or wrong.__context__
        wrong.__traceback__ = wrong.__cause__ = wrong.__context__ = None
        wrong = inner


class Requests(HttpToolsProtocol):
    """A connection on which a whole request comes soon, or that ends."""

    waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request. As uvicorn's, but nobody asks the kernel who it is, and where: pages are told by `Host`."""
        self.connections.add(self)
        self.transport, self.flow = transport, FlowControl(transport)
        self.scheme = "https" if is_ssl(transport) else "http"
        self._wait()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._wait()

    def handle_websocket_upgrade(self) -> None:
        """It is no request any more: the socket has its own times."""
        self._wait_no_more()
        under_way = cast("RequestResponseCycle | None", self.cycle)
        if self.pipeline or (under_way is not None and not under_way.response_complete):
            self.transport.abort()  # it asks for something else before its answer is there: that one would be waited for, for ever
            return
        if not is_readable(self.url, self.headers):
            self.send_400_response("Invalid HTTP request received.")
            return
        self.parser = cast("Any", None)  # it holds this protocol, which no word reaches any more
        asked = judged(self.scope["method"], self.url, self.scope["http_version"], self.headers)
        if asked is None:
            super().handle_websocket_upgrade()
            return
        self.connections.discard(self)
        line = Line(config=self.config, server_state=self.server_state, app_state=self.app_state)
        line.begin(asked, self.transport, is_safe=self.scheme == "https")
        self.transport.set_protocol(line)

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
