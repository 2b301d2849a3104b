"""The opening window, the facts of the line and what may be said of the time that is left: the pure part.

Rules of this file:

1. A window belongs to the local date on which it begins. An exception replaces the window of its date and no other.
2. A window lasts from the first instant at which the local clock has reached its `from` to the first at which it has
   reached its `to`. So a time that does not exist is the instant of the change, and one that comes twice counts once.
3. Windows that touch or overlap are one.
4. Instants are computed in UTC from the time zone database; no offset is ever added to a local time.
5. Whatever is odd means closed: an odd window its day, an odd date, zone or instant everything.
6. Nobody is promised a minute: what is said of a wait is a range, rounded outwards, learnt from the last hours; or that it is not known.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from math import ceil
from typing import Protocol
from zoneinfo import ZoneInfo

from server.wire.wait import Wait

__all__ = ["CLOSED", "Hours", "Opening", "Plan", "Span", "Summary", "Took", "Wait", "ahead", "expected", "hours_of", "opening", "run_until"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
BACK = 2
"""Local dates before today on which a window that still matters may have begun."""
NO_END = 7 * DAY
"""An unbroken chain of windows that goes on for longer than this has no end in sight."""
HORIZON = 370
"""Dates in which the next opening is looked for."""
RECENT_MS = 3 * 3_600_000
"""What was longer ago says nothing of now."""
ENOUGH = 5
"""With fewer answered children than this, nothing is said of the time."""
STEP_MINUTES = 5

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

Times = tuple[int, int]
"""A window in minutes of the local clock since the midnight of its date; the second may be beyond 24 hours."""


class Plan(Protocol):
    """What the hours are made from: those fields of the helpline's settings."""

    @property
    def opening(self) -> Mapping[str, tuple[str, str]]:
        """`mon` to `sun` -> from and to, such as ("16:15", "22:45"); a missing day is closed."""

    @property
    def exceptions(self) -> Mapping[str, tuple[str, str] | None]:
        """A date such as `2026-12-24` -> its window; None is closed."""

    @property
    def timezone(self) -> str:
        """The name of the time zone."""

    @property
    def last_intake_minutes(self) -> int:
        """How long before its end a window lets nobody in any more."""

    @property
    def overrun_minutes(self) -> int:
        """How long after closing a running talk may go on."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When a child may start. Made by `hours_of`."""

    days: Mapping[int, Times]
    """Weekday (Monday is 0) -> window; a missing day is closed."""
    dates: Mapping[date, Times | None]
    """Exceptions; None is closed."""
    zone: ZoneInfo | None
    """None: something is odd, so everything is closed."""
    last_intake: timedelta
    """How long before its end a window lets nobody in any more."""
    overrun: timedelta
    """How long after closing a running talk may go on."""
    always_open: bool
    """For trying it out: open whatever the windows say."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a child may start now, and what follows. Instants in UTC."""

    open: bool
    closes_at: datetime | None
    """The end of the window that runs; None outside of a window, or while no end is in sight."""
    opens_at: datetime | None
    """The next opening; None while open, and when none is known."""

    @property
    def serving(self) -> bool:
        """Those in the line are still served: true also after the last intake, until the window ends."""
        return self.open or self.closes_at is not None


CLOSED = Opening(open=False, closes_at=None, opens_at=None)


@dataclass(frozen=True, slots=True)
class Summary:
    """The line as the counsellors see it."""

    count: int
    longest: int | None
    """The instant (ms) since when the one who waits longest has waited."""
    first: list[tuple[str, int, Wait]]
    """The first who can be taken: conversation, place, and what is known of it."""


@dataclass(frozen=True, slots=True)
class Took:
    """One who was answered, without any trace of who: when (ms, whole minutes), after how long (ms), and from which place."""

    at: int
    waited: int
    place: int


@dataclass(frozen=True, slots=True)
class Span:
    """What may be said of a wait: from so many minutes to so many."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class _Window:
    start: datetime
    end: datetime


def hours_of(plan: Plan, *, always_open: bool = False) -> Hours:
    """Return the hours that a helpline's settings say."""
    weekly = {DAYS.index(day): times for day, window in plan.opening.items() if day in DAYS and (times := _times(window))}
    exceptions = {_date(text): _times(window) for text, window in plan.exceptions.items()}
    odd = None in exceptions or not set(plan.opening) <= set(DAYS)
    return Hours(
        weekly,
        {day: times for day, times in exceptions.items() if day},
        None if odd else _zone(plan.timezone),
        timedelta(minutes=plan.last_intake_minutes),
        timedelta(minutes=plan.overrun_minutes),
        always_open,
    )


def _times(window: tuple[str, str] | None) -> Times | None:
    """Return a window in minutes; a `to` that is not after `from` is on the next day. None: closed, or odd."""
    if window is None:
        return None
    start, end = _CLOCK.fullmatch(window[0]), _CLOCK.fullmatch(window[1])
    if start is None or (end is None and window[1] != "24:00"):
        return None
    first = int(start[1]) * 60 + int(start[2])
    last = int(end[1]) * 60 + int(end[2]) if end else 24 * 60
    return first, last if last > first else last + 24 * 60


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown name, one that is no name, one that names a folder
        return None


def opening(hours: Hours, now: datetime) -> Opening:
    """Return whether a child may start now, until when the window runs, and when the next one opens."""
    if hours.always_open:
        return Opening(open=True, closes_at=None, opens_at=None)
    if hours.zone is None or now.utcoffset() is None:
        return CLOSED
    try:
        return _opening(hours, hours.zone, now.astimezone(UTC))
    except OverflowError:  # the calendar's own end
        return CLOSED


def _opening(hours: Hours, zone: ZoneInfo, now: datetime) -> Opening:
    ahead = (span for span in _spans(hours, zone, now) if span.end > now)
    span = next(ahead, None)
    if span is None or span.start > now:
        return Opening(open=False, closes_at=None, opens_at=span.start if span else None)
    if span.end - now > NO_END:
        return Opening(open=True, closes_at=None, opens_at=None)
    if now < span.end - hours.last_intake:
        return Opening(open=True, closes_at=span.end, opens_at=None)
    following = next(ahead, None)
    return Opening(open=False, closes_at=span.end, opens_at=following.start if following else None)


def run_until(hours: Hours, now: datetime) -> datetime | None:
    """Return until when a running talk may go on: the window's end, or the last one's, and the overrun.

    None: no end is in sight. Where nothing is known, or no window has been for long, it is `now`.
    """
    if hours.always_open:
        return None
    if hours.zone is None or now.utcoffset() is None:
        return now
    try:
        return _run_until(hours, hours.zone, now.astimezone(UTC))
    except OverflowError:
        return now


def _run_until(hours: Hours, zone: ZoneInfo, now: datetime) -> datetime | None:
    begun = list(takewhile(lambda span: span.start <= now, _spans(hours, zone, now, BACK + 1 + hours.overrun.days)))
    if not begun:
        return now
    return begun[-1].end + hours.overrun if begun[-1].end - now <= NO_END else None


def ahead(hours: Hours, now: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Return the windows that end after `now` and begin before `until`, in order, in UTC: none where nothing is known."""
    if hours.always_open or hours.zone is None or now.utcoffset() is None:
        return []
    try:
        spans = takewhile(lambda span: span.start < until, _spans(hours, hours.zone, now.astimezone(UTC)))
        return [(span.start, span.end) for span in spans if span.end > now]
    except OverflowError:
        return []


def _spans(hours: Hours, zone: ZoneInfo, now: datetime, back: int = BACK) -> Iterator[_Window]:
    """Give the windows that begin `back` dates before today or later, in order, joined where they touch.

    A chain that goes on for long is the last that is given: no end is in sight.
    """
    today = now.astimezone(zone).date()
    joined: _Window | None = None
    for number in range(-back, HORIZON):
        window = _window(hours, zone, today + number * DAY)
        if window is None:
            continue
        if joined is None or window.start > joined.end:
            if joined is not None:
                yield joined
            joined = window
            continue
        joined = _Window(joined.start, max(joined.end, window.end))
        if joined.end - now > NO_END:
            break
    if joined is not None:
        yield joined


def _window(hours: Hours, zone: ZoneInfo, day: date) -> _Window | None:
    """Return the window that begins on this local date. None: closed, or swallowed whole by a change of the clock."""
    times = hours.dates.get(day, hours.days.get(day.weekday()))
    if times is None:
        return None
    midnight = datetime.combine(day, time.min)
    start, end = (_reached(midnight + timedelta(minutes=minutes), zone) for minutes in times)
    return _Window(start, end) if start < end else None


def _reached(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the local clock shows `wall` (naive) or has just jumped over it."""
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(after, zone) == wall:
        return after
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # in the hour that does not exist: before the change
    gap = range(int((after - before).total_seconds()))
    seconds = bisect_left(gap, x=True, key=lambda second: _wall(before + timedelta(seconds=second), zone) >= wall)
    return before + timedelta(seconds=seconds)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def expected(place: int, waited: int, recent: Sequence[Took], now: int) -> Span | None:
    """Return between how many and how many minutes a child at this place may wait from now on; None when too little is known.

    Each one who was answered tells how long a place took. The quick fifth and the slow tenth are left out on their sides. While
    nobody is answered, that time counts too, as far as this child has seen it (`waited`, ms): a line that stands is not said to move.
    """
    known = [one for one in recent if now - RECENT_MS <= one.at <= now]
    if len(known) < ENOUGH:
        return None
    paces = sorted(one.waited / one.place for one in known)
    stands = min(waited, now - max(one.at for one in known))
    quick, slow = paces[len(paces) // 5], max(paces[-1 - len(paces) // 10], stands)
    step = STEP_MINUTES * 60_000
    return Span(int(place * quick // step) * STEP_MINUTES, max(1, ceil(place * slow / step)) * STEP_MINUTES)
