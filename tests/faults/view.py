"""One talk as one browser holds it: what is shown, what waits to be sent. Pure; the Python twin of browser/talk.ts and outbox.ts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from server import sealing
from server.ids import new_id
from server.sealing import CannotOpenError, Content
from server.wire import frames as f
from server.wire.frames import Role
from tests.faults.history import History, Line, Said, Screen


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that is not acknowledged. The box belongs to exactly this id and n."""

    id: str
    n: int
    text: str
    box: bytes


@dataclass(slots=True)
class View:
    """One talk in one browser, and what of it is written down for the checker."""

    history: History
    who: str
    role: Role
    conversation: str
    screen: Screen = field(init=False)
    key: bytes | None = None
    entries: list[f.Message] = field(default_factory=list)
    early: dict[int, f.Message] = field(default_factory=dict)
    outbox: list[Unsent] = field(default_factory=list)
    known: int = 0
    next: dict[str, int] = field(default_factory=lambda: {"child": 0, "counsellor": 0})
    drawn: int = 0
    """How many entries are on the screen: without the key none can be."""

    def __post_init__(self) -> None:
        """Begin with an empty screen."""
        self.screen = self.history.screen(self.who, self.conversation)

    # --- what comes --------------------------------------------------------------------------------

    @property
    def have(self) -> int:
        """The number up to which nothing is missing."""
        return len(self.entries)

    @property
    def gap(self) -> int | None:
        """After which number entries are missing."""
        return self.have if self.known > self.have else None

    def receive(self, messages: Sequence[f.Message]) -> None:
        """Take in entries, in any order, any number of times."""
        for message in messages:
            if message.seq > self.have:
                self.early.setdefault(message.seq, message)
            self.known = max(self.known, message.seq)
        while (message_ := self.early.pop(self.have + 1, None)) is not None:
            self.entries.append(message_)
            self.next[message_.role] = max(self.next[message_.role], message_.n + 1)
            if message_.role == self.role:
                self._stored(message_.id, message_.seq)
        self.draw()

    def settle(self, up_to: float = math.inf) -> None:
        """A range has come to its end: what was spoken of (as `up_to`) before it was asked for, and is neither in it nor early, is not."""
        if self.known <= up_to:
            self.known = max(self.have, *self.early, 0)

    def draw(self) -> None:
        """Show what came and can be opened."""
        if self.key is None:
            return
        for entry in self.entries[self.drawn :]:
            self.history.shown_at.setdefault((self.who, entry.id), self.history.clock())
            self.screen.lines.append(Line(entry.seq, entry.role, self._open(entry), entry.id, entry.n))
        self.drawn = self.have

    def _open(self, entry: f.Message) -> str | None:
        assert self.key is not None
        try:
            return sealing.open_message(self.key, (self.conversation, entry.role, entry.id, entry.n), entry.box).text
        except CannotOpenError:
            return None

    def forget(self) -> None:
        """The store went back in time: this screen is closed, and all comes anew."""
        self.screen.closed = True
        self.screen = self.history.screen(self.who, self.conversation)
        self.entries, self.early, self.known, self.drawn = [], {}, 0, 0
        self.next = {"child": 0, "counsellor": 0}

    def close(self) -> None:
        """Nobody looks at it any more."""
        self.screen.closed = True

    # --- what goes ---------------------------------------------------------------------------------

    def write(self, text: str) -> Unsent:
        """Somebody presses send."""
        n = self.outbox[-1].n + 1 if self.outbox else self.next[self.role]
        item = self._sealed(new_id(), n, text)
        self.outbox.append(item)
        self.history.says(Said(self.who, self.conversation, self.role, item.id, text))
        return item

    def align(self) -> None:
        """Count on from what the talk holds: a message whose counter changes is sealed anew."""
        first = self.next[self.role]
        self.outbox = [
            item if item.n == first + at else self._sealed(item.id, first + at, item.text) for at, item in enumerate(self.outbox)
        ]

    def said(self, name: str, seq: int, at: int) -> None:
        """The service says that a message is stored."""
        item = next((item for item in self.outbox if item.id == name), None)
        if item is None:
            self.history.hears(name, seq)
            self.known = max(self.known, seq)
            return
        self._stored(name, seq)
        self.receive([f.Message(seq, self.role, name, item.n, at, item.box)])

    def _stored(self, name: str, seq: int) -> None:
        self.outbox = [item for item in self.outbox if item.id != name]
        self.history.hears(name, seq)

    def _sealed(self, name: str, n: int, text: str) -> Unsent:
        assert self.key is not None
        return Unsent(name, n, text, sealing.seal_message(self.key, (self.conversation, self.role, name, n), Content("text", text)))

    # --- at the end --------------------------------------------------------------------------------

    @property
    def digest(self) -> str:
        """The digest of the talk as it is on this screen, in hex."""
        return sealing.talk_digest(self.conversation, [entry.box for entry in self.entries]).hex()
