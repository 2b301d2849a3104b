"""The life of a conversation, as a table.

Rules of this file:

1. Everything that a conversation can go through is in LIFE. An event that is not in it is refused and changes nothing.
2. The diagram in docs/architecture.md is drawn from LIFE, and a test walks every state with every event.
3. `offered` is a place in the line's books (`{q}`): the talk's own books say `waiting` until it is taken.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a conversation stands."""

    ARRIVED = "arrived"
    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    WRAPPING_UP = "wrapping_up"
    LEFT = "left"
    SEALED = "sealed"
    CONFIRMED = "confirmed"
    GONE = "gone"


class Event(StrEnum):
    """What happens to a conversation."""

    JOIN = "join"
    OFFER = "offer"
    GIVE_BACK = "give_back"
    TAKE = "take"
    LEAVE = "leave"
    CLOSE = "close"
    VANISH = "vanish"
    LOSE_COUNSELLOR = "lose_counsellor"
    HAND_OVER = "hand_over"
    END = "end"
    REGISTER = "register"
    RELEASE = "release"
    CONFIRM = "confirm"
    ERASE = "erase"


LIFE: dict[tuple[State, Event], State] = {
    (State.ARRIVED, Event.JOIN): State.WAITING,
    (State.ARRIVED, Event.VANISH): State.GONE,
    (State.WAITING, Event.OFFER): State.OFFERED,
    (State.WAITING, Event.TAKE): State.TALKING,
    (State.WAITING, Event.LEAVE): State.LEFT,
    (State.WAITING, Event.CLOSE): State.LEFT,
    (State.WAITING, Event.VANISH): State.LEFT,
    (State.OFFERED, Event.GIVE_BACK): State.WAITING,
    (State.OFFERED, Event.TAKE): State.TALKING,
    (State.OFFERED, Event.LEAVE): State.LEFT,
    (State.OFFERED, Event.CLOSE): State.LEFT,
    (State.OFFERED, Event.VANISH): State.LEFT,
    (State.TALKING, Event.LOSE_COUNSELLOR): State.WAITING,
    (State.TALKING, Event.HAND_OVER): State.TALKING,
    (State.TALKING, Event.END): State.WRAPPING_UP,
    (State.TALKING, Event.CLOSE): State.WRAPPING_UP,
    (State.TALKING, Event.VANISH): State.WRAPPING_UP,
    (State.WRAPPING_UP, Event.REGISTER): State.SEALED,
    (State.WRAPPING_UP, Event.RELEASE): State.SEALED,
    (State.LEFT, Event.REGISTER): State.SEALED,
    (State.SEALED, Event.CONFIRM): State.CONFIRMED,
    (State.CONFIRMED, Event.ERASE): State.GONE,
}


class NotAllowedError(Exception):
    """This event cannot happen to a conversation in this state."""

    def __init__(self, state: State, event: Event) -> None:
        """Keep both, for whoever has to say it in words."""
        super().__init__(f"{event} cannot happen to a conversation that is {state}")
        self.state = state
        self.event = event


def after(state: State, event: Event) -> State:
    """Return the state that follows. Raises NotAllowedError for what LIFE does not hold."""
    try:
        return LIFE[state, event]
    except KeyError:
        raise NotAllowedError(state, event) from None


def sources(event: Event, *, to: State) -> tuple[State, ...]:
    """Return the states from which this event leads to `to`, as the talk's own books write them."""
    found = [state for (state, happened), result in LIFE.items() if happened is event and result is to]
    return tuple(state for state in found if state is not State.OFFERED)


@dataclass(frozen=True, slots=True)
class Talk:
    """What the store says of one conversation, as far as the two sides are told."""

    state: State
    epoch: str
    created: int
    seq: int = 0
    language: str = "nb"
    about: str = "unsaid"
    danger: bool = False
    since: int = 0
    place: int = 0
    """Where in the line it stood when it came."""
    n_child: int = 0
    n_counsellor: int = 0
    delivered_child: int = 0
    read_child: int = 0
    delivered_counsellor: int = 0
    read_counsellor: int = 0
    desk: str = ""
    alias: str = ""
    key_id: str = ""
    key: bytes = b""
    paired: int = 0
    planned: int = 0
    """Until when the counsellor has said that they have (ms); 0: nothing was said."""
    ended: int = 0
    ended_by: str = ""
    over: str = ""
    """The desk that the child is asked about: may it go on with the talk. Empty: nothing is asked."""
    over_alias: str = ""
    over_said: str = ""
    """What came of the last such question: `no`, or why it could not be done."""
    second: str = ""
    """The desk of the second person who has signed what is written up."""
    signed: str = ""
    """The digest of what that one has signed."""
    child_tab: str = ""
    child_at: str = ""
    child_was: str = ""
    """The worker where the child was last, while it is nowhere."""
    counsellor_at: str = ""
    counsellor_gone: bool = False

    @property
    def shut(self) -> bool:
        """The chat was closed while it waited: nobody has ever taken it."""
        return self.ended_by == "hours" and not self.paired


class News(StrEnum):
    """What a child must be told."""

    PAIRED = "paired"
    LOST_AWHILE = "lost_awhile"
    LOST_FOR_GOOD = "lost_for_good"
    ENDED = "ended"


OVER = frozenset({State.WRAPPING_UP, State.LEFT, State.SEALED, State.CONFIRMED, State.GONE})
"""States in which the child's part is over."""


def news(before: Talk, now: Talk) -> News | None:
    """Return what a child, who was told `before`, must be told now; None when nothing changed for it."""
    if now.state in OVER:
        return News.ENDED
    if now.state is State.WAITING:
        return News.LOST_FOR_GOOD if before.state is State.TALKING else None
    if now.state is State.TALKING:
        return _news_of_counsellor(before, now)
    return None


def _news_of_counsellor(before: Talk, now: Talk) -> News | None:
    if now.counsellor_gone:
        return None if before.state is State.TALKING and before.counsellor_gone else News.LOST_AWHILE
    same = before.state is State.TALKING and before.key_id == now.key_id and before.desk == now.desk
    return None if same and not before.counsellor_gone else News.PAIRED


def recovers(talk: Talk, epoch: str | None, seq: int) -> bool:
    """Tell whether a browser that holds entries 1 to `seq` of `epoch` can go on from there (Centrifugo's rule).

    Another epoch, or more entries than the store has, means that the store went back in time: a full reload.
    """
    return epoch == talk.epoch and seq <= talk.seq


def too_quiet(last_word: int, now: int, minutes: int) -> bool:
    """Tell whether neither side has written for so long that the talk ends. Instants in ms."""
    return now - last_word >= minutes * 60_000
