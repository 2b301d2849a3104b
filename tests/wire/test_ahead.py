"""A message as it is told in the step that stores it: with its numbers it is the very frame that is told after the step."""

import msgspec
import pytest
import redis as sync_redis

from server import embedded, keys, link
from server.conversation.store import Conversations, Desk, Say, Stored
from server.ids import new_id
from server.link import Link
from server.relay import Hint, Relay
from server.wire import frames as f
from server.wire.ahead import Ahead, of_child, of_counsellor
from tests.conversation.test_store import BOX, KARI, talking, waiting

HERS, ITS = "worker", "worker of the child"


@pytest.fixture
def talks(redis: Link) -> Conversations:
    """All talks."""
    return Conversations(redis, cap=50)


def says(conversation: str, n: int, worker: str = HERS) -> Say:
    """Return a child's message, of which her connection at that worker is told."""
    frame = f.ChildSay(new_id(), n, BOX)
    return Say(conversation, "child", "", frame.id, n, BOX, Ahead(worker, f"s:{KARI.id}", of_child(conversation, frame)))


def hints(store: embedded.Embedded, worker: str) -> list[list[Hint]]:
    """Return what lies in a worker's inbox, entry by entry."""
    with sync_redis.Redis.from_url(store.admin_url) as admin:
        found = [msgspec.msgpack.decode(fields[b"h"], type=list[Hint]) for _, fields in admin.xrange(keys.inbox(worker))]
        assert not found or 0 < admin.ttl(keys.inbox(worker)) <= keys.KINDS["inbox"].ttl
        return found


async def test_her_connection_is_told_in_the_same_step(redis: Link, talks: Conversations, embedded_redis: embedded.Embedded) -> None:
    """What three messages of two talks are told as lies in her inbox as one entry, and nobody must be told after that."""
    one, two = await talking(redis, talks), await talking(redis, talks)
    said = [says(one, 0), says(two, 0), says(one, 1)]
    stored = await talks.append(said, 1_795_633_200_123)

    assert stored == [Stored(seq, 1_795_633_200_123) for seq in (1, 1, 2)]
    (told,) = hints(embedded_redis, HERS)
    assert [(hint.to, hint.kind) for hint in told] == [(f"s:{KARI.id}", "frame")] * 3
    assert [msgspec.json.decode(hint.data, type=f.StaffMessage) for hint in told] == [
        f.StaffMessage(say.conversation, put.seq, "child", say.id, say.n, put.at, BOX) for say, put in zip(said, stored, strict=True)
    ]


async def test_each_message_of_a_call_keeps_its_own_box_and_is_told_at_its_own_worker(
    redis: Link, talks: Conversations, embedded_redis: embedded.Embedded
) -> None:
    """Three talks, three boxes, three workers, and two messages of one talk: nothing of one is found at another."""
    names = [await waiting(redis, talks) for _ in range(3)]
    for at, name in enumerate(names):
        assert await talks.open(name, Desk(f"desk{at}", "Kari", KARI.key_id, KARI.key), f"worker{at}", 3)
    order = ((0, 0), (1, 0), (0, 1), (2, 0))
    said = [
        Say(names[at], "child", "", new_id(), n, b"%d%d" % (at, n) * 142, Ahead(f"worker{at}", f"s:desk{at}", b'{"of":"%d%d"}' % (at, n)))
        for at, n in order
    ]

    assert await talks.append(said, 9) == [Stored(seq, 9) for seq in (1, 1, 2, 1)]
    assert [[one.box[:2] for one in await talks.history(name, 0)] for name in names] == [[b"00", b"01"], [b"10"], [b"20"]]
    told = [[(hint.to, hint.data) for (*some,) in hints(embedded_redis, f"worker{at}") for hint in some] for at in range(3)]
    assert told == [
        [("s:desk0", b'{"of":"00","seq":1,"at":9}'), ("s:desk0", b'{"of":"01","seq":2,"at":9}')],
        [("s:desk1", b'{"of":"10","seq":1,"at":9}')],
        [("s:desk2", b'{"of":"20","seq":1,"at":9}')],
    ]


async def test_a_child_is_told_the_same_way(redis: Link, talks: Conversations, embedded_redis: embedded.Embedded) -> None:
    """Of a counsellor's message, at the worker where its tab is."""
    conversation = await talking(redis, talks)
    await redis.hset(keys.talk(conversation), "at:child", ITS)
    frame = f.StaffSay(conversation, new_id(), 0, BOX)
    ahead = Ahead(ITS, f"y:{conversation}", of_counsellor(frame))
    assert await talks.append([Say(conversation, "counsellor", KARI.id, frame.id, 0, BOX, ahead)], 7) == [Stored(1, 7)]

    ((hint,),) = hints(embedded_redis, ITS)
    assert hint.to == f"y:{conversation}"
    assert msgspec.json.decode(hint.data, type=f.Message) == f.Message(1, "counsellor", frame.id, 0, 7, BOX)


async def test_who_is_at_another_worker_by_now_is_to_be_told(redis: Link, talks: Conversations, embedded_redis: embedded.Embedded) -> None:
    """The message is stored, the inbox of the worker that she has left stays empty, and the answer names where she is."""
    conversation = await talking(redis, talks)
    assert await talks.append([says(conversation, 0, "the one before")], 7) == [Stored(1, 7, HERS)]
    assert hints(embedded_redis, "the one before") == hints(embedded_redis, HERS) == []


async def test_said_again_it_is_told_again_with_the_numbers_it_has(
    redis: Link, talks: Conversations, embedded_redis: embedded.Embedded
) -> None:
    """The first hint may have been lost with its worker; a browser shows an entry once."""
    conversation = await talking(redis, talks)
    say = says(conversation, 0)
    assert await talks.append([say], 7) == await talks.append([say], 99) == [Stored(1, 7)]
    assert hints(embedded_redis, HERS)[0] == hints(embedded_redis, HERS)[1]


async def test_what_is_refused_is_told_to_nobody(redis: Link, talks: Conversations, embedded_redis: embedded.Embedded) -> None:
    """A counter that is not the next one."""
    conversation = await talking(redis, talks)
    assert [one.why for one in await talks.append([says(conversation, 5)], 7)] == ["out_of_order"]
    assert hints(embedded_redis, HERS) == []


async def test_an_inbox_that_takes_nothing_costs_the_hint_alone(
    redis: Link, talks: Conversations, embedded_redis: embedded.Embedded
) -> None:
    """The message is in the log and acknowledged."""
    conversation = await talking(redis, talks)
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        admin.set(keys.inbox(HERS), "no stream", ex=60)
    assert await talks.append([says(conversation, 0)], 7) == [Stored(1, 7)]
    assert [entry.seq for entry in await talks.history(conversation, 0)] == [1]


@pytest.mark.parametrize(("worker", "copies", "tells"), [(HERS, 0, True), ("", 0, False), ("own", 0, False), (HERS, 1, False)])
async def test_it_is_told_after_the_step_where_a_replica_must_confirm_first(
    embedded_redis: embedded.Embedded, worker: str, copies: int, *, tells: bool
) -> None:
    """Nobody is shown what a master may still lose. Nobody, and who is at this worker, is no inbox."""
    store = link.connect(embedded_redis.url, copies=copies)
    assert Relay(store, store, "own").tells_ahead(worker) is tells
    await store.aclose()


async def test_whose_talk_it_is_by_now_is_told(redis: Link, talks: Conversations, embedded_redis: embedded.Embedded) -> None:
    """Another desk at the same worker has taken the talk over: the one before is not told in the step, and the answer names the worker."""
    conversation = await talking(redis, talks)
    frame = f.ChildSay(new_id(), 0, BOX)
    before = Ahead(HERS, "s:who had it before", of_child(conversation, frame))
    assert await talks.append([Say(conversation, "child", "", frame.id, 0, BOX, before)], 7) == [Stored(1, 7, HERS)]
    assert hints(embedded_redis, HERS) == []
