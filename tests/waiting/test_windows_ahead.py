"""The windows that are to come, as a shift lead sees them before she changes one."""

import datetime as dt

import msgspec
import pytest

from server.waiting.rules import ahead, hours_of, opening
from tests.waiting.test_opening import DAY, EVENING, MINUTE, utc


@pytest.mark.parametrize("start", ["2026-11-25T12:00+01:00", "2026-03-28T20:00+01:00", "2026-10-24T23:00+02:00"])
def test_the_windows_ahead_are_those_that_a_child_meets(start: str) -> None:
    """Through a fortnight: open exactly within them, over both changes of the clock, with an exception and one at night."""
    other = {"2026-11-26": None, "2026-10-25": ("22:00", "03:00"), "2026-03-29": ("01:30", "02:30")}
    night = msgspec.structs.replace(EVENING, exceptions=other)
    hours, now = hours_of(night), utc(start)
    until = now + 14 * DAY
    windows = ahead(hours, now, until)
    assert windows
    for number in range(14 * 24):
        at = now + number * 60 * MINUTE
        assert opening(hours, at).open == any(begin <= at < end for begin, end in windows)
    assert all(begin < until and end > now for begin, end in windows)


def test_a_window_that_ends_now_or_begins_then_is_not_ahead() -> None:
    """What is over is over, and what begins at the end of the time asked for is not in it."""
    hours, begins = hours_of(EVENING), utc("2026-06-10T16:15+02:00")
    ends = utc("2026-06-10T22:45+02:00")

    assert ahead(hours, ends, begins + DAY) == []
    assert ahead(hours, ends - MINUTE, begins + DAY + MINUTE) == [(begins, ends), (begins + DAY, ends + DAY)]


def test_no_window_is_ahead_where_nothing_is_known() -> None:
    """Always open, an odd zone, an instant without a zone, the calendar's end."""
    now = utc("2026-11-25T12:00+01:00")
    assert ahead(hours_of(EVENING, always_open=True), now, now + DAY) == []
    assert ahead(hours_of(msgspec.structs.replace(EVENING, timezone="Oslo")), now, now + DAY) == []
    assert ahead(hours_of(EVENING), now.replace(tzinfo=None), now + DAY) == []
    end = dt.datetime.max.replace(tzinfo=dt.UTC)
    assert ahead(hours_of(EVENING), end, end) == []
