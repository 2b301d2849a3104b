"""How fast the frames of a connection are looked at."""

import pytest

from server.door.pace import BURST, PER_SECOND, Pace


def test_a_burst_is_looked_at_at_once_and_the_rest_in_turn() -> None:
    """A full bucket at once, then as fast as it fills."""
    pace = Pace()

    assert [0.0] * BURST == [pace.pause(100.0) for _ in range(BURST)]
    assert pace.pause(100.0) == pytest.approx(1 / PER_SECOND)
    assert pace.pause(100.0 + 1 / PER_SECOND) == pytest.approx(1 / PER_SECOND)


def test_whoever_waits_its_turn_is_never_behind_by_more_than_it_sent() -> None:
    """A hundred more than a burst take as long as a hundred frames, and then the connection is even again."""
    pace, now = Pace(), 50.0
    for _ in range(BURST + 100):
        now += pace.pause(now)

    assert now == pytest.approx(50.0 + 100 / PER_SECOND)
    assert pace.pause(now + 10) == 0


def test_a_quiet_hour_gives_no_more_than_a_burst() -> None:
    """The bucket has a rim."""
    pace = Pace()
    pace.pause(1.0)

    assert sum(pace.pause(3601.0) == 0 for _ in range(BURST * 2)) == BURST
