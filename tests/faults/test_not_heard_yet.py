"""A worker that has not heard yet what time it is, or what was decided by hand: it sends nobody away, and says what the others say."""

import datetime as dt
from typing import cast

import pytest

from server import link
from server.by_hand.rules import given
from server.by_hand.store import ByHand
from server.clock import instant
from server.conversation.rules import Event, Talk
from server.embedded import Embedded
from server.session.store import Visits
from server.shared_clock import SharedClock
from server.steps import leave_line, nudge_child
from server.wire import frames as f
from tests.faults.indoors import Clock, Indoors
from tests.faults.steady import Gone
from tests.faults.test_half_lost import said

NOWHERE = "redis://127.0.0.1:1"
HOUR = dt.timedelta(hours=1)


async def test_K1_who_comes_before_the_time_is_known_is_asked_to_come_again(worker: Indoors) -> None:
    """By a wrong clock it may be night: nobody is told for good that the chat is closed. Then the store answers, and they are in."""
    house, there, away = worker.house, worker.house.visits, link.connect(NOWHERE)
    house.clock, house.visits = SharedClock(), Visits(away)
    early = await worker.open("/ws")
    await early.send(f.dump(f.ChildHello()).decode())
    with pytest.raises(Gone, match="4013"):
        await early.receive()

    house.visits = there
    again = await worker.open("/ws")
    await again.send(f.dump(f.ChildHello()).decode())
    assert await said(again, "welcome")
    await away.aclose()


async def test_who_waits_is_told_of_an_order_that_this_worker_has_not_heard(worker: Indoors, embedded_redis: Embedded) -> None:
    """Another worker heard first that the chat was taken down, and emptied the line: the child hears that, not that it is closed."""
    house, there = worker.house, link.connect(embedded_redis.url)
    child = await worker.open("/ws")
    await child.send(f.dump(f.ChildHello()).decode())
    conversation = str((await said(child, "welcome"))["conversation"])
    await child.send(f.dump(f.Join(b"w" * 113)).decode())
    assert await said(child, "position")

    now = instant(house.clock())
    await ByHand(there).give(given(house.hours, None, now, "down", ("lea-1", "why"), now + HOUR), house.clock())
    assert house.opening().open
    await leave_line(house, conversation, "closed", "hours", Event.CLOSE)
    nudge_child(house, conversation, await seen(worker, conversation))

    assert (await said(child, "closed")).get("down") is True
    await there.aclose()


async def seen(worker: Indoors, conversation: str) -> Talk:
    """Return a talk that is there."""
    talk = await worker.house.conversations.read(conversation)
    assert talk is not None
    return talk


async def test_who_comes_after_the_clock_has_leapt_has_not_been_silent_since(worker: Indoors) -> None:
    """A worker learns that it is three hours earlier than its machine thought; a child that comes before the next second is new here."""
    worker.ticking.follow_leap()
    cast("Clock", worker.house.clock).now -= 3 * 3_600_000
    assert worker.house.clock.on_look is not None
    worker.house.clock.on_look()  # the store has told the time

    child = await worker.open("/ws")
    await child.send(f.dump(f.ChildHello()).decode())
    assert await said(child, "welcome")
    (visit,) = worker.ticking.visits
    await worker.ticking.tick()
    assert visit.last_word == worker.house.clock()
