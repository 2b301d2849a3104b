"""The store goes away, by `kill -9`, and comes back: nothing that was acknowledged is lost, and nobody waits without a word."""

import asyncio
import contextlib
import json
import signal
import urllib.error
import urllib.request
from dataclasses import replace

import pytest
import redis as sync_redis

from server import embedded
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.paths.test_the_path import pair
from tests.people import Child, Counsellor, gone_after
from tests.stopwatch import Stopwatch


def kill_store(service: Service) -> None:
    """`kill -9` of the store."""
    service.redis.process.kill()
    service.redis.process.wait()


def start_store(service: Service) -> None:
    """Start it again on the same files (from this thread: the store goes when the thread that started it goes)."""
    service.redis = replace(service.redis, process=embedded.start(service.redis.folder).process)


async def refused(service: Service, worker: int) -> float:
    """Knock while there is no store; return how many seconds it takes until the door says to try later."""
    newcomer = Child(service.place(worker))
    await newcomer.connect()
    with Stopwatch() as watch:
        await newcomer.send(f.ChildHello())
        assert await newcomer.is_closed_with() == 4013
        return watch.seconds()


async def test_what_was_acknowledged_is_there_when_the_store_is_back(service: Service) -> None:
    """Who talks is told that it is not stored, and goes on over the same connection; who comes is told within 2 s to try later."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        await child.says("acknowledged")
        kill_store(service)
        try:
            unsaid = child.seals("not yet")
            await child.send(unsaid)
            assert (await child.sees(f.Refused, id=unsaid.id)).why == "not_now"
            await kari.send(f.StaffEnd(conversation))
            assert (await kari.sees(f.Refused, what="end")).conversation == conversation
            assert unsaid.id not in child.said
            await child.send(f.Ping(seq=1))
            assert (await child.sees(f.Pong)).seq == 0
            assert max([await refused(service, worker) for worker in (0, 1)]) < 2
            with pytest.raises(urllib.error.HTTPError) as health:
                await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{service.ports[0]}/health")
            assert health.value.code == 503
            assert json.loads(health.value.read()) == {"store": "lost"}
            health.value.close()
        finally:
            start_store(service)
        await child.send(unsaid)
        assert (await child.sees(f.Said, id=unsaid.id)).seq == 2
        await kari.sees(f.StaffMessage, seq=2)
        await kari.drop()
        kari.panes.clear()
        await kari.signs_on(await signed_in(service, "Kari", worker=0))
        await kari.send(f.Open(conversation))
        await kari.has_key(conversation)
        async with asyncio.timeout(30):
            while len(kari.panes[conversation].entries) < 2:
                await asyncio.sleep(0.05)

        assert [(1, "child", "acknowledged"), (2, "child", "not yet")] == kari.screen(conversation)
        assert child.close_code is None
        await child.send(f.ChildEnd())
        await kari.registers(conversation)


async def test_a_store_that_is_away_for_a_moment_is_not_noticed(service: Service) -> None:
    """What is said while it restarts is acknowledged when it is back, over the same connection."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        kill_store(service)
        saying = asyncio.create_task(child.says("meanwhile"))
        try:
            await asyncio.sleep(0.5)
        finally:
            start_store(service)
        assert (await saying).seq == 1
        await kari.sees(f.StaffMessage, seq=1)

        assert not [frame for frame in child.seen if isinstance(frame, f.Refused)]
        await child.send(f.ChildEnd())
        await kari.registers(conversation)


async def test_a_frozen_store_keeps_nobody_waiting(service: Service) -> None:
    """A store that holds its connections and says nothing: newcomers are told within 2 s, a heartbeat is answered, nobody is lost."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        service.redis.process.send_signal(signal.SIGSTOP)
        try:
            unsaid = child.seals("not yet")
            await child.send(unsaid)
            assert (await child.sees(f.Refused, id=unsaid.id)).why == "not_now"
            assert max([await refused(service, worker) for worker in (0, 1)]) < 2.3  # the promise is 2 s
            await child.send(f.Ping())
            await child.sees(f.Pong)
        finally:
            service.redis.process.send_signal(signal.SIGCONT)
        await child.send(unsaid)
        await child.sees(f.Said, id=unsaid.id)
        await kari.sees(f.StaffMessage, seq=1)
        await asyncio.sleep(3)

        assert kari.desk is not None
        assert [held.here for held in kari.desk.talks] == [True]
        assert not [frame for frame in child.seen if isinstance(frame, f.CounsellorLost)]
        await child.send(f.ChildEnd())
        await kari.registers(conversation)


async def test_a_store_without_room_takes_nobody_in_and_loses_nothing(service: Service) -> None:
    """Its memory is full: newcomers are told to try later, who talks is told that it is not stored; with room all goes on."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
            admin.config_set("maxmemory", "1mb")
            try:
                unsaid = child.seals("no room")
                await child.send(unsaid)
                assert (await child.sees(f.Refused, id=unsaid.id)).why == "not_now"
                assert await refused(service, 0) < 2
                assert unsaid.id not in child.said
            finally:
                admin.config_set("maxmemory", "0")
        await child.send(unsaid)
        await child.sees(f.Said, id=unsaid.id)

        assert child.close_code is None
        await child.send(f.ChildEnd())
        await kari.registers(conversation)


async def test_who_ends_while_the_store_is_away_has_ended_when_it_is_back(service: Service) -> None:
    """The child goes at once; the counsellor is not left waiting for it."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        kill_store(service)
        try:
            await child.send(f.ChildEnd())
            assert await child.is_closed_with() == 4504
        finally:
            start_store(service)
        async with asyncio.timeout(15):
            while kari.desk is None or [held.state for held in kari.desk.talks] != ["wrapping_up"]:
                await asyncio.sleep(0.05)
        assert kari.desk.talks[0].ended_by == "child"
        await kari.registers(conversation)


async def test_a_worker_that_starts_before_its_store_serves_when_it_comes(service: Service) -> None:
    """It says that the store is lost, and no start is needed when it is back."""
    kill_store(service)
    service.kill("one")
    try:
        with pytest.raises(AssertionError):
            await asyncio.to_thread(service.start, "one", 3)
        child = Child(service.place(0))
        async with asyncio.timeout(30):
            while child.socket is None:
                with contextlib.suppress(ConnectionRefusedError):  # a slow machine is still starting it
                    await child.connect()
                await asyncio.sleep(0.1)
        await child.send(f.ChildHello())
        assert await child.is_closed_with() == 4013
    finally:
        start_store(service)
    async with gone_after(child):
        await child.arrives()
