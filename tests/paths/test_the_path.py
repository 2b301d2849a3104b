"""A child gets help, over real sockets, through two workers, to the journal; and what is left afterwards."""

import asyncio
import re

import pytest

from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import session, sign_out, signed_in
from tests.people import Child, Counsellor, canary, gone_after

GONE_SECONDS = 15
"""Generous: the promise is 5 s, the figure is for a benchmark."""


async def pair(child: Child, counsellor: Counsellor, **wishes: object) -> str:
    """Let a child arrive and the counsellor take it; both can read."""
    await child.waits(**wishes)
    conversation = await counsellor.takes(child.conversation)
    await child.opens_for(await child.sees(f.Paired))
    await counsellor.has_key(conversation)
    return conversation


async def erased(service: Service, conversation: str) -> None:
    """Wait until no key of a talk is left."""
    async with asyncio.timeout(GONE_SECONDS):
        while any(conversation in key for key in service.stored()):
            await asyncio.sleep(0.1)


async def test_a_child_gets_help(service: Service) -> None:
    """The whole path: arrive at one worker, be taken at the other, talk, end, register, journal, gone."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    words = [canary("before"), canary("hei"), canary("svar"), canary("oppsummering")]
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        assert await child.waits(language="nn", about="me") == 1
        await child.says(words[0])
        conversation = await kari.takes()
        paired = await child.sees(f.Paired)
        assert paired.alias
        await child.opens_for(paired)
        await kari.has_key(conversation)
        await child.says(words[1])
        await kari.sees(f.StaffMessage, seq=2)
        await kari.says(conversation, words[2])
        await child.sees(f.Message, seq=3)

        assert [(1, "child", words[0]), (2, "child", words[1]), (3, "counsellor", words[2])] == kari.screen(conversation)
        assert child.screen[3] == ("counsellor", words[2])

        await kari.send(f.StaffEnd(conversation))
        assert (await child.sees(f.Ended)).by == "counsellor"
        assert await child.is_closed_with() == 4504
        await kari.registers(conversation, summary=words[3], outcomes=["advice"])
        await erased(service, conversation)

    listed = service.journal("list")
    number = re.findall(r"^\s*(\d+)\b", listed, re.MULTILINE)[-1]
    shown = service.journal("show", number)
    for word in words:
        assert word in shown
    assert not any(word in service.logs() for word in words)


async def test_typing_and_marks_reach_the_other_side(service: Service) -> None:
    """Typing without a text; delivered, then seen."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        await child.send(f.ChildTyping(on=True))
        assert (await kari.sees(f.StaffTypingNow)).on
        await child.says("hei")
        await kari.send(f.StaffSeen(conversation, 1, 0))
        assert await child.sees(f.Seen, delivered=1) == f.Seen(1, 0)
        await kari.send(f.StaffSeen(conversation, 1, 1))
        assert await child.sees(f.Seen, delivered=1) == f.Seen(1, 1)
        await kari.send(f.StaffTyping(conversation, on=True))
        assert (await child.sees(f.Typing)).on
        await child.send(f.ChildEnd())
        await child.is_closed_with()
        await kari.registers(conversation)


async def test_a_child_comes_back_without_loss(service: Service) -> None:
    """The line drops in the middle; what was said meanwhile follows, at another worker, once and in order."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        await child.says("one")
        await child.drop()
        for text in ("two", "three"):
            await kari.says(conversation, text)
        child.place = service.place(1)
        welcome = await child.arrives()
        assert welcome.recovered
        async with asyncio.timeout(30):
            while len(child.screen) < 2:
                await asyncio.sleep(0.01)
        await child.says("four")
        await kari.sees(f.StaffMessage, seq=4)

        assert {2: ("counsellor", "two"), 3: ("counsellor", "three")} == child.screen
        assert [1, 2, 3, 4] == sorted(kari.panes[conversation].entries)
        await child.send(f.ChildEnd())
        await kari.registers(conversation)


async def test_a_message_whose_acknowledgement_was_lost_is_stored_once(service: Service) -> None:
    """The same id again gives the same number."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        message = child.seals("once")
        await child.send(message)
        await child.drop()
        await child.arrives()
        await child.send(message)
        first = await child.sees(f.Said, id=message.id)
        await child.send(message)
        again = await child.sees(f.Said, id=message.id)

        assert first == again
        await child.send(f.ChildEnd())
        await child.is_closed_with()
        assert len(kari.panes[conversation].entries) == 1
        await kari.registers(conversation)


async def test_a_counsellor_reloads_her_browser(service: Service) -> None:
    """Another connection with the same key: the talks are hers, with all their words."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        await child.says("remember")
        await kari.drop()
        kari.panes.clear()
        await kari.signs_on(await signed_in(service, "Kari", worker=0))
        await kari.sees(f.Desk)
        await kari.send(f.Open(conversation))
        await kari.sees(f.StaffHistory)

        assert [(1, "child", "remember")] == kari.screen(conversation)
        await child.says("still here")
        await kari.sees(f.StaffMessage, seq=2)
        await kari.send(f.StaffEnd(conversation))
        await kari.registers(conversation)


async def test_another_browser_of_the_counsellor_gets_the_key_from_the_child(service: Service) -> None:
    """A new key pair cannot open the old box: the child's browser is asked to wrap again."""
    child, kari, elsewhere = Child(service.place(0)), Counsellor(service.place(1)), Counsellor(service.place(0))
    async with gone_after(child, kari, elsewhere):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        await child.says("to both")
        await elsewhere.signs_on(await signed_in(service, "Kari", worker=0))
        assert await kari.is_closed_with() == 4509
        await child.opens_for(await child.sees(f.Paired, key_id=elsewhere.key_id))
        await elsewhere.send(f.Open(conversation))
        await elsewhere.sees(f.StaffHistory, conversation=conversation)
        await elsewhere.has_key(conversation)

        assert [(1, "child", "to both")] == elsewhere.screen(conversation)
        await child.send(f.ChildEnd())
        await elsewhere.registers(conversation)


async def test_danger_goes_to_the_front(service: Service) -> None:
    """Who says that it is dangerous now is offered before those who came earlier."""
    first, second, kari = Child(service.place(0)), Child(service.place(1)), Counsellor(service.place(1))
    async with gone_after(first, second, kari):
        await first.arrives()
        await first.joins()
        await first.sees(f.Position, place=1)
        await second.arrives()
        await second.joins()
        await second.sees(f.Position, place=2)
        await second.send(f.Danger())
        await first.sees(f.Position, place=2)
        await second.sees(f.Position, place=1)
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        await kari.send(f.Free(1))
        async with asyncio.timeout(30):
            while (offer := (await kari.sees(f.Desk)).offer) is None:
                pass

        assert (second.conversation, True) == (offer.conversation, offer.danger)
        conversation = await kari.takes(second.conversation)
        await kari.send(f.StaffEnd(conversation))
        await kari.registers(conversation, who="test")
        await first.send(f.ChildEnd())
        await kari.send(f.Away())
        await erased(service, first.conversation)


async def test_a_counsellor_who_signs_out_gives_her_children_back_at_once(service: Service) -> None:
    """The child is told and at the front of the line; her connection is closed, also at the other worker."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        cookie, ticket = await session(service, "Kari", worker=1)
        await kari.signs_on(ticket)
        await pair(child, kari)
        await sign_out(service, cookie, worker=0)
        assert await kari.is_closed_with() == 4501
        assert (await child.sees(f.CounsellorLost)).waiting
        assert (await child.sees(f.Position)).place == 1
        await child.send(f.ChildEnd())
        await erased(service, child.conversation)


async def test_nobody_new_until_the_talk_is_written_up(service: Service) -> None:
    """With a talk to write up there is no next child: neither offered nor taken."""
    first, second, kari = Child(service.place(0)), Child(service.place(1)), Counsellor(service.place(1))
    async with gone_after(first, second, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        await kari.send(f.Free(3))
        conversation = await pair(first, kari)
        await kari.send(f.StaffEnd(conversation))
        await second.waits()
        await kari.send(f.Take(None))
        assert (await kari.sees(f.Refused)).why == "at_capacity"
        await kari.registers(conversation)
        async with asyncio.timeout(30):
            while (offer := (await kari.sees(f.Desk)).offer) is None:
                pass

        assert second.conversation == offer.conversation
        await kari.send(f.Away())
        await second.send(f.ChildEnd())
        await erased(service, second.conversation)


async def test_who_gives_up_waiting_is_a_row_without_text(service: Service) -> None:
    """Registered too: that somebody was here, and not what it wrote."""
    child, word = Child(service.place(0)), canary("unread")
    async with gone_after(child):
        await child.arrives()
        await child.joins(language="en")
        await child.says(word)
        await child.send(f.ChildEnd())
        assert (await child.sees(f.Ended)).by == "child"
        assert await child.is_closed_with() == 4504
        await erased(service, child.conversation)

    number = re.findall(r"^\s*(\d+)\b", service.journal("list"), re.MULTILINE)[-1]
    assert word not in service.journal("show", number)


async def test_a_counsellor_sees_only_what_is_hers(service: Service) -> None:
    """A colleague's talk: not opened, not written into, not ended, not registered."""
    child, kari, ola = Child(service.place(0)), Counsellor(service.place(1)), Counsellor(service.place(0))
    async with gone_after(child, kari, ola):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        await ola.signs_on(await signed_in(service, "Ola", worker=0))
        conversation = await pair(child, kari)
        await child.says("for Kari")
        box = b"x" * 284
        for frame in (
            f.Open(conversation),
            f.StaffRange(conversation, 0),
            f.StaffSay(conversation, "i" * 22, 0, box),
            f.StaffEnd(conversation),
            f.Register(conversation, box),
        ):
            await ola.send(frame)
            assert (await ola.sees(f.Refused)).why == "not_yours"
        await ola.send(f.Take(conversation))
        assert (await ola.sees(f.Refused)).why == "taken"

        assert conversation not in ola.panes
        await child.send(f.ChildEnd())
        await kari.registers(conversation)


@pytest.mark.parametrize("victim", ["one", "two"])
async def test_a_worker_dies_and_nothing_is_lost(service: Service, victim: str) -> None:
    """`kill -9` of either side's worker: what was acknowledged is there, once, and the talk goes on at the other."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    alive = 1 if victim == "one" else 0
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        await child.says("acknowledged")
        service.kill(victim)
        try:
            if victim == "one":
                await child.is_closed_with()
                child.place = service.place(alive)
                await child.arrives()
            else:
                await kari.is_closed_with()
                kari.place = service.place(alive)
                await kari.signs_on(await signed_in(service, "Kari", worker=alive))
                await kari.sees(f.Desk)
                await kari.send(f.Open(conversation))
                await kari.sees(f.StaffHistory)
            await child.says("and on")
            await kari.send(f.StaffRange(conversation, 0))  # a hint may have died with the worker: her browser sees the hole and asks
            async with asyncio.timeout(20):
                while len(kari.panes[conversation].entries) < 2:
                    await asyncio.sleep(0.05)

            assert [(1, "child", "acknowledged"), (2, "child", "and on")] == kari.screen(conversation)
        finally:
            service.start(victim)
        await child.send(f.ChildEnd())
        await kari.registers(conversation)
        await erased(service, conversation)
