"""Connections that are handed out: who waits longest is next, and who gives up leaves none behind."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError  # noqa: A004 - redis-py's name

from server import address, embedded
from server.link.home import Home
from server.link.pool import Pool
from server.link.servers import pool as made


@pytest.fixture
async def pool(embedded_redis: embedded.Embedded) -> AsyncIterator[Pool]:
    """A pool of one connection."""
    one = made(address.parse(embedded_redis.url).options, most=1, home=Home())
    yield one
    await one.disconnect()


def waits(pool: Pool) -> "asyncio.Task[AbstractConnection]":
    """Wait for a connection, on the side."""
    return asyncio.create_task(pool.get_connection())


async def turns() -> None:
    """Let everything happen that can at once."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_waits_longest_is_next(pool: Pool) -> None:
    """Also before the one that gives back and asks again at once."""
    held = await pool.get_connection()
    first, second = waits(pool), waits(pool)
    await turns()
    await pool.release(held)
    again = waits(pool)
    assert await first is held

    await pool.release(held)
    assert await second is held
    assert not again.done()
    await pool.release(held)
    assert await again is held


async def test_who_gives_up_is_passed_over_and_leaves_nothing_behind(pool: Pool) -> None:
    """While waiting, and in the very moment in which the connection comes."""
    held = await pool.get_connection()
    gives_up, late, last = waits(pool), waits(pool), waits(pool)
    await turns()
    gives_up.cancel()
    await turns()
    await pool.release(held)
    late.cancel()
    assert await last is held
    assert gives_up.cancelled()
    assert late.cancelled()

    await pool.release(held)
    assert await asyncio.wait_for(pool.get_connection(), 5) is held


async def test_nobody_waits_for_ever(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has waited long enough is told, and is in nobody's way afterwards."""
    monkeypatch.setattr(pool, "_longest", 0.05)
    held = await pool.get_connection()
    with pytest.raises(ConnectionError):
        await pool.get_connection()
    await pool.release(held)
    assert await pool.get_connection() is held


async def test_a_connection_that_cannot_be_made_is_given_back(pool: Pool) -> None:
    """Each that fails leaves room for the next."""
    pool.connection_kwargs["path"] = "/nowhere"
    for _ in range(3):
        with pytest.raises(ConnectionError):
            await pool.get_connection()
