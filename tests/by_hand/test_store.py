"""The order that stands, on a real store: one for all workers, the latest wins, and a worker that knows nothing is closed."""

import datetime as dt
import json

import pytest
import redis as sync_redis

from server import keys, link
from server.by_hand.rules import given
from server.by_hand.store import ByHand
from server.clock import instant
from server.embedded import Embedded
from server.link import Link
from server.wire.order import Order, OrderKind
from tests.by_hand.test_rules import HOURS

NOW = 1_795_633_200_000


def order(kind: OrderKind, now: int = NOW) -> Order:
    """Return an order that is given at an instant (ms)."""
    return given(HOURS, None, instant(now), kind, ("lea-1", "why"), instant(now) + dt.timedelta(hours=1))


async def test_every_worker_has_it_at_its_next_look(redis: Link) -> None:
    """One gives it, another looks and holds the same."""
    one, two = ByHand(redis), ByHand(redis)
    await one.give(order("close"), NOW)
    await two.look(NOW + 1_000)
    assert one.last == two.last == order("close")
    assert 0 < await redis.ttl(keys.ORDER) <= keys.DAY


async def test_of_two_orders_the_later_one_stands_however_they_arrive(redis: Link) -> None:
    """One that was given earlier and comes later changes nothing, and its worker learns what stands."""
    one, two = ByHand(redis), ByHand(redis)
    await one.give(order("down", NOW + 5), NOW + 5)
    await two.give(order("open", NOW), NOW + 6)
    assert two.last == order("down", NOW + 5)


async def test_a_store_that_went_back_in_time_is_told_what_stands(redis: Link) -> None:
    """It holds an older order than the worker: the newer one is written again; one that had opened something is not believed any more."""
    one, two = ByHand(redis), ByHand(redis)
    await one.give(order("open", NOW - 9), NOW - 9)
    await two.look(NOW - 9)
    older = await redis.get(keys.ORDER)
    assert older is not None
    await one.give(order("close"), NOW)
    await redis.set(keys.ORDER, older, ex=60)
    await one.look(NOW + 1_000)
    await two.look(NOW + 1_000)
    assert one.last == two.last == order("close")
    await redis.delete(keys.ORDER)
    three = ByHand(redis)
    await three.give(order("open", NOW + 9), NOW + 9)
    await redis.delete(keys.ORDER)
    await three.look(NOW + 1_000)
    assert three.last is None


@pytest.mark.parametrize("text", ["{", '"party"', json.dumps({"kind": "party"}), "[1]"])
async def test_an_order_that_cannot_be_read_closes_until_there_is_another(redis: Link, text: str) -> None:
    """Whatever is odd means closed; the next order replaces it."""
    await redis.set(keys.ORDER, text, ex=60)
    one = ByHand(redis)
    await one.look(NOW)
    assert one.last is not None
    assert one.last.kind == "close"
    await one.give(order("open"), NOW)
    assert one.last == order("open")


async def test_a_worker_that_starts_without_the_store_is_closed_until_it_is_there(embedded_redis: Embedded) -> None:
    """It cannot know what was closed by hand; its first look opens it, or does not."""
    nowhere = link.connect("redis://127.0.0.1:1")
    lost = ByHand(nowhere)
    await lost.begin(NOW)
    assert lost.unknown
    await nowhere.aclose()
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        admin.flushall()
    there = link.connect(embedded_redis.url)
    lost = ByHand(there)
    lost.unknown = True
    await lost.look(NOW)
    assert (lost.unknown, lost.last) == (False, None)
    await there.aclose()
