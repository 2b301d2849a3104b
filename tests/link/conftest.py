"""What the tests of the link share: a real store that answers wrongly when told to, and a real Cluster."""

from collections.abc import Iterator

import pytest

from server import embedded
from server.link import Link
from tests.faults import stores
from tests.link.teller import Teller


@pytest.fixture
async def teller(embedded_redis: embedded.Embedded, redis: Link) -> Teller:
    """Stands before an empty real store."""
    assert await redis.ping()
    return Teller(embedded_redis.socket)


@pytest.fixture(scope="session")
def cluster() -> Iterator[stores.Store]:
    """Three masters, each with a replica."""
    store = stores.start_cluster()
    yield store
    store.stop()
