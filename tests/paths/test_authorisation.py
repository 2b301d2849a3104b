"""P6: who may do what with whose talk, for each frame of the schema and each state of a talk.

A frame that comes anew is a cell without an answer, and fails.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import get_args

import msgspec
import pytest
import redis as sync_redis

from server import keys
from server.staff.roles import AT_A_DESK, FRAMES, LEAD, ROLES, may
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.people import Child, Counsellor, gone_after
from tests.wire.examples import EXAMPLES

UNKNOWN = "u" * 22
OF_A_LEAD = {"order", "lift", "end_talk", "move_talk"}
ABOUT_A_TALK = [frame for frame in EXAMPLES["staff"] if hasattr(frame, "conversation") and FRAMES[frame.__struct_config__.tag] == AT_A_DESK]  # type: ignore[index]
"""What a shift lead alone may send closes another's socket: `test_by_hand.py`."""
OF_A_CHILD = [frame for frame in EXAMPLES["child"] if not isinstance(frame, f.ChildHello | f.Worked | f.Ping | f.ChildEnd | f.Join)]
SILENT = {"typing", "seen", "look_out"}
"""They have no answer, and without a right to them no effect."""
ANSWERS = {"not_yours", "taken", "at_capacity", "nobody", "not_talking", "not_there"}


def tag_of(frame: f.Frame) -> str:
    """Return the name of a frame."""
    return str(frame.__struct_config__.tag)


def kept(service: Service, conversation: str) -> tuple[object, ...]:
    """Return all that the store holds of a talk and of where it stands, without what a connection renews by itself."""
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        talk = {name: value for name, value in admin.hgetall(keys.talk(conversation)).items() if not name.startswith(b"at:")}
        wraps = admin.hgetall(keys.wraps(conversation))
        is_due = admin.zscore(keys.DUE, conversation) is not None  # when it is looked at again, the registrar says
        return talk, wraps, admin.xlen(keys.log(conversation)), admin.hget(keys.WHERE, conversation), is_due


async def settled(service: Service, conversation: str) -> tuple[object, ...]:
    """Return the same once nothing has changed for a moment: what the state's own steps still write is written."""
    before, now = None, kept(service, conversation)
    while now != before:
        await asyncio.sleep(0.3)
        before, now = now, kept(service, conversation)
    return now


async def waiting(_kari: Counsellor, child: Child) -> str:
    """A talk that waits."""
    await child.waits()
    return child.conversation


async def talking(kari: Counsellor, child: Child) -> str:
    """A talk that Kari holds."""
    await child.waits()
    conversation = await kari.takes(child.conversation)
    await child.opens_for(await child.sees(f.Paired))
    await child.says("hei")
    await kari.sees(f.StaffMessage)
    return conversation


async def wrapping_up(kari: Counsellor, child: Child) -> str:
    """A talk that Kari is to write up."""
    conversation = await talking(kari, child)
    await kari.send(f.StaffEnd(conversation))
    assert await child.is_closed_with() == 4504
    await kari.sees(f.Desk)
    return conversation


async def unknown(_kari: Counsellor, _child: Child) -> str:
    """A talk that was never there."""
    return UNKNOWN


State = Callable[[Counsellor, Child], Awaitable[str]]
STATES: list[State] = [waiting, talking, wrapping_up, unknown]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_P6_no_frame_of_hers_touches_a_talk_that_is_not_hers(
    service: Service, state: Callable[[Counsellor, Child], Awaitable[str]]
) -> None:
    """Each frame that names a talk, at a colleague's or nobody's: refused or without effect, and nothing stored has changed."""
    kari, ola, child = Counsellor(service.place(0)), Counsellor(service.place(1)), Child(service.place(0))
    async with gone_after(kari, ola, child):
        await kari.signs_on(await signed_in(service, "Kari", worker=0))
        await ola.signs_on(await signed_in(service, "Ola", worker=1))
        conversation = await state(kari, child)
        before, cells = await settled(service, conversation), 0
        for example in ABOUT_A_TALK:
            if isinstance(example, f.Take) and state is waiting:
                continue  # the one way in: taking a child that waits
            await ola.send(msgspec.structs.replace(example, conversation=conversation))
            if tag_of(example) not in SILENT and not isinstance(example, f.Decline):
                refused = await ola.sees(f.Refused)
                assert (refused.what, refused.conversation) == (tag_of(example), conversation)
                assert refused.why in ANSWERS
            cells += 1
        await ola.send(f.Ping())
        await ola.sees(f.Pong)
        await asyncio.sleep(0.3)

        assert cells >= len(ABOUT_A_TALK) - 1
        assert kept(service, conversation) == before
        assert not any(isinstance(frame, f.StaffHistory | f.StaffPaired | f.StaffMessage) for frame in ola.seen)


async def test_P6_before_it_is_in_the_line_a_child_can_do_nothing_but_join(service: Service) -> None:
    """Each frame of a child that has not joined: nothing is stored, nobody is told, it is nowhere in the line."""
    child = Child(service.place(0))
    async with gone_after(child):
        await child.arrives()
        before = kept(service, child.conversation)
        for example in OF_A_CHILD:
            await child.send(example)
        await child.send(f.Ping())
        await child.sees(f.Pong)
        talk, wraps, entries, where, due = kept(service, child.conversation)

        assert (entries, where, due, wraps) == (0, None, False, {})
        assert isinstance(talk, dict)
        changed = {name for name in talk if talk[name] != before[0].get(name)}  # type: ignore[attr-defined]
        assert changed <= {b"language", b"danger", b"delivered:child", b"read:child"}  # its own wishes and marks


def test_P6_no_frame_is_without_a_row_and_no_row_without_a_frame() -> None:
    """Role by role, from the schema: who is at no desk may send nothing, and a frame that is not written down nobody may send."""
    tags = {str(one.__struct_config__.tag) for one in get_args(f.StaffFrame)}

    assert tags == set(FRAMES)
    for tag in tags:
        for role in ROLES:
            assert may([role], FRAMES[tag]) == (role in (LEAD if tag in OF_A_LEAD else AT_A_DESK))
