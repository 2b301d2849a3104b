"""What a worker asks of the store does not grow with how many are there: counted, not timed."""

import asyncio
from collections.abc import AsyncIterator
from math import ceil
from pathlib import Path

import pytest

from server import embedded
from server.conversation.pen import MOST
from server.conversation.store import Say
from server.ids import new_id
from server.relay import Hint
from tests.faults.test_half_lost import waiting
from tests.faults.world import World, world_of

FEW, MANY = 2, 8
BOX = b"x" * 284


@pytest.fixture
async def world(tmp_path: Path, embedded_redis: embedded.Embedded) -> AsyncIterator[World]:
    """A service in this process, on an empty store, with accounts enough."""
    async with world_of(tmp_path, embedded_redis, MANY) as one:
        yield one


async def talk_at(world: World, desks: int) -> None:
    """Let so many counsellors be at work at the first worker, each with a talk whose child is at the second."""
    while len(world.counsellors) < desks:
        her, child = await world.counsellor(), world.child(danger=False)
        await world.connect(child, 1)
        her.load = 1
        await world.connect(her, 0)
    for _ in range(5):
        await world.move(1)
    assert all(world.talks_of(her) == 1 for her in world.counsellors)


async def steps_of_a_second(world: World) -> int:
    """Return how many steps to the store one second at the first worker takes, when nothing is new."""
    worker = world.workers[0]
    worker.ticking.turns, worker.ticking.beaten = 1, worker.house.clock()  # what comes every few seconds only does not come now
    before = worker.life.done
    await worker.ticking.tick()
    return worker.life.done - before


async def test_a_second_costs_as_much_with_eight_desks_as_with_two(world: World) -> None:
    """Who is at work, how each desk stands, every talk and every session: read for all desks together."""
    await talk_at(world, FEW)
    few = await steps_of_a_second(world)
    await talk_at(world, MANY)
    many = await steps_of_a_second(world)

    assert many == few


async def test_the_keepers_look_at_all_desks_costs_as_much_with_eight_as_with_two(world: World) -> None:
    """Every ten seconds each desk is looked at, together with the others; only where something is to be mended it is read for itself."""
    keeper, life = world.workers[0].keeper, world.workers[0].life
    await talk_at(world, FEW)
    before = life.done
    await keeper.slow_turn()
    few = life.done - before
    await talk_at(world, MANY)
    before = life.done
    await keeper.slow_turn()

    assert life.done - before == few


async def test_all_who_look_round_at_once_ask_once(world: World) -> None:
    """A call for help lets every desk look round: one look is for all of them."""
    await talk_at(world, MANY)
    worker = world.workers[0]
    before = worker.life.done
    await worker.ticking.shifts.copy().pop().look_round()
    one = worker.life.done - before
    before = worker.life.done
    found = await asyncio.gather(*(worker.house.around.ask(shift.look_round) for shift in worker.ticking.shifts))

    assert worker.life.done - before == one
    assert {len(everybody) for _, everybody in found} == {MANY}


async def test_many_talks_are_read_in_order_some_with_each_call(world: World) -> None:
    """Of very many talks no one call reads more than a message may wait for."""
    await talk_at(world, FEW)
    worker, names = world.workers[0], [child.conversation for child in world.children]
    before = worker.life.done
    found = await worker.house.conversations.read_many([*names, "nobody's"] * 50)

    assert [talk.place if talk else None for talk in found] == [*(talk.place for talk in found[:2] if talk), None] * 50
    assert worker.life.done - before == 3


async def test_what_comes_at_once_is_stored_and_told_with_few_calls(world: World) -> None:
    """A message of each of a hundred talks, in one turn of the loop: as few calls as hold them store all, and one tells of them all."""
    await talk_at(world, FEW)
    here, there = world.workers
    talks = [await waiting(here) for _ in range(100)]
    before, told = here.life.done, there.reader.read
    stored = await asyncio.gather(*(here.house.pen.write(Say(one, "child", "", new_id(), 0, BOX)) for one in talks))
    assert here.life.done - before == ceil(len(talks) / MOST)
    assert [one.seq for one in stored] == [1] * len(talks)

    before = here.life.done
    for one in stored:
        here.house.relay.send(there.house.relay.worker, Hint(f"y:{new_id()}", "frame", b"%d" % one.seq))
    await world.settle()
    assert here.life.done - before == 1
    assert there.reader.read - told == 1
