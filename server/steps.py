"""Steps that touch several rooms and that more than one path takes: to match, to leave, to end, to lose.

Each may be repeated, and the keeper repeats what a crash left half done.
"""

from server.conversation.rules import Event, State, Talk
from server.house import House
from server.relay import Hint
from server.scripts import Value
from server.session.rules import pulse_of_child, pulse_of_desk
from server.waiting.rules import Wait
from server.wire.frames import EndedBy
from server.wire.package import Ending

LOOK_TRIES = 50


async def match(house: House) -> None:
    """Offer those who wait to those who are free, until one side has no more."""
    until = house.clock() + house.helpline.offer_seconds * 1000
    for _ in range(LOOK_TRIES):
        offered = await house.pairing.offer(until)
        if offered is None:
            return
        await nudge_desk(house, offered.desk)


async def nudge_desk(house: House, desk: str) -> None:
    """Let a counsellor's connection look at its desk."""
    post = await house.visits.post(desk)
    if post is not None:
        house.relay.send(post.worker, Hint(pulse_of_desk(desk), "look"))


def nudge_child(house: House, conversation: str, talk: Talk) -> None:
    """Let a child's connection look at its talk."""
    house.relay.send(talk.child_at, Hint(pulse_of_child(conversation), "look"))


async def learn(house: House, conversation: str, wait: Wait) -> None:
    """Note how long somebody waited who is answered now: the next ones are told of it. Who went before others tells nothing."""
    talk = await house.conversations.read(conversation)
    if talk is not None and talk.place and not wait.danger and not wait.lost:
        now = house.clock()
        await house.waiting.learn(now - wait.since, talk.place, now)


async def leave_line(house: House, conversation: str, ending: Ending, by: EndedBy, event: Event) -> bool:
    """Let one who waits go, and hand the contact off as a row without text. False: it is not waiting any more."""
    now = house.clock()
    place = await house.waiting.leave(conversation)
    if place.startswith("held:"):
        return False
    await house.handoffs.announce(conversation, now)
    fields: dict[str, Value] = {"ending": ending, "ended": now, "ended_by": by}
    if not await house.conversations.move(conversation, event, State.LEFT, now, fields):
        return False
    await house.handoffs.seal(conversation, ending, None, now)
    await house.visits.still(pulse_of_child(conversation))
    if place.startswith("offer:"):
        await nudge_desk(house, place.removeprefix("offer:"))
        await match(house)
    return True


async def forget(house: House, conversation: str) -> None:
    """Let one go who came and never asked for anybody. A crash in the middle of asking may have left it in the line."""
    if not await house.conversations.forget(conversation):
        return
    place = await house.waiting.leave(conversation)
    if place.startswith("offer:"):
        await nudge_desk(house, place.removeprefix("offer:"))
        await match(house)


async def finish_joins(house: House) -> None:
    """Those whom a crash has left in the line without their talk knowing of it wait; those whose talk is over do not."""
    line = {name: wait for name, _, wait in (await house.waiting.summary(house.helpline.line_cap)).first}
    for conversation, talk in zip(line, await house.conversations.read_many(list(line)), strict=True):
        if talk is not None and talk.state is State.ARRIVED:
            await house.conversations.move(conversation, Event.JOIN, State.WAITING, house.clock(), asked(line[conversation]))
        elif talk is None or talk.state not in (State.WAITING, State.TALKING):
            await house.waiting.leave(conversation)


def asked(wait: Wait) -> dict[str, Value]:
    """Return what a talk keeps of what was asked for on joining the line."""
    return {"language": wait.language, "about": wait.about, "danger": int(wait.danger), "since": wait.since}


async def end_talk(house: House, conversation: str, desk: str, by: EndedBy, event: Event = Event.END) -> bool:
    """End a talk that runs: it is to be written up by the counsellor who has it. False: it does not run."""
    now = house.clock()
    await house.handoffs.announce(conversation, now)
    fields: dict[str, Value] = {"ended": now, "ended_by": by}
    if not await house.conversations.move(conversation, event, State.WRAPPING_UP, now, fields):
        return False
    await house.pairing.wrapping(desk, conversation)
    await house.visits.still(pulse_of_child(conversation))
    await nudge_desk(house, desk)
    talk = await house.conversations.read(conversation)
    if talk is not None:
        nudge_child(house, conversation, talk)
    return True


async def hand_off(house: House, conversation: str, form: bytes | None) -> bool:
    """Seal a talk that has ended for the registrar. False: it has not ended, or is not known."""
    ending: Ending = "unregistered" if form is None else "registered"
    return await house.handoffs.seal(conversation, ending, form, house.clock())


async def clear_desk(house: House, conversation: str, desk: str) -> None:
    """Take a talk that was handed off from the desk, and what colleagues whispered about it; the next child may come."""
    await house.pairing.release(desk, conversation, house.clock())
    await house.colleagues.forget(conversation)
    await match(house)


async def leave_desk(house: House, desk: str) -> None:
    """She has signed out on purpose: her running talks go to the front of the line at once. What is to be written up stays hers."""
    await house.pairing.away(desk)
    state = await house.pairing.desk(desk)
    for conversation, standing in state.talks.items():
        if standing != "wrapping":
            await lose_counsellor(house, conversation, desk)
    await match(house)


async def lose_counsellor(house: House, conversation: str, desk: str) -> None:
    """Put a child whose counsellor is gone back in the line, at the front."""
    now = house.clock()
    gone: dict[str, Value] = {"desk": "", "key_id": "", "at:counsellor": "", "gone:counsellor": now, "planned": 0}
    if await house.conversations.move(conversation, Event.LOSE_COUNSELLOR, State.WAITING, now, gone):
        await house.pairing.lose(desk, conversation)
        talk = await house.conversations.read(conversation)
        if talk is not None:
            nudge_child(house, conversation, talk)
            await house.note("given_back", desk, conversation, talk.epoch)
        await match(house)


async def finish_loss(house: House, conversation: str, desk: str) -> None:
    """Put a child in the line whose talk knows that it waits again, and the desk does not: a crash in the middle of losing a counsellor."""
    if await house.pairing.lose(desk, conversation):
        await match(house)
