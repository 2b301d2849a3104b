"""A crash in the middle of a hand-over: the talk is at one desk, whoever died where, and never at none."""

import pytest

from server.colleagues.rules import Row
from server.conversation.rules import Event, State
from server.conversation.store import Desk
from server.staff import people
from server.staff.directory import Account
from tests.faults.indoors import Clock, Indoors
from tests.faults.test_half_lost import KARI, talking

LATER = 6_000


@pytest.fixture
def ola(worker: Indoors) -> Desk:
    """A colleague with an account, who is signed in."""
    path = worker.house.settings.staff_file
    account: Account | None = worker.house.directory.named("Ola")
    if account is None:
        people.add(path, "Ola")
        account = worker.house.directory.named("Ola")
    assert account is not None
    return Desk(account.id, account.alias, "o" * 22, b"o" * 65)


async def half_handed(worker: Indoors, ola: Desk, *, there: bool = True) -> str:
    """Let a talk be claimed at another desk, and let the one who looks after it die before the talk knows of it."""
    conversation = await talking(worker, KARI)
    if there:
        await worker.house.colleagues.arrive(ola.id, Row(ola.key_id, ola.key))
    assert await worker.house.pairing.hand_over(KARI.id, ola.id, conversation, worker.house.clock())
    return conversation


async def later(worker: Indoors) -> None:
    """Let so much time pass that a claim is taken for forgotten, and let the keeper look."""
    clock = worker.house.clock
    assert isinstance(clock, Clock)
    clock.now += LATER
    await worker.keeper.finish_claims()


async def stages(worker: Indoors, ola: Desk, conversation: str) -> tuple[str | None, str | None]:
    """Return how the talk stands at each desk."""
    first, second = await worker.house.pairing.desk(KARI.id), await worker.house.pairing.desk(ola.id)
    return first.talks.get(conversation), second.talks.get(conversation)


async def test_a_half_handed_talk_is_finished_at_the_other_desk(worker: Indoors, ola: Desk) -> None:
    """It runs there, with her key and her name, and nowhere else."""
    conversation = await half_handed(worker, ola)
    await later(worker)
    talk = await worker.house.conversations.read(conversation)
    assert talk is not None
    assert (talk.state, talk.desk, talk.key_id, talk.alias) == (State.TALKING, ola.id, ola.key_id, ola.alias)
    assert await stages(worker, ola, conversation) == (None, "talking")


async def test_a_half_handed_talk_whose_child_ended_is_written_up_at_the_other_desk(worker: Indoors, ola: Desk) -> None:
    """It has somebody who registers it."""
    conversation = await half_handed(worker, ola)
    await worker.house.conversations.move(conversation, Event.END, State.WRAPPING_UP, worker.house.clock(), {"ended_by": "child"})
    await later(worker)
    talk = await worker.house.conversations.read(conversation)
    assert talk is not None
    assert (talk.state, talk.desk) == (State.WRAPPING_UP, ola.id)
    assert (await stages(worker, ola, conversation))[1] in {"talking", "wrapping"}


async def test_a_half_handed_talk_whose_taker_is_gone_is_at_the_front_of_the_line(worker: Indoors, ola: Desk) -> None:
    """The child waits as one who has lost its counsellor, and is at no desk."""
    conversation = await half_handed(worker, ola, there=False)
    await later(worker)
    talk = await worker.house.conversations.read(conversation)
    assert talk is not None
    assert talk.state is State.WAITING
    assert await worker.house.waiting.places([conversation]) == [1]
    assert await stages(worker, ola, conversation) == (None, None)


async def test_a_hand_over_that_the_keeper_has_finished_may_be_said_again(worker: Indoors, ola: Desk) -> None:
    """The worker was only slow: what it does after the keeper changes nothing."""
    conversation = await half_handed(worker, ola)
    await later(worker)
    assert await worker.house.conversations.hand_over(conversation, KARI.id, ola, "")
    assert await worker.house.pairing.opened(ola.id, conversation)
    assert await worker.house.pairing.hand_over(KARI.id, ola.id, conversation, worker.house.clock())
    assert await stages(worker, ola, conversation) == (None, "talking")
