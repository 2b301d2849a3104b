"""What several tests of faults begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis as sync_redis

from server import embedded
from tests.faults.indoors import Indoors, town, working


@pytest.fixture
async def worker(tmp_path: Path, embedded_redis: embedded.Embedded) -> AsyncIterator[Indoors]:
    """One worker on an empty store."""
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        admin.flushall()
    async with working(town(tmp_path, embedded_redis.url, people=1), 1) as (one,):
        yield one
