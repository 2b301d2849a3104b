"""People who use the real sockets: a child and a counsellor, sealing as a browser does, over `websockets`.

They do what a person does and keep what their screen would show. Whoever tests a path reads like a play.
"""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from altcha import Challenge, ChallengeParameters, solve_challenge
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from server import sealing
from server.ids import new_id
from server.sealing import Content
from server.wire import frames as f

PATIENCE = 30.0
"""Seconds: generous, since these are tests of what happens and not of how fast."""
_TO_CHILD: msgspec.json.Decoder[Any] = msgspec.json.Decoder(f.ToChild | list[f.ToChild])
_TO_STAFF: msgspec.json.Decoder[Any] = msgspec.json.Decoder(f.ToStaff | list[f.ToStaff])
Seen = TypeVar("Seen", bound=f.Frame)


def solve(puzzle: f.Puzzle) -> f.Worked:
    """Do the work that a browser does while very many come, with another implementation."""
    given = ChallengeParameters("PBKDF2/SHA-256", puzzle.nonce, puzzle.salt, puzzle.cost, key_prefix=puzzle.prefix)
    found = solve_challenge(Challenge(given))
    assert found is not None
    return f.Worked(puzzle, found.counter, found.derived_key)


@dataclass(frozen=True)
class Place:
    """Where the chat is: a WebSocket address (or a Unix socket), the origin of its pages, the registrar's public key; a proxy before it."""

    url: str
    origin: str
    registrar_key: bytes
    uds: str = ""
    proxy: "tuple[int, ssl.SSLContext] | None" = None
    """The port of a proxy on this machine that bears the address' name, and what its certificate is checked with."""


class Person:
    """One side, over one connection after another."""

    path = "/ws"
    decoder = _TO_CHILD

    def __init__(self, place: Place) -> None:
        """At the place, not yet connected."""
        self.place = place
        self.socket: ClientConnection | None = None
        self.seen: list[f.Frame] = []
        self.read_to = 0
        self.arrived = asyncio.Condition()
        self.reading: asyncio.Task[None] | None = None
        self.close_code: int | None = None
        self.bucket = ""
        """What the edge says of where this one comes from; only behind a proxy."""

    async def connect(self, *, origin: str | None = None) -> None:
        """Open a socket and begin to read."""
        options: dict[str, Any] = {
            "origin": Origin(origin or self.place.origin),
            "subprotocols": [Subprotocol(f.PROTOCOL)],
            "compression": None,
            "proxy": None,
            "additional_headers": {"alarm-bucket": self.bucket} if self.bucket else None,
        }
        if self.place.proxy:
            port, trust = self.place.proxy
            self.socket = await connect(self.place.url + self.path, host="127.0.0.1", port=port, ssl=trust, **options)
        elif self.place.uds:
            self.socket = await unix_connect(self.place.uds, self.place.url + self.path, **options)
        else:
            self.socket = await connect(self.place.url + self.path, **options)
        self.close_code = None
        self.reading = asyncio.create_task(self._read(self.socket))

    async def send(self, frame: f.Frame) -> None:
        """Send a frame."""
        assert self.socket is not None
        await self.socket.send(f.dump(frame).decode())

    async def sees(self, kind: type[Seen], *others: type[f.Frame], **fields: object) -> Seen:
        """Wait for the next frame of a kind (with these fields) that was not looked at before."""

        def fits(frame: f.Frame) -> bool:
            return isinstance(frame, (kind, *others)) and all(getattr(frame, name) == value for name, value in fields.items())

        async with asyncio.timeout(PATIENCE), self.arrived:
            while True:
                for at in range(self.read_to, len(self.seen)):
                    if fits(self.seen[at]):
                        self.read_to = at + 1
                        return self.seen[at]  # type: ignore[return-value]
                if self.close_code is not None:
                    msg = f"closed with {self.close_code} before {kind.__name__}; saw {[type(one).__name__ for one in self.seen]}"
                    raise AssertionError(msg)
                await self.arrived.wait()

    async def is_closed_with(self) -> int:
        """Wait for the end of the connection and return its code."""
        async with asyncio.timeout(PATIENCE), self.arrived:
            while self.close_code is None:
                await self.arrived.wait()
            return self.close_code

    async def drop(self) -> None:
        """Lose the connection, without a word."""
        if self.socket is not None:
            self.socket.transport.abort()
        if self.reading is not None:
            await asyncio.gather(self.reading, return_exceptions=True)

    async def _read(self, socket: ClientConnection) -> None:
        try:
            with contextlib.suppress(ConnectionClosed):
                async for text in socket:
                    found = self.decoder.decode(text)
                    async with self.arrived:
                        frames = found if isinstance(found, list) else [found]
                        self.seen += frames
                        for frame in frames:
                            await self.keeps(frame)
                        self.arrived.notify_all()
        finally:  # whoever cannot read on has no connection
            async with self.arrived:
                self.close_code = socket.close_code or 1006
                self.arrived.notify_all()

    async def keeps(self, frame: f.Frame) -> None:
        """Keep what a browser would keep of a frame."""


class Child(Person):
    """A young person with a phone."""

    def __init__(self, place: Place) -> None:
        """With a fresh conversation key, in memory only."""
        super().__init__(place)
        self.key = sealing.new_key()
        self.conversation = ""
        self.token: str | None = None
        self.epoch: str | None = None
        self.seq = 0
        self.n = 0
        self.screen: dict[int, tuple[str, str]] = {}
        self.said: dict[str, int] = {}

    async def arrives(self) -> f.Welcome:
        """Open the frame; or come back, with what the page still holds."""
        await self.connect()
        await self.send(f.ChildHello(self.token, self.epoch, self.seq))
        return await self.sees(f.Welcome)

    async def joins(self, **wishes: Any) -> None:  # noqa: ANN401 - the fields of Join
        """Want to talk."""
        wrapped = sealing.wrap_key(self.key, self.place.registrar_key, sealing.REGISTRAR, self.conversation)
        await self.send(f.Join(wrapped, **wishes))

    async def waits(self, **wishes: Any) -> int:  # noqa: ANN401 - the fields of Join
        """Arrive, want to talk, and see the place in the line."""
        await self.arrives()
        await self.joins(**wishes)
        return (await self.sees(f.Position)).place

    async def waits_or_is_refused(self) -> bool:
        """Arrive and want to talk; tell whether there was a place in the line."""
        await self.arrives()
        await self.joins()
        return isinstance(await self.sees(f.Position, f.Refused), f.Position)

    async def opens_for(self, paired: f.Paired) -> None:
        """Wrap the conversation key for the counsellor who came."""
        wrapped = sealing.wrap_key(self.key, paired.key, paired.key_id, self.conversation)
        await self.send(f.ChildKey(paired.key_id, wrapped))

    async def says(self, text: str) -> f.Said:
        """Write, and see it acknowledged."""
        message = self.seals(text)
        await self.send(message)
        return await self.sees(f.Said, id=message.id)

    def seals(self, text: str) -> f.ChildSay:
        """Seal the next message."""
        name, n = new_id(), self.n
        self.n += 1
        return f.ChildSay(name, n, sealing.seal_message(self.key, (self.conversation, "child", name, n), Content("text", text)))

    async def keeps(self, frame: f.Frame) -> None:
        """Open what arrives; only what verifies is on the screen."""
        match frame:
            case f.Welcome():
                self.conversation, self.token, self.epoch, self.n = frame.conversation, frame.token, frame.epoch, frame.n
            case f.Message():
                self.shows(frame)
            case f.History():
                for one in frame.messages:
                    self.shows(one)
            case f.Work():
                await self.send(await asyncio.to_thread(solve, frame.puzzle))
            case f.Said():
                self.said[frame.id] = frame.seq
                self.seq = max(self.seq, frame.seq)
            case _:
                pass

    def shows(self, entry: f.Message) -> None:
        """Show one entry."""
        place = (self.conversation, entry.role, entry.id, entry.n)
        self.screen[entry.seq] = (entry.role, sealing.open_message(self.key, place, entry.box).text)
        self.seq = max(self.seq, entry.seq)


@dataclass
class Pane:
    """One talk on a counsellor's screen."""

    key: bytes | None = None
    n: int = 0
    epoch: str = ""
    entries: dict[int, f.Message] = field(default_factory=dict)


class Counsellor(Person):
    """A counsellor with a dashboard."""

    path = "/staff/ws"
    decoder = _TO_STAFF

    def __init__(self, place: Place) -> None:
        """With a key pair of this browser."""
        super().__init__(place)
        self.private: EllipticCurvePrivateKey = generate_private_key(SECP256R1())
        self.public = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.key_id = sealing.key_id(self.public)
        self.panes: dict[str, Pane] = {}
        self.desk: f.Desk | None = None

    async def signs_on(self, ticket: str) -> None:
        """Connect with a ticket."""
        await self.connect()
        await self.send(f.StaffHello(ticket, self.public))
        await self.sees(f.StaffWelcome)

    async def takes(self, conversation: str | None = None) -> str:
        """Take a child and open the talk; return its id once the desk shows it."""
        before = set(self.panes)
        await self.send(f.Take(conversation))
        async with asyncio.timeout(PATIENCE):
            while True:
                desk = await self.sees(f.Desk, f.Refused)
                assert isinstance(desk, f.Desk), desk
                new = [held.conversation for held in desk.talks if held.conversation not in before]
                if new:
                    break
        self.panes[new[0]] = Pane()
        await self.send(f.Open(new[0]))
        await self.sees(f.StaffHistory, conversation=new[0])
        return new[0]

    async def has_key(self, conversation: str) -> None:
        """Wait until the child's browser has opened the talk for her."""
        async with asyncio.timeout(PATIENCE):
            while self.panes.setdefault(conversation, Pane()).key is None:
                await asyncio.sleep(0.01)

    async def says(self, conversation: str, text: str) -> f.StaffSaid:
        """Write, and see it acknowledged."""
        pane, name = self.panes[conversation], new_id()
        assert pane.key is not None
        box = sealing.seal_message(pane.key, (conversation, "counsellor", name, pane.n), Content("text", text))
        await self.send(f.StaffSay(conversation, name, pane.n, box))
        said = await self.sees(f.StaffSaid, id=name)
        pane.entries[said.seq] = f.Message(said.seq, "counsellor", name, pane.n, said.at, box)
        pane.n += 1
        return said

    async def registers(self, conversation: str, **fields: object) -> None:
        """Write the contact up and register it."""
        pane = self.panes[conversation]
        boxes = [pane.entries[seq].box for seq in sorted(pane.entries)]
        form = {
            "who": "child_about_self",
            "seq": len(boxes),
            "digest": sealing.talk_digest(conversation, boxes).hex(),
            "conversation": conversation,
            **fields,
        }
        await self.send(f.Register(conversation, sealing.seal_form(msgspec.json.encode(form), self.place.registrar_key, conversation)))
        await self.sees(f.Registered, conversation=conversation)

    async def keeps(self, frame: f.Frame) -> None:
        """Keep the desk, keys and entries."""
        match frame:
            case f.Desk():
                self.desk = frame
            case f.StaffPaired(key=bytes() as wrapped) if frame.key_id == self.key_id:
                pane = self.panes.setdefault(frame.conversation, Pane())
                pane.key = sealing.unwrap_key(wrapped, self.private, self.key_id, frame.conversation)
            case f.StaffHistory():
                pane = self.panes.setdefault(frame.conversation, Pane())
                pane.n, pane.epoch = frame.n, frame.epoch
                pane.entries |= {one.seq: one for one in frame.messages}
            case f.StaffMessage():
                entry = f.Message(frame.seq, frame.role, frame.id, frame.n, frame.at, frame.box)
                self.panes.setdefault(frame.conversation, Pane()).entries[frame.seq] = entry
            case _:
                pass

    def screen(self, conversation: str) -> list[tuple[int, str, str]]:
        """Return what her screen shows of a talk: number, role, text, only what verifies."""
        pane = self.panes[conversation]
        assert pane.key is not None
        return [
            (seq, entry.role, sealing.open_message(pane.key, (conversation, entry.role, entry.id, entry.n), entry.box).text)
            for seq, entry in sorted(pane.entries.items())
        ]


@contextlib.asynccontextmanager
async def gone_after(*people: Person) -> AsyncIterator[None]:
    """Let everybody's connection go at the end of a play."""
    try:
        yield
    finally:
        for person in people:
            await person.drop()


def canary(name: str) -> str:
    """Return a word that stands nowhere else."""
    return f"{name}-{secrets.token_hex(8)}"
