"""The whole path on the other two kinds of store, a Sentinel set-up and a Cluster, and what happens when a master dies in a talk.

The plays are those of `tests/paths/test_the_path.py`, unchanged: the same code above, the same promises.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.error import HTTPError

import pytest

from server import keyfiles, keys
from server.wire import frames as f
from tests.faults import stores
from tests.paths.conftest import Service, configured
from tests.paths.staff import signed_in
from tests.paths.test_the_path import (
    pair,
    test_a_child_comes_back_without_loss,
    test_a_child_gets_help,
    test_a_message_whose_acknowledgement_was_lost_is_stored_once,
    test_a_worker_dies_and_nothing_is_lost,
    test_who_gives_up_waiting_is_a_row_without_text,
)
from tests.people import Child, Counsellor, gone_after
from tests.ports import free_port

__all__ = [
    "test_a_child_comes_back_without_loss",
    "test_a_child_gets_help",
    "test_a_message_whose_acknowledgement_was_lost_is_stored_once",
    "test_a_worker_dies_and_nothing_is_lost",
    "test_who_gives_up_waiting_is_a_row_without_text",
]

FAILOVER_SECONDS = 40.0
"""Generous: the promise is 8 s, the figure is for a fault run."""


@dataclass
class Elsewhere(Service):
    """Two workers and a registrar on a store of several processes."""

    @property
    def store(self) -> stores.Store:
        """The store."""
        return cast("stores.Store", self.redis)

    def stored(self) -> list[str]:
        """Return every key in the store."""
        found: list[bytes] = []
        for name in self.store.masters():
            with self.store.admin(name) as admin:
                found += admin.scan_iter()
        return sorted(key.decode() for key in found)


@pytest.fixture(scope="module", params=["sentinel", "cluster"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on a master with two replicas and their sentinels, or on three masters with two replicas each."""
    data = tmp_path_factory.mktemp("data")
    keyfiles.ensure(data)
    config = configured(data, {})
    store = stores.start_sentinel() if request.param == "sentinel" else stores.start_cluster(replicas=2, least=1)
    one = Elsewhere(data, cast("Any", store), (free_port(), free_port()), extra={"ALARM_CONFIG": str(config)})
    try:
        one.begin()
        yield one
    finally:
        one.stop()
        store.stop()


@pytest.fixture(autouse=True)
def empty_store(service: Service) -> None:
    """Each play begins with nobody in the line and nobody at a desk."""
    store = cast("Elsewhere", service).store
    store.wait_until_whole()
    for name in store.masters():
        with store.admin(name) as admin:
            admin.flushall()


async def comes_back(service: Service, kari: Counsellor) -> None:
    """Open the dashboard anew, at the other worker, as often as it takes: while the line's master is away the door says 4013."""
    await kari.drop()
    kari.panes.clear()
    kari.place = service.place(0)
    async with asyncio.timeout(FAILOVER_SECONDS):
        while True:
            with contextlib.suppress(HTTPError, AssertionError):
                await kari.signs_on(await signed_in(service, "Kari", worker=0))
                return
            assert kari.close_code in (4013, 1006)
            await asyncio.sleep(0.3)


@pytest.mark.parametrize("whose", ["the talk's", "the line's"])
async def test_a_master_dies_in_the_middle_of_a_talk(service: Service, whose: str) -> None:
    """What was acknowledged is there, once; what was not is said again and then stored; the talk goes on to its end."""
    child, kari = Child(service.place(0)), Counsellor(service.place(1))
    store = cast("Elsewhere", service).store
    async with gone_after(child, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        conversation = await pair(child, kari)
        for text in ("one", "two", "three"):
            await child.says(text)
        victim = store.master_of(keys.talk(conversation) if whose == "the talk's" else keys.LINE)
        store.kill(victim)
        message = child.seals("four")
        async with asyncio.timeout(FAILOVER_SECONDS):
            while message.id not in child.said:
                await child.send(message)
                await child.sees(f.Said, f.Refused, id=message.id)
        assert child.said[message.id] == 4
        await comes_back(service, kari)
        assert store.master_of(keys.talk(conversation) if whose == "the talk's" else keys.LINE) != victim
        await kari.send(f.Open(conversation))
        await kari.has_key(conversation)
        async with asyncio.timeout(30):
            while len(kari.panes[conversation].entries) < 4:
                await asyncio.sleep(0.05)

        assert [(seq, text) for seq, _, text in kari.screen(conversation)] == [(1, "one"), (2, "two"), (3, "three"), (4, "four")]
        assert child.close_code is None
        store.start(victim)
        await child.send(f.ChildEnd())
        await kari.registers(conversation)
