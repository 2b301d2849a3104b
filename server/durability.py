"""Does the store keep what it has acknowledged? Asked when a worker starts and while it runs, before any promise is made to a child.

`durable`: on one server, each write is on its disk before the answer (`appendfsync always`). Behind Sentinel and on a Cluster the
master may be replaced, and replication is not waited for by Redis itself: there each step also waits for a replica (`WAIT 1`), and a
master that has lost its replicas must take no writes (`min-replicas-to-write`).
`replica`: each step waits for a replica; the disk may be a second behind. `weak`: nothing is asked for.
"""

import asyncio
from collections.abc import Mapping

from redis.exceptions import NoPermissionError, RedisError, ResponseError

from server.link import Link
from server.settings import Settings

Wanted = Mapping[str, tuple[str, ...]]

DISK: Wanted = {"appendonly": ("yes",), "appendfsync": ("always",), "maxmemory-policy": ("noeviction",)}
SECOND: Wanted = {**DISK, "appendfsync": ("always", "everysec")}
PAUSE = 1.0


async def weakness(redis: Link, *, wanted: Wanted = DISK, copies: int = 0) -> str:
    """Return what makes the store lose acknowledged writes, or "" when nothing does. Raises RedisError when it is away."""
    masters = await redis.masters()
    found = [await _of_one(master, wanted, copies) for master in masters]
    return "; ".join(dict.fromkeys(fault for faults in found for fault in faults))


async def weakness_for(redis: Link, settings: Settings) -> str:
    """Return what makes the store weaker than the settings ask for. Raises RedisError when it is away."""
    return await weakness(redis, wanted=SECOND if settings.store == "replica" else DISK, copies=settings.copies)


async def first_answer(redis: Link, settings: Settings) -> str:
    """Wait until the store answers for the first time, and return its weakness."""
    while True:
        try:
            return await weakness_for(redis, settings)
        except (RedisError, OSError):
            await asyncio.sleep(PAUSE)


async def has_copies(redis: Link, copies: int) -> bool:
    """Tell whether each master has as many replicas now as a step must wait for. Raises RedisError when it is away."""
    if not copies:
        return True
    facts = [await master.info("replication") for master in await redis.masters()]
    return all(int(one.get("connected_slaves", 0)) >= copies for one in facts)


async def _of_one(master: Link, wanted: Wanted, copies: int) -> list[str]:
    faults = []
    for name, good in wanted.items():
        came = await _setting(master, name)
        if came not in good:
            faults.append(f"{name}: expected {' or '.join(good)}, got {came}")
    if copies:
        least = await _setting(master, "min-replicas-to-write")
        if not least.isdigit() or int(least) < copies:
            faults.append(f"min-replicas-to-write: expected {copies} or more, got {least}")
    return faults


async def _setting(master: Link, name: str) -> str:
    try:
        return (await master.config_get(name)).get(name, "unknown")
    except (NoPermissionError, ResponseError):
        return "unknown (CONFIG GET is not allowed)"
