"""Closing time, with a real store whose clock stands just before it (libfaketime): the workers' own clocks do not count."""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TypeVar
from unittest import mock
from zoneinfo import ZoneInfo

import redis as sync_redis

from server.clock import ms
from server.shared_clock import LONGEST
from server.wire import frames as f
from tests.paths.conftest import START_SECONDS, Service
from tests.paths.staff import signed_in
from tests.paths.test_store_lost import kill_store, start_store
from tests.paths.test_the_path import pair
from tests.people import Child, Counsellor, gone_after

OSLO = ZoneInfo("Europe/Oslo")
FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")))
CLOSING = datetime(2026, 11, 25, 22, 45, tzinfo=OSLO)
TOMORROW = datetime(2026, 11, 26, 16, 15, tzinfo=OSLO)
ENVIRON = {"ALARM_OPEN": "hours"}
ENOUGH = 10
ONE_INSTANT = LONGEST
"""Seconds: each of two workers is wrong by half of the slowest answer that it believes, at the most. The promise is a second."""
Told = TypeVar("Told", f.Ended, f.ClosingSoon)
SETTINGS = {"overrun_minutes": "0", "closing_warning_minutes": "1"}


def clock_at(service: Service, local: str) -> None:
    """Start both workers anew, and then the store with this local time on its clock: however long they take to start, it is early."""
    kill_store(service)
    for name in ("one", "two"):
        service.kill(name)
        service.launch(name)
    for port in service.ports:
        service.wait(f"http://127.0.0.1:{port}/healthz", START_SECONDS)
    faked = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": f"@{local}", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "Europe/Oslo"}
    with mock.patch.dict(os.environ, faked):
        start_store(service)
    for port in service.ports:
        service.wait(f"http://127.0.0.1:{port}/health", START_SECONDS)


async def test_a_closed_chat_says_when_it_opens(service: Service) -> None:
    """One second after closing: the next opening, and a final close."""
    clock_at(service, "2026-11-25 22:45:01")
    child = Child(service.place(0))
    async with gone_after(child):
        await child.connect()
        await child.send(f.ChildHello())

        assert (await child.sees(f.Closed)).opens_at == ms(TOMORROW)
        assert await child.is_closed_with() == 4510


async def test_saturday_is_open_for_longer(service: Service) -> None:
    """At a quarter to eleven on a Saturday both workers still let a child in."""
    clock_at(service, "2026-11-28 22:45:05")
    for worker in (0, 1):
        child = Child(service.place(worker))
        async with gone_after(child):
            await child.arrives()


async def test_those_who_wait_are_told_and_a_talk_is_warned_and_then_ended(service: Service) -> None:
    """At closing time the line is emptied; a talk that runs had its warning, and ends when its set time is over (here at once)."""
    clock_at(service, "2026-11-25 22:44:45")
    talks, waits, kari = Child(service.place(0)), Child(service.place(1)), Counsellor(service.place(1))
    async with gone_after(talks, waits, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(talks, kari)
        await waits.waits()
        assert (await talks.sees(f.ClosingSoon)).at == ms(CLOSING)
        async with asyncio.timeout(60):
            ended = await patiently(waits)
        assert ended.by == "hours"
        assert await waits.is_closed_with() == 4510

        assert (await patiently(talks)).by == "hours"
        assert await talks.is_closed_with() == 4504
        await kari.registers(conversation)


async def test_closing_time_is_the_same_instant_at_every_worker(service: Service) -> None:
    """Whoever knocks around closing time is let in before one instant and told that it is closed after it, wherever they knock."""
    clock_at(service, "2026-11-25 22:44:45")
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        while admin.time()[0] * 1000 < ms(CLOSING) - 2_000:
            await asyncio.sleep(0.1)
    knocks: list[Knock] = []
    async with asyncio.TaskGroup() as side_by_side:
        while sum(not knock.let_in for knock in knocks) < 2 * ENOUGH:
            for worker in (0, 1):
                side_by_side.create_task(knock(service, worker, knocks))
            await asyncio.sleep(0.1)

    for worker in (0, 1):
        assert {one.let_in for one in knocks if one.worker == worker} == {True, False}
    last_in = max(one.asked for one in knocks if one.let_in)
    first_out = min(one.answered for one in knocks if not one.let_in)
    assert last_in < first_out + ONE_INSTANT


@dataclass
class Knock:
    """One who came, and was let in or not."""

    worker: int
    asked: float
    answered: float
    let_in: bool


async def knock(service: Service, worker: int, knocks: list[Knock]) -> None:
    """Come to a worker, and note how it went."""
    child = Child(service.place(worker))
    async with gone_after(child):
        await child.connect()
        asked = monotonic()
        await child.send(f.ChildHello())
        let_in = isinstance(await child.sees(f.Welcome, f.Closed), f.Welcome)
        knocks.append(Knock(worker, asked, monotonic(), let_in))
        if not let_in:
            assert await child.is_closed_with() == 4510


async def patiently(child: Child, kind: type[Told] = f.Ended) -> Told:  # type: ignore[assignment]
    """Wait longer than usual."""
    for _ in range(4):
        try:
            return await child.sees(kind)
        except TimeoutError:
            await child.send(f.Ping(child.seq))
    return await child.sees(kind)
