"""What everybody in a run has done and seen, written down as it happens, and what the service says of it afterwards.

Rules of this file:

1. Only facts of the people's own side: said, acknowledged, shown. Nothing here asks the service.
2. Instants are seconds of one clock, since all people of a run live in one process.
3. A screen only grows. When a browser is told to forget what it shows, that screen is closed and another one begins.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

NEVER = float("inf")
MOST_ROOM = 3
"""The most talks that a desk may ever have (frame `free`)."""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote something. Every text stands only once in a run."""

    who: str
    conversation: str
    role: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line on a screen or in a log; `text` is None when it could not be opened. A journal knows neither id nor n."""

    seq: int
    role: str
    text: str | None
    id: str = ""
    n: int = -1


@dataclass(slots=True)
class Screen:
    """What one browser showed of one talk, in the order in which it appeared."""

    who: str
    conversation: str
    lines: list[Line] = field(default_factory=list)
    closed: bool = False
    """It stopped looking before the end: what it showed must be the beginning of the talk."""


@dataclass(slots=True)
class Wait:
    """One child in the line, from its wish until somebody takes it or it goes."""

    conversation: str
    band: int
    """0: it has lost its counsellor, 1: danger, 2: ordinary."""
    joined: float
    """When it first asked to be put in the line: its ticket is not older."""
    placed: float = NEVER
    """When it was first told a place: its ticket is not newer."""
    since: float = NEVER
    """From when on it surely stood in this band."""
    gone: float = NEVER
    """When it left of its own."""
    away: list[tuple[float, float]] = field(default_factory=list)
    """When its browser had no connection."""


@dataclass(slots=True)
class Take:
    """A counsellor took the next one of the line: when she asked, when her desk showed whom she got."""

    desk: str
    asked: float
    shown: float = NEVER
    conversation: str = ""


@dataclass(slots=True)
class History:
    """One run."""

    said: list[Said] = field(default_factory=list)
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    """A message's id and the number that it was given, each time that somebody was told."""
    pending: set[str] = field(default_factory=set)
    """Ids that somebody's screen still shows as not sent."""
    said_at: dict[str, float] = field(default_factory=dict)
    """When somebody pressed send."""
    acknowledged_at: dict[str, float] = field(default_factory=dict)
    """When a message was first known to be stored."""
    shown_at: dict[tuple[str, str], float] = field(default_factory=dict)
    """Who was shown which message, and when."""
    screens: list[Screen] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)
    desks: list[tuple[str, int, int]] = field(default_factory=list)
    """Each time that a desk was shown: whose, how many talks, for how many there is room."""
    faults: list[str] = field(default_factory=list)
    """What a browser would never forgive: a frame of another conversation, a second acknowledgement with another number."""
    strays: set[tuple[str, str]] = field(default_factory=set)
    """A counsellor got a frame of a talk that was not (yet) on her screen."""
    clock: Callable[[], float] = monotonic
    resumed: list[tuple[float, float]] = field(default_factory=list)
    """Each time somebody came back: when the connection was found to be gone, when the service knew it again."""
    tries: list[tuple[str, float]] = field(default_factory=list)
    """Each time somebody tried to connect."""

    def says(self, said: Said) -> None:
        """Somebody pressed send: from here on it must arrive, or stay on the screen as not sent."""
        self.said.append(said)
        self.said_at[said.id] = self.clock()
        self.pending.add(said.id)

    def hears(self, name: str, seq: int) -> None:
        """Somebody was told that a message is stored."""
        self.acknowledged.append((name, seq))
        self.acknowledged_at.setdefault(name, self.clock())
        self.pending.discard(name)

    def echoes(self, since: float) -> list[float]:
        """Return how many seconds after it was said each message was known to be stored, of those said since then."""
        return [at - self.said_at[name] for name, at in self.acknowledged_at.items() if self.said_at.get(name, 0.0) >= since]

    def delays(self, since: float) -> list[float]:
        """Return how many seconds after it was stored each message was shown to the other side, of those stored since then."""
        writers = {said.id: said.who for said in self.said}
        return [
            at - self.acknowledged_at[name]
            for (who, name), at in self.shown_at.items()
            if who != writers.get(name) and self.acknowledged_at.get(name, 0.0) >= since
        ]

    def screen(self, who: str, conversation: str) -> Screen:
        """Begin a new screen."""
        screen = Screen(who, conversation)
        self.screens.append(screen)
        return screen


@dataclass(slots=True)
class Books:
    """What the store's books say at a quiet moment."""

    where: dict[str, str] = field(default_factory=dict)
    """conversation -> line, offer:<desk> or held:<desk>."""
    line: list[str] = field(default_factory=list)
    desks: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    """desk -> room and its talks."""
    states: dict[str, str] = field(default_factory=dict)
    """conversation -> the state in its own books."""


@dataclass(slots=True)
class Truth:
    """What the service has kept: the real logs of talks, before they are erased, or the journal afterwards."""

    talks: dict[str, list[Line]] = field(default_factory=dict)
    books: Books | None = None
    journalled: list[str] | None = None
    """Whose entries the journal has, one for each entry; None: it was not asked."""
    problems: list[str] = field(default_factory=list)
    """What did not verify when the registrar opened the talks."""
    contacts: set[str] = field(default_factory=set)
    """Who joined and is finished, and must be in the journal exactly once."""
    forever: list[str] = field(default_factory=list)
    """Keys of the store without an expiry."""
    left_over: list[str] = field(default_factory=list)
    """Keys of finished talks that are still in the store."""
