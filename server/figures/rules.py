"""The evening and the month in numbers, from coded contacts. Pure: no text comes in, and nothing under five goes out.

Rules of this file:

1. An evening runs from six to six, Oslo time. It is settled a day after its end: by then every contact of it is in the journal or late.
2. A settled evening never changes. What is journalled later is counted with the first evening that was not settled yet.
3. An evening with fewer than five contacts is counted with the next one, so that every evening that is told has at least five.
4. A month is told once all its evenings are settled, and is their sum: no number of it, less those of its evenings, tells of few.
5. A middle of minutes is told when at least five are on either side of it, and in steps: no one's own wait is told.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

import msgspec

from server.figures.hiding import LEAST, Counts, Evening, Hidden, hide, hide_sums
from server.figures.published import (
    HOURS,
    STAYED,
    STEPS,
    Answered,
    Figures,
    InEvening,
    InMonth,
    Spread,
    Step,
    Way,
)
from server.wire.form import Outcome, Reason, Who
from server.wire.package import Ending

MINUTE = 60_000
MORNING = 6
"""The hour, local time, at which an evening begins and the one before it ends."""
SETTLED_DAYS = 2
NO_CONTACTS: frozenset[Who] = frozenset({"silent", "test", "abusive"})
WAYS: Mapping[Ending, Way] = {"gave_up": "gave_up", "cut_off": "cut_off", "closed": "closed"}


class ChangedError(Exception):
    """What was published of an evening does not follow from the journal any more. It is not published anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """One contact by its codes and times alone. Instants are whole minutes in ms since 1970 UTC."""

    arrived_at: int
    paired_at: int | None
    ended_at: int
    ending: Ending
    who: Who | None = None
    reasons: tuple[Reason, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def answered(self) -> bool:
        """Tell whether a counsellor came."""
        return self.paired_at is not None

    @property
    def waited(self) -> int:
        """Whole minutes in the line."""
        return max(0, ((self.paired_at or self.ended_at) - self.arrived_at) // MINUTE)

    @property
    def talked(self) -> int:
        """Whole minutes of talk."""
        return max(0, (self.ended_at - (self.paired_at or self.ended_at)) // MINUTE)


@dataclass(frozen=True, slots=True)
class Written:
    """A contact as one entry of the journal has it, and when that was written (ms)."""

    contact: bytes
    """The name under which the journal knows it: two entries may be of one contact."""
    at: int
    coded: Coded


# --- which evening -------------------------------------------------------------------------------


def evening_of(at: int, zone: ZoneInfo) -> date:
    """Return the evening to which an instant (ms) belongs."""
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    return local.date() - timedelta(days=local.hour < MORNING)


def settled_at(evening: date, zone: ZoneInfo) -> int:
    """Return the instant (ms) from which an evening does not change."""
    day = evening + timedelta(days=SETTLED_DAYS)
    return int(datetime(day.year, day.month, day.day, MORNING, tzinfo=zone).timestamp() * 1000)


def counted_with(written: Written, zone: ZoneInfo) -> date:
    """Return the evening with which a contact is counted: its own, or the first that was not settled when it was written down."""
    return max(evening_of(written.coded.arrived_at, zone), evening_of(written.at, zone) - timedelta(days=SETTLED_DAYS - 1))


def by_evening(entries: Sequence[Written], now: int, zone: ZoneInfo) -> dict[date, list[Coded]]:
    """Return the contacts of each settled evening, each once: as its newest entry has it that came in time."""
    versions: dict[bytes, list[Written]] = {}
    for written in sorted(entries, key=lambda one: one.at):
        versions.setdefault(written.contact, []).append(written)
    found: dict[date, list[Coded]] = {}
    for several in versions.values():
        evening = counted_with(several[0], zone)
        until = settled_at(evening, zone)
        if until <= now:
            found.setdefault(evening, []).append([one for one in several if one.at < until][-1].coded)
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Told:
    """An evening that is told: its own contacts and those of the few before it. `none`: how many were no contacts."""

    evening: date
    contacts: Sequence[Coded]
    none: int


def gathered(evenings: Mapping[date, Sequence[Coded]]) -> list[Told]:
    """Return the evenings that are told."""
    told: list[Told] = []
    waiting: list[Coded] = []
    none = 0
    for evening, came in evenings.items():
        contacts = [one for one in came if one.who not in NO_CONTACTS]
        waiting += contacts
        none += len(came) - len(contacts)
        if len(waiting) >= LEAST:
            told.append(Told(evening, waiting, none))
            waiting, none = [], 0
    return told


# --- what is counted -----------------------------------------------------------------------------


def _count(codes: Sequence[str], found: Iterable[str]) -> dict[str, int]:
    counter = Counter(found)
    return {code: counter[code] for code in codes}


def answered(contacts: Iterable[Coded]) -> dict[str, int]:
    """Count those to whom a counsellor came, and the others."""
    return _count(get_args(Answered), ("answered" if one.answered else "unanswered" for one in contacts))


def hours(contacts: Iterable[Coded], zone: ZoneInfo) -> dict[str, int]:
    """Count by the hour of arrival, local time."""
    return _count(HOURS, (f"{datetime.fromtimestamp(one.arrived_at / 1000, UTC).astimezone(zone).hour:02d}" for one in contacts))


Code = TypeVar("Code", bound=str)


def step(minutes: int, steps: Sequence[Code]) -> Code:
    """Return the step to which whole minutes belong."""
    return [one for one in steps if int(one.rstrip("+").partition("-")[0]) <= minutes][-1]


def spread(minutes: Sequence[int], sure: int) -> Spread:
    """Return the middle and the ninth tenth. `sure`: how many there are as far as the published numbers tell."""
    ordered = sorted(minutes)

    def at(tenths: int) -> Step | None:
        beyond = sure * min(tenths, 10 - tenths) // 10
        return step(ordered[(len(ordered) * tenths + 9) // 10 - 1], STEPS) if beyond >= LEAST else None

    return Spread(at(5), at(9))


def sure_answered(counts: Counts, hidden: Hidden) -> int:
    """Return how many were answered at the least, for somebody who sees only what is published; 0 where they may be under five."""
    if not hidden:
        return counts["answered"]
    return sum(counts.values()) - LEAST + 1 if counts["answered"] >= LEAST > counts["unanswered"] else 0


def _shown(counts: Counts, hidden: Hidden) -> dict[str, int | None]:
    return {code: None if code in hidden else n for code, n in counts.items()}


# --- evening and month ---------------------------------------------------------------------------


def in_evening(told: Told, zone: ZoneInfo) -> InEvening:
    """Return one evening as it is published. Raises msgspec.ValidationError rather than tell a number under five."""
    came, by_hour = answered(told.contacts), hours(told.contacts, zone)
    hidden = hide(came)
    facts = {
        "evening": told.evening.isoformat(),
        "contacts": len(told.contacts),
        "answered": _shown(came, hidden),
        "hours": _shown(by_hour, hide(by_hour)),
        **_middles(told.contacts, sure_answered(came, hidden)),
    }
    return msgspec.convert(facts, InEvening)


def in_month(month: str, evenings: Sequence[Told], zone: ZoneInfo) -> InMonth:
    """Return one month as it is published, after its evenings (at least one). Raises msgspec.ValidationError, as an evening does."""
    contacts = [one for told in evenings for one in told.contacts]
    came, by_hour = answered(contacts), hours(contacts, zone)
    hidden = hide_sums([_row(answered(told.contacts)) for told in evenings])
    none = sum(told.none for told in evenings)
    facts = {
        "month": month,
        "contacts": len(contacts),
        "evenings": len(evenings),
        "no_contacts": none if none >= LEAST else None,
        "answered": _shown(came, hidden),
        "hours": _shown(by_hour, hide_sums([_row(hours(told.contacts, zone)) for told in evenings])),
        "weekdays": _weekdays(evenings),
        **_unanswered([one for one in contacts if not one.answered], withheld=bool(hidden)),
        "outcomes": _several(get_args(Outcome), (one.outcomes for one in contacts)),
        "reasons": _several(get_args(Reason), (one.reasons for one in contacts)),
        **_middles(contacts, sure_answered(came, hidden)),
    }
    return msgspec.convert(facts, InMonth)


def _row(counts: Counts) -> Evening:
    return Evening(counts, hide(counts))


def _unanswered(contacts: Sequence[Coded], *, withheld: bool) -> dict[str, dict[str, int | None]]:
    """Return how and after how long contacts ended without an answer; nothing of it where their number is not told."""
    how = _count(get_args(Way), (WAYS.get(one.ending, "gave_up") for one in contacts))
    after = _count(STAYED, (step(one.waited, STAYED) for one in contacts))
    return {
        "unanswered_how": _shown(how, frozenset(how) if withheld else hide(how)),
        "unanswered_after": _shown(after, frozenset(after) if withheld else hide(after)),
    }


def _middles(contacts: Sequence[Coded], sure: int) -> dict[str, Spread]:
    talks = [one for one in contacts if one.answered]
    return {"wait": spread([one.waited for one in talks], sure), "talk": spread([one.talked for one in talks], sure)}


def _weekdays(evenings: Sequence[Told]) -> dict[str, int]:
    """Sum the evenings by their day: nothing that the list of evenings does not tell."""
    days: Counter[str] = Counter()
    for told in evenings:
        days[str(told.evening.isoweekday())] += len(told.contacts)
    return dict(sorted(days.items()))


def _several(codes: Sequence[str], found: Iterable[Iterable[str]]) -> dict[str, int | None]:
    """Count codes of which a contact may have several or none: no sum ties them, so each stands for itself."""
    counts = _count(codes, (code for each in found for code in set(each)))
    return {code: n if n >= LEAST else None for code, n in counts.items()}


# --- everything that can be published now --------------------------------------------------------


def figures(entries: Sequence[Written], now: int, zone: ZoneInfo) -> Figures:
    """Return all evenings and months that are settled now (ms). The same entries give the same figures, whenever it is asked."""
    told = gathered(by_evening(entries, now, zone))
    months: dict[str, list[Told]] = {}
    for one in told:
        months.setdefault(one.evening.isoformat()[:7], []).append(one)
    over = [month for month in months if settled_at(_last_day(month), zone) <= now]
    return Figures(evenings=[in_evening(one, zone) for one in told], months=[in_month(month, months[month], zone) for month in over])


def _last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def joined(before: Figures, found: Figures) -> Figures:
    """Return what was published with what has come since. Raises ChangedError where the journal tells of an evening otherwise.

    A journal that begins later (older entries were deleted, or have another key) tells nothing of what was before it: that stays,
    its first evening too, of which it may have lost a part.
    """
    if not (before.evenings and found.evenings):
        return before if before.evenings else found
    begins, ended = max(found.evenings[0].evening, before.evenings[0].evening), before.evenings[-1].evening
    was = {one.evening: one for one in before.evenings if one.evening > begins}
    again = {one.evening: one for one in found.evenings if one.evening <= ended and one.evening != begins}
    for evening in sorted({*was, *again}):
        if was.get(evening) != again.get(evening):
            raise ChangedError(evening)
    evenings = [*before.evenings, *(one for one in found.evenings if one.evening > ended)]
    known = {one.month for one in before.months}
    new = (one for one in found.months if one.month not in known and _of(one.month, found.evenings) == _of(one.month, evenings))
    return Figures(evenings=evenings, months=[*before.months, *new])


def _of(month: str, evenings: Sequence[InEvening]) -> list[InEvening]:
    return [one for one in evenings if one.evening[:7] == month]
