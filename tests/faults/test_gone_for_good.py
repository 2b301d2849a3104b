"""R2: of a visit that is over a worker keeps nothing, though nobody looks for circles, nor does her connection of a talk handed off."""

import gc
import weakref
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server import embedded
from tests.faults.world import World, world_of


@pytest.fixture
async def here(tmp_path: Path, embedded_redis: embedded.Embedded) -> AsyncIterator[World]:
    """Two workers on an empty store, and an account; nobody looks for circles."""
    async with world_of(tmp_path, embedded_redis, 1) as one:
        gc.collect()
        gc.disable()
        yield one
        gc.enable()


async def test_R2_nothing_of_a_visit_is_left_when_it_is_over(here: World) -> None:
    """Children talk, one comes back in the middle, and each ends; neither a path nor its socket is there any more.

    The first one is not counted: the store learns the steps from it, and each of its errors holds itself in redis-py.
    """
    her = await here.counsellor()
    her.load, her.writes_up = 1, True
    await here.connect(her, 1)
    (shift,) = here.workers[1].ticking.shifts
    left: list[weakref.ref[object]] = []
    for number in range(4):
        child = here.child(danger=False)
        await here.connect(child, 0)
        await here.move(1)
        child.write(here.text())
        if number == 2:
            left += [weakref.ref(one) for one in here.workers[0].ticking.visits]
            child.drop()
            await here.settle()
            await here.connect(child, 0)
        if number:
            left += [weakref.ref(one) for visit in here.workers[0].ticking.visits for one in (visit, visit.socket)]
        assert child.conversation in shift.noted
        child.end()
        await here.settle()
        await here.move(2)
        here.workers[0].pairs.clear()

    assert her.desk is not None
    assert her.desk.talks == []
    assert [ref() for ref in left] == [None] * 7
    assert (shift.noted, shift.unread, shift.along) == (set(), set(), {})
    relays = [worker.house.relay for worker in here.workers]
    assert [(list(relay._listeners), relay._coming, relay._leaving) for relay in relays] == [([], {}, {}), ([shift.name], {}, {})]
