"""A counsellor who stays: takes the next child, writes, writes up what has ended, and comes back after every break."""

import asyncio
import http.client
import random
import urllib.parse
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server import sealing
from server.wire import frames as f
from tests.faults.history import MOST_ROOM, History, Take
from tests.faults.steady import Door, Gone, Steady
from tests.faults.view import View

PATIENCE = 5.0
SIGN_IN_PATIENCE = 30.0
"""A password is slow to compare on purpose, and a whole shift signs in at once."""


class SignedOut(Exception):
    """The service does not know the session any more."""


@dataclass(slots=True)
class Pane:
    """One talk on her screen."""

    view: View
    held: f.Held
    epoch: str = ""
    saying: str = ""
    asked: int = -1
    up_to: int = 0
    """What was spoken of when a range was asked for last."""
    questions: int = 0
    """How many ranges are asked for and not answered."""
    marked: int = 0
    paused: float = 0.0
    registering: bool = False


Entrance = Callable[[int], Awaitable[str]]
"""Returns a ticket, asked for at the door of this number. Raises Gone and SignedOut."""


class WebEntrance:
    """Signing in over the real pages, once; then a ticket for each socket."""

    def __init__(self, ports: Sequence[int], origin: str, name: str, password: str) -> None:
        """`ports` of 127.0.0.1, in the order of the doors."""
        self.ports, self.origin, self.name, self.password = list(ports), origin, name, password
        self.cookie = ""

    async def __call__(self, door: int) -> str:
        """Return a ticket. Raises Gone and SignedOut."""
        try:
            return await asyncio.to_thread(self._ticket, self.ports[door % len(self.ports)])
        except (OSError, http.client.HTTPException):
            raise Gone(1006) from None

    def _ticket(self, port: int) -> str:
        if not self.cookie:
            body = urllib.parse.urlencode({"name": self.name, "password": self.password})
            self.cookie = self._post(port, "/staff/sign-in", body)[1].split(";")[0]
        text, _ = self._post(port, "/staff/ticket", "")
        return str(msgspec.json.decode(text)["ticket"])

    def _post(self, port: int, path: str, body: str) -> tuple[str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SIGN_IN_PATIENCE if path == "/staff/sign-in" else PATIENCE)
        try:
            headers = {"Origin": self.origin, "Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            if answer.status == http.HTTPStatus.UNAUTHORIZED:
                raise SignedOut
            if answer.status not in (http.HTTPStatus.OK, http.HTTPStatus.SEE_OTHER):
                raise http.client.HTTPException
            return text, answer.headers.get("Set-Cookie", "")
        finally:
            connection.close()


class SteadyCounsellor(Steady):
    """A counsellor with a dashboard; her key pair outlives every connection."""

    path = "/staff/ws"
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(f.ToStaff | list[f.ToStaff])

    def __init__(
        self, doors: Sequence[Door], history: History, who: str, registrar_key: bytes, entrance: Entrance, chance: random.Random
    ) -> None:
        """With a key pair of this browser."""
        super().__init__(doors, history, who, chance)
        self.registrar_key, self.entrance = registrar_key, entrance
        self.private = generate_private_key(SECP256R1())
        self.public = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.key_id = sealing.key_id(self.public)
        self.panes: dict[str, Pane] = {}
        self.desk: f.Desk | None = None
        self.line: f.Line | None = None
        self.load = 0
        """1: whenever she has no talk, she takes the next of the line by herself."""
        self.room = 0
        """More than 0: she is free for so many, and takes whoever rings at her desk."""
        self.writes_up = True
        self.registered: set[str] = set()
        self._fresh: set[str] = set()
        self._asked: float | None = None
        self._taking = False
        self._rang = ""
        self._freed = False

    # --- what she does -----------------------------------------------------------------------------

    def write(self, conversation: str, text: str) -> bool:
        """Press send in one of her talks; False when she cannot write there."""
        pane = self.panes.get(conversation)
        if pane is None or pane.view.key is None or pane.held.state != "talking" or not pane.epoch:
            return False
        pane.view.write(text)
        self.pump()
        return True

    def end(self, conversation: str) -> None:
        """End one of her talks."""
        self.post(f.StaffEnd(conversation))

    @property
    def blind(self) -> list[Pane]:
        """Talks on her screen whose key she does not have."""
        return [pane for pane in self.panes.values() if pane.view.key is None]

    # --- the connection ----------------------------------------------------------------------------

    async def hello(self) -> None:
        """Fetch a ticket, and say who we are. Raises Gone."""
        try:
            ticket = await self.entrance(self.door)
        except SignedOut:
            raise Gone(4501) from None
        self.post(f.StaffHello(ticket, self.public))

    def ping(self) -> f.Ping:
        """Return the heartbeat."""
        return f.Ping()

    # --- what comes --------------------------------------------------------------------------------

    def keeps(self, frame: f.Frame) -> None:
        """Take in a frame."""
        match frame:
            case f.StaffWelcome():
                self._fresh.clear()
                self._taking = self._freed = False
                self._rang = ""
                self.back()
            case f.Desk():
                self._desk(frame)
            case f.Line():
                self.line = frame
            case f.Registered():
                self.registered.add(frame.conversation)
                self._put_away(frame.conversation, whole=True)
            case f.Refused():
                self._refused(frame)
            case f.StaffPaired() | f.StaffHistory() | f.StaffMessage() | f.StaffSaid():
                self._of_talk(frame)
            case _:
                pass

    def _desk(self, desk: f.Desk) -> None:
        before = self.desk  # with less room than before she keeps the talks that she has
        allowed = max(desk.room, before.room, len(before.talks)) if before else MOST_ROOM
        self.desk, self._freed = desk, desk.free
        self.history.desks.append((self.who, len(desk.talks), allowed))
        hers = {held.conversation: held for held in desk.talks}
        for conversation in list(self.panes.keys() - hers.keys()):
            self._put_away(conversation, whole=self.panes[conversation].registering)
        for conversation, held in hers.items():
            if conversation not in self.panes and conversation not in self.registered:
                self._new(conversation, held)
            if pane_ := self.panes.get(conversation):
                pane_.held = held
                pane_.view.known = max(pane_.view.known, held.seq)
                if conversation not in self._fresh:
                    self._fresh.add(conversation)
                    pane_.saying, pane_.asked, pane_.registering, pane_.marked, pane_.questions = "", -1, False, 0, 0
                    self._open(pane_)

    def _open(self, pane: Pane) -> None:
        pane.up_to, pane.questions = pane.view.known, pane.questions + 1
        self.post(f.Open(pane.view.conversation, pane.view.have))

    def _put_away(self, conversation: str, *, whole: bool) -> None:
        """A talk leaves her screen. Without its key, which a child that has gone cannot wrap any more, she saw nothing of it."""
        pane = self.panes.pop(conversation, None)
        if pane is not None and (not whole or pane.view.key is None):
            pane.view.close()

    def _new(self, conversation: str, held: f.Held) -> None:
        self.panes[conversation] = Pane(View(self.history, self.who, "counsellor", conversation), held)
        if self._asked is not None:
            self.history.takes.append(Take(self.who, self._asked, self.history.clock(), conversation))
        self._asked, self._taking = None, False

    def _of_talk(self, frame: "f.StaffPaired | f.StaffHistory | f.StaffMessage | f.StaffSaid") -> None:
        pane = self.panes.get(frame.conversation)
        if pane is None:
            self.history.strays.add((self.who, frame.conversation))
            return
        match frame:
            case f.StaffPaired():
                if frame.key is not None and frame.key_id == self.key_id and pane.view.key is None:
                    pane.view.key = sealing.unwrap_key(frame.key, self.private, self.key_id, frame.conversation)
                    pane.view.draw()
            case f.StaffHistory():
                if pane.epoch not in ("", frame.epoch):
                    pane.view.forget()
                    pane.up_to = -1
                pane.epoch, pane.asked = frame.epoch, -1
                pane.view.receive(frame.messages)
                if not frame.more:
                    pane.saying, pane.questions = "", max(0, pane.questions - 1)
                    if not pane.questions:
                        pane.view.settle(pane.up_to)
            case f.StaffMessage():
                pane.view.receive([f.Message(frame.seq, frame.role, frame.id, frame.n, frame.at, frame.box)])
            case f.StaffSaid():
                pane.saying = ""
                pane.view.said(frame.id, frame.seq, frame.at)

    def _refused(self, frame: f.Refused) -> None:
        pane = self.panes.get(frame.conversation or "")
        if frame.what == "take":
            self._asked, self._taking = None, False
        elif pane is not None:
            pane.saying, pane.asked, pane.registering = "", -1, False
            pane.paused = monotonic() + self.again
            if frame.what in ("open", "range"):
                pane.questions = max(0, pane.questions - 1)
            if frame.why == "out_of_order" or (frame.what, frame.why) == ("open", "not_now"):
                asyncio.get_running_loop().call_later(self.again if frame.what == "open" else 0, self._open, pane)
        self.later(self.again + 0.01)

    # --- what is owed ------------------------------------------------------------------------------

    def pump(self) -> None:
        """Post all that is owed."""
        if not self.welcomed or self.desk is None:
            return
        for pane in list(self.panes.values()):
            if monotonic() >= pane.paused:
                self._owed(pane)
        if self.room:
            self._owed_bell(self.desk)
        waiting = self.line is not None and self.line.count > 0
        busy = any(held.state == "wrapping_up" for held in self.desk.talks)
        if waiting and not self._taking and not busy and len(self.desk.talks) < min(self.load, self.desk.room):
            self._taking = True
            self._asked = self._asked if self._asked is not None else self.history.clock()
            self.post(f.Take(None))

    def _owed_bell(self, desk: f.Desk) -> None:
        if not self._freed:
            self._freed = True
            self.post(f.Free(self.room))
        if desk.offer is not None and desk.offer.conversation != self._rang:
            self._rang = desk.offer.conversation
            self.post(f.Take(self._rang))

    def _owed(self, pane: Pane) -> None:
        view = pane.view
        if view.gap is not None and view.gap != pane.asked:
            pane.asked, pane.up_to, pane.questions = view.gap, view.known, pane.questions + 1
            self.post(f.StaffRange(view.conversation, view.gap))
        if pane.held.state == "wrapping_up":
            if self.writes_up and not pane.registering and view.gap is None and view.have >= pane.held.seq and pane.epoch:
                pane.registering = True
                self.post(f.Register(view.conversation, self._form(view)))
        elif not pane.saying and view.gap is None and view.outbox and pane.epoch:
            view.align()
            item = view.outbox[0]
            pane.saying = item.id
            self.post(f.StaffSay(view.conversation, item.id, item.n, item.box))
        if view.drawn > pane.marked:
            pane.marked = view.drawn
            self.post(f.StaffSeen(view.conversation, view.have, view.drawn))

    def _form(self, view: View) -> bytes:
        form = {"who": "child_about_self", "seq": view.have, "digest": view.digest, "conversation": view.conversation}
        return sealing.seal_form(msgspec.json.encode(form), self.registrar_key, view.conversation)
