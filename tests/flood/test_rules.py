"""The flood's rules: when it is an attack, how hard the puzzle is, and that a school gets in."""

import pytest

from server.flood.rules import (
    BURST,
    CALM_MS,
    DEEPEST,
    GREEDY,
    HARDEST,
    MINUTE_MS,
    MOST_BUCKETS,
    TRIES,
    Buckets,
    Limits,
    Starts,
    admits,
    attack_until,
    level,
    price,
    tries,
)

NOW = 1_000_000_000
LIMITS = Limits(starts=60, line=60)


def test_F4_in_calm_nobody_is_given_a_puzzle() -> None:
    """Not a child whose bucket is fresh, and not one without a bucket."""
    buckets = Buckets()

    assert [level(buckets.draw("a", NOW), attack=False) for _ in range(BURST)] == [0] * BURST
    assert level(None, attack=False) == 0


def test_F3_thirty_pupils_behind_one_address_all_get_in() -> None:
    """A class at once: the first without a puzzle, the others with an easy one, and a place for each below 60 waiting."""
    buckets = Buckets()
    hard = [level(buckets.draw("school", NOW + pupil * 100), attack=False) for pupil in range(30)]

    assert hard[:BURST] == [0] * BURST
    assert max(hard) == 1
    assert all(admits(buckets.left("school", NOW), waiting, LIMITS.line) for waiting in range(60))
    assert admits(buckets.left("school", NOW + 3000), 200, LIMITS.line)


def test_F1_a_greedy_bucket_gets_harder_puzzles_and_then_no_place() -> None:
    """Never harder than the hardest, and shut out of a long line only; others are not."""
    buckets = Buckets()
    hard = [level(buckets.draw("flood", NOW), attack=True) for _ in range(10_000)]

    assert hard == sorted(hard)
    assert hard[-1] == HARDEST
    assert not admits(buckets.left("flood", NOW), 60, LIMITS.line)
    assert admits(buckets.left("flood", NOW), 59, LIMITS.line)
    assert admits(buckets.left("a child", NOW), 199, LIMITS.line)
    assert admits(-float(GREEDY), 199, LIMITS.line)
    assert admits(None, 199, LIMITS.line)


def test_a_bucket_is_well_again_in_time() -> None:
    """However much was drawn, ten quiet minutes fill it up to a place, and a few more to the brim; a clock that went back fills nothing."""
    buckets = Buckets()
    for _ in range(10_000):
        buckets.draw("flood", NOW)

    assert buckets.left("flood", NOW) == -DEEPEST
    assert buckets.left("flood", NOW - MINUTE_MS) == -DEEPEST
    assert buckets.left("flood", NOW + 10 * MINUTE_MS) == 0
    assert buckets.left("flood", NOW + 60 * MINUTE_MS) == BURST


def test_F2_the_memory_of_buckets_is_bounded() -> None:
    """However many come, no more are remembered; the one that came last is."""
    buckets = Buckets()
    for number in range(MOST_BUCKETS + 500):
        buckets.draw(str(number), NOW)

    assert len(buckets) == MOST_BUCKETS
    assert buckets.left("0", NOW) == BURST
    assert buckets.left(str(MOST_BUCKETS + 499), NOW) == BURST - 1


def test_starts_are_counted_for_a_minute() -> None:
    """What was longer ago does not count."""
    starts = Starts()
    for second in range(120):
        starts.note(NOW + second * 1000)
        starts.note(NOW + second * 1000 + 5)

    assert starts.lately(NOW + 119_000) == 120
    assert starts.lately(NOW + 119_000 + MINUTE_MS) == 0
    starts.note(NOW)
    assert starts.lately(NOW + MINUTE_MS - 1) == 1
    assert starts.lately(NOW + MINUTE_MS + 999) == 0


@pytest.mark.parametrize(("starts", "waiting", "begins"), [(59, 59, False), (60, 0, True), (0, 60, True)])
def test_an_attack_begins_at_the_limit(starts: int, waiting: int, *, begins: bool) -> None:
    """At the first of both limits, and not before."""
    assert (attack_until(0, NOW, starts, waiting, LIMITS) > NOW) is begins


def test_an_attack_does_not_flicker() -> None:
    """It goes on while there is half of what begins one, and is over five minutes after that."""
    until = attack_until(0, NOW, 60, 0, LIMITS)

    assert until == NOW + CALM_MS
    assert attack_until(until, NOW + 1000, 30, 0, LIMITS) == NOW + 1000 + CALM_MS
    assert attack_until(until, NOW + 1000, 0, 30, LIMITS) == NOW + 1000 + CALM_MS
    assert attack_until(until, NOW + 1000, 29, 29, LIMITS) == until
    assert attack_until(until, until, 30, 30, LIMITS) == until


def test_F4_the_worst_case_of_a_puzzle_is_bounded() -> None:
    """Twice as much for each level, and there is a hardest one."""
    assert [tries(hard) for hard in range(1, HARDEST + 1)] == [TRIES, 2 * TRIES, 4 * TRIES]
    assert level(-float(DEEPEST), attack=True) == HARDEST


def test_P7_guesses_cost_more_and_more() -> None:
    """Ten wrong tokens are an accident; each one after that costs work, and soon the most there is. An hour later it is forgotten."""
    buckets = Buckets()
    paid = []
    for _ in range(100):
        paid.append(price(buckets.left("guesser", NOW)))
        buckets.draw("guesser", NOW)

    assert paid[: BURST + 1] == [0] * (BURST + 1)
    assert paid[BURST + 1] == 1
    assert paid == sorted(paid)
    assert paid[-1] == HARDEST
    assert price(buckets.left("guesser", NOW + 60 * MINUTE_MS)) == 0
    assert price(buckets.left("elsewhere", NOW)) == 0
    assert price(None) == 0
