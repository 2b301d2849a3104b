"""The two doors for networks that let no WebSocket through: one opens an event stream, one takes what is posted for it.

Rules of this file:

1. Both come from the chat's own frame only. The stream's name stands in a body, never in an address, and no cookie is read.
2. A POST may reach any worker: the name tells, signed, which one holds the stream, and the relay carries it there. Who posts learns from
   the stream itself what was taken, so what is lost on the way is said again.
3. A name that we have not signed has no effect: nobody writes into the inbox of a worker that there is not.
"""

import asyncio
from collections import OrderedDict

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server import metrics
from server.door.guard import origin_allowed
from server.door.pace import Pace
from server.door.socket import Asgi, Receive, Send
from server.door.sockets import ChildDoor
from server.door.stream import Stream
from server.house import House
from server.ids import new_id
from server.relay import Hint
from server.session.tokens import StreamNames, TokenError
from server.wire.stream import Post

MOST_PACES = 10_000
"""Streams whose pace a worker remembers."""


def routes(house: House, child: ChildDoor) -> list[BaseRoute]:
    """Return both routes."""
    names = StreamNames(house.settings.token_secret.value.hex())
    return [
        Route("/events", StreamDoor(house, child, names), methods=["POST"]),
        Route("/frames", PostBox(house, names).take, methods=["POST"]),
    ]


class Posted:
    """Hears what was posted for one stream, wherever it came in."""

    def __init__(self, stream: Stream) -> None:
        """Hand it to this stream."""
        self.stream = stream

    def hear(self, hint: Hint) -> None:
        """Take one POST."""
        self.stream.take(msgspec.json.decode(hint.data, type=Post))


class StreamDoor:
    """`POST /events`: a stream that goes on for as long as the connection lasts."""

    def __init__(self, house: House, child: ChildDoor, names: StreamNames) -> None:
        """Who comes in here walks the same path as who comes in at `child`."""
        self.house, self.child, self.names = house, child, names

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """Serve one connection; a wrong origin gets 403."""
        if not origin_allowed(scope["headers"], (self.house.settings.chat_origin,)):
            await PlainTextResponse("Forbidden", 403)(scope, receive, send)
            return
        stream_id = new_id()
        name = self.names.issue(self.house.relay.worker, stream_id)
        stream = Stream(scope, receive, send, self.house.on_failure, name)
        listener = Posted(stream)
        metrics.STREAMS.inc()
        self.house.relay.listen(heard_as(stream_id), listener)
        try:
            await stream.serve(self.child.walk)
        finally:
            self.house.relay.leave(heard_as(stream_id), listener)


class PostBox:
    """`POST /frames`: what a browser says, on its way to the worker that holds its stream."""

    def __init__(self, house: House, names: StreamNames) -> None:
        """Nothing is remembered but how fast each stream is posted for."""
        self.house, self.names = house, names
        self.paces: OrderedDict[str, Pace] = OrderedDict()
        self.held: set[str] = set()

    async def take(self, request: Request) -> Response:
        """204: it is on its way, and the stream says when it was taken. 400, 410: open another stream. 429: one at a time."""
        if not origin_allowed(request.headers.raw, (self.house.settings.chat_origin,)):
            return PlainTextResponse("Forbidden", 403)
        body = await request.body()
        try:
            worker, stream_id = self.names.read(msgspec.json.decode(body, type=Post).stream)
        except (msgspec.DecodeError, TokenError):
            return PlainTextResponse("Not frames of a stream", 400)
        if stream_id in self.held:
            return PlainTextResponse("One at a time", 429)
        await self.in_time(stream_id)
        relay, name = self.house.relay, heard_as(stream_id)
        if worker == relay.worker and not relay.has_listener(name):
            return PlainTextResponse("Gone", 410)
        relay.send(worker, Hint(name, "posted", body))
        return Response(status_code=204)

    async def in_time(self, stream_id: str) -> None:
        """Hold back what comes too fast: here, so that it does not fill another worker's inbox."""
        pace = self.paces.setdefault(stream_id, Pace())
        self.paces.move_to_end(stream_id)
        if len(self.paces) > MOST_PACES:
            self.paces.popitem(last=False)
        if pause := pace.pause(asyncio.get_running_loop().time()):
            self.held.add(stream_id)
            try:
                await asyncio.sleep(pause)
            finally:
                self.held.discard(stream_id)


def heard_as(stream_id: str) -> str:
    """Return the name under which a stream hears what is posted for it."""
    return f"e:{stream_id}"
