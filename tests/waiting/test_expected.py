"""What a child is told of the time: a range learnt from the last hours, or that it is not known. Never a minute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import keys
from server.link import Link
from server.waiting.rules import ENOUGH, RECENT_MS, STEP_MINUTES, Span, Took, expected
from server.waiting.store import Waiting

NOW = 1_798_761_600_000
MINUTE = 60_000

tooks = st.builds(Took, st.integers(NOW - 2 * RECENT_MS, NOW), st.integers(0, 4 * 3_600_000), st.integers(1, 200))


def answered(*minutes: int, place: int = 1, ago: int = 1) -> list[Took]:
    """Return children who were answered after so many minutes each, the last one so many minutes ago."""
    return [Took(NOW - ago * MINUTE, waited * MINUTE, place) for waited in minutes]


def test_too_little_is_known_with_few_or_with_old_ones() -> None:
    """Four say nothing; five say something; five of yesterday say nothing."""
    assert expected(1, 0, answered(3, 4, 5, 6), NOW) is None
    assert expected(1, 0, answered(3, 4, 5, 6, 7), NOW) == Span(0, 10)
    assert expected(1, 0, answered(3, 4, 5, 6, 7, ago=181), NOW) is None


def test_a_later_place_takes_longer() -> None:
    """What a place took is what each place before me may take."""
    evening = answered(4, 5, 6, 7, 8)
    assert expected(2, 0, evening, NOW) == Span(10, 20)
    assert expected(5, 0, evening, NOW) == Span(25, 40)


def test_who_came_at_a_late_place_tells_of_one_place_only() -> None:
    """Forty minutes from place eight are five a place."""
    assert expected(1, 0, answered(*[40] * 5, place=8), NOW) == Span(5, 5)


def test_a_line_that_stands_is_not_said_to_move() -> None:
    """Nobody was answered for half an hour, all of which I have waited: half an hour a place it may be."""
    assert expected(1, 30 * MINUTE, answered(2, 2, 2, 2, 2, ago=30), NOW) == Span(0, 30)


def test_an_hour_in_which_nobody_came_is_no_wait() -> None:
    """The line was empty before me: that nobody was answered says nothing."""
    assert expected(1, 0, answered(2, 2, 2, 2, 2, ago=120), NOW) == Span(0, 5)


def test_a_line_that_stood_before_i_came_or_moved_since_is_not_counted() -> None:
    """I have waited an hour, the last one was answered ten minutes ago: it has stood for ten."""
    assert expected(1, 60 * MINUTE, answered(2, 2, 2, 2, 2, ago=10), NOW) == Span(0, 10)


def test_the_slowest_of_ten_and_the_quickest_two_are_left_out() -> None:
    """One who waited for an hour does not frighten those who come after."""
    assert expected(1, 0, answered(1, 6, 11, 12, 13, 14, 15, 16, 17, 60), NOW) == Span(10, 20)


def test_who_was_answered_three_hours_ago_or_this_moment_counts() -> None:
    """Both ends of what is recent are in it."""
    for at in (NOW - RECENT_MS, NOW):
        assert expected(1, 0, [Took(at, 7 * MINUTE, 1)] * ENOUGH, NOW) == Span(5, 10)


@given(st.integers(1, 200), st.integers(0, 4 * 3_600_000), st.lists(tooks, max_size=40))
def test_it_is_always_a_range_in_whole_steps(place: int, waited: int, recent: list[Took]) -> None:
    """Low below high or at it, both in steps, high never nothing: no single minute is ever promised."""
    span = expected(place, waited, recent, NOW)
    known = [one for one in recent if NOW - one.at <= RECENT_MS]
    assert (span is None) == (len(known) < ENOUGH)
    if span is not None:
        assert 0 <= span.low <= span.high
        assert span.high >= STEP_MINUTES
        assert span.low % STEP_MINUTES == span.high % STEP_MINUTES == 0


@given(st.integers(1, 100), st.lists(tooks, min_size=ENOUGH, max_size=40))
def test_nobody_further_back_is_told_less(place: int, recent: list[Took]) -> None:
    """The range of the next place is never before this one's."""
    here, behind = expected(place, 0, recent, NOW), expected(place + 1, 0, recent, NOW)
    if here is not None and behind is not None:
        assert here.low <= behind.low
        assert here.high <= behind.high


@pytest.fixture
def line(redis: Link) -> Waiting:
    """A line in a real store."""
    return Waiting(redis, 5)


async def test_what_is_kept_names_nobody_and_goes(line: Waiting, redis: Link) -> None:
    """Whole minutes and tens of seconds; said twice it is one; after three hours it is gone, also as a key."""
    await line.learn(123_456, 3, NOW + 12_345)
    await line.learn(123_456, 3, NOW + 12_345)

    assert await redis.zrange(keys.RECENT, 0, -1) == [f"{NOW // MINUTE * MINUTE}:120000:3".encode()]
    assert await line.recent(NOW + MINUTE) == [Took(NOW // MINUTE * MINUTE, 120_000, 3)]
    assert 0 < await redis.ttl(keys.RECENT) <= 3 * 3600
    await line.learn(1_000, 1, NOW + RECENT_MS + 2 * MINUTE)
    assert len(await redis.zrange(keys.RECENT, 0, -1)) == 1
