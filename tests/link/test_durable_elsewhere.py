"""Promises K5, K6: behind Sentinel and on a Cluster, too, a worker refuses a store that may lose what it acknowledges."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import durability, keyfiles, link
from server.settings import read_settings
from tests.faults import stores
from tests.paths.conftest import ROOT

ORIGIN = "http://127.0.0.1:8116"
COPIED = "min-replicas-to-write: expected 1 or more, got 0"
SYNCED = "appendfsync: expected always, got everysec"


@pytest.fixture(scope="module", params=["sentinel", "cluster"])
def store(request: pytest.FixtureRequest) -> Iterator[stores.Store]:
    """A store of each kind that is as it should be."""
    one = stores.start_sentinel(replicas=1, sentinels=1) if request.param == "sentinel" else stores.start_cluster(least=1)
    yield one
    one.stop()


@pytest.fixture
def environ(tmp_path: Path, store: stores.Store) -> dict[str, str]:
    """A worker's settings, on that store."""
    keyfiles.ensure(tmp_path)
    origins = dict.fromkeys(("ALARM_CHAT_ORIGIN", "ALARM_STAFF_ORIGIN", "ALARM_HOST_ORIGINS"), ORIGIN)
    return {"PATH": os.environ["PATH"], "REDIS_URL": store.url, "ALARM_DATA": str(tmp_path), **origins}


async def told(environ: dict[str, str]) -> str:
    """Return what a worker would say of its store."""
    settings = read_settings(environ)
    redis = link.connect(settings.redis_url)
    try:
        return await durability.weakness_for(redis, settings)
    finally:
        await redis.aclose()


async def test_one_weak_master_is_enough(store: stores.Store, environ: dict[str, str]) -> None:
    """All masters are asked, for each setting; with `replica` the disk may be a second behind; whole again, all is well."""
    assert await told(environ) == ""
    for name, weak, sound, fault in (("appendfsync", "everysec", "always", SYNCED), ("min-replicas-to-write", "0", "1", COPIED)):
        with store.admin(store.masters()[-1]) as admin:
            admin.config_set(name, weak)
            assert await told(environ) == fault
            assert await told(environ | {"ALARM_STORE": "replica"}) == ("" if fault == SYNCED else fault)
            admin.config_set(name, sound)
    assert await told(environ) == ""


def test_a_worker_refuses_a_second_of_delay(store: stores.Store, environ: dict[str, str]) -> None:
    """`everysec` on one master: `serve` ends, and says why."""
    with store.admin(store.masters()[0]) as admin:
        admin.config_set("appendfsync", "everysec")
        done = subprocess.run(
            [sys.executable, "-m", "server", "serve", "--port", "0"],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        admin.config_set("appendfsync", "always")

    assert done.returncode == 1
    assert SYNCED in done.stderr
