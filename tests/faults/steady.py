"""A browser's end of a connection: it beats, notices silence, and comes back by itself until told not to (browser/connection.ts).

Rules of this file:

1. What is posted goes to the connection that is open now, or nowhere: after each welcome all that is owed is said again.
2. A ping goes every 10 s; 5 s after a ping without any frame the connection is dead, whatever the machine believes.
3. Full jitter, from 3 s up to 15 s, never more than one try a second (browser/reconnect.ts). A final code ends it.
"""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from time import monotonic
from typing import Any, Protocol

import msgspec
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin, Subprotocol

from server.wire import frames as f
from tests.faults.history import NEVER, History
from tests.people import Place

BEAT = 10.0
ANSWER = 5.0
HANDSHAKE = 10.0
WINDOW, MOST, LEAST = 3.0, 15.0, 1.0
TOO_SLOW = (4508, 4529)
"""A hello that came too late, too much at once: neither is an end (browser/reconnect.ts)."""
STATE_LOST = 4010
"""The service does not know the visit any more: a browser says so, and does not try again (widget/visit.ts)."""


class Gone(Exception):
    """The connection is over."""

    def __init__(self, code: int) -> None:
        """`code`: what the service said, 1006 when it said nothing."""
        super().__init__(str(code))
        self.code = code


class Wire(Protocol):
    """One open connection."""

    async def send(self, text: str) -> None:
        """Send a text. Raises Gone."""

    async def receive(self) -> str:
        """Return the next text. Raises Gone."""

    def cut(self) -> None:
        """Let go of it, without a word."""


class Door(Protocol):
    """One address of the chat."""

    async def open(self, path: str) -> Wire:
        """Connect. Raises Gone."""


class WebDoor:
    """A worker's real WebSocket."""

    def __init__(self, place: Place) -> None:
        """Nothing is opened yet."""
        self.place = place

    async def open(self, path: str) -> "WebWire":
        """Connect. Raises Gone."""
        options: dict[str, Any] = {
            "origin": Origin(self.place.origin),
            "subprotocols": [Subprotocol(f.PROTOCOL)],
            "compression": None,
            "proxy": None,
            "ping_interval": None,
            "open_timeout": HANDSHAKE,
        }
        try:
            if self.place.uds:
                return WebWire(await unix_connect(self.place.uds, self.place.url + path, **options))
            return WebWire(await connect(self.place.url + path, **options))
        except (OSError, TimeoutError, WebSocketException, EOFError):
            raise Gone(1006) from None


class WebWire:
    """A connection of `websockets`."""

    def __init__(self, socket: ClientConnection) -> None:
        """It is open."""
        self.socket = socket

    async def send(self, text: str) -> None:
        """Send a text. Raises Gone."""
        try:
            await self.socket.send(text)
        except ConnectionClosed:
            raise Gone(self._code) from None

    async def receive(self) -> str:
        """Return the next text. Raises Gone."""
        try:
            return str(await self.socket.recv())
        except ConnectionClosed:
            raise Gone(self._code) from None

    def cut(self) -> None:
        """Let go of it, without a word."""
        self.socket.transport.abort()

    @property
    def _code(self) -> int:
        return self.socket.close_code or 1006


def is_final(code: int) -> bool:
    """Tell whether a close code ends it for good."""
    return (code >= 4500 and code not in TOO_SLOW) or code in (1003, 1009, STATE_LOST)


class Steady:
    """One side, over one connection after another."""

    path = "/ws"
    again = 2.0
    """Seconds until something that was refused is tried again."""
    decoder: msgspec.json.Decoder[Any]

    def __init__(self, doors: Sequence[Door], history: History, who: str, chance: random.Random) -> None:
        """`doors` are tried in turn, beginning with the first."""
        self.doors, self.history, self.who, self.chance = list(doors), history, who, chance
        self.door = 0
        self.wire: Wire | None = None
        self.over: int | None = None
        """The final code, once it is over."""
        self.welcomed = False
        self.lost_at = NEVER
        self.online = True
        """False: the machine knows that it has no network, or sleeps, and does not try."""
        self.minds_silence = True
        """False: it never gives a silent connection up by itself."""
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._heard = 0.0
        self._tries = 0
        self._woken = asyncio.Event()

    # --- staying connected -------------------------------------------------------------------------

    async def live(self) -> None:
        """Connect, and stay connected until it is over."""
        while self.over is None:
            tried = monotonic()
            self.history.tries.append((self.who, tried))
            await self.once()
            self.door += 1
            if self.over is None:
                await self._rest(self._pause(tried), tried)
            while not self.online:
                await asyncio.sleep(0.05)

    async def once(self) -> None:
        """Connect, and stay for as long as this connection lasts."""
        try:
            self.wire = await self.doors[self.door % len(self.doors)].open(self.path)
            code = await self._use(self.wire)
        except Gone as gone:
            code = gone.code
        self.wire, self.welcomed = None, False
        if is_final(code):
            self.over = code
            self.ended(code)
        elif self.lost_at == NEVER:
            self.lost_at = self.history.clock()
            self.lost()

    async def _rest(self, seconds: float, tried: float) -> None:
        """Wait until the next try; if the machine says meanwhile that it is online or looked at, no longer than it must."""
        self._woken.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        await asyncio.sleep(max(0.0, tried + LEAST - monotonic()))

    def wake(self) -> None:
        """The machine says that it is online again, or somebody looks at it: who has no connection tries now."""
        self._woken.set()

    def _pause(self, tried: float) -> float:
        window = min(MOST, WINDOW * 2 ** min(self._tries, 10))
        self._tries += 1
        now = monotonic()
        return float(max(now + self.chance.random() * window, tried + LEAST) - now)

    async def _use(self, wire: Wire) -> int:
        self._outgoing = asyncio.Queue()
        self._heard = monotonic()
        beside = [asyncio.create_task(self._send(wire, self._outgoing)), asyncio.create_task(self._beat(wire))]
        try:
            await self.hello()
            while True:
                text = await wire.receive()
                self._heard = monotonic()
                found = self.decoder.decode(text)
                for frame in found if isinstance(found, list) else [found]:
                    self.keeps(frame)
                self.pump()
        except Gone as gone:
            return gone.code
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            wire.cut()

    async def _send(self, wire: Wire, outgoing: "asyncio.Queue[str]") -> None:
        with contextlib.suppress(Gone):
            while True:
                await wire.send(await outgoing.get())

    async def _beat(self, wire: Wire) -> None:
        await asyncio.sleep(BEAT)
        while True:
            sent = monotonic()
            self.post(self.ping())
            await asyncio.sleep(ANSWER)
            if self._heard < sent and self.minds_silence:
                wire.cut()
            await asyncio.sleep(BEAT - ANSWER)

    def post(self, frame: f.Frame) -> None:
        """Give a frame to the connection that is open now."""
        self._outgoing.put_nowait(f.dump(frame).decode())

    def back(self) -> None:
        """The service knows us again."""
        self.welcomed, self._tries = True, 0
        if self.lost_at != NEVER:
            self.history.resumed.append((self.lost_at, self.history.clock()))
        self.lost_at = NEVER

    def drop(self) -> None:
        """The connection breaks now."""
        if self.wire is not None:
            self.wire.cut()

    def later(self, seconds: float) -> None:
        """Look again after a while what is owed."""
        asyncio.get_running_loop().call_later(seconds, self.pump)

    # --- what a side does --------------------------------------------------------------------------

    async def hello(self) -> None:
        """Say who we are. Raises Gone."""
        raise NotImplementedError

    def keeps(self, frame: f.Frame) -> None:
        """Take in a frame."""
        raise NotImplementedError

    def pump(self) -> None:
        """Post all that is owed."""
        raise NotImplementedError

    def ping(self) -> f.Ping:
        """Return the heartbeat."""
        raise NotImplementedError

    def lost(self) -> None:
        """The connection is gone, and will be tried again."""

    def ended(self, code: int) -> None:
        """It is over for good."""
