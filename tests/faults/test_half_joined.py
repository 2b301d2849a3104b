"""A crash between the two books of joining: in the line, and the talk does not know of it."""

import contextlib

import pytest

from server import keys
from server.conversation.rules import State
from server.ids import new_id
from server.steps import forget
from server.waiting.rules import Wait
from server.wire import frames as f
from tests.faults.indoors import Indoors
from tests.faults.steady import Gone
from tests.faults.test_half_lost import said

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
