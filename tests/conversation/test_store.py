"""The talk's Lua steps on a real Redis: each return value, each repeat, each wrong state."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from server import keys
from server.conversation.pen import Pen
from server.conversation.rules import Event, State
from server.conversation.store import REGISTRAR, Conversations, Desk, Say
from server.ids import new_id
from server.link import Link
from server.session.store import Visits
from server.wire.frames import Role

KARI = Desk("kari", "Kari", "k" * 22, b"\x04" * 65)
OLA = Desk("ola", "Ola", "o" * 22, b"\x04" * 65)
BOX = b"b" * 284


@pytest.fixture
def talks(redis: Link) -> Conversations:
    """All talks, with a small cap."""
    return Conversations(redis, cap=5)


async def waiting(redis: Link, talks: Conversations) -> str:
    """Return a conversation that waits."""
    conversation = new_id()
    await Visits(redis).start(conversation, new_id(), "token", 1)
    assert await talks.move(conversation, Event.JOIN, State.WAITING, 2, {"language": "nn"})
    return conversation


async def talking(redis: Link, talks: Conversations) -> str:
    """Return a conversation that Kari has."""
    conversation = await waiting(redis, talks)
    assert await talks.open(conversation, KARI, "worker", 3)
    return conversation


def say(conversation: str, n: int, *, role: Role = "child", desk: str = "", name: str | None = None) -> Say:
    """Return a message on its way."""
    return Say(conversation, role, desk, name or new_id(), n, BOX)


async def test_a_move_happens_once(redis: Link, talks: Conversations) -> None:
    """Said twice, it has happened once; what the table forbids changes nothing."""
    conversation = await waiting(redis, talks)

    assert await talks.move(conversation, Event.JOIN, State.WAITING, 9)
    assert not await talks.move(conversation, Event.END, State.WRAPPING_UP, 9)
    talk = await talks.read(conversation)
    assert talk is not None
    assert (State.WAITING, "nn") == (talk.state, talk.language)


async def test_a_talk_that_is_gone_cannot_move(talks: Conversations) -> None:
    """No step brings an erased talk back."""
    conversation = new_id()

    assert not await talks.move(conversation, Event.JOIN, State.WAITING, 9)
    assert not await talks.open(conversation, KARI, "worker", 9)
    assert await talks.mark(conversation, "child", "", 1, 1) is None
    assert await talks.wrap(conversation, KARI.key_id, b"w" * 113) is None
    assert await talks.read(conversation) is None


async def test_a_talk_has_one_counsellor(redis: Link, talks: Conversations) -> None:
    """Kari has it: Ola cannot open it, Kari can again, with another key."""
    conversation = await talking(redis, talks)

    assert not await talks.open(conversation, OLA, "worker", 4)
    assert await talks.open(conversation, Desk("kari", "Kari", "n" * 22, b"\x05" * 65), "other", 5)
    talk = await talks.read(conversation)
    assert talk is not None
    assert ("kari", "n" * 22, "other", 3) == (talk.desk, talk.key_id, talk.counsellor_at, talk.paired)


async def test_messages_get_numbers_without_a_hole(redis: Link, talks: Conversations) -> None:
    """Both sides count on in one sequence; the log holds them in it."""
    conversation = await talking(redis, talks)

    stored = await talks.append([say(conversation, 0), say(conversation, 0, role="counsellor", desk="kari"), say(conversation, 1)], 7)

    assert [1, 2, 3] == [one.seq for one in stored]
    assert [(1, "child", 0), (2, "counsellor", 0), (3, "child", 1)] == [(e.seq, e.role, e.n) for e in await talks.history(conversation, 0)]
    assert [3] == [entry.seq for entry in await talks.history(conversation, 2)]
    assert await talks.seq(conversation) == 3


async def test_the_same_id_is_the_same_entry(redis: Link, talks: Conversations) -> None:
    """A repeat gets the same number and the same time, and is no second entry."""
    conversation = await talking(redis, talks)
    message = say(conversation, 0)

    first = await talks.append([message], 7)
    again = await talks.append([message, message], 99)

    assert first * 2 == again
    assert len(await talks.history(conversation, 0)) == 1


async def test_a_message_out_of_order_is_refused(redis: Link, talks: Conversations) -> None:
    """Neither a later nor an earlier counter than the next one."""
    conversation = await talking(redis, talks)
    await talks.append([say(conversation, 0)], 7)

    assert ["out_of_order"] * 2 == [one.why for one in await talks.append([say(conversation, 2), say(conversation, 0)], 8)]


async def test_only_who_holds_the_talk_may_write(redis: Link, talks: Conversations) -> None:
    """A counsellor cannot write into a colleague's talk, nor into one that waits."""
    conversation, other = await talking(redis, talks), await waiting(redis, talks)

    assert ["not_yours"] == [one.why for one in await talks.append([say(conversation, 0, role="counsellor", desk="ola")], 8)]
    assert ["not_talking"] == [one.why for one in await talks.append([say(other, 0, role="counsellor", desk="kari")], 8)]
    assert [1] == [one.seq for one in await talks.append([say(other, 0)], 8)]


async def test_nothing_is_written_after_the_end(redis: Link, talks: Conversations) -> None:
    """A message after the end is refused; one that was stored before is still acknowledged."""
    conversation = await talking(redis, talks)
    message = say(conversation, 0)
    await talks.append([message], 7)
    await talks.move(conversation, Event.END, State.WRAPPING_UP, 8, {"ended_by": "child"})

    assert [1, 0] == [one.seq for one in await talks.append([message, say(conversation, 1)], 9)]


async def test_a_talk_has_a_cap(redis: Link, talks: Conversations) -> None:
    """Nothing grows without bound, and the refusal is named."""
    conversation = await talking(redis, talks)

    stored = await talks.append([say(conversation, n) for n in range(6)], 7)

    assert [1, 2, 3, 4, 5, 0] == [one.seq for one in stored]
    assert stored[-1].why == "too_many"


async def test_many_talks_in_one_call_stay_apart(redis: Link, talks: Conversations) -> None:
    """One call for many talks: each has its own sequence."""
    one, two = await talking(redis, talks), await talking(redis, talks)

    stored = await talks.append([say(one, 0), say(two, 0), say(one, 1), say(two, 1)], 7)

    assert [1, 1, 2, 2] == [entry.seq for entry in stored]


async def test_marks_never_go_back_or_past_the_end(redis: Link, talks: Conversations) -> None:
    """Delivered and read only grow; read is never more than delivered."""
    conversation = await talking(redis, talks)
    await talks.append([say(conversation, 0), say(conversation, 1)], 7)

    assert await talks.mark(conversation, "counsellor", "kari", 9, 1) == (2, 1, "")
    assert await talks.mark(conversation, "counsellor", "kari", 1, 0) == (2, 1, "")
    assert await talks.mark(conversation, "counsellor", "ola", 2, 2) is None


async def test_a_key_is_kept_for_who_is_named_only(redis: Link, talks: Conversations) -> None:
    """The key wrapped for a counsellor who is no longer the one is not kept."""
    conversation = await talking(redis, talks)

    assert await talks.wrap(conversation, KARI.key_id, b"w" * 113) == "worker"
    assert await talks.wrap(conversation, OLA.key_id, b"w" * 113) is None
    assert await talks.wrapped(conversation, KARI.key_id) == b"w" * 113
    assert await talks.wrapped(conversation, OLA.key_id) is None


async def test_the_registrar_s_key_is_kept_before_the_talk_only(redis: Link, talks: Conversations) -> None:
    """Who has arrived or waits may give it, again too; from then on it stays what it is, and what is gone gets no key."""
    conversation = new_id()
    await Visits(redis).start(conversation, new_id(), "token", 1)

    assert await talks.keep_key(conversation, REGISTRAR, b"r" * 113)
    assert await talks.keep_key(conversation, REGISTRAR, b"s" * 113)
    await redis.hset(keys.talk(conversation), "state", State.TALKING)
    assert not await talks.keep_key(conversation, REGISTRAR, b"t" * 113)
    assert await talks.wrapped(conversation, REGISTRAR) == b"s" * 113
    assert not await talks.keep_key(new_id(), REGISTRAR, b"t" * 113)


async def test_who_never_joined_is_forgotten(redis: Link, talks: Conversations) -> None:
    """Nothing is left of somebody who only looked."""
    conversation = new_id()
    await Visits(redis).start(conversation, new_id(), "token", 1)

    await talks.forget(conversation)

    assert await redis.exists(*keys.of_conversation(conversation)) == 0


async def test_the_pen_writes_what_came_in_meanwhile_together(redis: Link, talks: Conversations) -> None:
    """Of forty talks, in each of which the next is said when the one before is answered: each is answered, each talk is in order."""
    names = [await talking(redis, talks) for _ in range(40)]
    pen = Pen(talks, lambda: 7)
    running = asyncio.create_task(pen.run())

    async def says(name: str) -> list[int]:
        return [(await pen.write(say(name, n))).seq for n in range(5)]

    stored = await asyncio.gather(*(says(name) for name in names))
    running.cancel()

    assert stored == [[1, 2, 3, 4, 5]] * 40


async def test_the_pen_counts_each_message_that_is_in_a_log(redis: Link, talks: Conversations) -> None:
    """By who said it, however many are in one call; one that was refused is not one."""
    names = [await talking(redis, talks) for _ in range(3)]
    says = [*(say(name, 0) for name in names), say(names[0], 0, role="counsellor", desk=KARI.id), say(names[1], 9)]
    before = stored_by()
    pen = Pen(talks, lambda: 7)
    running = asyncio.create_task(pen.run())
    stored = await asyncio.gather(*(pen.write(one) for one in says))
    running.cancel()

    assert [one.seq for one in stored] == [1, 1, 1, 2, 0]
    assert [after - was for was, after in zip(before, stored_by(), strict=True)] == [3, 1]


def stored_by() -> list[float]:
    """Return how many messages are counted: of children, of counsellors."""
    return [REGISTRY.get_sample_value("chat_messages_stored_total", {"role": role}) or 0 for role in ("child", "counsellor")]


async def test_nothing_about_a_talk_changes_once_it_is_over(redis: Link, talks: Conversations) -> None:
    """Language and danger are the child's to say while it is here: what is handed off does not change afterwards."""
    conversation = await talking(redis, talks)
    await talks.speak(conversation, "en")
    await talks.hurry(conversation)
    await talks.move(conversation, Event.END, State.WRAPPING_UP, 8, {"ended_by": "child"})
    await talks.speak(conversation, "nb")
    talk = await talks.read(conversation)

    assert talk is not None
    assert ("en", True) == (talk.language, talk.danger)
