"""The clock that all share: the store's, whatever the machine's own clock does."""

import asyncio
import time

import time_machine

from server import clock, link
from server.link import Link
from server.session.store import Visits
from server.shared_clock import SharedClock

AWAY = "redis://127.0.0.1:1"
NEAR = 1_000
"""Milliseconds: generous, for a slow machine."""
BEGAN = clock.now() - time.monotonic_ns() // 1_000_000


def real() -> int:
    """Return this instant (ms) as no test can change it."""
    return BEGAN + time.monotonic_ns() // 1_000_000


async def test_it_is_the_stores(redis: Link) -> None:
    """A machine whose clock is a year off tells the same time as the store."""
    shared = SharedClock()
    with time_machine.travel("2020-01-01 12:00 +0000", tick=False):
        assert shared() == clock.now()
        await shared.begin(Visits(redis))

        assert shared.known
        assert abs(shared() - real()) < NEAR
        assert abs(shared() - clock.now()) > 1_000_000
    assert abs(shared() - clock.now()) < NEAR


async def test_it_goes_on_without_the_store() -> None:
    """Never heard, it is the machine's; nobody waits long for the first answer."""
    shared, away = SharedClock(), link.connect(AWAY)
    began = asyncio.get_running_loop().time()
    await shared.begin(Visits(away))

    assert asyncio.get_running_loop().time() - began < 5
    assert abs(shared() - clock.now()) < NEAR
    assert not shared.known
    await away.aclose()


async def test_it_goes_on_when_the_store_is_gone(redis: Link) -> None:
    """Heard once, it goes on from there, at the pace of the machine's steady clock."""
    shared = SharedClock()
    await shared.look(Visits(redis))
    with time_machine.travel("2030-01-01 12:00 +0000"):
        before, first, after = told(shared)
        await asyncio.sleep(0.2)
        later, second, last = told(shared)
        assert later - after - 1 <= second - first <= last - before + 1


async def test_who_must_follow_a_leap_hears_of_it_at_once(redis: Link) -> None:
    """Each time that the store has told the time, and with that time."""
    shared, told_at = SharedClock(), list[int]()
    shared.on_look = lambda: told_at.append(shared())
    with time_machine.travel("2020-01-01 12:00 +0000", tick=False):
        await shared.look(Visits(redis))
    assert len(told_at) == 1
    assert abs(told_at[0] - real()) < NEAR


async def test_it_follows(redis: Link) -> None:
    """Asked again and again, until cancelled."""
    shared = SharedClock()
    with time_machine.travel("2020-01-01 12:00 +0000", tick=False):
        following = asyncio.create_task(shared.follow(Visits(redis)))
        async with asyncio.timeout(30):
            while abs(shared() - real()) >= NEAR:
                await asyncio.sleep(0.05)
    following.cancel()


def told(shared: SharedClock) -> tuple[int, int, int]:
    """Return what it tells (ms), between what the machine's steady clock says just before and just after."""
    return time.monotonic_ns() // 1_000_000, shared(), time.monotonic_ns() // 1_000_000
