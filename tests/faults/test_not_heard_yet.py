"""A worker that has just begun, and has not heard from the store what time it is: it sends nobody away."""

import pytest

from server import link
from server.session.store import Visits
from server.shared_clock import SharedClock
from server.wire import frames as f
from tests.faults.indoors import Indoors
from tests.faults.steady import Gone
from tests.faults.test_half_lost import said

NOWHERE = "redis://127.0.0.1:1"


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
