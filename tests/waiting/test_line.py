"""The line in a real Redis: every step, its answer, its repeat, and the wrong moment for it."""

import pytest

from server import keys
from server.link import Link
from server.pairing.store import Pairing
from server.waiting.store import LineFull, Waiting
from server.wire.wait import Wait

NOW = 1_764_000_000_123
UNTIL = NOW + 45_000


@pytest.fixture
def line(redis: Link) -> Waiting:
    """A line for five."""
    return Waiting(redis, 5)


@pytest.fixture
def pairing(redis: Link) -> Pairing:
    """The desks beside it."""
    return Pairing(redis)


def wait(since: int = NOW, *, danger: bool = False) -> Wait:
    """Return one who waits."""
    return Wait(since, "nb", "me", danger)


async def enter(line: Waiting, *names: str) -> None:
    """Let these join, one after the other."""
    for number, name in enumerate(names):
        await line.join(name, wait(NOW + number))


async def offered(line: Waiting, pairing: Pairing, name: str, desk: str = "anna") -> None:
    """Let this one join and ring at a desk."""
    await line.join(name, wait())
    await pairing.free(desk, 1, NOW)
    assert (await pairing.offer(UNTIL)) is not None


async def held(line: Waiting, pairing: Pairing, name: str, desk: str = "anna") -> None:
    """Let this one join and be taken."""
    await line.join(name, wait())
    await pairing.claim(desk, name, NOW)


async def test_first_come_first_in_line(line: Waiting) -> None:
    """Each gets the next place; who joins again keeps it."""
    assert [await line.join(name, wait()) for name in ("a", "b", "c")] == [1, 2, 3]

    assert [await line.join(name, wait()) for name in ("a", "b", "c")] == [1, 2, 3]
    assert await line.everyone() == ["a", "b", "c"]


async def test_danger_goes_before_others_and_after_earlier_danger(line: Waiting) -> None:
    """Within the band of danger, who came first is first."""
    await enter(line, "a", "b")

    assert await line.join("c", wait(danger=True)) == 1
    assert await line.join("d", wait(danger=True)) == 2
    assert await line.everyone() == ["c", "d", "a", "b"]


async def test_scores_are_whole_numbers_that_a_double_holds(line: Waiting, redis: Link) -> None:
    """Band times 10^12 and the ticket: far below 2^53, so no two places can become one."""
    await line.join("a", wait())
    await line.join("b", wait(danger=True))
    await redis.set(keys.TICKETS, 10**12 - 3, ex=60)
    await enter(line, "c", "d")

    assert await redis.zmscore(keys.LINE, ["a", "b", "c", "d"]) == [2e12 + 1, 1e12 + 2, 3e12 - 2, 3e12 - 1]
    assert await line.everyone() == ["b", "a", "c", "d"]


async def test_a_full_line_lets_nobody_in(line: Waiting) -> None:
    """The sixth is told so; who is in already is not; a place that becomes free is given."""
    await enter(line, "a", "b", "c", "d", "e")

    with pytest.raises(LineFull):
        await line.join("f", wait())
    assert await line.join("e", wait()) == 5
    await line.leave("a")
    assert await line.join("f", wait()) == 5


async def test_one_who_lost_its_counsellor_comes_back_to_a_full_line(line: Waiting, pairing: Pairing) -> None:
    """The cap turns away newcomers only."""
    await held(line, pairing, "a")
    await enter(line, "b", "c", "d", "e", "f")

    assert await pairing.lose("anna", "a")
    assert await line.everyone() == ["a", "b", "c", "d", "e", "f"]


async def test_to_join_while_offered_or_held_changes_nothing(line: Waiting, pairing: Pairing) -> None:
    """The answer is 1, and the child stays where it is."""
    await offered(line, pairing, "a")
    await held(line, pairing, "b", "berit")

    assert [await line.join(name, wait()) for name in ("a", "b")] == [1, 1]
    assert (await pairing.desk("anna")).offer == ("a", UNTIL, wait())
    assert list((await pairing.desk("berit")).talks) == ["b"]


async def test_to_leave(line: Waiting) -> None:
    """Who leaves is nowhere any more; a second time nothing happens."""
    await enter(line, "a", "b")

    assert await line.leave("a") == "line"
    assert await line.leave("a") == ""
    assert await line.places(["a", "b"]) == [None, 1]


async def test_to_leave_an_offer_makes_the_desk_ready_as_before(line: Waiting, pairing: Pairing, redis: Link) -> None:
    """The counsellor is not made to wait behind others because a child went away."""
    await offered(line, pairing, "a")
    await pairing.free("berit", 1, NOW + 1)

    assert await line.leave("a") == "offer:anna"
    assert await redis.zrange(keys.READY, 0, -1) == [b"anna", b"berit"]
    assert await redis.zscore(keys.READY, "anna") == NOW
    assert (await pairing.desk("anna")).offer is None
    assert await pairing.expired(UNTIL) == []


async def test_one_that_is_held_cannot_leave_the_line(line: Waiting, pairing: Pairing) -> None:
    """The answer says by whom; nothing is touched."""
    await held(line, pairing, "a")

    assert await line.leave("a") == "held:anna"
    assert (await pairing.desk("anna")).talks == {"a": "claimed"}


async def test_a_new_visit_after_leaving_gets_a_new_ticket(line: Waiting) -> None:
    """A ticket is for one wait: who left and joins is last."""
    await enter(line, "a", "b")
    await line.leave("a")

    assert await line.join("a", wait()) == 2


async def test_to_hurry(line: Waiting) -> None:
    """Danger, said later: before the ordinary ones, and among those in danger by the old ticket. Twice is once."""
    await enter(line, "a", "b", "c")
    await line.join("d", wait(danger=True))
    for _ in range(2):
        await line.hurry("c")

    assert await line.everyone() == ["c", "d", "a", "b"]
    assert [one.danger for _, _, one in (await line.summary()).first] == [True, True, False, False]


async def test_to_hurry_while_offered_counts_when_it_comes_back(line: Waiting, pairing: Pairing) -> None:
    """An offer stays; given back, the child stands among those in danger."""
    await offered(line, pairing, "a")
    await enter(line, "b")
    await line.join("c", wait(danger=True))
    await line.hurry("a")
    assert (await pairing.desk("anna")).offer == ("a", UNTIL, wait(danger=True))

    await pairing.give_back("anna", "a")
    assert await line.everyone() == ["a", "c", "b"]


async def test_to_hurry_or_be_absent_elsewhere_changes_nothing(line: Waiting, pairing: Pairing, redis: Link) -> None:
    """Who is held, or nowhere, has no place that could change."""
    await held(line, pairing, "a")
    before = await redis.hgetall(keys.WAITS)
    for name in ("a", "nobody"):
        await line.hurry(name)
        await line.absent(name, is_absent=True)

    assert await redis.hgetall(keys.WAITS) == before
    assert await redis.exists(keys.LINE, keys.ABSENT) == 0


async def test_to_speak_another_language(line: Waiting, pairing: Pairing) -> None:
    """The line shows it at once, and a held child keeps it for the time that it may be in the line again."""
    await enter(line, "a", "b", "c")
    await pairing.claim("anna", "b", NOW)
    for name in ("a", "b", "nobody"):
        await line.speak(name, "en")
    await pairing.lose("anna", "b")

    assert {name: one.language for name, _, one in (await line.summary()).first} == {"a": "en", "b": "en", "c": "nb"}


async def test_an_absent_child_does_not_block_the_line(line: Waiting, pairing: Pairing) -> None:
    """Everyone before may be away: the first who is present is offered, and back again the others have their places."""
    await enter(line, "a", "b", "c", "d")
    for name in ("a", "b", "c"):
        await line.absent(name, is_absent=True)
    await pairing.free("anna", 1, NOW)

    found = await pairing.offer(UNTIL)

    assert found is not None
    assert found.conversation == "d"
    await line.absent("b", is_absent=False)
    await pairing.free("berit", 1, NOW)
    second = await pairing.offer(UNTIL)
    assert second is not None
    assert second.conversation == "b"


async def test_places_count_all_who_are_before(line: Waiting, pairing: Pairing) -> None:
    """Offered and absent ones count, so that nobody's place gets worse when one of them is back."""
    await offered(line, pairing, "a")
    await enter(line, "b", "c")
    await line.absent("b", is_absent=True)

    assert await line.places(["a", "b", "c", "nobody"]) == [1, 2, 3, None]
    await line.absent("b", is_absent=False)
    await pairing.give_back("anna", "a")
    assert await line.places(["a", "b", "c"]) == [1, 2, 3]
    assert await line.places([]) == []


async def test_absent_while_offered_is_absent_when_it_comes_back(line: Waiting, pairing: Pairing) -> None:
    """A child that went away while it rang is not offered to the next counsellor."""
    await offered(line, pairing, "a")
    await line.absent("a", is_absent=True)
    await pairing.give_back("anna", "a")
    await pairing.free("berit", 1, NOW)

    assert await pairing.offer(UNTIL) is None
    await line.absent("a", is_absent=False)
    assert await pairing.offer(UNTIL) is not None


async def test_an_absent_child_may_still_be_taken_by_name(line: Waiting, pairing: Pairing) -> None:
    """A counsellor may choose it: it is back in a moment, perhaps. Held, it is not absent from any line."""
    await enter(line, "a")
    await line.absent("a", is_absent=True)

    assert (await pairing.claim("anna", "a", NOW)).conversation == "a"
    await pairing.lose("anna", "a")
    assert (await pairing.claim("berit", None, NOW)).conversation == "a"


async def test_the_summary(line: Waiting, pairing: Pairing) -> None:
    """How many wait, the longest since when, and the first who can be taken: what rings already is not among them."""
    assert (await line.summary()).longest is None
    await offered(line, pairing, "a")
    await line.join("b", wait(NOW + 1))
    await line.join("c", wait(NOW + 2, danger=True))
    await line.join("d", wait(NOW - 9, danger=True))

    found = await line.summary(2)

    assert found.count == 4
    assert found.longest == NOW
    assert found.first == [("c", 1, wait(NOW + 2, danger=True)), ("d", 2, wait(NOW - 9, danger=True))]
    assert [name for name, _, _ in (await line.summary()).first] == ["c", "d", "b"]
    assert [place for _, place, _ in (await line.summary()).first] == [1, 2, 4]
    assert (await line.summary(0)).first == []


async def test_tickets_live_as_long_as_the_line(line: Waiting, pairing: Pairing, redis: Link) -> None:
    """Any step in the books renews the count of the tickets with them: it cannot begin anew while somebody waits."""
    await held(line, pairing, "a")
    for name in keys.BOOKS:
        await redis.expire(name, 60)
    await pairing.lose("anna", "a")

    lives = {name: await redis.ttl(name) for name in keys.BOOKS if await redis.exists(name)}
    assert keys.TICKETS in lives
    assert keys.LINE in lives
    assert min(lives.values()) > keys.DAY - 60
