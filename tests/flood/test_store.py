"""The flood gate on a real store: single use, what all workers know, and what is never written down."""

import asyncio
import time

import msgspec
import pytest
import redis as sync_redis

from server import clock
from server.embedded import Embedded
from server.flood import puzzle
from server.flood.rules import CALM_MS, HARDEST, Limits, tries
from server.flood.store import Flood
from server.link import Link
from server.wire.frames import Puzzle, Worked
from tests.people import solve

SECRET = b"s" * 32
LIMITS = Limits(starts=5, line=60)
NOW = 1_800_000_000_000


def gate(redis: Link, secret: bytes = SECRET) -> Flood:
    """Return the gate of one worker."""
    return Flood(redis, LIMITS, secret)


async def given(flood: Flood) -> Puzzle:
    """Return a puzzle, as under attack."""
    await flood.look(LIMITS.line, NOW)
    found = flood.puzzle(None, NOW, clock.now())
    assert found is not None
    return found


async def test_F5_a_solution_is_good_once_across_workers(redis: Link) -> None:
    """A thousand replays at two workers, fifty of them at any moment: exactly one is accepted."""
    one, two = gate(redis), gate(redis)
    worked = solve(await given(one))

    room = asyncio.Semaphore(50)

    async def replay(flood: Flood) -> bool:
        async with room:
            return await flood.is_solved(worked)

    answers = await asyncio.gather(*(replay((one, two)[n % 2]) for n in range(1000)))

    assert sum(answers) == 1


async def test_F5_a_puzzle_expires_after_120_seconds(redis: Link) -> None:
    """Solved in time it opens, and two minutes later it does not."""
    flood = gate(redis)
    fresh, old = clock.now(), clock.now() - (puzzle.SECONDS + 2) * 1000

    assert puzzle.make(SECRET, 1, fresh).until == fresh // 1000 + 120
    assert not await flood.is_solved(solve(puzzle.make(flood._secret, 1, old)))
    assert await flood.is_solved(solve(puzzle.make(flood._secret, 1, fresh)))


@pytest.mark.parametrize("change", ["nonce", "salt", "cost", "prefix", "until", "signature", "counter", "key"])
async def test_F5_what_was_changed_is_not_accepted(redis: Link, change: str) -> None:
    """No field of a puzzle or of its solution can be another one: not an easier prefix, not a later end."""
    flood = gate(redis)
    worked = solve(await given(flood))
    other: dict[str, object] = {"cost": 1, "until": worked.puzzle.until + 60, "counter": worked.counter + 1}
    if change in {"counter", "key"}:
        changed = msgspec.structs.replace(worked, **{change: other.get(change, "00" * 32)})
    else:
        changed = Worked(msgspec.structs.replace(worked.puzzle, **{change: other.get(change, "00" * 32)}), worked.counter, worked.key)

    assert not await flood.is_solved(changed)
    assert await flood.is_solved(worked)


async def test_F5_a_puzzle_of_somebody_else_is_not_accepted(redis: Link) -> None:
    """Only what the workers' own secret has signed."""
    worked = solve(await given(gate(redis, b"another" * 5)))

    assert not await gate(redis).is_solved(worked)


async def test_F4_a_puzzle_is_cheap_for_the_server(redis: Link) -> None:
    """To make and to check one takes a few milliseconds, also the hardest: the median of many, since this machine does much else."""
    flood = gate(redis)
    made, checked = [], []
    for _ in range(7):
        begun = time.perf_counter()
        one = puzzle.make(flood._secret, HARDEST, clock.now())
        made.append(time.perf_counter() - begun)
        worked = solve(one)
        begun = time.perf_counter()
        assert puzzle.is_solved(flood._secret, one, worked.counter, worked.key)
        checked.append(time.perf_counter() - begun)
        assert tries(HARDEST) // 2 <= worked.counter < tries(HARDEST)

    assert sorted(made)[3] < 0.005 * 4
    assert sorted(checked)[3] < 0.005 * 4


async def test_all_workers_know_of_an_attack_and_of_its_end(redis: Link) -> None:
    """What one worker has seen the other knows a second later; five calm minutes end it for both."""
    one, two = gate(redis), gate(redis)
    for _ in range(LIMITS.starts):
        assert one.puzzle(None, NOW, NOW) is None
    await one.look(0, NOW)
    await two.look(0, NOW)

    assert one.attack(NOW)
    assert two.attack(NOW)
    assert two.puzzle(None, NOW, NOW) is not None
    assert not one.attack(NOW + CALM_MS)
    assert not two.attack(NOW + CALM_MS)


async def test_F6_nothing_of_a_bucket_is_stored(redis: Link, embedded_redis: Embedded) -> None:
    """After a flood of one bucket no key and no value of the store holds anything of its tag."""
    flood, tag = gate(redis), "kCANARYbucketTAG1"
    for _ in range(50):
        flood.puzzle(tag, NOW, clock.now())
    await flood.look(0, NOW)
    worked = flood.puzzle(tag, NOW, clock.now())
    assert worked is not None
    assert await flood.is_solved(solve(worked))

    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        found = b"".join(key + (admin.get(key) or b"") for key in admin.scan_iter())
    assert found
    assert tag.encode() not in found
