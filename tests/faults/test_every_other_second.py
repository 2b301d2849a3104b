"""A worker with many desks reads the talks of each in every other second, and nothing else more seldom. Hints are lost here."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError  # noqa: A004 - redis-py's name

from server import embedded, ticking
from server.clock import instant, ms
from server.conversation.rules import Event, State, Talk
from server.conversation.store import Conversations, Say
from server.glance import Glance
from server.house import Second
from server.ids import new_id
from server.shift import Shift
from server.ticking import Ticking, is_turn_of
from server.wire import frames as f
from tests.faults.test_few_calls import talk_at
from tests.faults.test_half_lost import waiting
from tests.faults.world import World, world_of

DESKS = 6
BOX = b"x" * 284


@pytest.fixture
async def world(tmp_path: Path, embedded_redis: embedded.Embedded) -> AsyncIterator[World]:
    """Some desks at the first worker, each with a talk whose child is at the second."""
    async with world_of(tmp_path, embedded_redis, DESKS) as one:
        await talk_at(one, DESKS)
        yield one


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every talk that is read with others."""
    names: list[str] = []
    real = Conversations.read_many

    async def noted(conversations: Conversations, some: Sequence[str]) -> list[Talk | None]:
        names.extend(some)
        return await real(conversations, some)

    monkeypatch.setattr(Conversations, "read_many", noted)
    return names


def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these desks be more than are read together."""
    monkeypatch.setattr(ticking, "READ", DESKS - 1)


async def away(*_: object) -> None:
    """The store does not answer."""
    raise ConnectionError


async def look_in_vain(shift: Shift, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let her look while the store does not answer this step of the talks' room."""
    with monkeypatch.context() as broken:
        broken.setattr(Conversations, step, away)
        with pytest.raises(ConnectionError):
            await shift.refresh()


def held(shift: Shift) -> f.Held:
    """Return the talk that a desk shows."""
    assert shift.shown is not None
    (one,) = shift.shown.talks
    return one


async def tick(world: World) -> None:
    """One second at the first worker."""
    await world.workers[0].ticking.tick()
    await world.settle()


def let_it_not_be_the_turn_of(shift: Shift, world: World) -> None:
    """Let the next second be one in which the talks of this desk are not read."""
    ticking_ = world.workers[0].ticking
    ticking_.turns = next(turn for turn in (1, 2) if not is_turn_of(shift.me.id, turn + 1))


def test_every_desk_has_its_turn_in_one_of_two_seconds_and_half_of_them_in_each() -> None:
    """However desks are named, and in whichever second one begins."""
    desks = [new_id() for _ in range(1_000)]
    for turn in range(4):
        first, second = ({desk for desk in desks if is_turn_of(desk, at)} for at in (turn, turn + 1))
        assert first | second == set(desks)
        assert not first & second
        assert 400 < len(first) < 600


async def test_with_few_desks_every_talk_is_read_in_each_second(world: World, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A small service is as it was: as many as are read together are few."""
    monkeypatch.setattr(ticking, "READ", DESKS)
    for _ in range(2):
        read.clear()
        world.workers[0].ticking.turns = 1  # late registrations are not counted now
        await tick(world)
        assert sorted(read) == sorted(held(shift).conversation for shift in world.workers[0].ticking.shifts)


async def test_with_many_every_talk_is_read_once_in_two_seconds_and_what_is_new_is_shown(
    world: World, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message of which nobody was told is seen at its desk within two seconds."""
    many(monkeypatch)
    shifts = world.workers[0].ticking.shifts
    names = sorted(held(shift).conversation for shift in shifts)
    says = [Say(name, "child", "", new_id(), 0, BOX) for name in names]
    for say in says:
        assert (await world.workers[0].house.conversations.append([say], world.town.clock()))[0].seq == 1
    world.workers[0].ticking.turns = 1
    read.clear()
    await tick(world)
    seen = {held(shift).conversation for shift in shifts if held(shift).seq == 1}
    assert sorted(seen) == sorted(read)
    assert seen == {held(shift).conversation for shift in shifts if is_turn_of(shift.me.id, 2)}
    await tick(world)

    assert sorted(read) == names
    assert {held(shift).seq for shift in shifts} == {1}


async def test_a_desk_whose_talk_stands_otherwise_is_shown_it_in_the_next_second_whosever_turn_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A talk that another worker has ended, which told nobody."""
    many(monkeypatch)
    shift, house = next(iter(world.workers[0].ticking.shifts)), world.workers[1].house
    name = held(shift).conversation
    let_it_not_be_the_turn_of(shift, world)
    assert await house.conversations.move(name, Event.END, State.WRAPPING_UP, world.town.clock(), {"ended_by": "child"})
    assert await house.pairing.wrapping(shift.me.id, name)
    await tick(world)

    assert held(shift).state == "wrapping_up"


async def test_a_child_that_rings_at_a_desk_is_shown_in_the_next_second_whosever_turn_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that it rings there no more; all her talks stand as before."""
    many(monkeypatch)
    shifts, house = world.workers[0].ticking.shifts, world.workers[1].house
    shift = next(iter(shifts))
    for one in shifts:
        await house.pairing.away(one.me.id)
    await house.pairing.free(shift.me.id, 2, world.town.clock())
    child = await waiting(world.workers[1])
    offered = await house.pairing.offer(world.town.clock() + 30_000)
    assert offered is not None
    assert (offered.desk, offered.conversation) == (shift.me.id, child)
    let_it_not_be_the_turn_of(shift, world)
    await tick(world)
    assert shift.shown is not None
    assert shift.shown.offer is not None
    assert (shift.shown.offer.conversation, shift.shown.free, shift.shown.room) == (child, True, 2)

    await house.pairing.give_back(shift.me.id, child)
    let_it_not_be_the_turn_of(shift, world)
    await tick(world)
    assert shift.shown.offer is None


async def test_a_look_that_failed_is_made_good_in_the_next_second(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that she would have seen by herself, had the store answered, and whose second has been."""
    many(monkeypatch)
    shift, house = next(iter(world.workers[0].ticking.shifts)), world.workers[0].house
    await house.conversations.append([Say(held(shift).conversation, "child", "", new_id(), 0, BOX)], world.town.clock())
    await look_in_vain(shift, "read_many", monkeypatch)
    let_it_not_be_the_turn_of(shift, world)
    await tick(world)

    assert held(shift).seq == 1


async def test_what_a_look_could_not_mend_is_mended_in_the_next_second(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Her talk says that she is gone, as after a crash; she looks, sees it, and the store does not answer any more."""
    many(monkeypatch)
    (shift, *_), house = world.workers[0].ticking.shifts, world.workers[1].house
    name = held(shift).conversation
    await house.visits.detach(name, "counsellor", "", world.town.clock())
    await look_in_vain(shift, "open", monkeypatch)
    let_it_not_be_the_turn_of(shift, world)
    await tick(world)
    talk = await house.conversations.read(name)

    assert talk is not None
    assert not talk.counsellor_gone


async def test_a_closing_that_is_announced_is_shown_in_the_next_second_whosever_turn_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until when her talks may go on is the house's to say, not the talk's."""
    many(monkeypatch)
    (shift, *_), house = world.workers[0].ticking.shifts, world.workers[0].house
    until = instant(world.town.clock() + 600_000)
    monkeypatch.setattr(type(house), "run_until", lambda _: until)
    let_it_not_be_the_turn_of(shift, world)
    await tick(world)

    assert held(shift).run_until == ms(until)


async def test_what_a_look_under_way_reads_is_not_shown_over_by_what_the_second_has_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She looks by herself while the second begins; the second reads, a message comes, she reads, and then the second would show."""
    (shift, *_), house = world.workers[0].ticking.shifts, world.workers[0].house
    say = Say(held(shift).conversation, "child", "", new_id(), 0, BOX)
    real, begun, go_on = Conversations.read_many, asyncio.Event(), asyncio.Event()

    async def slowly(conversations: Conversations, some: Sequence[str]) -> list[Talk | None]:
        if asyncio.current_task() is look:
            begun.set()
            await go_on.wait()
        return await real(conversations, some)

    async def late(one: Shift, second: Second, line: f.Line, glance: Glance) -> None:
        if one is shift:
            await house.conversations.append([say], world.town.clock())
            go_on.set()
            await look
            assert held(shift).seq == 1
        await tick_of(one, second, line, glance)

    tick_of = Shift.tick
    monkeypatch.setattr(Conversations, "read_many", slowly)
    monkeypatch.setattr(Shift, "tick", late)
    look = asyncio.create_task(shift.refresh())
    async with asyncio.timeout(30):
        await begun.wait()
    await world.workers[0].ticking.tick()

    assert held(shift).seq == 1


async def test_a_second_in_which_nothing_could_be_read_was_nobodys_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else half of the desks would wait for two seconds more."""
    ticking_ = world.workers[0].ticking
    for what, name in ((Ticking, "line"), (Ticking, "late_registrations"), (Conversations, "read_many")):
        ticking_.turns = before = 10  # the next one counts late registrations too
        with monkeypatch.context() as broken:
            broken.setattr(what, name, away)
            with pytest.raises(ConnectionError):
                await ticking_.tick()
        assert ticking_.turns == before
    await tick(world)
    assert ticking_.turns == before + 1


async def test_a_session_that_has_ended_is_seen_in_the_next_second_whosever_turn_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was signed out elsewhere has no second more than with few desks."""
    many(monkeypatch)
    shift, house = next(iter(world.workers[0].ticking.shifts)), world.workers[1].house
    let_it_not_be_the_turn_of(shift, world)
    await house.sessions.end(shift.session)
    await tick(world)

    assert sorted(str(her.over) for her in world.counsellors) == ["4501"] + ["None"] * (DESKS - 1)
