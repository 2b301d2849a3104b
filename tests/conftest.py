"""What the tests share: one real embedded Redis a session, empty for each test, with no key that never expires."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis as sync_redis
from hypothesis import settings

from server import embedded, link, log
from server.link import Link


@pytest.fixture(autouse=True)
def strict_log() -> None:
    """To log what may not be logged is a failing test (in service it is told as `misuse`)."""
    log.configure(strict=True)


settings.register_profile("ours", deadline=None)  # a slow machine is not a wrong answer
settings.load_profile("ours")


@pytest.fixture(scope="session")
def embedded_redis() -> Iterator[embedded.Embedded]:
    """A real server on a Unix socket (a short path: sun_path holds 108 bytes)."""
    with TemporaryDirectory(prefix="alarm-") as folder, embedded.running(Path(folder)) as server:
        yield server


@pytest.fixture
async def redis(embedded_redis: embedded.Embedded) -> AsyncIterator[Link]:
    """A client as the product makes it, on an empty store; afterwards every key must have an expiry."""
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        admin.flushall()
        client = link.connect(embedded_redis.url)
        yield client
        await client.aclose()
        forever = [key for key in admin.scan_iter() if admin.ttl(key) == -1]
    assert forever == []
