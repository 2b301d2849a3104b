"""The watch over the store, on real ones: weak, alone, apart from our clock; told when it begins, and not again at every look."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as sync_redis

from server import clock, embedded, keyfiles, link, log, watch
from server.link import Link
from server.settings import Settings, read_settings
from server.watch import Watch, takes_writes
from tests.faults import stores


def settings_for(folder: Path, url: str, store: str = "durable") -> Settings:
    """A worker's settings on a store."""
    keyfiles.ensure(folder)
    origin = "http://127.0.0.1:8116"
    environ = {"ALARM_CHAT_ORIGIN": origin, "ALARM_STAFF_ORIGIN": origin, "ALARM_HOST_ORIGINS": origin}
    return read_settings(environ | {"REDIS_URL": url, "ALARM_DATA": str(folder), "ALARM_STORE": store})


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a look sees is looked at here, and not how long it may take."""
    monkeypatch.setattr(watch, "PATIENCE_SECONDS", 30.0)


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What is written to the log."""
    file = io.StringIO()
    log.configure(strict=True, file=file)
    yield file
    log.configure(strict=True)


def alarms(told: io.StringIO) -> list[str]:
    """Return the alarms in the log."""
    return [record["alarm"] for record in map(json.loads, told.getvalue().splitlines()) if record["event"] == "alarm"]


@pytest.mark.parametrize(("store", "faults"), [("durable", ["store weak"]), ("weak", [])])
async def test_a_store_that_became_weak_is_not_ready(
    redis: Link, embedded_redis: embedded.Embedded, tmp_path: Path, store: str, faults: list[str]
) -> None:
    """Somebody changed its settings while we ran; where the settings accept a weak store, it is ready."""
    seen = Watch(redis, settings_for(tmp_path, embedded_redis.url, store))
    await seen.look()
    assert seen.faults == []
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        admin.config_set("appendfsync", "everysec")
        try:
            await seen.look()
        finally:
            admin.config_set("appendfsync", "always")

    assert seen.seen.weakness == "appendfsync: expected always, got everysec"
    assert seen.faults == faults


async def test_clocks_that_differ_are_told_once(
    redis: Link, embedded_redis: embedded.Embedded, tmp_path: Path, told: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against the store's clock, which all workers share; people are served all the same."""
    seen = Watch(redis, settings_for(tmp_path, embedded_redis.url))
    await seen.look()
    assert alarms(told) == []
    monkeypatch.setattr(watch, "now", lambda: clock.now() + 3_600_000)
    await seen.look()
    await seen.look()

    assert alarms(told) == ["clocks_differ"]
    assert 3_598 < seen.seen.offset < 3_602
    assert seen.faults == []


async def test_a_master_without_its_replica_is_not_ready(tmp_path: Path, told: io.StringIO) -> None:
    """Nothing can be acknowledged there."""
    store = stores.start_sentinel(replicas=1, sentinels=1)
    redis = link.connect(store.url, copies=1)
    try:
        seen = Watch(redis, settings_for(tmp_path, store.url))
        await seen.look()
        assert seen.faults == []
        store.kill("server2")
        await seen.look()
    finally:
        await redis.aclose()
        store.stop()

    assert seen.faults == ["store without replica"]
    assert alarms(told) == []


async def test_nothing_is_ready_before_the_first_look(redis: Link, embedded_redis: embedded.Embedded, tmp_path: Path) -> None:
    """A worker that has just started does not know its store."""
    assert Watch(redis, settings_for(tmp_path, embedded_redis.url)).faults == ["store lost"]


@pytest.mark.parametrize(
    ("memory", "persistence", "does"),
    [
        ({"maxmemory": 0, "used_memory": 10**12}, {"aof_last_write_status": "ok"}, True),
        ({"maxmemory": 1000, "used_memory": 949}, {"aof_last_write_status": "ok"}, True),
        ({"maxmemory": 1000, "used_memory": 950}, {"aof_last_write_status": "ok"}, False),
        ({"maxmemory": 0, "used_memory": 1}, {"aof_last_write_status": "err"}, False),
    ],
)
def test_a_store_that_is_nearly_full_counts_as_full(memory: dict[str, int], persistence: dict[str, str], *, does: bool) -> None:
    """So that it is told before a child finds out; so does one whose disk fails."""
    assert takes_writes(memory, persistence) is does
