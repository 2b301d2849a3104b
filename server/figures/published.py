"""What of the journal is published as numbers: the only shape in which it leaves the registrar's side. Nothing under five fits into it.

Rules of this file:

1. A number is at least five, or it is not there (null). A file that holds a smaller one is not read.
2. Codes are closed; there is no place for a word that somebody wrote.
"""

from typing import Annotated, Literal, get_args

import msgspec

from server.figures.hiding import LEAST
from server.wire.form import Outcome, Reason

Shown = Annotated[int, msgspec.Meta(ge=LEAST)]
Answered = Literal["answered", "unanswered"]
"""Whether a counsellor came before the contact was over."""
Way = Literal["gave_up", "cut_off", "closed"]
"""How a contact without an answer ended: left the line, lost the connection in it, or was in it at closing time."""
Stayed = Literal["0-1", "2-4", "5-9", "10-19", "20+"]
"""After how many whole minutes somebody was no longer in the line."""
Hour = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3])$")]
Step = Literal["0-1", "2-4", "5-9", "10-14", "15-19", "20-29", "30-44", "45-59", "60-89", "90+"]
"""Whole minutes, in steps: a middle of waits or of talks is told no finer."""
DayOfWeek = Literal["1", "2", "3", "4", "5", "6", "7"]
"""Monday is 1."""
HOURS: tuple[str, ...] = tuple(f"{(hour + 6) % 24:02d}" for hour in range(24))
"""The hours of an evening in their order: it begins at six in the morning."""
STEPS: tuple[Step, ...] = get_args(Step)
STAYED: tuple[Stayed, ...] = get_args(Stayed)

Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Month = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}$")]


class Spread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The middle and the ninth tenth of some minutes, each told by its step; None: too few on one side of it."""

    p50: Step | None = None
    p90: Step | None = None


class InEvening(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One evening with at least five contacts; those with fewer are counted with the next one."""

    evening: Day
    contacts: Shown
    answered: dict[Answered, Shown | None]
    hours: dict[Hour, Shown | None]
    """By the hour in which they came, Oslo time."""
    wait: Spread
    """How long those who were answered had waited."""
    talk: Spread


class InMonth(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One month: the evenings that were published of it."""

    month: Month
    contacts: Shown
    evenings: Annotated[int, msgspec.Meta(ge=1, le=31)]
    """Of how many evenings: those of the list."""
    no_contacts: Shown | None
    """Tests, silent ones and abuse: not among the contacts."""
    answered: dict[Answered, Shown | None]
    hours: dict[Hour, Shown | None]
    weekdays: dict[DayOfWeek, Shown]
    """Of the evening with which they are counted; a day without contacts is not there."""
    unanswered_how: dict[Way, Shown | None]
    unanswered_after: dict[Stayed, Shown | None]
    wait: Spread
    talk: Spread
    outcomes: dict[Outcome, Shown | None]
    """A contact may have several, or none."""
    reasons: dict[Reason, Shown | None]
    """The same."""


class Figures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that was ever published, oldest first."""

    version: Literal[1] = 1
    evenings: list[InEvening] = []
    months: list[InMonth] = []


def parse(content: bytes) -> Figures:
    """Return what a file holds. Raises msgspec.MsgspecError."""
    return msgspec.json.decode(content, type=Figures)


def write(figures: Figures) -> bytes:
    """Return the file of some figures, a line for each period, so that a person can read it and compare two."""
    return msgspec.json.format(msgspec.json.encode(figures), indent=1) + b"\n"
