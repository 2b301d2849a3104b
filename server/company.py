"""Steps among colleagues that touch several rooms: who is at work, and a talk that goes from one to the other.

Each may be repeated, and the keeper finishes what a crash left half done.
"""

import dataclasses

from server.colleagues.rules import Asked, Beside, here
from server.conversation.rules import State, Talk
from server.conversation.store import Desk
from server.house import House
from server.pairing.store import DeskState, NotTaken
from server.session.rules import pulse_of_desk
from server.steps import lose_counsellor, match, nudge_child, nudge_desk

OPEN = frozenset({State.TALKING, State.WRAPPING_UP})
"""A talk that somebody has: it runs, or it is being written up."""


async def beside(house: House) -> Beside:
    """Return who is at work, who was asked in where, and who calls. Who was not heard lately is not at work."""
    found = await house.colleagues.beside()
    desks = list(found.rows)
    beats = await house.visits.last_beat([pulse_of_desk(desk) for desk in desks])
    return dataclasses.replace(found, rows=here(found.rows, dict(zip(desks, beats, strict=True)), house.clock()))


async def states(house: House, found: Beside) -> dict[str, DeskState]:
    """Return the desks of those who are at work."""
    return await house.pairing.many(list(found.rows))


def holder_of(talk: Talk | None) -> str:
    """Return the desk that has a talk now; empty when nobody does."""
    return talk.desk if talk is not None and talk.state in OPEN else ""


async def hand_over(house: House, conversation: str, giver: str, taker: str) -> str:
    """Give a running talk to a colleague who reads along: claimed at her desk, then hers, then opened. Return "" or why it was not done.

    The giver reads along from then on, until she goes.
    """
    row = (await house.colleagues.beside()).rows.get(taker)
    account = house.directory.get(taker)
    if row is None or account is None or await house.colleagues.asked(conversation, taker) is None:
        return "not_there"
    now = house.clock()
    try:
        if not await house.pairing.hand_over(giver, taker, conversation, now):
            return "not_yours"
    except NotTaken as refusal:
        return refusal.reason
    before = await house.conversations.read(conversation)
    await settle_at(house, conversation, giver, Desk(taker, account.alias, row.key_id, row.key))
    if before is not None:
        await house.colleagues.ask_in(conversation, giver, Asked(taker, now, before.key_id))
        await house.note("handed_over", giver, conversation, before.epoch, taker)
    await house.colleagues.look_out(conversation, taker)
    await nudge_desk(house, giver)
    await match(house)
    return ""


async def settle_at(house: House, conversation: str, giver: str, taker: Desk) -> bool:
    """The second and the third step of a hand-over: the talk is hers, and is opened at her desk. False: it is not hers."""
    post = await house.visits.post(taker.id)
    if not await house.conversations.hand_over(conversation, giver, taker, post.worker if post else ""):
        return False  # it is over or lost: the keeper clears the claim
    await house.pairing.opened(taker.id, conversation)
    await nudge_desk(house, taker.id)
    talk = await house.conversations.read(conversation)
    if talk is not None:
        nudge_child(house, conversation, talk)
    return True


async def finish_hand_over(house: House, conversation: str, talk: Talk, taker: str) -> None:
    """A hand-over whose worker died after its first step: the talk is the other one's. Is she gone, its child is first in the line."""
    row = (await house.colleagues.beside()).rows.get(taker)
    account = house.directory.get(taker)
    if talk.state is State.TALKING and (row is None or account is None):
        await lose_counsellor(house, conversation, taker)
        return
    key_id, key = (row.key_id, row.key) if row else ("", b"")
    await settle_at(house, conversation, talk.desk, Desk(taker, account.alias if account else "", key_id, key))
