"""A real Cluster of three masters: every key in its slot, slots that move, a map that is out of date, many talks at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
import redis as sync_redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from server import keys, link
from server.app import ended
from server.comers import Comers
from server.conversation.rules import Event, State
from server.conversation.store import Came, Comer, Conversations, Say
from server.ids import new_id
from server.link import Link
from server.link.cluster import slot_of
from server.session.rules import pulse_of_child, token_hash
from server.session.store import Visits
from server.waiting.store import Waiting
from tests.faults import stores

NOW = 1_790_000_000_000


@pytest.fixture
async def redis(cluster: stores.Store) -> AsyncIterator[Link]:
    """A client of an empty Cluster."""
    for name in cluster.masters():
        with cluster.admin(name) as admin:
            admin.flushall()
            admin.script_flush()
    client = link.connect(cluster.url)
    yield client
    await client.aclose()


async def talks_of(redis: Link, count: int) -> list[str]:
    """Let so many children wait, on all masters."""
    names = [new_id() for _ in range(count)]
    for name in names:
        await Visits(redis).start(name, new_id(), "token", NOW)
        await Conversations(redis, cap=9999).move(name, Event.JOIN, State.WAITING, NOW)
    return names


def say(conversation: str, n: int) -> Say:
    """The child's next message; its box names the talk."""
    return Say(conversation, "child", "", new_id(), n, f"{conversation} {n}".encode())


def ask(client: "sync_redis.Redis", *words: Any) -> Any:  # noqa: ANN401 - an answer is what the command makes of it
    """Ask a node something."""
    return client.execute_command(*words)  # type: ignore[no-untyped-call]


def test_every_command_has_its_slot() -> None:
    """By its key; a step by its first, a blocking read by its stream, and what has none by any."""
    assert slot_of(["HGET", "{c:x}:talk", "state"]) == key_slot(b"c:x")
    assert slot_of(["XREAD", b"COUNT", 1, b"BLOCK", 2, b"STREAMS", "{w:x}:inbox", "0"]) == key_slot(b"w:x")
    assert [slot_of([name]) for name in ("PING", "TIME", "INFO")] == [None] * 3


async def test_talks_lie_on_all_masters(cluster: stores.Store, redis: Link) -> None:
    """And each is read where it lies; several are read with one call to each master."""
    names = await talks_of(redis, 30)
    talks = Conversations(redis, cap=99)
    homes = {cluster.master_of(keys.talk(name)) for name in names}

    assert homes == set(cluster.masters())
    assert await talks.read_many(names) == [await talks.read(name) for name in names]
    assert not redis.one_slot
    assert len(await redis.masters()) == 3


async def test_plain_commands_and_pipes_find_their_way(redis: Link) -> None:
    """One key each; a pipe is answered in the order in which it was filled."""
    names = [f"{{x:{number}}}:n" for number in range(40)]
    for number, name in enumerate(names):
        assert await redis.set(name, number, ex=60)
    async with redis.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.hgetall(name.replace(":n", ":h"))
            pipe.expire(name, 50)
        answers = await pipe.execute()

    assert [int(await redis.get(name) or -1) for name in names] == list(range(40))
    assert answers == [{}, True] * 40
    assert await redis.ping()
    assert len(await redis.time()) == 2


@contextmanager
def moving(cluster: stores.Store, slot: int) -> Iterator[tuple["sync_redis.Redis", "sync_redis.Redis", Any]]:
    """Begin to move a slot to another master; give both, and a way to end it."""
    source = cluster.master_of(slot)
    target = next(name for name in cluster.masters() if name != source)
    with cluster.admin(source) as one, cluster.admin(target) as two:
        ids = [ask(client, "CLUSTER", "MYID").decode() for client in (one, two)]
        ask(two, "CLUSTER", "SETSLOT", slot, "IMPORTING", ids[0])
        ask(one, "CLUSTER", "SETSLOT", slot, "MIGRATING", ids[1])

        def end() -> None:
            for client in (two, one):
                ask(client, "CLUSTER", "SETSLOT", slot, "NODE", ids[1])

        yield one, two, end


async def test_a_slot_moves_under_a_talk(cluster: stores.Store, redis: Link) -> None:
    """ASK while it moves, MOVED when it has moved: what is said meanwhile is stored once, and everything is read."""
    [conversation] = await talks_of(redis, 1)
    talks, slot = Conversations(redis, cap=99), key_slot(keys.talk(conversation).encode())
    assert (await talks.append([say(conversation, 0)], NOW))[0].seq == 1
    with moving(cluster, slot) as (source, target, end):
        port = target.connection_pool.connection_kwargs["port"]
        names = [name.decode() for name in ask(source, "CLUSTER", "GETKEYSINSLOT", slot, 100)]
        ask(source, "MIGRATE", "127.0.0.1", port, "", 0, 5000, "KEYS", *names)
        message = say(conversation, 1)
        assert (await talks.append([message], NOW))[0].seq == 2
        assert (await talks.append([message], NOW))[0].seq == 2
        assert [entry.seq for entry in await talks.history(conversation, 0)] == [1, 2]
        assert (await talks.read_many([conversation]))[0] == await talks.read(conversation)
        end()
    assert (await talks.append([say(conversation, 2)], NOW))[0].seq == 3
    assert [entry.seq for entry in await talks.history(conversation, 0)] == [1, 2, 3]
    async with redis.pipeline(transaction=False) as pipe:
        pipe.hgetall(keys.talk(conversation))
        assert (await pipe.execute())[0][b"seq"] == b"3"


async def test_keys_that_are_half_moved_are_waited_for(cluster: stores.Store, redis: Link) -> None:
    """TRYAGAIN: some keys of a step are here, some there; the step waits until they are together again."""
    [conversation] = await talks_of(redis, 1)
    talks, slot = Conversations(redis, cap=99), key_slot(keys.talk(conversation).encode())
    assert (await talks.append([say(conversation, 0)], NOW))[0].seq == 1
    with moving(cluster, slot) as (source, target, end):
        port = target.connection_pool.connection_kwargs["port"]
        ask(source, "MIGRATE", "127.0.0.1", port, "", 0, 5000, "KEYS", keys.talk(conversation))
        saying = asyncio.create_task(talks.append([say(conversation, 1)], NOW))
        await asyncio.sleep(0.3)
        assert not saying.done()
        ask(source, "MIGRATE", "127.0.0.1", port, "", 0, 5000, "KEYS", keys.log(conversation), keys.ids(conversation))
        assert (await saying)[0].seq == 2
        end()


async def test_many_talks_at_once_and_none_hears_another(redis: Link) -> None:
    """A hundred talks, a third of what they ask is given up in the middle: every answer is the talk's own."""
    names = await talks_of(redis, 100)
    talks, draw = Conversations(redis, cap=9999), Random(8)  # noqa: S311 - a schedule, not a secret
    said = dict.fromkeys(names, 0)

    async def writes(name: str) -> None:
        for _ in range(20):
            message = say(name, said[name])
            asking = asyncio.create_task(talks.append([message], NOW))
            if draw.random() < 0.3:
                await asyncio.sleep(draw.random() * 0.01)
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
                stored = (await talks.append([message], NOW))[0]
            else:
                stored = (await asking)[0]
            said[name] += 1
            assert stored.seq == said[name]
            for entry in await talks.history(name, stored.seq - 1):
                assert entry.box == message.box

    await asyncio.gather(*(writes(name) for name in names))
    for name in names:
        assert [entry.box.decode() for entry in await talks.history(name, 0)] == [f"{name} {n}" for n in range(20)]


async def test_a_step_of_two_slots_is_a_fault_of_ours(redis: Link) -> None:
    """It is refused, not sent in halves: the tests of the other rooms would show it."""
    with pytest.raises(RedisError):
        await redis.unlink(keys.talk("a"), keys.talk("b"), keys.talk("c"), keys.talk("d"))


async def test_a_crowd_comes_back_on_all_masters(redis: Link) -> None:
    """Each to its own talk, wherever that is; who bears another's token is not let in; all are heard."""
    visits, waiting = Visits(redis), Waiting(redis, 999)
    comers = Comers(Conversations(redis, cap=9999), visits, waiting, "worker")
    names = await talks_of(redis, 40)
    running = asyncio.create_task(comers.run())
    try:
        tabs = [Comer(name, token_hash("token"), f"tab of {name}", 1, 0) for name in names]
        stranger = Comer(names[0], token_hash("another"), "stranger", 1, 0)
        *came, refused = await asyncio.gather(*map(comers.come, [*tabs, stranger]))
        await asyncio.gather(*(comers.is_here(name, State.WAITING, NOW) for name in names))
    finally:
        await ended([running])

    assert [one.talk.child_tab for one in came if isinstance(one, Came)] == [one.tab for one in tabs]
    assert refused is None
    assert await visits.last_beat([pulse_of_child(name) for name in names]) == [NOW] * len(names)
