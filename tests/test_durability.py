"""A store that may lose what it acknowledged is named and, unless the settings accept it, refused."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis as sync_redis

from server import durability, embedded, keyfiles, link
from server.link import Link
from server.settings import read_settings
from tests.environ import worker_environ

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def weak() -> Iterator[embedded.Embedded]:
    """A real server that writes to disk once a second, and drops what it has no room for."""
    with TemporaryDirectory(prefix="alarm-") as folder, embedded.running(Path(folder)) as server:
        with sync_redis.Redis.from_url(server.admin_url) as admin:
            admin.config_set("appendfsync", "everysec")
            admin.config_set("maxmemory-policy", "allkeys-lru")
        yield server


@pytest.fixture
def environ(tmp_path: Path, weak: embedded.Embedded) -> dict[str, str]:
    """A worker's settings, on that store."""
    keyfiles.ensure(tmp_path)
    return worker_environ(weak.url, tmp_path)


async def test_our_own_server_is_not_weak(redis: Link) -> None:
    """The embedded server keeps what it acknowledges."""
    assert await durability.weakness(redis) == ""


async def test_a_weak_server_is_named(weak: embedded.Embedded) -> None:
    """Each thing that makes it lose writes, what was expected and what came."""
    redis = link.connect(weak.url)
    told = await durability.weakness(redis)
    await redis.aclose()

    assert told == "appendfsync: expected always, got everysec; maxmemory-policy: expected noeviction, got allkeys-lru"


async def test_a_server_that_may_not_be_asked_is_weak(weak: embedded.Embedded) -> None:
    """No right to CONFIG GET is no proof: it counts as weak."""
    with sync_redis.Redis.from_url(weak.admin_url) as admin:
        admin.acl_setuser("mute", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-config"])
    redis = link.connect(weak.url.replace("chat@", "mute@"))
    told = await durability.weakness(redis)
    await redis.aclose()

    assert told.count("unknown") == 3


async def test_an_answer_is_waited_for(weak: embedded.Embedded, environ: dict[str, str]) -> None:
    """A store that is down at the start is asked again until it answers."""
    embedded.stop(weak)
    redis = link.connect(weak.url)
    asking = asyncio.create_task(durability.first_answer(redis, read_settings(environ)))
    await asyncio.sleep(0.3)
    assert not asking.done()

    again = embedded.start(weak.folder)
    assert await asking == ""
    await redis.aclose()
    embedded.stop(again)


async def test_a_second_is_enough_where_a_replica_has_it(weak: embedded.Embedded, environ: dict[str, str]) -> None:
    """`replica`: the disk may be a second behind, but a master without replicas must take no writes."""
    settings = read_settings(environ | {"ALARM_STORE": "replica"})
    redis = link.connect(weak.url)
    with sync_redis.Redis.from_url(weak.admin_url) as admin:
        admin.config_set("maxmemory-policy", "noeviction")
        alone = await durability.weakness_for(redis, settings)
        admin.config_set("min-replicas-to-write", 1)
        guarded = await durability.weakness_for(redis, settings)
    here = await durability.has_copies(redis, settings.copies)
    await redis.aclose()

    assert (alone, guarded) == ("min-replicas-to-write: expected 1 or more, got 0", "")
    assert here is False


@pytest.mark.parametrize(
    ("url", "store", "copies"),
    [
        ("redis://h", "durable", 0),
        ("redis://h", "replica", 1),
        ("redis+sentinel://h/s", "durable", 1),
        ("redis+cluster://h", "durable", 1),
        ("redis+cluster://h", "replica", 1),
        ("redis+cluster://h", "weak", 0),
    ],
)
def test_where_a_master_may_be_replaced_a_step_waits_for_a_replica(environ: dict[str, str], url: str, store: str, copies: int) -> None:
    """Unless the settings accept that it is lost."""
    assert read_settings(environ | {"REDIS_URL": url, "ALARM_STORE": store}).copies == copies


def test_a_worker_refuses_it(environ: dict[str, str]) -> None:
    """`serve` ends, and names the setting, what was expected and what came."""
    done = command("serve", "--port", "0", environ=environ)

    assert done.returncode == 1
    assert "stopped: REDIS_URL: expected a store that keeps what it acknowledges" in done.stderr
    assert "appendfsync: expected always, got everysec" in done.stderr


def test_the_check_names_it(environ: dict[str, str]) -> None:
    """`check` says the same, and is content when the settings accept a weak store."""
    assert "REDIS_URL: appendfsync: expected always, got everysec" in command("check", environ=environ).stdout
    assert "REDIS_URL" not in command("check", environ=environ | {"ALARM_STORE": "weak"}).stdout


def test_the_check_names_a_store_that_is_away(environ: dict[str, str], weak: embedded.Embedded) -> None:
    """No store: the setting and the kind of error, not its address."""
    embedded.stop(weak)
    done = command("check", environ=environ)

    assert "REDIS_URL: expected a store that answers, got ConnectionError" in done.stdout
    assert weak.url not in done.stdout + done.stderr
    assert done.returncode == 1


def command(*words: str, environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run one of the commands to its end."""
    return subprocess.run(
        [sys.executable, "-m", "server", *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60
    )
