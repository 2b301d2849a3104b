"""A hint that comes late: a browser that speaks for its side is not closed for one that was there before it."""

from server.ids import new_id
from server.relay import Hint
from server.session.rules import pulse_of_child
from server.wire import frames as f
from tests.faults.indoors import Indoors, Pair
from tests.faults.test_half_lost import said


async def arrived(worker: Indoors, token: str | None = None) -> tuple[Pair, dict[str, object]]:
    """Let a child's browser connect; return its connection and its welcome."""
    pair = await worker.open("/ws")
    await pair.send(f.dump(f.ChildHello(token, new_id() if token else None)).decode())
    return pair, await said(pair, "welcome")


async def test_a_late_word_of_a_tab_in_between_closes_nobody(worker: Indoors) -> None:
    """Here, at another worker, here again: what the other one says of the first connection does not end the third for good."""
    _, welcome = await arrived(worker)
    conversation = str(welcome["conversation"])
    between = await worker.house.visits.attach(conversation, "child", new_id(), new_id(), worker.house.clock())
    assert between is not None
    third, _ = await arrived(worker, str(welcome["token"]))
    worker.house.relay.send(worker.house.relay.worker, Hint(pulse_of_child(conversation), "replaced", between[0].encode()))
    await third.send(f.dump(f.Ping()).decode())
    await said(third, "pong")

    assert not third.is_over
