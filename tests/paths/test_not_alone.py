"""Colleagues over the real sockets: asked in with a wrapped key, reading along, whispering, taking over, two at one desk never."""

import asyncio
import contextlib

import msgspec
import pytest

from server import sealing
from server.ids import new_id
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.people import Child, Counsellor

SECRET = b"kanarifugl" + b"." * 300


class Team:
    """Kari with a child, at one worker; Ola at the other."""

    def __init__(self, service: Service) -> None:
        """Nobody has come yet."""
        self.child, self.kari, self.ola = Child(service.place(0)), Counsellor(service.place(1)), Counsellor(service.place(0))
        self.service = service
        self.conversation = ""

    async def gather(self) -> None:
        """Both sign in, and Kari takes the child."""
        await self.kari.signs_on(await signed_in(self.service, "Kari", worker=1))
        await self.ola.signs_on(await signed_in(self.service, "Ola", worker=0))
        await self.child.waits()
        self.conversation = await self.kari.takes()
        await self.child.opens_for(await self.child.sees(f.Paired))
        await self.kari.has_key(self.conversation)

    async def colleague(self, of: Counsellor) -> f.Colleague:
        """Return the colleague whom she sees."""
        async with asyncio.timeout(30):
            while not (told := [one for one in of.seen if isinstance(one, f.Beside)]) or not told[-1].colleagues:
                await asyncio.sleep(0.05)
        return told[-1].colleagues[0]

    async def asks_ola_in(self) -> None:
        """Kari's own side wraps the key for Ola, without the child."""
        ola = await self.colleague(self.kari)
        key = self.kari.panes[self.conversation].key
        assert key is not None
        wrapped = sealing.wrap_key(key, ola.key, ola.key_id, self.conversation)
        await self.kari.send(f.AskIn(self.conversation, ola.desk, ola.key_id, wrapped))
        async with asyncio.timeout(30):
            while not any(isinstance(one, f.Beside) and one.asked for one in self.ola.seen):
                await asyncio.sleep(0.05)

    async def looks_in(self) -> bytes:
        """Ola reads along; return the key that he has unwrapped."""
        await self.ola.send(f.LookIn(self.conversation))
        paired = await self.ola.sees(f.StaffPaired, conversation=self.conversation)
        assert paired.key is not None
        return sealing.unwrap_key(paired.key, self.ola.private, self.ola.key_id, self.conversation)

    async def leave(self) -> None:
        """Everybody goes."""
        for one in (self.child, self.kari, self.ola):
            await one.drop()


@pytest.fixture
async def team(service: Service) -> "contextlib.AbstractAsyncContextManager[Team]":
    """A team, gathered."""

    @contextlib.asynccontextmanager
    async def gathered():  # type: ignore[no-untyped-def]  # noqa: ANN202
        one = Team(service)
        await one.gather()
        try:
            yield one
        finally:
            await one.leave()

    return gathered()


async def test_a_colleague_who_is_asked_in_reads_what_was_and_what_comes_and_cannot_write(
    team: contextlib.AbstractAsyncContextManager[Team],
) -> None:
    """Her key opens every message; a message of hers is refused; the child is told nothing; when she goes, it is over."""
    async with team as t:
        await t.child.says("før")
        await t.asks_ola_in()
        key = await t.looks_in()
        first = await t.ola.sees(f.StaffHistory, conversation=t.conversation)
        await t.child.says("etter")
        second = await t.ola.sees(f.StaffHistory, conversation=t.conversation)
        texts = [
            sealing.open_message(key, (t.conversation, one.role, one.id, one.n), one.box).text
            for one in (*first.messages, *second.messages)
        ]
        assert texts == ["før", "etter"]
        name = new_id()
        box = sealing.seal_message(key, (t.conversation, "counsellor", name, 0), sealing.Content("text", "nei"))
        await t.ola.send(f.StaffSay(t.conversation, name, 0, box))
        assert (await t.ola.sees(f.Refused, id=name)).why == "not_yours"
        await t.ola.send(f.LookOut(t.conversation))
        await t.ola.send(f.LookIn(t.conversation))
        assert (await t.ola.sees(f.Refused, what="look_in")).why == "not_yours"
        assert not [one for one in t.child.seen if isinstance(one, f.HandOver)]


async def test_nobody_reads_along_who_was_not_asked(team: contextlib.AbstractAsyncContextManager[Team]) -> None:
    """Not by asking for it, not by whispering into it, not by letting herself in, not by signing it."""
    async with team as t:
        await t.child.says("hemmelig")
        kari = await t.colleague(t.ola)
        for frame, what in (
            (f.LookIn(t.conversation), "look_in"),
            (f.AskIn(t.conversation, kari.desk, kari.key_id, b"\x04" + b"\x02" * 112), "ask_in"),
            (f.Whisper(new_id(), [f.BoxFor(kari.key_id, SECRET)], t.conversation), "whisper"),
            (f.Sign(t.conversation, new_id()), "sign"),
            (f.Help(t.conversation, on=True), "help"),
            (f.AskOver(t.conversation, kari.desk), "ask_over"),
        ):
            await t.ola.send(frame)
            assert (await t.ola.sees(f.Refused, what=what)).why in {"not_yours", "not_there"}
        assert not [one for one in t.ola.seen if isinstance(one, (f.StaffPaired, f.StaffHistory, f.StaffMessage))]
        assert not [one for one in t.kari.seen if isinstance(one, f.Whispered)]


async def test_a_whisper_reaches_those_in_the_talk_once_and_never_the_child(team: contextlib.AbstractAsyncContextManager[Team]) -> None:
    """Said twice it comes once; the child's connection carries nothing of it, and it is gone when the talk is registered."""
    async with team as t:
        await t.asks_ola_in()
        await t.looks_in()
        whisper = f.Whisper(new_id(), [f.BoxFor(t.kari.key_id, SECRET)], t.conversation)
        await t.ola.send(whisper)
        await t.ola.send(whisper)
        came = await t.kari.sees(f.Whispered, id=whisper.id)
        assert (came.name, came.box, came.conversation) == ("Ola", SECRET, t.conversation)
        await t.child.says("hei")
        assert sum(isinstance(one, f.Whispered) for one in t.kari.seen) == 1
        assert b"kanarifugl" not in b"".join(f.dump(one) for one in t.child.seen)
        assert any(key.endswith(":aside") for key in t.service.stored())
        await t.kari.registers(t.conversation)
        async with asyncio.timeout(30):
            while any(key.endswith(":aside") for key in t.service.stored()):
                await asyncio.sleep(0.05)


async def test_help_is_called_to_all_and_one_comes(team: contextlib.AbstractAsyncContextManager[Team]) -> None:
    """Everybody who is signed in sees it within a moment; the caller sees who comes; a second one is told that somebody does."""
    async with team as t:
        await t.kari.send(f.Help(t.conversation, on=True))
        async with asyncio.timeout(30):
            while not any(isinstance(one, f.Beside) and one.calls for one in t.ola.seen):
                await asyncio.sleep(0.05)
        (call,) = next(one.calls for one in reversed(t.ola.seen) if isinstance(one, f.Beside))
        assert (call.conversation, call.coming) == (t.conversation, None)
        await t.ola.send(f.Come(call.desk))
        async with asyncio.timeout(30):
            while not any(isinstance(one, f.Beside) and one.calls and one.calls[0].coming for one in t.kari.seen):
                await asyncio.sleep(0.05)
        await t.kari.send(f.Help(t.conversation, on=False))
        async with asyncio.timeout(30):
            while next(one.calls for one in reversed(t.ola.seen) if isinstance(one, f.Beside)):
                await asyncio.sleep(0.05)


async def test_the_child_decides_and_both_overlap(team: contextlib.AbstractAsyncContextManager[Team]) -> None:
    """No: nothing changes. Yes: the talk is at the other desk alone, the child goes on at once, and the one before reads along."""
    async with team as t:
        await t.child.says("en")
        await t.asks_ola_in()
        await t.looks_in()
        ola = await t.colleague(t.kari)
        await t.kari.send(f.AskOver(t.conversation, ola.desk))
        assert (await t.child.sees(f.HandOver)).alias == "Ola"
        await t.child.send(f.AnswerOver(yes=False))
        await holds(t.kari, t.conversation, over_said="no")
        await t.kari.send(f.AskOver(t.conversation, ola.desk))
        await t.child.sees(f.HandOver, alias="Ola")
        await t.child.send(f.AnswerOver(yes=True))
        paired = await t.child.sees(f.Paired)
        assert (paired.alias, paired.key_id) == ("Ola", t.ola.key_id)
        await holds(t.ola, t.conversation)
        await holds_no_more(t.kari, t.conversation)
        async with asyncio.timeout(30):
            while not any(isinstance(one, f.Beside) and one.asked for one in t.kari.seen):
                await asyncio.sleep(0.05)
        await t.ola.send(f.Open(t.conversation))
        await t.ola.has_key(t.conversation)
        said = await t.child.says("to")
        await t.ola.sees(f.StaffMessage, seq=said.seq)
        await t.ola.registers(t.conversation)


async def test_a_colleague_without_room_does_not_take_over(team: contextlib.AbstractAsyncContextManager[Team]) -> None:
    """The child has said yes, and the talk stays where it is; the counsellor is told why."""
    async with team as t:
        other = Child(t.service.place(0))
        await other.waits()
        await t.ola.takes()
        await t.asks_ola_in()
        ola = await t.colleague(t.kari)
        await t.kari.send(f.AskOver(t.conversation, ola.desk))
        await t.child.sees(f.HandOver)
        await t.child.send(f.AnswerOver(yes=True))
        await holds(t.kari, t.conversation, over_said="at_capacity")
        await other.drop()


async def holds(who: Counsellor, conversation: str, **fields: object) -> None:
    """Wait until her desk shows this talk, with these fields."""
    async with asyncio.timeout(30):
        while True:
            desk = next((one for one in reversed(who.seen) if isinstance(one, f.Desk)), None)
            found = [held for held in desk.talks if held.conversation == conversation] if desk else []
            if found and msgspec.structs.asdict(found[0]).items() >= fields.items():
                return
            await asyncio.sleep(0.05)


async def holds_no_more(who: Counsellor, conversation: str) -> None:
    """Wait until her desk does not show this talk."""
    async with asyncio.timeout(30):
        while any(held.conversation == conversation for held in next(one for one in reversed(who.seen) if isinstance(one, f.Desk)).talks):
            await asyncio.sleep(0.05)
