"""The keeper under bad luck: crowds that come and go, what it cannot read, a stop in the middle of its look."""

import asyncio
from dataclasses import replace

import msgspec
import pytest
import redis as sync_redis

from server import embedded, keys
from server.conversation.rules import State
from server.helpline import Helpline
from server.house_rules.store import HouseRules
from server.ids import new_id
from server.session.rules import pulse_of_child, pulse_of_desk
from server.steps import clear_desk, end_talk, hand_off
from server.wire import frames as f
from tests.faults.indoors import Clock, Indoors
from tests.faults.test_half_lost import KARI, OLA, half_lost, said, talking, waiting

HOUR = 3_600_000


def keeps_hours(worker: Indoors, helpline: Helpline) -> None:
    """Let the house be one whose files say this."""
    settings = worker.house.settings = replace(worker.house.settings, open_always=False)
    worker.house.house_rules = HouseRules(settings.house_file, settings.audit_secret.value, helpline, settings.replies)


async def test_a_crowd_that_came_and_went_hides_no_counsellor_who_is_gone(worker: Indoors) -> None:
    """Six hundred who opened the frame and left: she is missed as soon as without them."""
    now = worker.house.clock()
    conversation = await talking(worker, KARI)
    crowd = [new_id() for _ in range(600)]
    for one in crowd:
        await worker.house.visits.start(one, new_id(), "token", now)
    await worker.house.visits.beat([pulse_of_child(one) for one in crowd], now - 200_000)
    await worker.house.visits.beat([pulse_of_desk(KARI.id)], now - 46_000)
    await worker.keeper.turn()
    talk = await worker.house.conversations.read(conversation)

    assert talk is not None
    assert talk.state is State.WAITING
    assert await worker.house.waiting.places([conversation]) == [1]


async def test_what_it_cannot_read_keeps_it_from_nothing_else(worker: Indoors, embedded_redis: embedded.Embedded) -> None:
    """A receipt that is none, for a talk that is none, and a book of another kind: children are still offered to who is free."""
    waits = await waiting(worker)
    await worker.house.pairing.free(OLA.id, 1, worker.house.clock())
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        admin.hset(keys.RECEIPTS, b"\xff\xfe", b"\x93")
        admin.set(keys.PULSE, "no zset")
        await worker.keeper.turn()
        offer = (await worker.house.pairing.desk(OLA.id)).offer

        assert offer is not None
        assert offer[0] == waits
        assert admin.hlen(keys.RECEIPTS) == 0
    assert len(worker.failures) == 1
    worker.failures.clear()


async def test_a_keeper_that_stood_still_does_not_act_on_what_it_heard_before(worker: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was stopped in the middle of its look for longer than its lease: she may be back since."""
    clock = worker.house.clock
    assert isinstance(clock, Clock)
    conversation, now = await talking(worker, KARI), clock.now
    await worker.house.visits.beat([pulse_of_desk(KARI.id)], now - 46_000)
    silent = worker.house.visits.silent

    async def stopped(before: int, most: int = 1) -> list[tuple[str, int]]:
        found = await silent(before, max(most, 10))
        clock.now += 20_000
        return found

    monkeypatch.setattr(worker.house.visits, "silent", stopped)  # a process cannot be stopped at one line
    await worker.keeper.hear_silence()
    talk = await worker.house.conversations.read(conversation)

    assert talk is not None
    assert talk.state is State.TALKING


async def test_a_clock_that_goes_back_hides_no_counsellor_who_is_gone(worker: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's clock is an hour behind of a sudden: who was heard before that is missed as soon as ever."""
    clock, steady = worker.house.clock, [0.0]
    assert isinstance(clock, Clock)
    monkeypatch.setattr(worker.keeper, "steady", lambda: steady[0])
    conversation = await talking(worker, KARI)
    await worker.house.visits.beat([pulse_of_desk(KARI.id)], clock.now)
    await worker.keeper.hear_silence()
    clock.now -= HOUR
    await worker.keeper.hear_silence()
    clock.now, steady[0] = clock.now + 46_000, 46.0
    await worker.keeper.hear_silence()
    talk = await worker.house.conversations.read(conversation)

    assert talk is not None
    assert talk.state is State.WAITING


@pytest.mark.parametrize("leap", [HOUR, -HOUR])
async def test_a_clock_that_leaps_makes_nobody_silent_and_stops_no_heartbeat(
    worker: Indoors, monkeypatch: pytest.MonkeyPatch, leap: int
) -> None:
    """The store's clock leaps in the middle of a talk: the talk goes on, and its connection is heard."""
    clock, steady = worker.house.clock, [0.0]
    assert isinstance(clock, Clock)
    monkeypatch.setattr(worker.ticking, "steady", lambda: steady[0])
    pair = await worker.open("/ws")
    await pair.send(f.dump(f.ChildHello()).decode())
    conversation = str((await said(pair, "welcome"))["conversation"])
    await pair.send(f.dump(f.Join(b"w" * 113)).decode())
    await said(pair, "position")
    await worker.house.pairing.claim(KARI.id, conversation, clock.now)
    await worker.house.conversations.open(conversation, KARI, "", clock.now)
    await pair.send(f.dump(f.Ping()).decode())
    await said(pair, "paired")
    await worker.ticking.tick()
    clock.now, steady[0] = clock.now + leap + 3_000, 3.0
    await worker.ticking.tick()
    await asyncio.sleep(0.2)
    talk = await worker.house.conversations.read(conversation)

    assert talk is not None
    assert talk.state is State.TALKING
    assert await worker.house.visits.last_beat([pulse_of_child(conversation)]) == [clock.now]


async def test_who_loses_its_counsellor_after_closing_time_is_not_sent_away(worker: Indoors) -> None:
    """Talks run on for an hour: so does the talk of one whose counsellor is gone; who only waits is let go at once."""
    clock, helpline = worker.house.clock, worker.house.helpline  # Monday, a quarter past four in the afternoon
    assert isinstance(clock, Clock)
    keeps_hours(worker, msgspec.structs.replace(helpline, opening={"mon": ("10:00", "16:00")}, overrun_minutes=60))
    lost, waits = await half_lost(worker, KARI), await waiting(worker)
    await worker.house.pairing.lose(KARI.id, lost)
    await worker.keeper.turn()
    assert await worker.house.waiting.places([lost, waits]) == [1, None]

    clock.now += HOUR
    await worker.keeper.turn()
    assert await worker.house.waiting.places([lost, waits]) == [None, None]


async def test_a_talk_whose_child_is_away_ends_at_its_limit_too(worker: Indoors) -> None:
    """Nobody's connection looks at the clock for it: it ends as the others do, "for the hours", and not when the child's grace is over."""
    clock, helpline = worker.house.clock, worker.house.helpline  # Monday, a quarter past four in the afternoon
    assert isinstance(clock, Clock)
    keeps_hours(worker, msgspec.structs.replace(helpline, opening={"mon": ("10:00", "16:00")}, overrun_minutes=60))
    away = await talking(worker, KARI)
    await worker.keeper.turn()
    talk = await worker.house.conversations.read(away)
    assert talk is not None
    assert talk.state is State.TALKING

    clock.now += HOUR
    await worker.keeper.turn()
    talk = await worker.house.conversations.read(away)
    assert talk is not None
    assert (talk.state, talk.ended_by) == (State.WRAPPING_UP, "hours")
    assert (await worker.house.pairing.desk(KARI.id)).talks == {away: "wrapping"}


async def test_a_talk_that_nobody_writes_up_in_time_is_counted_as_late(worker: Indoors) -> None:
    """Not while it runs, not in the half hour after it; then until it is registered."""
    clock = worker.house.clock
    assert isinstance(clock, Clock)
    conversation = await talking(worker, KARI)
    clock.now += HOUR
    assert await worker.ticking.late_registrations(clock.now) == 0
    await end_talk(worker.house, conversation, KARI.id, "child")
    assert await worker.ticking.late_registrations(clock.now + HOUR // 2) == 0
    assert await worker.ticking.late_registrations(clock.now + HOUR // 2 + 1) == 1
    await hand_off(worker.house, conversation, b"form")
    await clear_desk(worker.house, conversation, KARI.id)
    assert await worker.ticking.late_registrations(clock.now + HOUR) == 0
