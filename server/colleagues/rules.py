"""Who is beside whom: the pure part.

Rules of this file:

1. A colleague reads a talk only while she is asked in by the one who holds it now. When it leaves that desk, she reads no more.
2. What colleagues say to each other is sealed for each reader, and goes to those who are in that talk, or for the staff room to all.
3. Nobody is asked, called or told who is not signed in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

HERE_MS = 15_000
"""Somebody who was heard within this time is at work."""


class Row(msgspec.Struct, frozen=True):
    """One who is signed in at a desk, as the books write her: the key of her browser."""

    key_id: str
    key: bytes


class Asked(msgspec.Struct, frozen=True):
    """A colleague was asked in to a talk: by which desk, when (ms), and for which key the talk was wrapped."""

    by: str
    at: int
    key_id: str


class Call(msgspec.Struct, frozen=True):
    """Somebody needs help now in this talk, since (ms); `coming`: the desk of the one who comes."""

    conversation: str
    at: int
    coming: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """All of it, as it was read at one time."""

    rows: Mapping[str, Row] = field(default_factory=dict)
    """Desk -> who is signed in there."""
    asked: Mapping[tuple[str, str], Asked] = field(default_factory=dict)
    """Conversation and desk -> that she was asked in."""
    calls: Mapping[str, Call] = field(default_factory=dict)
    """Desk -> what she needs help with."""
    read: int = 0
    """Which read of this worker it was: a later one is as new at the least."""

    def reads(self, desk: str) -> list[str]:
        """Return the talks that this desk was asked in to, longest ago first."""
        found = [(one.at, conversation) for (conversation, whose), one in self.asked.items() if whose == desk]
        return [conversation for _, conversation in sorted(found)]

    def readers(self, conversation: str) -> list[str]:
        """Return the desks that were asked in to a talk, longest ago first."""
        found = [(one.at, desk) for (name, desk), one in self.asked.items() if name == conversation]
        return [desk for _, desk in sorted(found)]


def may_read(holder: str, asked: Asked | None, desk: str) -> bool:
    """Tell whether this desk may read a talk that `holder` has now ("": nobody has it): asked in by the one who holds it."""
    return asked is not None and holder not in ("", desk) and holder == asked.by


def here(rows: Mapping[str, Row], heard: Mapping[str, int | None], now: int) -> dict[str, Row]:
    """Return those of the signed in who were heard lately."""
    return {desk: row for desk, row in rows.items() if (at := heard.get(desk)) is not None and now - at <= HERE_MS}


def in_talk(holder: str, readers: Iterable[str]) -> set[str]:
    """Return who may speak in a talk's whispers: who holds it and who reads along."""
    return {holder, *readers} - {""}
