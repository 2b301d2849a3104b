"""A crash between the two books of losing a counsellor, or while a child leaves: nobody is left between two chairs."""

import asyncio

import msgspec
import pytest

from server.conversation.rules import Event, State
from server.conversation.store import Desk
from server.ids import new_id
from server.scripts import Value
from server.steps import leave_desk
from server.waiting.rules import Wait
from server.wire import frames as f
from tests.faults.indoors import Indoors, Pair
from tests.faults.steady import Gone

WAIT = Wait(1_790_000_000_000, "nb", "me", danger=False)
KARI = Desk(new_id(), "Kari", new_id(), b"k" * 65)
OLA = Desk(new_id(), "Ola", new_id(), b"o" * 65)


async def waiting(worker: Indoors) -> str:
    """Let somebody wait."""
    conversation, now = new_id(), worker.house.clock()
    await worker.house.visits.start(conversation, new_id(), "token", now)
    await worker.house.waiting.join(conversation, WAIT)
    await worker.house.conversations.move(conversation, Event.JOIN, State.WAITING, now)
    return conversation


async def talking(worker: Indoors, desk: Desk) -> str:
    """Let somebody talk with this counsellor."""
    conversation, now = await waiting(worker), worker.house.clock()
    await worker.house.pairing.free(desk.id, 3, now)
    await worker.house.pairing.claim(desk.id, conversation, now)
    await worker.house.conversations.open(conversation, desk, "", now)
    await worker.house.pairing.opened(desk.id, conversation)
    return conversation


async def half_lost(worker: Indoors, desk: Desk) -> str:
    """Let a talk lose its counsellor, and let the one that looks after it die before the line knows of it."""
    conversation, now = await talking(worker, desk), worker.house.clock()
    gone: dict[str, Value] = {"desk": "", "key_id": "", "at:counsellor": "", "gone:counsellor": now}
    await worker.house.conversations.move(conversation, Event.LOSE_COUNSELLOR, State.WAITING, now, gone)
    return conversation


async def test_a_child_whose_counsellor_was_half_lost_is_at_the_front_of_the_line(worker: Indoors) -> None:
    """Before all who came since, and offered to whoever is free; the desk of the one who is gone is empty."""
    lost = await half_lost(worker, KARI)
    later = await waiting(worker)
    await worker.keeper.turn()

    assert await worker.house.waiting.places([lost, later]) == [1, 2]
    assert (await worker.house.pairing.desk(KARI.id)).talks == {}
    await worker.house.pairing.free(OLA.id, 1, worker.house.clock())
    await worker.keeper.turn()
    offer = (await worker.house.pairing.desk(OLA.id)).offer
    assert offer is not None
    assert (offer[0], offer[2].lost) == (lost, True)


async def test_who_signs_out_again_finishes_what_was_half_lost(worker: Indoors) -> None:
    """Saying it twice does what saying it once should have done."""
    lost = await half_lost(worker, KARI)
    await leave_desk(worker.house, KARI.id)

    assert await worker.house.waiting.places([lost]) == [1]
    assert (await worker.house.pairing.desk(KARI.id)).talks == {}


async def test_a_child_that_leaves_while_it_is_taken_has_left(worker: Indoors) -> None:
    """It ends between the two steps of taking it: the counsellor does not sit with somebody who is gone."""
    pair = await worker.open("/ws")
    await pair.send(f.dump(f.ChildHello()).decode())
    welcome = await said(pair, "welcome")
    conversation, now = str(welcome["conversation"]), worker.house.clock()
    await pair.send(f.dump(f.Join(b"w" * 113)).decode())
    await said(pair, "position")
    await worker.house.pairing.claim(KARI.id, conversation, now)
    await pair.send(f.dump(f.ChildEnd()).decode())
    with pytest.raises(Gone, match="4504"):
        await said(pair, "nothing")
    await worker.house.conversations.open(conversation, KARI, "", now)
    await worker.house.pairing.opened(KARI.id, conversation)

    async with asyncio.timeout(30):
        while True:
            talk = await worker.house.conversations.read(conversation)
            if talk is not None and talk.state is State.WRAPPING_UP:
                break
            await asyncio.sleep(0.05)
    assert talk.ended_by == "child"


async def said(pair: Pair, kind: str) -> dict[str, object]:
    """Return the next frame of a kind. Raises Gone."""
    while True:
        found = msgspec.json.decode(await pair.receive())
        for frame in found if isinstance(found, list) else [found]:
            if frame["t"] == kind:
                return dict(frame)
