"""Work for many is done in pieces, between which the loop is free. Counted in turns of the loop, not timed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest

from server import embedded, pieces, ticking
from server.company import beside
from server.glance import Glance
from server.house import Second
from server.pieces import in_pieces
from server.shift import Shift
from server.visit import Visit
from server.wire import frames as f
from tests.faults.indoors import Clock
from tests.faults.world import World, world_of

DESKS, MOST = 12, 8
"""So many are at work; so many may be shown their second in one turn of the loop."""


class Turns:
    """Counts the turns of the loop."""

    def __init__(self) -> None:
        """Nothing is counted before `count`."""
        self.now = 0

    async def count(self) -> None:
        """Count until cancelled."""
        while True:
            self.now += 1
            await asyncio.sleep(0)


@pytest.fixture
async def turns() -> AsyncIterator[Turns]:
    """The turns of this test's loop."""
    one = Turns()
    task = asyncio.create_task(one.count())
    yield one
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def world(tmp_path: Path, embedded_redis: embedded.Embedded) -> AsyncIterator[World]:
    """A service in this process, on an empty store, with accounts enough."""
    async with world_of(tmp_path, embedded_redis, DESKS) as one:
        yield one


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long (s) each rest was meant to be; none takes any time."""
    meant: list[float] = []
    real = asyncio.sleep

    async def noted(seconds: float) -> None:
        meant.append(seconds)
        await real(0)

    monkeypatch.setattr(asyncio, "sleep", noted)
    return meant


async def test_each_comes_once_and_in_order_and_no_piece_is_longer_than_it_may_be(turns: Turns) -> None:
    """Ten in pieces of four are four, four and two, and the loop turns between them."""
    found, at = [], []
    async for some in in_pieces(range(10), 4):
        found.append(list(some))
        at.append(turns.now)

    assert found == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert at[0] < at[1] < at[2]


async def test_what_fits_into_one_piece_does_not_rest_and_nothing_has_no_piece(turns: Turns) -> None:
    """A small service waits for nothing."""
    before = turns.now
    found = [list(some) async for some in in_pieces(range(4), 4)] + [list(some) async for some in in_pieces(list[int](), 4)]

    assert found == [[0, 1, 2, 3]]
    assert turns.now == before


async def test_the_rests_of_very_many_pieces_leave_time_in_the_second(rests: list[float]) -> None:
    """However many pieces there are, their rests together are no longer than they may be."""
    async for _ in in_pieces(range(10_000), 8):
        pass

    assert len(rests) == 10_000 // 8 - 1
    assert sum(rests) <= pieces.RESTS


async def test_no_piece_of_a_second_is_more_than_a_few_desks(world: World, turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every desk is shown its second, once, and never more than a few of them in one turn of the loop."""
    for _ in range(DESKS):
        await world.connect(await world.counsellor(), 0)
    seen: list[tuple[Shift, int]] = []
    real = Shift.tick

    async def noted(shift: Shift, second: Second, line: f.Line, glance: Glance) -> None:
        seen.append((shift, turns.now))
        await real(shift, second, line, glance)

    monkeypatch.setattr(Shift, "tick", noted)
    await world.workers[0].ticking.tick()

    assert {shift for shift, _ in seen} == world.workers[0].ticking.shifts
    assert len(seen) == DESKS
    assert max(Counter(turn for _, turn in seen).values()) <= MOST


async def test_nobody_who_has_gone_meanwhile_is_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that ends between two pieces of a second is left out of the next one."""
    for _ in range(DESKS):
        await world.connect(await world.counsellor(), 0)
    seen: list[Shift] = []
    real, shifts = Shift.tick, world.workers[0].ticking.shifts

    async def noted(shift: Shift, second: Second, line: f.Line, glance: Glance) -> None:
        seen.append(shift)
        shifts.intersection_update(seen)  # all others have gone
        await real(shift, second, line, glance)

    monkeypatch.setattr(Shift, "tick", noted)
    await world.workers[0].ticking.tick()

    assert len(seen) == 1


async def test_no_piece_of_a_second_is_more_than_a_few_hundred_children(
    world: World, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every child is told what time it is, and only so many in one turn of the loop."""
    monkeypatch.setattr(ticking, "VISITS", 2)
    for _ in range(5):
        await world.connect(world.child(danger=False), 0)
    seen: list[int] = []
    real = Visit.tick

    def noted(visit: Visit, second: Second) -> None:
        seen.append(turns.now)
        real(visit, second)

    monkeypatch.setattr(Visit, "tick", noted)
    await world.workers[0].ticking.tick()

    assert len(seen) == len(world.children)
    assert max(Counter(seen).values()) == 2


async def test_what_was_read_before_is_not_shown_after_what_was_read_later(world: World) -> None:
    """A desk that has looked round for itself while the others were shown their second is not shown what is older."""
    her, colleague = await world.counsellor(), await world.counsellor()
    await world.connect(her, 0)
    (shift,) = world.workers[0].ticking.shifts
    before = await beside(world.workers[0].house)
    await world.connect(colleague, 1)
    await shift.look_again()
    seen = shift.company
    await shift.show_company(before, [], 0)

    assert shift.company is seen
    assert seen is not None
    assert len(seen.colleagues) == 1


async def test_the_rests_within_a_piece_are_bounded_by_the_whole(rests: list[float]) -> None:
    """Pieces in pieces: the inner ones know how many there are in all."""
    async for some in in_pieces(range(10_000), 16):
        async for _ in in_pieces(some, 8, of=10_000):
            pass
    assert sum(rests) <= 2 * pieces.RESTS


async def test_heartbeats_are_written_each_two_seconds_though_ticks_come_a_little_early(world: World) -> None:
    """Ticks are a second apart as exactly as a machine can: two of them may be less than two seconds."""
    child, ticking = world.child(danger=False), world.workers[0].ticking
    await world.connect(child, 0)
    await ticking.tick()
    before = world.workers[0].house.clock()
    clock = cast("Clock", world.workers[0].house.clock)
    clock.now += 990
    await ticking.tick()
    assert ticking.beaten == before
    clock.now += 990
    await ticking.tick()
    assert ticking.beaten == before + 1_980
