"""What a real server does when it is demoted, full, asleep, or without its replicas, and what the link makes of it."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError, ResponseError

from server import keys, link
from server.app import ended
from server.conversation.rules import Event, State
from server.conversation.store import Conversations, Say
from server.ids import new_id
from server.link import Link, again
from server.link.faults import Verdict, judge
from server.relay import Hint, Relay
from server.session.store import Visits
from server.waiting.store import Waiting
from tests.faults import stores
from tests.stopwatch import Stopwatch

NOW = 1_790_000_000_000


@pytest.fixture
def single() -> Iterator[stores.Store]:
    """One server of this test's own."""
    store = stores.start_single()
    yield store
    store.stop()


@pytest.fixture
def pair() -> Iterator[stores.Store]:
    """A master and a replica, and one sentinel that looks on."""
    store = stores.start_sentinel(replicas=1, sentinels=1, least=0)
    yield store
    store.stop()


@pytest.fixture
async def redis(single: stores.Store) -> AsyncIterator[Link]:
    """A client of that one server."""
    client = link.connect(single.url)
    yield client
    await client.aclose()


async def talk(redis: Link) -> str:
    """A child waits, and may write."""
    conversation = new_id()
    await Visits(redis).start(conversation, new_id(), "token", NOW)
    await Conversations(redis, cap=99).move(conversation, Event.JOIN, State.WAITING, NOW)
    return conversation


def say(conversation: str, n: int) -> Say:
    """The child's next message."""
    return Say(conversation, "child", "", new_id(), n, b"box")


async def test_a_demoted_master_is_not_written_to(single: stores.Store, redis: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    """READONLY: asked again for a while, over new connections, and then told; when it is master again all goes on."""
    monkeypatch.setattr(again, "TOTAL", 1.5)
    talks, conversation = Conversations(redis, cap=99), await talk(redis)
    with single.admin("server") as admin:
        before = admin.info("stats")["total_connections_received"]
        admin.replicaof("127.0.0.1", 1)
        with pytest.raises(ReadOnlyError):
            await talks.append([say(conversation, 0)], NOW)
        assert admin.info("stats")["total_connections_received"] - before >= 2
        admin.replicaof("NO", "ONE")

    assert (await talks.append([say(conversation, 0)], NOW))[0].seq == 1


async def test_a_blocked_reader_is_woken_and_reads_on(single: stores.Store, redis: Link) -> None:
    """CLIENT UNBLOCK with an error, a demotion, a killed connection: the next hint arrives each time."""

    class Ear:
        def __init__(self) -> None:
            self.heard: asyncio.Queue[Hint] = asyncio.Queue()

        def hear(self, hint: Hint) -> None:
            self.heard.put_nowait(hint)

    reader, ear = link.connect_reader(single.url), Ear()
    relay, other = Relay(redis, reader, "here"), Relay(redis, reader, "there")
    relay.listen("y:child", ear)
    tasks = [asyncio.create_task(relay.run_reader()), asyncio.create_task(other.run_sender())]
    with single.admin("server") as admin:
        for trouble in ("unblock", "demote", "kill"):
            blocked: list[str] = []
            async with asyncio.timeout(5):
                while not blocked:
                    await asyncio.sleep(0.02)
                    blocked = [one["id"] for one in admin.client_list() if one["cmd"] == "xread"]
            if trouble == "unblock":
                assert admin.client_unblock(int(blocked[0]), error=True)
            elif trouble == "demote":
                admin.replicaof("127.0.0.1", 1)
                await asyncio.sleep(0.1)
                admin.replicaof("NO", "ONE")
            else:
                admin.client_kill_filter(_id=blocked[0])
            async with asyncio.timeout(30):
                while ear.heard.empty():
                    other.send("here", Hint("y:child", "look"))
                    await asyncio.sleep(0.05)
            while not ear.heard.empty():
                ear.heard.get_nowait()
    assert not any(task.done() for task in tasks)
    await ended(tasks)
    await reader.aclose()


async def test_a_full_store_writes_a_batch_whole_or_not_at_all(single: stores.Store, redis: Link) -> None:
    """`maxmemory` in the middle: what was refused can be said again and is stored once, in order."""
    talks, conversation = Conversations(redis, cap=999), await talk(redis)
    batch = [say(conversation, n) for n in range(50)]
    with single.admin("server") as admin:
        admin.config_set("maxmemory", "1mb")
        with Stopwatch() as watch, pytest.raises(OutOfMemoryError):
            await talks.append(batch, NOW)
        assert watch.counted < 0.5
        assert await talks.seq(conversation) == 0
        admin.config_set("maxmemory", "0")

    assert [stored.seq for stored in await talks.append(batch, NOW)] == list(range(1, 51))
    assert [stored.seq for stored in await talks.append(batch, NOW)] == list(range(1, 51))


async def test_a_store_that_cannot_save_takes_nothing(single: stores.Store, redis: Link) -> None:
    """MISCONF: snapshots are asked for, and cannot be written."""
    talks, conversation = Conversations(redis, cap=99), await talk(redis)
    (single.nodes["server"].folder / "dump.rdb").mkdir()
    with single.admin("server") as admin:
        admin.config_set("save", "3600 1")
        admin.bgsave()
        async with asyncio.timeout(30):
            while admin.info("persistence")["rdb_last_bgsave_status"] == "ok":
                await asyncio.sleep(0.02)
        with pytest.raises(RedisError) as caught:
            await talks.append([say(conversation, 0)], NOW)
        assert judge(caught.value) == judge(ResponseError("MISCONF"))
        admin.config_set("save", "")

    assert (await talks.append([say(conversation, 0)], NOW))[0].seq == 1


async def test_a_full_disk_loses_nothing_that_was_acknowledged(single: stores.Store, redis: Link) -> None:
    """With `appendfsync always` a server that cannot write its file ends; what it acknowledged is there when it has room again."""
    talks, conversation = Conversations(redis, cap=9999), await talk(redis)
    node = single.nodes["server"]
    (file,) = node.folder.glob("appendonlydir/*.incr.aof")
    resource.prlimit(node.pid, resource.RLIMIT_FSIZE, (file.stat().st_size + 20_000, resource.RLIM_INFINITY))
    said: list[Say] = []

    async def fill() -> None:
        while len(said) < 1000:
            said.append(say(conversation, len(said)))
            await talks.append(said[-1:], NOW)

    with pytest.raises(RedisError) as caught:
        await fill()
    assert judge(caught.value).verdict is Verdict.AGAIN
    assert node.process is not None
    assert await asyncio.to_thread(node.process.wait, 10) != 0
    single.start("server")

    acknowledged = [entry.id for entry in await talks.history(conversation, 0, most=9999)]
    assert acknowledged[: len(said) - 1] == [one.id for one in said[:-1]]
    assert (await talks.append(said[-1:], NOW))[0].seq == len(said)


async def test_a_server_that_sleeps_is_waited_for(single: stores.Store, redis: Link) -> None:
    """A second and a half of silence (DEBUG SLEEP) is no failure: the step is done, once."""
    talks, conversation = Conversations(redis, cap=99), await talk(redis)

    def sleep() -> None:
        with single.admin("server") as admin:
            admin.execute_command("DEBUG", "SLEEP", "1.5")

    sleeping = asyncio.create_task(asyncio.to_thread(sleep))
    await asyncio.sleep(0.2)

    assert (await talks.append([say(conversation, 0)], NOW))[0].seq == 1
    await sleeping


async def test_a_master_without_its_replicas_takes_nothing(single: stores.Store, redis: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    """NOREPLICAS: asked again for a while, then told; with replicas again all goes on."""
    monkeypatch.setattr(again, "TOTAL", 0.5)
    talks, conversation = Conversations(redis, cap=99), await talk(redis)
    with single.admin("server") as admin:
        admin.config_set("min-replicas-to-write", 1)
        kind = "timeout"
        while kind == "timeout":  # a machine that stood still has not heard the master's answer
            with pytest.raises(RedisError) as caught:
                await talks.append([say(conversation, 0)], NOW)
            kind = judge(caught.value).kind
        assert (kind, judge(caught.value).verdict) == ("noreplicas", Verdict.AGAIN)
        admin.config_set("min-replicas-to-write", 0)

    assert (await talks.append([say(conversation, 0)], NOW))[0].seq == 1


async def test_what_no_replica_has_is_not_acknowledged(pair: stores.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the first time, and not when it is said again either: a repeat writes nothing, and WAIT alone would have nothing to count."""
    monkeypatch.setattr(again, "TOTAL", 2.5)
    redis = link.connect(pair.url, copies=1)
    talks, conversation = Conversations(redis, cap=99), await talk(redis)
    message = say(conversation, 0)
    pair.freeze("server2")
    try:
        await in_vain(talks, message)
        with pytest.raises(RedisError) as caught:
            await talks.append([message], NOW)
        assert judge(caught.value).verdict is Verdict.AGAIN
        with pair.admin("server1") as admin:
            assert admin.xlen(keys.log(conversation)) == 1, "it was done, but not acknowledged"
    finally:
        pair.thaw("server2")
    async with asyncio.timeout(30):
        stored = await patiently(talks, message)
    assert stored == 1
    with pair.admin("server2") as admin:
        assert admin.xlen(keys.log(conversation)) == 1
    assert await talks.seq(conversation) == 1
    await redis.aclose()


async def test_what_no_replica_has_is_not_shown(pair: stores.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A master that is cut off may have to undo what it did: nobody is shown it, neither who wrote it nor the other side."""
    monkeypatch.setattr(again, "TOTAL", 1.5)
    redis = link.connect(pair.url, copies=1)
    talks, conversation = Conversations(redis, cap=99), await talk(redis)
    message = say(conversation, 0)
    pair.freeze("server2")
    try:
        await in_vain(talks, message)
        with pytest.raises(RedisError) as caught:
            await talks.history(conversation, 0)
        assert judge(caught.value).verdict is Verdict.AGAIN
    finally:
        pair.thaw("server2")
    async with asyncio.timeout(30):
        assert await patiently(talks, message) == 1

    assert [entry.id for entry in await talks.history(conversation, 0)] == [message.id]
    await redis.aclose()


async def in_vain(talks: Conversations, message: Say) -> None:
    """Say it until the master has done it (at once, unless the machine stands still): it is never acknowledged."""
    async with asyncio.timeout(30):
        while await talks.seq(message.conversation) == 0:
            with pytest.raises(RedisError) as caught:
                await talks.append([message], NOW)
            assert judge(caught.value).verdict is Verdict.AGAIN


async def patiently(talks: Conversations, message: Say) -> int:
    """Say it as often as it takes, as a browser does."""
    while True:
        try:
            return (await talks.append([message], NOW))[0].seq
        except RedisError:
            await asyncio.sleep(0.1)


async def test_a_read_asks_no_replica(pair: stores.Store) -> None:
    """The line is shown although no replica confirms anything."""
    redis = link.connect(pair.url, copies=1)
    await redis.ping()
    pair.freeze("server2")
    try:
        with Stopwatch() as watch:
            assert (await Waiting(redis, 9).summary()).count == 0
        assert watch.counted < 0.5
    finally:
        pair.thaw("server2")
        await redis.aclose()
