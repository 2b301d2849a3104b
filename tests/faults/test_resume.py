"""Promise D5: whatever a browser says it holds, it ends up with the whole talk, once and in order, or is told to begin anew."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server import embedded, sealing
from server.conversation.rules import Event, State
from server.conversation.store import Desk, Say
from server.ids import new_id
from server.link import Link
from server.sealing import Content
from server.wire import frames as f
from server.wire.frames import Role
from server.wire.wait import Wait
from tests.faults import seeds
from tests.faults.child import SteadyChild
from tests.faults.counsellor import SteadyCounsellor
from tests.faults.history import History
from tests.faults.indoors import Indoors, Pair, Town, town, working
from tests.faults.view import View

CASES = seeds.many("FAULTS_CASES", 800)
LENGTHS = (0, 1, 2, 7, 99, 100, 101, 199, 200, 201, 342)
"""Of talks; a range is read in pages of 100."""
KEY = sealing.new_key()


@pytest.fixture
def here(tmp_path: Path, embedded_redis: embedded.Embedded) -> Town:
    """A town on the session's store."""
    return town(tmp_path, embedded_redis.url)


async def a_talk(worker: Indoors, length: int, chance: random.Random, desk: Desk | None = None) -> tuple[str, str]:
    """Let two people write so many messages at this desk; return the conversation and its token."""
    house, conversation = worker.house, new_id()
    desk = desk or Desk(new_id(), "Vakt", "k" * 22, b"\x04" * 65)
    token = house.tokens.issue(conversation)
    now = house.clock()
    await house.visits.start(conversation, new_id(), token, now)
    await house.waiting.join(conversation, Wait(now, "nb", "unsaid", danger=False))
    await house.conversations.move(conversation, Event.JOIN, State.WAITING, now)
    await house.pairing.free(desk.id, 1, now)
    await house.pairing.claim(desk.id, conversation, now)
    await house.conversations.open(conversation, desk, "", now)
    says, counters = [], {"child": 0, "counsellor": 0}
    for number in range(length):
        role: Role = chance.choice(("child", "counsellor"))
        name, n = new_id(), counters[role]
        counters[role] += 1
        box = sealing.seal_message(KEY, (conversation, role, name, n), Content("text", f"{conversation} {number}"))
        says.append(Say(conversation, role, "" if role == "child" else desk.id, name, n, box))
    if says:
        assert all(stored.seq for stored in await house.conversations.append(says, now))
    await house.pairing.opened(desk.id, conversation)
    return conversation, token


async def resumed(worker: Indoors, hello: f.ChildHello, view: View) -> f.Welcome:
    """Say hello, take in what follows until the talk is whole, and return the welcome."""
    pair = await worker.open("/ws")
    await pair.send(f.dump(hello).decode())
    welcome: f.Welcome | None = None
    try:
        async with asyncio.timeout(30):
            while welcome is None or view.have < welcome.seq:
                for frame in frames(await pair.receive()):
                    if isinstance(frame, f.Welcome):
                        welcome = frame
                        if not frame.recovered:
                            view.forget()
                    elif isinstance(frame, f.History):
                        assert frame.after == view.have
                        view.receive(frame.messages)
        return welcome
    finally:
        pair.cut()
        await pair.task


def frames(text: str) -> list[Any]:
    """Return the frames of one text."""
    found = SteadyChild.decoder.decode(text)
    return found if isinstance(found, list) else [found]


async def signed_on(worker: Indoors, town_: Town) -> tuple[Pair, Desk]:
    """Let the first counsellor sign on with a fresh key; return her connection and her desk."""
    house = worker.house
    account = house.directory.accounts()[0]
    public = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    ticket = await house.sessions.ticket(await house.sessions.sign_in(account.id, town_.clock()))
    assert ticket is not None
    pair = await worker.open("/staff/ws")
    await pair.send(f.dump(f.StaffHello(ticket, public)).decode())
    await pair.receive()
    return pair, Desk(account.id, account.alias, sealing.key_id(public), public)


async def opened(pair: Pair, conversation: str, after: int) -> list[f.Message]:
    """Open a talk from there; return all that comes of it."""
    await pair.send(f.dump(f.Open(conversation, after)).decode())
    entries: list[f.Message] = []
    async with asyncio.timeout(30):
        while True:
            found = SteadyCounsellor.decoder.decode(await pair.receive())
            for frame in found if isinstance(found, list) else [found]:
                if isinstance(frame, f.StaffHistory):
                    assert frame.after == after + len(entries)
                    entries += frame.messages
                if isinstance(frame, f.StaffSeenNow):
                    return entries


def a_view(conversation: str, entries: list[f.Message] | None = None) -> View:
    """Return what a browser holds that has seen these."""
    view = View(History(), "child", "child", conversation, KEY)
    view.receive(entries or [])
    return view


async def test_a_replayed_view_is_a_reloaded_one(redis: Link, here: Town) -> None:
    """Any epoch, any number, at any worker: the same screen as after a reload, and a full reload whenever it cannot go on."""
    assert redis is not None
    chance = seeds.chance(f"{CASES} cases")
    kinds = set()
    async with working(here) as workers:
        for length in LENGTHS:
            conversation, token = await a_talk(workers[0], length, chance)
            whole = a_view(conversation)
            first = await resumed(workers[1], f.ChildHello(token), whole)
            assert (first.recovered, first.seq, whole.have) == (False, length, length)
            for _ in range(CASES // len(LENGTHS)):
                seq = chance.choice((0, length, length + 1, chance.randrange(length + 3), chance.randrange(length + 3)))
                epoch = chance.choice((first.epoch, first.epoch, first.epoch, new_id(), None))
                view = a_view(conversation, whole.entries[:seq])
                welcome = await resumed(chance.choice(workers), f.ChildHello(token, epoch, seq), view)
                fits = epoch == first.epoch and seq <= length
                kinds.add((fits, seq == length))
                assert (welcome.recovered, welcome.seq, welcome.epoch) == (fits, length, first.epoch)
                assert view.entries == whole.entries
                assert [line.text for line in view.screen.lines] == [line.text for line in whole.screen.lines]
    assert kinds == {(True, True), (True, False), (False, True), (False, False)}
    assert here.failures == []


async def test_a_counsellor_opens_from_where_she_is(redis: Link, here: Town) -> None:
    """The same for her screen: opened after any number, all that follows comes, once and in order."""
    assert redis is not None
    chance = random.Random(7)  # noqa: S311 - a schedule that can be repeated
    async with working(here) as workers:
        pair, desk = await signed_on(workers[0], here)
        for length in LENGTHS:
            conversation, _ = await a_talk(workers[1], length, chance, desk)
            whole = await opened(pair, conversation, 0)
            assert [entry.seq for entry in whole] == list(range(1, length + 1))
            for after in {1, length // 2, max(0, length - 1), length, length + 5}:
                assert await opened(pair, conversation, after) == whole[after:]
            await workers[1].house.pairing.release(desk.id, conversation, here.clock())
        pair.cut()
        await pair.task
    assert here.failures == []
