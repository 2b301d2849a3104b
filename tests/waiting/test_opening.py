"""The opening window: the file of vectors, every minute round every change of the clock, and whatever else can be drawn.

The second computation here shares nothing with the first: it walks through instants minute by minute, writes each as the
local clock shows it, and compares those words. A window runs once the clock has reached its beginning, until it has
reached its end.
"""

import csv
import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.waiting.rules import CLOSED, DAYS, Opening, hours_of, opening, run_until

VECTORS = Path(__file__).parents[1] / "data" / "aapningstid-testvektorer.csv"
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
OSLO = "Europe/Oslo"
OVERRUN = dt.timedelta(minutes=60)
Window = tuple[str, str]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that the hours are made from."""

    opening: dict[str, Window] = {}
    exceptions: dict[str, Window | None] = {}
    timezone: str = OSLO
    last_intake_minutes: int = 0
    overrun_minutes: int = 60


EVENING = Plan(opening=dict.fromkeys(DAYS, ("16:15", "22:45")) | {"sat": ("16:15", "23:45")})
"""The helpline's own window."""


def utc(text: str) -> dt.datetime:
    """Return an instant from ISO text."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


# --- the vectors -------------------------------------------------------------------------------


def vectors() -> list[dict[str, str]]:
    """Return the rows of the file."""
    with VECTORS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_vectors_are_there() -> None:
    """24 rows."""
    assert len(vectors()) == 24


@pytest.mark.parametrize("row", vectors(), ids=lambda row: f"{row['lokal_tid_europe_oslo']} fold {row['fold']}")
def test_a_vector(row: dict[str, str]) -> None:
    """Open or closed, until when, and when next, as the file says; from UTC and from local time alike."""
    local = dt.datetime.fromisoformat(row["lokal_tid_europe_oslo"]).replace(tzinfo=ZoneInfo(OSLO), fold=int(row["fold"]))
    expected = Opening(
        open=row["aapen"] == "ja",
        closes_at=utc(row["stenger_utc"]) if row["stenger_utc"] else None,
        opens_at=utc(row["neste_aapning_utc"]) if row["neste_aapning_utc"] else None,
    )

    assert opening(hours_of(EVENING), utc(row["utc"])) == expected
    assert opening(hours_of(EVENING), local) == expected
    if expected.opens_at is not None:
        assert utc(row["neste_aapning_lokal"]) == expected.opens_at
        assert (expected.opens_at - utc(row["utc"])).total_seconds() == int(row["sekunder_til_neste"])


# --- the second computation --------------------------------------------------------------------


def minutes(start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """Give every minute from `start` up to `end`."""
    return itertools.takewhile(lambda one: one < end, (start + number * MINUTE for number in itertools.count()))


def words(plan: Plan, first: dt.date, last: dt.date) -> list[Window]:
    """Return the windows that begin on these dates, as the words of a local clock: `2026-10-25 02:30`."""
    found: list[Window] = []
    for number in range((last - first).days + 1):
        day = first + number * DAY
        window = plan.exceptions.get(day.isoformat(), plan.opening.get(day.strftime("%a").lower()))
        if window is not None:
            start, end = window
            next_day = end <= start or end == "24:00"
            end = "00:00" if end == "24:00" else end
            found.append((f"{day} {start}", f"{day + DAY if next_day else day} {end}"))
    return found


def walk(plan: Plan, start: dt.datetime, end: dt.datetime) -> dict[dt.datetime, bool]:
    """Return for every minute whether a window runs."""
    zone = ZoneInfo(plan.timezone)
    all_words = words(plan, start.date() - 5 * DAY, end.date() + 2 * DAY)
    runs: dict[dt.datetime, bool] = {}
    reached, running = "", False
    for instant in minutes(start - 3 * DAY, end):
        shown = instant.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        if shown > reached:
            reached = shown
            running = any(begin <= reached < stop for begin, stop in all_words)
        runs[instant] = running
    return {instant: running for instant, running in runs.items() if instant >= start}


def next_where(runs: dict[dt.datetime, bool], *, value: bool) -> Callable[[dt.datetime], dt.datetime | None]:
    """Return the look-up of the first minute, not before an instant, at which a window runs or does not."""
    found: dict[dt.datetime, dt.datetime | None] = {}
    latest: dt.datetime | None = None
    for instant in sorted(runs, reverse=True):
        latest = instant if runs[instant] is value else latest
        found[instant] = latest
    return found.__getitem__


def changes() -> list[dt.datetime]:
    """Return the instants from 2026 to 2028 at which Oslo's clock changes, found by looking at every hour."""
    zone = ZoneInfo(OSLO)
    start = utc("2026-01-01T00:00+00:00")
    hours = [start + number * dt.timedelta(hours=1) for number in range(3 * 366 * 24)]
    return [
        after for before, after in itertools.pairwise(hours) if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()
    ]


def test_the_changes_are_known() -> None:
    """At 01:00 UTC on the last Sundays of March and October."""
    assert [f"{one:%Y-%m-%d %H:%M}" for one in changes()] == [
        "2026-03-29 01:00",
        "2026-10-25 01:00",
        "2027-03-28 01:00",
        "2027-10-31 01:00",
        "2028-03-26 01:00",
        "2028-10-29 01:00",
    ]


NIGHT = dict.fromkeys(DAYS, ("20:00", "02:30"))
PLANS = {
    "the evening": EVENING,
    "over midnight, to 02:30": Plan(opening=NIGHT),
    "from 02:30": Plan(opening=dict.fromkeys(DAYS, ("02:30", "05:00"))),
    "within the hour that changes": Plan(opening=dict.fromkeys(DAYS, ("02:15", "02:45"))),
    "to 24:00, from 00:00": Plan(opening=dict.fromkeys(DAYS, ("18:00", "24:00")) | {"sun": ("00:00", "03:00"), "mon": ("00:00", "00:30")}),
    "nights that touch": Plan(opening=dict.fromkeys(DAYS, ("12:00", "11:00")) | {"sun": ("11:00", "10:00")}),
    "the Sunday itself closed": Plan(opening=NIGHT, exceptions={f"{one:%Y-%m-%d}": None for one in changes()}),
    "the Sunday itself longer": Plan(opening=EVENING.opening, exceptions={f"{one:%Y-%m-%d}": ("01:45", "04:00") for one in changes()}),
}


@pytest.mark.parametrize("change", changes(), ids=lambda one: f"{one:%Y-%m-%d}")
@pytest.mark.parametrize("name", PLANS)
def test_every_minute_round_a_change_of_the_clock(name: str, change: dt.datetime) -> None:
    """48 hours, minute by minute: open, until when, when next, and until when a talk may go on, as a second computation says."""
    plan = PLANS[name]
    hours = hours_of(plan)
    runs = walk(plan, change - 3 * DAY, change + 3 * DAY)
    closes, opens = next_where(runs, value=False), next_where(runs, value=True)
    ended = [before for before, after in itertools.pairwise(sorted(runs)) if runs[before] and not runs[after]]

    for instant in minutes(change - DAY, change + DAY):
        found = opening(hours, instant)
        if runs[instant]:
            assert found == Opening(open=True, closes_at=closes(instant), opens_at=None)
        else:
            assert found == Opening(open=False, closes_at=None, opens_at=opens(instant))
        if instant.minute % 10 == 0:
            end = found.closes_at or max(one for one in ended if one < instant) + MINUTE
            assert run_until(hours, instant) == end + OVERRUN


clock = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
window = st.tuples(clock, clock | st.just("24:00"))
instants = st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2037, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - the zone is drawn beside
ZONES = [OSLO, "Australia/Lord_Howe", "Pacific/Apia", "America/Asuncion", "Africa/Casablanca", "Asia/Kathmandu", "UTC"]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(DAYS), window), st.sampled_from(ZONES), instants, st.data())
def test_any_hours_anywhere(days: dict[str, Window], zone: str, now: dt.datetime, data: st.DataObject) -> None:
    """Whatever the windows, the zone and the exceptions are, the second computation agrees."""
    now = now.replace(second=0, microsecond=0)
    near = st.sampled_from([(now.date() + number * DAY).isoformat() for number in range(-3, 3)])
    plan = Plan(opening=days, exceptions=data.draw(st.dictionaries(near, window | st.none())), timezone=zone)
    runs = walk(plan, now - DAY, now + DAY)

    for instant in list(runs)[::89]:
        assert opening(hours_of(plan), instant).open is runs[instant]


@given(st.dictionaries(st.sampled_from(DAYS), window), st.integers(0, 600), instants)
def test_what_is_said_comes_true(days: dict[str, Window], last_intake: int, now: dt.datetime) -> None:
    """At `opens_at` it is open, just before it is not; until `closes_at` those in the line are served, then no more."""
    hours = hours_of(Plan(opening=days, last_intake_minutes=last_intake))
    found = opening(hours, now)
    second = dt.timedelta(seconds=1)

    if found.opens_at is not None:
        assert found.opens_at > now
        assert opening(hours, found.opens_at).serving
        assert not opening(hours, found.opens_at - second).open
    if found.closes_at is not None:
        assert found.closes_at > now
        assert opening(hours, found.closes_at - second).serving
        assert not opening(hours, found.closes_at).serving
        assert found.open is (now < found.closes_at - dt.timedelta(minutes=last_intake))
    assert found.serving is (found.open or found.closes_at is not None)
    if not days:
        assert found == CLOSED


# --- exceptions, last intake, overrun ----------------------------------------------------------


def test_a_dated_exception_replaces_its_own_date_only() -> None:
    """Christmas Eve is shorter, New Year's Day closed; the days beside them are as always."""
    hours = hours_of(msgspec.structs.replace(EVENING, exceptions={"2026-12-24": ("12:00", "15:00"), "2027-01-01": None}))

    assert opening(hours, utc("2026-12-24T13:00+01:00")).closes_at == utc("2026-12-24T15:00+01:00")
    assert opening(hours, utc("2026-12-24T16:15+01:00")).opens_at == utc("2026-12-25T16:15+01:00")
    assert opening(hours, utc("2026-12-31T23:00+01:00")).opens_at == utc("2027-01-02T16:15+01:00")


def test_an_exception_does_not_cut_the_night_before() -> None:
    """A window belongs to the date on which it begins."""
    hours = hours_of(Plan(opening=NIGHT, exceptions={"2026-06-10": None}))

    assert opening(hours, utc("2026-06-10T02:29+02:00")).open
    assert not opening(hours, utc("2026-06-10T21:00+02:00")).open
    assert not opening(hours, utc("2026-06-11T01:00+02:00")).open


def test_after_the_last_intake_those_in_the_line_are_still_served() -> None:
    """Nobody new from 22:30, closed at 22:45, and the next opening is told all along."""
    hours = hours_of(msgspec.structs.replace(EVENING, last_intake_minutes=15))
    closes, opens = utc("2026-06-10T22:45+02:00"), utc("2026-06-11T16:15+02:00")

    assert opening(hours, closes - 16 * MINUTE) == Opening(open=True, closes_at=closes, opens_at=None)
    late = opening(hours, closes - 15 * MINUTE)
    assert late == Opening(open=False, closes_at=closes, opens_at=opens)
    assert late.serving
    assert opening(hours, closes) == Opening(open=False, closes_at=None, opens_at=opens)
    assert not opening(hours, closes).serving


def test_a_last_intake_longer_than_the_window_lets_nobody_in() -> None:
    """Odd, so closed."""
    hours = hours_of(msgspec.structs.replace(EVENING, last_intake_minutes=1440))

    assert not any(opening(hours, instant).open for instant in minutes(utc("2026-06-10T16:00+02:00"), utc("2026-06-10T23:00+02:00")))


def test_a_talk_may_run_on_after_closing() -> None:
    """For the set time, and never beyond; an overrun of days looks back for days."""
    hours = hours_of(msgspec.structs.replace(EVENING, overrun_minutes=90))
    until = utc("2026-06-11T00:15+02:00")

    assert run_until(hours, utc("2026-06-10T16:15+02:00")) == until
    assert run_until(hours, utc("2026-06-10T23:59+02:00")) == until
    assert run_until(hours, utc("2026-06-11T12:00+02:00")) == until
    seldom = hours_of(Plan(opening={"mon": ("10:00", "12:00")}, overrun_minutes=5 * 1440))
    assert run_until(seldom, utc("2026-06-12T10:00+02:00")) == utc("2026-06-13T12:00+02:00")


def test_without_a_window_for_long_no_talk_may_run() -> None:
    """The answer is now."""
    now = utc("2026-06-10T16:15+02:00")

    assert run_until(hours_of(Plan()), now) == now
    long_ago = hours_of(Plan(exceptions={"2026-06-06": ("16:15", "22:45")}))
    assert run_until(long_ago, now) == now


def test_an_end_in_just_a_week_is_still_an_end() -> None:
    """What is further ahead is not in sight."""
    days = {f"2026-06-{day:02}": ("00:00", "24:00") for day in range(8, 18)}
    hours, end = hours_of(Plan(exceptions=dict(days))), utc("2026-06-18T00:00+02:00")

    assert run_until(hours, end - 7 * DAY) == end + OVERRUN
    assert opening(hours, end - 7 * DAY).closes_at == end
    assert run_until(hours, end - 7 * DAY - MINUTE) is None


def test_open_day_and_night_by_its_windows() -> None:
    """Windows without a gap have no end in sight, and no last intake; an exception a few days on is seen."""
    plan = Plan(opening=dict.fromkeys(DAYS, ("00:00", "24:00")), last_intake_minutes=600)
    now = utc("2026-06-10T23:59+02:00")

    assert opening(hours_of(plan), now) == Opening(open=True, closes_at=None, opens_at=None)
    assert run_until(hours_of(plan), now) is None
    closed = hours_of(msgspec.structs.replace(plan, exceptions={"2026-06-14": None}))
    assert opening(closed, now).closes_at == utc("2026-06-14T00:00+02:00")


def test_always_open() -> None:
    """For trying it out: whatever the windows say, and however odd they are."""
    hours = hours_of(Plan(timezone="Nowhere/Else"), always_open=True)

    assert opening(hours, utc("2026-06-10T03:00+02:00")) == Opening(open=True, closes_at=None, opens_at=None)
    assert run_until(hours, utc("2026-06-10T03:00+02:00")) is None


# --- whatever is odd means closed --------------------------------------------------------------

OPEN = utc("2026-06-10T18:00+02:00")


def test_it_is_open_when_nothing_is_odd() -> None:
    """What the tests below are measured against."""
    assert opening(hours_of(EVENING), OPEN).open


@pytest.mark.parametrize(
    "odd",
    [
        ("25:00", "26:00"),
        ("16:15", "24:01"),
        ("24:00", "23:00"),
        ("16.15", "22.45"),
        ("4:15", "22:45"),
        ("", ""),
        ("16:15", "22:45\n"),
        ("\u0661\u0666:\u0661\u0665", "22:45"),
    ],
)
def test_an_odd_window_closes_its_day(odd: Window) -> None:
    """As a weekday and as an exception; the other days are as always."""
    weekly = hours_of(msgspec.structs.replace(EVENING, opening=EVENING.opening | {"wed": odd}))
    dated = hours_of(msgspec.structs.replace(EVENING, exceptions={"2026-06-10": odd}))

    for hours in (weekly, dated):
        assert opening(hours, OPEN) == Opening(open=False, closes_at=None, opens_at=utc("2026-06-11T16:15+02:00"))


@pytest.mark.parametrize(
    "odd",
    [
        {"timezone": "Nowhere/Else"},
        {"timezone": ""},
        {"timezone": "../Oslo"},
        {"timezone": "Europe"},
        {"exceptions": {"2026-02-30": None}},
        {"exceptions": {"Christmas": ("12:00", "13:00")}},
        {"opening": EVENING.opening | {"onsdag": ("10:00", "11:00")}},
    ],
    ids=str,
)
def test_an_odd_zone_date_or_day_closes_all(odd: dict[str, object]) -> None:
    """What is meant cannot be known, so nobody is let in and no talk may run on."""
    hours = hours_of(msgspec.structs.replace(EVENING, **odd))

    assert opening(hours, OPEN) == CLOSED
    assert run_until(hours, OPEN) == OPEN


@pytest.mark.parametrize(
    "now",
    [OPEN.replace(tzinfo=None), dt.datetime.max.replace(tzinfo=dt.UTC), dt.datetime.min.replace(tzinfo=dt.UTC)],
    ids=["no zone", "the end of the calendar", "its beginning"],
)
def test_an_odd_instant_is_closed(now: dt.datetime) -> None:
    """An instant without a zone is none; at the ends of the calendar nothing can be computed."""
    assert opening(hours_of(EVENING), now) == CLOSED
    assert run_until(hours_of(EVENING), now) == now


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.tuples(st.text(), st.text())), st.dictionaries(st.text(), window | st.none()), st.text())
def test_no_junk_opens_the_door(days: dict[str, Window], dates: dict[str, Window | None], zone: str) -> None:
    """Whatever stands in the settings, it raises nothing and lets nobody in by mistake."""
    assert not opening(hours_of(Plan(opening=days, exceptions=dates)), OPEN).open
    assert not opening(hours_of(Plan(opening=days, timezone=zone)), OPEN).open
