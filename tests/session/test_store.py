"""Who is here: visits, tabs and heartbeats on a real Redis."""

from server.ids import new_id
from server.link import Link
from server.session.rules import pulse_of_child, pulse_of_desk, whose_pulse
from server.session.store import Post, Visits


async def test_a_visit_starts_once(redis: Link) -> None:
    """The same token again is the same visit; another token is refused."""
    visits, conversation = Visits(redis), new_id()

    assert await visits.start(conversation, new_id(), "token", 1)
    assert await visits.start(conversation, new_id(), "token", 2)
    assert not await visits.start(conversation, new_id(), "other", 3)


async def test_the_token_itself_is_not_stored(redis: Link) -> None:
    """The store has its SHA-256 only."""
    visits, conversation = Visits(redis), new_id()
    await visits.start(conversation, new_id(), "a-token-of-a-child", 1)

    assert b"a-token-of-a-child" not in b"".join((await redis.hgetall(f"{{c:{conversation}}}:talk")).values())


async def test_the_newest_tab_speaks(redis: Link) -> None:
    """A newer tab takes over and learns who was before; the older one's leaving changes nothing."""
    visits, conversation = Visits(redis), new_id()
    await visits.start(conversation, new_id(), "token", 1)

    assert await visits.attach(conversation, "child", "old", "one", 1) == ("", "")
    assert await visits.attach(conversation, "child", "new", "two", 2) == ("old", "one")
    assert await visits.attach(conversation, "child", "old", "one", 1) is None, "a step that was done late"
    assert await visits.detach(conversation, "child", "old", 5) is None
    assert await visits.detach(conversation, "child", "new", 6) == ""


async def test_a_clock_that_is_put_back_keeps_nobody_out(redis: Link) -> None:
    """A tab that seems to be older by an hour is no step that was done late."""
    visits, conversation = Visits(redis), new_id()
    await visits.start(conversation, new_id(), "token", 1)
    await visits.attach(conversation, "child", "before", "one", 3_600_000)

    assert await visits.attach(conversation, "child", "after", "one", 1) == ("before", "one")


async def test_nobody_attaches_to_what_is_gone(redis: Link) -> None:
    """An erased talk stays erased."""
    assert await Visits(redis).attach(new_id(), "child", "tab", "worker", 1) is None


async def test_silence_is_heard(redis: Link) -> None:
    """Who has not beaten since an instant is found, the longest silent first."""
    visits = Visits(redis)
    await visits.beat(["y:a", "s:b"], 100)
    await visits.beat(["y:c"], 50)

    assert await visits.silent(99) == [("y:c", 50)]
    assert await visits.silent(100) == [("y:c", 50), ("s:b", 100), ("y:a", 100)]
    await visits.still("y:c")
    assert await visits.last_beat(["y:c", "y:a"]) == [None, 100]


async def test_very_many_are_heard_with_one_step_each_at_its_own_instant(redis: Link) -> None:
    """More than the store takes at once are written down some hundred at a time."""
    visits = Visits(redis)
    instants = {f"y:{at}": 1_000 + at for at in range(5_001)}
    await visits.heard(instants)
    await visits.heard({})

    assert dict(await visits.silent(10_000)) == instants


async def test_a_counsellor_has_one_post(redis: Link) -> None:
    """The newer connection has it, and the older one cannot give it up."""
    visits = Visits(redis)

    assert await visits.take_post("kari", Post("old", "one")) is None
    assert await visits.take_post("kari", Post("new", "two")) == Post("old", "one")
    assert not await visits.leave_post("kari", "old")
    assert await visits.leave_post("kari", "new")
    assert await visits.post("kari") is None


def test_a_pulse_says_whose_it_is() -> None:
    """Both kinds, there and back."""
    assert whose_pulse(pulse_of_child("c")) == ("y", "c")
    assert whose_pulse(pulse_of_desk("d")) == ("s", "d")
