"""What is known of a counsellor's desk, and who may take whom: the pure part.

Rules of this file:

1. A child is in exactly one place: in the line, ringing at one desk, or held by one desk.
2. A desk takes one more child when it has room and nothing is still to be written up.
3. A child rings only at a desk that is free and could take it; one child a desk, at the desk that has been ready longest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from server.wire.wait import Wait, parse_wait

LINE, OFFER, HELD = "line", "offer:", "held:"
"""How the books write the three places; a desk's name follows the last two."""

Stage = Literal["claimed", "talking", "wrapping"]
"""A talk at a desk: taken but not opened yet; running; ended and still to be written up."""
Reason = Literal["taken", "at_capacity", "nobody"]


class NotTaken(Exception):
    """She did not get the child: a colleague was first or it has left, she has no room, or nobody waits."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason, for whoever has to say it in words."""
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Offered:
    """A child rings at a desk."""

    conversation: str
    desk: str
    wait: Wait


@dataclass(frozen=True, slots=True)
class Claimed:
    """A child is hers."""

    conversation: str
    wait: Wait


@dataclass(frozen=True, slots=True)
class DeskState:
    """One counsellor's desk, whole."""

    free: bool
    room: int
    offer: tuple[str, int, Wait] | None
    """The child that rings here, until when (ms), and what is known of it."""
    talks: dict[str, Stage]

    @property
    def has_room(self) -> bool:
        """One more child may be taken here."""
        return len(self.talks) < self.room and "wrapping" not in self.talks.values()

    @property
    def ready(self) -> bool:
        """One more child may ring here."""
        return self.free and self.offer is None and self.has_room


NO_DESK = DeskState(free=False, room=1, offer=None, talks={})
"""A desk of which nothing is written: away, without a talk."""


class _Row(msgspec.Struct, frozen=True):
    """A desk as the books write it."""

    free: bool
    room: int
    talks: dict[str, Stage]
    offer: str = ""


_row: msgspec.json.Decoder[_Row] = msgspec.json.Decoder(_Row)


def desk_from(found: Sequence[bytes]) -> DeskState:
    """Return a desk from the books' JSON; when a child rings there, its deadline and its wait stand beside it."""
    row = _row.decode(found[0])
    offer = (row.offer, int(found[1]), parse_wait(found[2])) if row.offer else None
    return DeskState(row.free, row.room, offer, row.talks)


def standings_of(text: bytes) -> Mapping[str, str]:
    """Return how each talk of a desk stands, from the books' JSON."""
    talks: Mapping[str, str] = _row.decode(text).talks
    return talks


def desk_in(place: bytes | None, kind: str) -> str | None:
    """Return the desk that `where` names, when the child is in that kind of place."""
    text = (place or b"").decode()
    return text.removeprefix(kind) if text.startswith(kind) else None
