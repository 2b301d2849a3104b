"""The registrar as a real process: killed, stopped, cut off from its store. One entry for each talk, none lost."""

import asyncio
import random
import secrets
import signal
import sqlite3
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis as sync_redis

from server import embedded, keys, link
from server.handoff.store import HandOffs
from server.link import Link
from server.registrar.journal import JournalReader
from tests.handoff.talks import Keys, Talk, a_talk
from tests.registrar.conftest import Environ, log_file, running, wait_until

TALKS = 150
KILLS = 12
LONGER_THAN_A_MOMENT = 5.0
"""Seconds: a store that is away for less is bridged by the steps themselves, and nobody needs to know."""


def entries(data: Path) -> int:
    """Return how many entries the journal has now."""
    if not (data / "journal.sqlite").exists():
        return 0
    with sqlite3.connect(data / "journal.sqlite", timeout=10) as db:
        try:
            found: int = db.execute("SELECT count(*) FROM entries").fetchone()[0]
        except sqlite3.OperationalError:  # the table is not made yet
            found = 0
    db.close()
    return found


async def seal_talks(redis: Link, keys_: Keys, count: int) -> list[Talk]:
    """Seal some talks, just now."""
    handoffs, talks = HandOffs(redis), []
    now = time.time_ns() // 1_000_000
    for at in range(count):
        talk = await a_talk(keys_).says("child", f"talk {at}").is_written_up(redis)
        await handoffs.seal(talk.conversation, "registered", talk.form(), now)
        talks.append(talk)
    return talks


def conversations(data: Path, keys_: Keys) -> list[str]:
    """Return whose entries the journal has, opened; each must be whole."""
    with JournalReader(data / "journal.sqlite", keys_.journal) as reader:
        records = [reader.open(entry) for entry, _ in reader.numbers()]
    assert all(record.problems == [] and len(record.lines) == 4 for record in records)
    return sorted(record.conversation for record in records)


async def test_killed_at_random_it_journals_each_talk_once(
    redis: Link, data: Path, keys_: Keys, environ: Environ, embedded_redis: embedded.Embedded
) -> None:
    """`kill -9` in the middle of its work, twelve times: exactly one entry for each of 150 talks, and every key erased."""
    seed = secrets.randbelow(10**9)
    chance = random.Random(seed)  # noqa: S311 - a schedule that can be repeated
    sys.stdout.write(f"seed {seed}\n")
    talks = await seal_talks(redis, keys_, TALKS)
    killed_at = []
    for _ in range(KILLS):
        before = entries(data)
        with running(environ) as process:
            wait_until(lambda: entries(data) > before or before == TALKS)  # noqa: B023 - awaited at once
            await asyncio.sleep(chance.uniform(0, 0.01))
            process.send_signal(signal.SIGKILL)
            process.wait()
        killed_at.append(entries(data))
        for talk in talks:  # a killed registrar's leases last for half a minute: here they end at once
            await HandOffs(redis).postpone(talk.conversation, 0)
    with running(environ):
        wait_until(lambda: entries(data) == TALKS)
        handoffs = HandOffs(redis)
        for _ in range(600):
            await handoffs.settle(keys_.receipt_public)
            if not await redis.exists(keys.SEALED):
                break
            await asyncio.sleep(0.05)

    assert len(set(killed_at)) > KILLS // 2, "it was hardly ever killed at work"
    assert conversations(data, keys_) == sorted(talk.conversation for talk in talks)
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        assert admin.dbsize() == 0


async def test_killed_between_journal_and_receipt_it_journals_once(
    redis: Link, data: Path, keys_: Keys, environ: Environ, embedded_redis: embedded.Embedded
) -> None:
    """The store takes no receipt, the registrar has journalled and is killed: the next one gives the receipt of the same entry."""
    (talk,) = await seal_talks(redis, keys_, 1)
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        admin.execute_command("ACL", "SETUSER", embedded.USER, "-hset")
        try:
            for _ in range(2):
                with running(environ):
                    wait_until(lambda: entries(data) == 1)
                    await asyncio.sleep(0.2)
                admin.zadd(keys.DUE, {talk.conversation: 0})  # its lease ends now
            assert admin.hlen(keys.RECEIPTS) == 0
        finally:
            admin.execute_command("ACL", "SETUSER", embedded.USER, "+hset")
        with running(environ):
            wait_until(lambda: admin.hlen(keys.RECEIPTS) == 1)
    settled = await HandOffs(redis).settle(keys_.receipt_public)

    assert (settled.erased, settled.refused) == (1, 0)
    assert conversations(data, keys_) == [talk.conversation]


def everything(data: Path) -> bytes:
    """Return the bytes of every file of the data folder."""
    return b"".join(file.read_bytes() for file in data.iterdir() if file.is_file())


async def test_while_it_is_down_nothing_is_erased(redis: Link, data: Path, keys_: Keys, environ: Environ) -> None:
    """No registrar: workers settle, repair and renew as always, and every sealed talk stays whole until there is one."""
    talks = await seal_talks(redis, keys_, 3)
    handoffs = HandOffs(redis)
    now = time.time_ns() // 1_000_000
    for _ in range(5):
        assert (await handoffs.settle(keys_.receipt_public)).erased == 0
        await handoffs.repair(now)
        assert await handoffs.renew() == 3
    assert await handoffs.late(now + 15 * 60_000) == 3
    assert [len((await handoffs.package(talk.conversation)).entries) for talk in talks] == [4, 4, 4]

    with running(environ):
        wait_until(lambda: entries(data) == 3)
    assert conversations(data, keys_) == sorted(talk.conversation for talk in talks)


async def test_it_stops_when_it_is_told(redis: Link, environ: Environ, data: Path, keys_: Keys) -> None:
    """SIGTERM and SIGINT end it cleanly, at rest and at work; its log says so."""
    for number in (signal.SIGTERM, signal.SIGINT):
        await seal_talks(redis, keys_, 20)
        before = entries(data)
        with running(environ) as process:
            wait_until(lambda: entries(data) > before)  # noqa: B023 - awaited at once
            process.send_signal(number)
            assert process.wait(30) == 0
            logged = log_file(data).read_text()
        assert '"stopped"' in logged
        assert "Traceback" not in logged
        assert "failure" not in logged


async def test_it_waits_for_a_store_that_goes_away(data: Path, keys_: Keys, environ: Environ) -> None:
    """The store is down at the start, comes, goes away and comes back: the registrar lives through it and loses nothing."""
    with TemporaryDirectory(prefix="alarm-") as short:
        folder = Path(short)
        url = f"unix://{embedded.USER}@{folder}/redis.sock"
        with running(environ | {"REDIS_URL": url}) as process:
            for round_ in (1, 2):
                await asyncio.sleep(LONGER_THAN_A_MOMENT)
                assert process.poll() is None
                with embedded.running(folder):
                    redis = link.connect(url)
                    await seal_talks(redis, keys_, 2)
                    await redis.aclose()
                    wait_until(lambda: entries(data) == 2 * round_)  # noqa: B023 - awaited at once
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            logged = log_file(data).read_text()
    assert "store_lost" in logged
    assert "store_back" in logged
    assert len(conversations(data, keys_)) == 4


@pytest.mark.parametrize("canary", ["kanarifugl-æøå-82731"])
async def test_nothing_readable_leaves_the_process(redis: Link, data: Path, keys_: Keys, environ: Environ, canary: str) -> None:
    """A canary word of a talk is in no file of the data folder and in no line of the log, and is read with the key."""
    talk = a_talk(keys_).says("child", canary)
    await talk.is_written_up(redis)
    await HandOffs(redis).seal(talk.conversation, "registered", talk.form(summary=canary), time.time_ns() // 1_000_000)
    with running(environ) as process:
        wait_until(lambda: entries(data) == 1)
        files = everything(data)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    files += everything(data) + log_file(data).read_bytes()

    for written in (canary.encode(), canary.encode("utf-16-le"), talk.conversation.encode(), talk.key):
        assert written not in files
    with JournalReader(data / "journal.sqlite", keys_.journal) as reader:
        assert canary in repr(reader.open(1))
