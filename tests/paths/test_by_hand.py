"""What a shift lead does by hand, on two real workers: all hear of it, no talk is cut, it ends by itself, and nobody else may do it."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic

import pytest
import redis as sync_redis

from server import keys
from server.sealing import contact_name
from server.staff import people
from server.staff.reasons import mark_of
from server.staff.roles import AT_A_DESK, FRAMES
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.paths.test_audit import told
from tests.paths.test_the_path import pair
from tests.people import Child, Counsellor, gone_after
from tests.wire.examples import EXAMPLES

WHY = "CANARY the heating is out"
MINUTE = 60_000
SOON = 30.0
"""Seconds: the promise is two, the machine may be slow."""


@dataclass
class Evening:
    """Lea leads at worker one; Kari talks at worker two with a child at worker one; another child waits at worker two."""

    service: Service
    lea: Counsellor
    kari: Counsellor
    talks: Child
    waits: Child
    conversation: str

    async def knocks(self, worker: int) -> f.Frame:
        """Come to a worker as a child; return what is said first."""
        child = Child(self.service.place(worker))
        async with gone_after(child):
            await child.connect()
            await child.send(f.ChildHello())
            return await child.sees(f.Welcome, f.Closed)

    async def orders(self, kind: str, **more: int) -> None:
        """Give an order; it is done when her overview shows it."""
        await self.lea.send(f.GiveOrder(kind, WHY, **more))  # type: ignore[arg-type]
        await self.overview_with(kind)

    async def overview_with(self, kind: str | None) -> f.Overview:
        """Wait until her overview shows this order, or (None) that none stands."""
        shown = [frame for frame in self.lea.seen if isinstance(frame, f.Overview)][-1:]
        while not shown or (shown[0].order.kind if shown[0].order else None) != kind:
            shown = [await self.lea.sees(f.Overview)]
        return shown[0]

    async def everywhere(self, state: str) -> None:
        """Wait until both workers' pages say so."""
        deadline = monotonic() + SOON
        while {await asyncio.to_thread(status, self.service, worker) for worker in (0, 1)} != {state}:
            assert monotonic() < deadline
            await asyncio.sleep(0.1)


def status(service: Service, worker: int) -> str:
    """Return what a worker's `/status.json` says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{service.ports[worker]}/status.json", timeout=30) as answer:
        return str(json.load(answer)["state"])


@pytest.fixture
async def evening(service: Service) -> AsyncIterator[Evening]:
    """One leads, one talks, one waits; afterwards no order stands."""
    if "Lea" not in service.passwords:
        service.passwords["Lea"] = people.add(service.data / "staff.json", "Lea", roles=("counsellor", "shift_lead"))
    lea, kari, talks, waits = Counsellor(service.place(0)), Counsellor(service.place(1)), Child(service.place(0)), Child(service.place(1))
    async with gone_after(lea, kari, talks, waits):
        await lea.signs_on(await signed_in(service, "Lea", worker=0))
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(talks, kari)
        await waits.waits()
        yield Evening(service, lea, kari, talks, waits, conversation)
        await tidy(Evening(service, lea, kari, talks, waits, conversation))


async def tidy(evening: Evening) -> None:
    """Let nothing of an evening stay: no order, nobody in the line, no talk at a desk."""
    await evening.lea.send(f.LiftOrder("the test is over"))
    await evening.everywhere("open")
    for counsellor in (evening.kari, evening.lea):
        await counsellor.send(f.Away())
        await counsellor.send(f.Ping())
        await counsellor.sees(f.Pong)  # her desk is shown as it is now
        for held in counsellor.desk.talks if counsellor.desk else []:
            await counsellor.send(f.StaffEnd(held.conversation))
            await counsellor.registers(held.conversation)
    if evening.waits.close_code is None:
        await evening.waits.send(f.ChildEnd())
        await evening.waits.is_closed_with()


async def test_closed_by_hand_lets_the_line_go_and_cuts_no_talk(evening: Evening) -> None:
    """Both workers are closed within moments: who waits is told and goes, who comes is told, who talks talks on; then it is open again."""
    await evening.orders("close")
    await evening.everywhere("closed")

    assert (await evening.waits.sees(f.Closed)).down is False
    assert (await evening.waits.sees(f.Ended)).by == "hours"
    assert await evening.waits.is_closed_with() == 4510
    assert [type(await evening.knocks(worker)) for worker in (0, 1)] == [f.Closed, f.Closed]
    await evening.talks.says("er du der?")
    await evening.kari.says(evening.conversation, "Ja.")
    assert not any(isinstance(frame, f.Ended | f.ClosingSoon) for frame in evening.talks.seen)

    await evening.lea.send(f.LiftOrder("everybody is here"))
    await evening.everywhere("open")
    assert [type(await evening.knocks(worker)) for worker in (0, 1)] == [f.Welcome, f.Welcome]


async def test_a_last_intake_by_hand_serves_the_line(evening: Evening) -> None:
    """Nobody new comes in; the child that waits keeps its place, and is taken."""
    await evening.orders("last_intake")
    await evening.everywhere("closed")
    assert isinstance(await evening.knocks(1), f.Closed)

    await evening.kari.send(f.Free(2))
    offer = (await sees_offer(evening.kari)).offer
    assert offer is not None
    assert offer.conversation == evening.waits.conversation
    assert not any(isinstance(frame, f.Ended) for frame in evening.waits.seen)


async def sees_offer(counsellor: Counsellor) -> f.Desk:
    """Wait until a child rings at her desk."""
    while True:
        desk = await counsellor.sees(f.Desk)
        if desk.offer is not None:
            return desk


async def test_an_announced_closing_is_told_at_once_and_can_be_taken_back(evening: Evening) -> None:
    """Who waits is told when the chat closes, who talks when the talk must end; when it is taken back, that it is not so any more."""
    closes = now_at(evening.service) + 40 * MINUTE
    await evening.orders("closing", closes_at=closes)

    assert (await evening.waits.sees(f.ClosingSoon)).at == closes
    assert (await evening.talks.sees(f.ClosingSoon)).at == closes + 60 * MINUTE
    assert await asyncio.to_thread(status, evening.service, 1) == "open"

    await evening.lea.send(f.LiftOrder("it was a mistake"))
    assert (await evening.waits.sees(f.ClosingSoon)).at is None
    assert (await evening.talks.sees(f.ClosingSoon)).at is None


def now_at(service: Service) -> int:
    """Return the store's own clock (ms)."""
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        return int(admin.time()[0]) * 1000


async def test_taken_down_says_that_it_does_not_work(evening: Evening) -> None:
    """The frame says so to who waits and to who comes; the page says so in each language, with the number to ring."""
    await evening.orders("down")
    await evening.everywhere("closed")

    assert (await evening.waits.sees(f.Closed)).down is True
    closed = await evening.knocks(1)
    assert isinstance(closed, f.Closed)
    assert closed.down
    assert closed.opens_at is not None
    for tongue, words in (("nb", "Chatten virker ikke akkurat nå"), ("nn", "Chatten verkar ikkje"), ("en", "The chat does not work")):
        page = await asyncio.to_thread(child_page, evening.service, tongue)
        assert words in page
        assert "tel:116111" in page


def child_page(service: Service, tongue: str) -> str:
    """Return the child's page without a script, in a language."""
    request = urllib.request.Request(f"http://127.0.0.1:{service.ports[1]}/w", headers={"accept-language": tongue})
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
        return str(answer.read().decode())


async def test_it_ends_by_itself(evening: Evening) -> None:
    """An order that was given until an instant is over then, at every worker, though nobody takes it back."""
    await evening.orders("close", until=now_at(evening.service) + 1)  # brought within bounds: a minute
    with sync_redis.Redis.from_url(evening.service.redis.admin_url) as admin:
        kept = json.loads(admin.get(keys.ORDER))
        assert kept["until"] - kept["at"] == MINUTE
        assert 0 < admin.pttl(keys.ORDER) <= 24 * 60 * MINUTE
        kept["until"] = kept["at"] + 1  # as if the minute had passed
        admin.set(keys.ORDER, json.dumps(kept), ex=60)
    await evening.everywhere("open")


async def test_a_store_that_forgets_does_not_open_what_was_closed(evening: Evening) -> None:
    """The store loses the order: both workers stay closed, and tell the store again what stands."""
    await evening.orders("close")
    await evening.everywhere("closed")
    with sync_redis.Redis.from_url(evening.service.redis.admin_url) as admin:
        admin.delete(keys.ORDER)
        deadline = monotonic() + SOON
        while admin.get(keys.ORDER) is None:
            assert monotonic() < deadline
            assert [await asyncio.to_thread(status, evening.service, worker) for worker in (0, 1)] == ["closed", "closed"]
    assert [await asyncio.to_thread(status, evening.service, worker) for worker in (0, 1)] == ["closed", "closed"]


async def test_a_talk_ended_by_the_lead_is_written_up_by_who_had_it(evening: Evening) -> None:
    """The child is told that it is over, her desk that the lead ended it; it is registered as always; deed and reason are kept apart."""
    since = len(told(evening.service, 0, 0))
    await evening.lea.send(f.EndTalk(evening.conversation, WHY))

    assert (await evening.talks.sees(f.Ended)).by == "lead"
    assert await evening.talks.is_closed_with() == 4504
    while not ((desk := await evening.kari.sees(f.Desk)).talks and desk.talks[0].ended_by == "lead"):
        pass
    await evening.kari.registers(evening.conversation)

    file = evening.service.data / "staff.json"
    ended = next(deed for deed in told(evening.service, since, 2) if deed.what == "talk_ended")
    assert (ended.who, ended.whom) == (people.named(file, "Lea").id, people.named(file, "Kari").id)
    assert ended.contact == contact_name(evening.conversation, evening.talks.epoch or "")
    kept = [json.loads(line) for line in (evening.service.data / "reasons.log").read_text("utf-8").splitlines()][-1]
    assert (kept["reason"], kept["mark"], kept["who"]) == (WHY, ended.why, ended.who)
    assert mark_of(kept["at"], WHY) == ended.why
    assert "CANARY" not in "".join(path.read_text("utf-8") for name in ("one", "two") for path in [evening.service.data / f"{name}.log"])
    assert "CANARY" not in (evening.service.data / "audit.log").read_text("utf-8")


async def test_a_talk_moved_to_a_colleague_goes_on_there(evening: Evening) -> None:
    """The child's browser opens the talk for her, and what was said before is there; it is gone from the first desk."""
    await evening.talks.says("jeg er redd")
    ola = Counsellor(evening.service.place(0))
    async with gone_after(ola):
        await ola.signs_on(await signed_in(evening.service, "Ola", worker=0))
        desk = people.named(evening.service.data / "staff.json", "Ola").id
        await evening.lea.send(f.MoveTalk(evening.conversation, WHY, desk))
        paired = await evening.talks.sees(f.Paired)
        await evening.talks.opens_for(paired)
        await ola.has_key(evening.conversation)
        await ola.send(f.Open(evening.conversation))
        await ola.sees(f.StaffHistory)
        assert [text for _, _, text in ola.screen(evening.conversation)] == ["jeg er redd"]
        while (await evening.kari.sees(f.Desk)).talks:
            pass
        await evening.kari.send(f.StaffSay(evening.conversation, "i" * 22, 0, b"x" * 284))
        assert (await evening.kari.sees(f.Refused)).why == "not_yours"
        await ola.says(evening.conversation, "Hei, jeg er Ola.")
        await ola.send(f.StaffEnd(evening.conversation))
        await ola.registers(evening.conversation)


async def test_a_talk_moved_to_the_front_is_the_next_ones(evening: Evening) -> None:
    """Before the child that waited already; the child is told that somebody comes, and what it wrote stays."""
    await evening.talks.says("jeg er redd")
    await evening.lea.send(f.MoveTalk(evening.conversation, WHY))
    assert (await evening.talks.sees(f.CounsellorLost)).waiting
    assert (await evening.talks.sees(f.Position)).place == 1

    assert await evening.lea.takes() == evening.conversation
    await evening.talks.opens_for(await evening.talks.sees(f.Paired))
    await evening.lea.has_key(evening.conversation)
    await evening.lea.send(f.StaffEnd(evening.conversation))
    await evening.lea.registers(evening.conversation)


@pytest.mark.parametrize("frame", [frame for frame in EXAMPLES["staff"] if FRAMES[str(frame.__struct_config__.tag)] != AT_A_DESK])
async def test_T1_who_leads_no_shift_may_not(service: Service, frame: f.Frame) -> None:
    """Each of a lead's frames closes a counsellor's socket as not allowed, and nothing has changed; she is never sent the overview."""
    ola = Counsellor(service.place(1))
    async with gone_after(ola):
        await ola.signs_on(await signed_in(service, "Ola", worker=1))
        await ola.sees(f.Beside)
        await ola.send(frame)
        assert await ola.is_closed_with() == 4503
        assert not any(isinstance(seen, f.Overview) for seen in ola.seen)
    assert await asyncio.to_thread(status, service, 1) == "open"


async def test_what_does_not_run_is_neither_ended_nor_moved(evening: Evening) -> None:
    """A child that waits, an unknown talk, a desk that is not there, one without room: refused, and told why."""
    nowhere, kari = "u" * 22, people.named(evening.service.data / "staff.json", "Kari").id
    lea = people.named(evening.service.data / "staff.json", "Lea").id
    for conversation in (evening.waits.conversation, nowhere):
        for frame in (f.EndTalk(conversation, WHY), f.MoveTalk(conversation, WHY), f.MoveTalk(conversation, WHY, lea)):
            await evening.lea.send(frame)
            assert (await evening.lea.sees(f.Refused)).why == "not_talking"
    for desk in (nowhere, kari):
        await evening.lea.send(f.MoveTalk(evening.conversation, WHY, desk))
        assert (await evening.lea.sees(f.Refused)).why == "not_there"
    assert await evening.lea.takes() == evening.waits.conversation
    await evening.lea.send(f.MoveTalk(evening.conversation, WHY, lea))
    assert (await evening.lea.sees(f.Refused)).why == "at_capacity"
    assert not any(isinstance(frame, f.Ended | f.CounsellorLost) for frame in evening.talks.seen)


async def test_the_overview_tells_of_the_whole_shift_and_of_no_child(evening: Evening) -> None:
    """Who is at work, how many talk and wait, and the light by its rules; nothing of a child but that it is dangerous."""
    await evening.lea.send(f.Free(1))
    seen = await evening.lea.sees(f.Overview)
    while (seen.talking, seen.waiting, seen.light, len(seen.at_work)) != (1, 1, "green", 2):
        seen = await evening.lea.sees(f.Overview)
    assert [(one.name, len(one.talks), one.free, one.rings, one.here) for one in seen.at_work] == [
        ("Kari", 1, False, False, True),
        ("Lea", 0, True, True, True),
    ]
    assert {rule.what for rule in seen.rules} == {"nobody", "each", "longest", "danger", "help", "attack", "unconfirmed", "late"}
    assert set(f.SomeTalk.__struct_fields__) == {"conversation", "state", "since", "ended", "danger"}

    await evening.lea.send(f.Away())
    while seen.light != "red":
        seen = await evening.lea.sees(f.Overview)
    assert {rule.what: rule.light for rule in seen.rules}["nobody"] == "red"
