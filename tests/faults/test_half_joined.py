"""A crash between the two books of joining: in the line, and the talk does not know of it."""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from server import embedded, keys
from server.conversation.rules import Event, State
from server.ids import new_id
from server.keeper import UNOPENED_MS
from server.steps import asked, forget
from server.waiting.rules import Wait
from server.wire import frames as f
from tests.faults.indoors import Indoors
from tests.faults.steady import Gone
from tests.faults.test_half_lost import said
from tests.faults.world import world_of

NOW = 1_790_000_000_000
WAIT = Wait(NOW - 5_000, "nn", "other", danger=True)


async def half_joined(worker: Indoors) -> str:
    """Let somebody arrive and enter the line, and let its worker die there."""
    conversation = new_id()
    await worker.house.visits.start(conversation, new_id(), "token", NOW)
    await worker.house.waiting.join(conversation, WAIT)
    return conversation


async def test_who_was_asking_waits_as_it_asked(worker: Indoors) -> None:
    """Its place is kept, and what it asked for is known."""
    conversation = await half_joined(worker)
    await worker.keeper.turn()
    talk = await worker.house.conversations.read(conversation)

    assert talk is not None
    assert (talk.state, talk.since, talk.language, talk.about, talk.danger) == (State.WAITING, NOW - 5_000, "nn", "other", True)
    assert await worker.house.waiting.places([conversation]) == [1]


async def test_who_leaves_then_is_nowhere(worker: Indoors) -> None:
    """Neither in the line nor anywhere else."""
    conversation = await half_joined(worker)
    await forget(worker.house, conversation)

    assert await worker.house.conversations.read(conversation) is None
    assert await worker.house.waiting.places([conversation]) == [None]


async def test_who_is_gone_is_not_in_the_line(worker: Indoors) -> None:
    """Nobody is offered a child that is not there."""
    conversation = new_id()
    await worker.house.waiting.join(conversation, WAIT)
    await worker.keeper.turn()

    assert await worker.house.waiting.places([conversation]) == [None]


async def test_who_waits_is_not_forgotten(worker: Indoors) -> None:
    """It joined just before its worker wanted to forget it."""
    conversation = await half_joined(worker)
    await worker.keeper.turn()
    await forget(worker.house, conversation)

    assert await worker.house.waiting.places([conversation]) == [1]


@pytest.mark.parametrize("state", [State.TALKING, State.WRAPPING_UP, State.LEFT, State.SEALED, None])
async def test_who_asks_too_late_changes_nothing(worker: Indoors, state: State | None) -> None:
    """A talk that runs, is over or is gone: no key of it is written anew, and nobody enters the line."""
    pair = await worker.open("/ws")
    await pair.send(f.dump(f.ChildHello()).decode())
    conversation = str((await said(pair, "welcome"))["conversation"])
    if state is None:
        await worker.house.conversations.forget(conversation)
    else:
        await worker.keeper.redis.hset(keys.talk(conversation), "state", state)
    await pair.send(f.dump(f.Join(b"w" * 113)).decode())
    await pair.send(f.dump(f.Ping()).decode())
    with contextlib.suppress(Gone):
        await said(pair, "pong")

    assert not await worker.keeper.redis.exists(keys.wraps(conversation))
    assert await worker.house.waiting.places([conversation]) == [None]
    assert worker.failures == []


@pytest.mark.parametrize("learns", [False, True])
async def test_Q1_who_is_taken_before_its_talk_knows_that_it_waits_is_not_passed_over(
    tmp_path: Path, embedded_redis: embedded.Embedded, monkeypatch: pytest.MonkeyPatch, *, learns: bool
) -> None:
    """A counsellor is quicker than the second book of joining: the child is hers, as it asked to be. Also where it `learns` right after."""
    async with world_of(tmp_path, embedded_redis, 1) as here:
        child, her = here.child(danger=True), await here.counsellor()
        child.joins, her.load = False, 1
        await here.connect(child, 0)
        house, hers = here.workers[0].house, here.workers[1].house.conversations
        wait = Wait(house.clock(), "nn", "other", danger=True)
        await house.waiting.join(child.conversation, wait)
        opening = hers.open

        async def too_early(*args: Any) -> bool:  # noqa: ANN401 - what the step takes
            opened = await opening(*args)
            if learns and not opened:
                await house.conversations.move(child.conversation, Event.JOIN, State.WAITING, house.clock(), asked(wait))
            return opened

        monkeypatch.setattr(hers, "open", too_early)
        await here.connect(her, 1)
        await here.move(1)
        talk = await house.conversations.read(child.conversation)

        assert her.desk is not None
        assert [held.conversation for held in her.desk.talks] == [child.conversation]
        assert talk is not None
        assert (talk.state, talk.language, talk.about, talk.danger) == (State.TALKING, "nn", "other", True)
        assert child.paired.is_set()
        assert await house.waiting.count() == 0


async def test_Q1_who_was_claimed_there_by_somebody_who_is_gone_stands_in_the_line_again(worker: Indoors) -> None:
    """Her worker died between the two steps of taking: the child is in the line, and its talk knows it."""
    conversation, desk = await half_joined(worker), new_id()
    await worker.house.pairing.free(desk, 1, NOW)
    await worker.house.pairing.claim(desk, conversation, NOW - UNOPENED_MS - 1)
    await worker.keeper.turn()
    talk = await worker.house.conversations.read(conversation)

    assert await worker.house.waiting.places([conversation]) == [1]
    assert talk is not None
    assert talk.state is State.WAITING
