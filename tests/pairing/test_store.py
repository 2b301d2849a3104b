"""The desks in a real Redis: every step, its answer, its repeat, and the wrong moment for it."""

import pytest

from server import keys
from server.link import Link
from server.pairing.store import Claimed, DeskState, NotTaken, Offered, Pairing
from server.scripts import load
from server.waiting.store import Waiting
from server.wire.wait import Wait

NOW = 1_764_000_000_123
UNTIL = NOW + 45_000
WAIT = Wait(NOW, "nn", "other", danger=False)
AWAY = DeskState(free=False, room=1, offer=None, talks={})


@pytest.fixture
def pairing(redis: Link) -> Pairing:
    """The desks."""
    return Pairing(redis)


@pytest.fixture
async def line(redis: Link) -> Waiting:
    """A line in which a, b and c wait."""
    waiting = Waiting(redis, 5)
    for name in ("a", "b", "c"):
        await waiting.join(name, WAIT)
    return waiting


async def why(pairing: Pairing, desk: str, conversation: str | None) -> str:
    """Return why she cannot take this child."""
    with pytest.raises(NotTaken) as refusal:
        await pairing.claim(desk, conversation, NOW)
    return refusal.value.reason


async def talk(pairing: Pairing, desk: str, *names: str) -> None:
    """Let her talk with these."""
    for name in names:
        await pairing.claim(desk, name, NOW)
        assert await pairing.opened(desk, name)


async def test_an_unknown_desk_is_away(pairing: Pairing) -> None:
    """Nothing is written of her, and nothing is made up."""
    assert await pairing.desk("anna") == AWAY
    assert await pairing.desks() == []
    assert await pairing.ready() == 0


async def test_to_be_free_and_away(pairing: Pairing) -> None:
    """Free she is ready; away nothing of her is left."""
    await pairing.free("anna", 2, NOW)
    assert await pairing.desk("anna") == DeskState(free=True, room=2, offer=None, talks={})
    assert await pairing.desks() == ["anna"]
    assert await pairing.ready() == 1

    for _ in range(2):
        await pairing.away("anna")
    assert await pairing.desk("anna") == AWAY
    assert await pairing.desks() == []
    assert await pairing.ready() == 0


async def test_to_be_free_again_keeps_her_turn(pairing: Pairing, redis: Link) -> None:
    """Said twice, she has been ready since the first time; only the room is new."""
    await pairing.free("anna", 1, NOW)
    await pairing.free("anna", 3, NOW + 9)

    assert await redis.zscore(keys.READY, "anna") == NOW
    assert (await pairing.desk("anna")).room == 3


async def test_the_first_rings_at_the_desk_ready_longest(pairing: Pairing, line: Waiting) -> None:
    """One match a call, the child and the desk that have waited longest, until one side has no more."""
    await pairing.free("berit", 1, NOW + 1)
    await pairing.free("anna", 3, NOW)

    assert await pairing.offer(UNTIL) == Offered("a", "anna", WAIT)
    assert await pairing.offer(UNTIL) == Offered("b", "berit", WAIT)
    assert await pairing.offer(UNTIL) is None
    assert await pairing.desk("anna") == DeskState(free=True, room=3, offer=("a", UNTIL, WAIT), talks={})
    assert await line.places(["a", "b", "c"]) == [1, 1, 3]


async def test_an_offer_whose_reply_was_lost_is_told_again(pairing: Pairing, line: Waiting, redis: Link) -> None:
    """The same call, repeated, names the same child and desk; another call with the same deadline makes the next match."""
    await pairing.free("anna", 1, NOW)
    await pairing.free("berit", 1, NOW + 1)
    step = load("pairing", "offer")
    calls = [await step(redis, keys.BOOKS, [UNTIL, once]) for once in ("one", "one", "two", "one", "two")]

    assert [(call[0], call[1]) for call in calls] == [(b"a", b"anna"), (b"a", b"anna"), (b"b", b"berit"), (b"a", b"anna"), (b"b", b"berit")]
    assert await line.places(["c"]) == [3]


async def test_no_match_without_a_child(pairing: Pairing, redis: Link) -> None:
    """A desk that is ready stays so."""
    await pairing.free("anna", 1, NOW)

    assert await pairing.offer(UNTIL) is None
    assert await redis.exists(keys.OFFERS, keys.LINE) == 0


async def test_she_takes_what_rings(pairing: Pairing, line: Waiting) -> None:
    """By name or by `next`; said again, the same answer and nothing more."""
    await pairing.free("anna", 2, NOW)
    await pairing.offer(UNTIL)

    for asked in (None, "a", None):
        assert await pairing.claim("anna", asked, NOW) == Claimed("a", WAIT)
    assert await pairing.desk("anna") == DeskState(free=True, room=2, offer=None, talks={"a": "claimed"})
    assert await line.everyone() == ["b", "c"]


async def test_a_taken_child_costs_her_turn(pairing: Pairing, line: Waiting) -> None:
    """With room left she is ready again, behind a colleague who has waited."""
    await pairing.free("anna", 3, NOW)
    await pairing.free("berit", 3, NOW + 1)
    await pairing.claim("anna", "b", NOW + 2)

    assert await pairing.offer(UNTIL) == Offered("a", "berit", WAIT)
    assert await line.places(["a", "b", "c"]) == [1, None, 2]


@pytest.mark.usefixtures("line")
async def test_a_talk_written_up_costs_her_turn_too(pairing: Pairing) -> None:
    """She is ready since then, behind a colleague who has waited."""
    await pairing.free("anna", 1, NOW)
    await talk(pairing, "anna", "c")
    await pairing.free("berit", 1, NOW + 1)
    await pairing.release("anna", "c", NOW + 2)

    assert await pairing.offer(UNTIL) == Offered("a", "berit", WAIT)
    assert await pairing.offer(UNTIL) == Offered("b", "anna", WAIT)


@pytest.mark.usefixtures("line")
async def test_next_without_an_offer_is_the_first_of_the_line(pairing: Pairing) -> None:
    """She need not be free to take one herself; what is offered to a colleague is passed over."""
    await pairing.free("berit", 1, NOW)
    await pairing.offer(UNTIL)

    assert (await pairing.claim("anna", None, NOW)).conversation == "b"
    assert await pairing.desk("anna") == DeskState(free=False, room=1, offer=None, talks={"b": "claimed"})


async def test_not_hers_to_take(pairing: Pairing, line: Waiting) -> None:
    """What is offered to a colleague, held by one, or gone, is taken; without anybody it is nobody; without room no more."""
    await pairing.free("berit", 1, NOW)
    await pairing.offer(UNTIL)
    await talk(pairing, "cecilie", "b")

    assert [await why(pairing, "anna", name) for name in ("a", "b", "gone")] == ["taken"] * 3
    await talk(pairing, "anna", "c")
    assert await why(pairing, "anna", None) == "at_capacity"
    assert await why(pairing, "dina", None) == "nobody"
    await line.join("d", WAIT)
    assert await why(pairing, "anna", "d") == "at_capacity"
    assert await pairing.desk("anna") == DeskState(free=False, room=1, offer=None, talks={"c": "talking"})


async def test_one_to_be_written_up_stops_the_next(pairing: Pairing, line: Waiting) -> None:
    """Room for three, one talk ended: nobody rings, nobody can be taken, until it is written up."""
    await pairing.free("anna", 3, NOW)
    await talk(pairing, "anna", "a")
    for _ in range(2):
        assert await pairing.wrapping("anna", "a")

    assert await pairing.offer(UNTIL) is None
    assert await why(pairing, "anna", None) == "at_capacity"
    assert await pairing.release("anna", "a", NOW)
    assert not await pairing.release("anna", "a", NOW)
    assert (await pairing.claim("anna", None, NOW)).conversation == "b"
    assert await line.leave("a") == ""


@pytest.mark.usefixtures("line")
async def test_what_rings_goes_back_when_she_cannot_take_it_any_more(pairing: Pairing) -> None:
    """A talk ends, she goes away, or her room is filled: the child that rings is in the line again at once, not in 45 s."""
    await pairing.free("anna", 2, NOW)
    await talk(pairing, "anna", "c")

    assert await pairing.offer(UNTIL) == Offered("a", "anna", WAIT)
    await pairing.claim("anna", "b", NOW)
    assert (await pairing.desk("anna")).offer is None, "her room is filled"

    await pairing.release("anna", "b", NOW)
    assert await pairing.offer(UNTIL) == Offered("a", "anna", WAIT)
    await pairing.wrapping("anna", "c")
    assert (await pairing.desk("anna")).offer is None, "one is to be written up"

    await pairing.release("anna", "c", NOW)
    assert await pairing.offer(UNTIL) == Offered("a", "anna", WAIT)
    await pairing.away("anna")
    assert await pairing.desks() == []
    assert (await pairing.claim("berit", None, NOW)).conversation == "a"


@pytest.mark.usefixtures("line")
async def test_another_one_taken_leaves_the_offer_while_there_is_room(pairing: Pairing) -> None:
    """She clicks another child; the one that rings goes on to ring."""
    await pairing.free("anna", 2, NOW)
    await pairing.offer(UNTIL)
    await pairing.claim("anna", "b", NOW)

    assert await pairing.desk("anna") == DeskState(free=True, room=2, offer=("a", UNTIL, WAIT), talks={"b": "claimed"})


async def test_given_back_to_its_old_place(pairing: Pairing, line: Waiting) -> None:
    """Declined: first in the line as before, she is away; a repeat does not send her away once more."""
    await pairing.free("anna", 1, NOW)
    await pairing.offer(UNTIL)

    assert await pairing.give_back("anna", "a")
    assert await line.everyone() == ["a", "b", "c"]
    assert await pairing.desk("anna") == AWAY
    await pairing.free("anna", 1, NOW)
    assert await pairing.give_back("anna", "a")
    assert (await pairing.desk("anna")).free


@pytest.mark.usefixtures("line")
async def test_only_her_own_offer_is_given_back(pairing: Pairing) -> None:
    """What rings at a colleague, is held, or is gone, stays as it is."""
    await pairing.free("berit", 1, NOW)
    await pairing.offer(UNTIL)
    await talk(pairing, "anna", "b")

    assert [await pairing.give_back("anna", name) for name in ("a", "b", "gone")] == [False] * 3
    assert (await pairing.desk("berit")).offer == ("a", UNTIL, WAIT)


@pytest.mark.usefixtures("line")
async def test_offers_that_were_not_taken_in_time(pairing: Pairing) -> None:
    """At the deadline an offer is expired, not before; taken in time it never is."""
    await pairing.free("anna", 1, NOW)
    await pairing.free("berit", 1, NOW + 1)
    await pairing.offer(UNTIL)
    await pairing.offer(UNTIL + 1)

    assert await pairing.expired(UNTIL - 1) == []
    assert await pairing.expired(UNTIL) == [("a", "anna")]
    await pairing.claim("anna", None, NOW)
    assert await pairing.expired(UNTIL + 1) == [("b", "berit")]


@pytest.mark.usefixtures("line")
async def test_opened(pairing: Pairing) -> None:
    """A claim is unopened until it is opened; only by her; a talk to be written up is not opened again."""
    await pairing.claim("anna", "a", NOW)

    assert await pairing.unopened(NOW - 1) == []
    assert await pairing.unopened(NOW) == [("a", "anna", WAIT)]
    assert not await pairing.opened("berit", "a")
    for _ in range(2):
        assert await pairing.opened("anna", "a")
    assert await pairing.unopened(NOW) == []
    assert (await pairing.desk("anna")).talks == {"a": "talking"}
    await pairing.wrapping("anna", "a")
    assert await pairing.opened("anna", "a")
    assert (await pairing.desk("anna")).talks == {"a": "wrapping"}


@pytest.mark.usefixtures("line")
async def test_only_her_own_talk_ends(pairing: Pairing) -> None:
    """To wrap up, lose or release what she does not hold changes nothing."""
    await talk(pairing, "anna", "a")

    for name in ("a", "b", "gone"):
        assert not await pairing.wrapping("berit", name)
        assert not await pairing.lose("berit", name)
        assert not await pairing.release("berit", name, NOW)
    assert (await pairing.desk("anna")).talks == {"a": "talking"}
    assert await pairing.desk("berit") == AWAY


async def test_a_lost_counsellor_sends_the_child_to_the_front(pairing: Pairing, line: Waiting) -> None:
    """Before danger, by the old ticket, marked as lost; her desk is not free, so it does not ring there again."""
    await line.join("d", Wait(NOW, "nb", "me", danger=True))
    await pairing.free("anna", 3, NOW)
    await talk(pairing, "anna", "b", "a")
    for name in ("b", "a", "b"):
        assert await pairing.lose("anna", name)

    assert await line.everyone() == ["a", "b", "d", "c"]
    assert [one.lost for _, _, one in (await line.summary()).first] == [True, True, False, False]
    assert await pairing.desk("anna") == AWAY
    assert await pairing.offer(UNTIL) is None


@pytest.mark.usefixtures("line")
async def test_a_lost_child_that_is_lost_again(pairing: Pairing) -> None:
    """It can be taken, and lost, any number of times."""
    for desk in ("anna", "berit"):
        assert (await pairing.claim(desk, None, NOW)).conversation == "a"
        assert await pairing.lose(desk, "a")
    taken = await pairing.claim("cecilie", None, NOW)
    assert taken.wait.lost


@pytest.mark.usefixtures("line")
async def test_a_talk_that_has_ended_cannot_be_lost(pairing: Pairing) -> None:
    """It is to be written up, whoever is connected."""
    await talk(pairing, "anna", "a")
    await pairing.wrapping("anna", "a")

    assert not await pairing.lose("anna", "a")
    assert (await pairing.desk("anna")).talks == {"a": "wrapping"}


@pytest.mark.usefixtures("line")
async def test_a_claim_that_was_never_opened_can_be_released_or_lost(pairing: Pairing) -> None:
    """What a crash left between the two steps is mended from either side."""
    await pairing.claim("anna", "a", NOW)
    await pairing.claim("berit", "b", NOW)

    assert await pairing.release("anna", "a", NOW)
    assert await pairing.lose("berit", "b")
    assert await pairing.unopened(NOW) == []
    assert (await pairing.claim("anna", None, NOW)).conversation == "b"


async def test_nothing_is_left_when_all_is_done(pairing: Pairing, line: Waiting, redis: Link) -> None:
    """After the last talk only the count of the tickets remains, for its day."""
    await pairing.free("anna", 1, NOW)
    for name in ("a", "b"):
        await talk(pairing, "anna", name)
        await pairing.wrapping("anna", name)
        await pairing.release("anna", name, NOW)
    await line.leave("c")
    await pairing.away("anna")

    assert [name for name in keys.BOOKS if await redis.exists(name)] == [keys.TICKETS]
