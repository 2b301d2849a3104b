"""A child whose network lets no WebSocket through: the same child, over an event stream and POSTs, as docs/protocol.md tells."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from server.door.stream import LINGER
from server.wire import frames as f
from tests.people import PATIENCE, Child, Place


@dataclass
class Event:
    """One event of a stream."""

    id: int = 0
    event: str = ""
    data: str = ""


async def events(answer: httpx.Response) -> AsyncIterator[Event]:
    """Return the events of a stream, one after the other."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if not line and fields:
            yield Event(int(fields.get("id", "0")), fields.get("event", ""), fields.get("data", ""))
            fields = {}
        name, _, value = line.partition(": ")
        if name and not line.startswith(":"):
            fields[name] = value


class StreamChild(Child):
    """A child over an event stream. Its POSTs go to `posts`: any worker."""

    def __init__(self, place: Place, posts: Place | None = None) -> None:
        """The stream is at `place`."""
        super().__init__(place)
        self.posts = posts or place
        self.client = httpx.AsyncClient(timeout=PATIENCE, headers={"origin": place.origin})
        self.name = ""
        self.taken = self.counted = self.beats = 0
        self.answers_beats = True
        self.status = 0

    async def connect(self, *, origin: str | None = None, protocol: str = f.PROTOCOL) -> None:
        """Open a stream and begin to read; a new stream counts anew."""
        self.name, self.taken, self.counted, self.close_code, self.status = "", 0, 0, None, 0
        headers = {"origin": origin or self.place.origin}
        self.reading = asyncio.create_task(self._read_stream(json.dumps({"protocol": protocol}), headers))
        async with asyncio.timeout(PATIENCE), self.arrived:
            while not self.name and self.close_code is None:
                await self.arrived.wait()

    async def send(self, frame: f.Frame) -> None:
        """Post a frame, and wait until it was taken; said again when it was not."""
        self.counted += 1
        number = self.counted
        async with asyncio.timeout(PATIENCE):
            while self.taken < number and self.close_code is None:
                await self.post(f.dump(frame), first=number)
                await self.is_taken(number, 2)

    async def is_taken(self, number: int, seconds: float) -> None:
        """Wait until this number was taken, but not for longer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self.arrived:
                while self.taken < number and self.close_code is None:
                    await self.arrived.wait()

    async def post(self, *frames: bytes, first: int = 0, **more: str) -> int:
        """Post frames as they are, the first with this number (0: the next one that is to be taken); return the status."""
        body = f'{{"stream":"{self.name}","first":{first or self.taken + 1},"frames":[{b",".join(frames).decode()}]}}'
        address = self.posts.url.replace("ws", "http", 1)
        return (await self.client.post(f"{address}/frames", content=body, headers=more)).status_code

    async def drop(self) -> None:
        """Lose the connection, without a word, and wait until the server has let go of it too."""
        was_open = self.close_code is None
        if self.reading is not None:
            self.reading.cancel()
            await asyncio.gather(self.reading, return_exceptions=True)
        await self.client.aclose()
        if was_open:
            await asyncio.sleep(LINGER + 0.3)

    async def _read_stream(self, body: str, headers: dict[str, str]) -> None:
        address = self.place.url.replace("ws", "http", 1)
        try:
            with contextlib.suppress(httpx.HTTPError):
                async with self.client.stream("POST", f"{address}/events", content=body, headers=headers) as answer:
                    self.status = answer.status_code
                    async for event in events(answer):
                        await self.heard(event)
        finally:  # whoever cannot read on has no connection
            async with self.arrived:
                self.close_code = self.close_code or 1006
                self.arrived.notify_all()

    async def heard(self, event: Event) -> None:
        """Take in one event."""
        async with self.arrived:
            self.taken = max(self.taken, event.id)
            match event.event:
                case "open":
                    self.name = event.data
                case "close":
                    self.close_code = int(event.data)
                case "beat":
                    self.beats += 1
                case _ if event.data:
                    found = self.decoder.decode(event.data)
                    frames = found if isinstance(found, list) else [found]
                    self.seen += frames
                    for frame in frames:
                        await self.keeps(frame)
            self.arrived.notify_all()
        if event.event == "beat" and self.answers_beats:
            await self.post()
