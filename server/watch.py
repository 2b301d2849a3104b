"""The watch over the store: does it answer, does it take writes, does it keep what it acknowledges, do the clocks agree.

Every worker looks for itself. What it sees is told to the log when it changes, and again every minute while it is bad;
`/readyz` and the figures tell it at any time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError

from server import durability, keys, log, metrics
from server.clock import now
from server.link import Link
from server.link.faults import Verdict, judge
from server.session.store import Visits
from server.settings import Settings

LOOK_SECONDS = 2.0
PATIENCE_SECONDS = 1.5
REMIND_SECONDS = 60.0
DURABLE_LOOKS = 15
"""Every how many looks the store is asked for its settings again."""
FULL = 0.95
"""From this part of its memory on a store counts as full."""
APART_SECONDS = 2.0
"""How far a worker's clock may be from the store's."""
LAG_SECONDS = 0.1


@dataclass(slots=True)
class Seen:
    """What the last look has shown."""

    answers: bool = False
    takes_writes: bool = False
    has_copies: bool = False
    weakness: str | None = None
    """What makes it lose acknowledged writes; None: not asked yet."""
    error: str = ""
    offset: float = 0.0
    """This worker's clock minus the store's (s)."""


class Watch:
    """One worker's view of the store."""

    def __init__(self, redis: Link, settings: Settings) -> None:
        """Nothing is seen before `run`."""
        self._redis = redis
        self._visits = Visits(redis)
        self._settings = settings
        self._lost_since: float | None = None
        self._told: dict[str, float] = {}
        self.seen = Seen()
        self.is_draining: Callable[[], bool] = lambda: False

    @property
    def faults(self) -> list[str]:
        """Why this worker is not ready, in words of a closed list; empty: it is."""
        seen = self.seen
        if not seen.answers:
            return ["store lost", *(["draining"] if self.is_draining() else [])]
        facts = {
            "store full": not seen.takes_writes,
            "store without replica": not seen.has_copies,
            "store not asked yet": seen.weakness is None,
            "store weak": bool(seen.weakness) and not self._settings.weak_store,
            "draining": self.is_draining(),
        }
        return [name for name, is_so in facts.items() if is_so]

    async def run(self) -> None:
        """Look until cancelled."""
        looks = 0
        while True:
            try:
                await self.look(ask_settings=looks % DURABLE_LOOKS == 0 or self.seen.weakness is None)
            except Exception as error:  # noqa: BLE001 - one bad look must not end the watch
                log.failure(error)
            looks += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, *, ask_settings: bool = True) -> None:
        """Look once, and tell what has changed."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                self.seen = await self._see(ask_settings=ask_settings)
        except (RedisError, OSError, TimeoutError) as error:
            self.seen = Seen(weakness=self.seen.weakness, error=type(error).__name__)
        self._tell()

    async def _see(self, *, ask_settings: bool) -> Seen:
        weakness = await durability.weakness_for(self._redis, self._settings) if ask_settings else self.seen.weakness
        masters = await self._redis.masters()
        writable = [takes_writes(await one.info("memory"), await one.info("persistence")) for one in masters]
        refusal = await self._refusal()
        writable.append(refusal in ("", "noreplicas"))
        copies = refusal != "noreplicas" and await durability.has_copies(self._redis, self._settings.copies)
        offset = (now() - await self._visits.time()) / 1000
        return Seen(answers=True, takes_writes=all(writable), has_copies=copies, weakness=weakness, offset=offset)

    async def _refusal(self) -> str:
        """Write something that nobody reads; return why it is not taken, or "". Raises RedisError when the store is away."""
        try:
            await self._redis.set(keys.copied(f"w:{self._settings.worker}"), "", ex=1)
        except RedisError as error:
            fault = judge(error)
            if fault.verdict is Verdict.REFUSE or fault.kind == "noreplicas":
                return fault.kind
            raise
        return ""

    def _tell(self) -> None:
        seen, clock = self.seen, asyncio.get_running_loop().time()
        metrics.STORE_UP.set(seen.answers)
        metrics.STORE_DURABLE.set(seen.answers and seen.weakness == "" and seen.has_copies)
        if not seen.answers and self._lost_since is None:
            self._lost_since = clock
            log.event("store_lost", error=seen.error)
        elif seen.answers and self._lost_since is not None:
            log.event("store_back", lasted=log.lasted(clock - self._lost_since))
            self._lost_since = None
        self._remind("store_lost", not seen.answers)
        if seen.answers:
            metrics.CLOCK.set(seen.offset)
            self._remind("store_full", not seen.takes_writes)
            self._remind("clocks_differ", abs(seen.offset) > APART_SECONDS)

    def _remind(self, alarm: str, is_so: bool) -> None:  # noqa: FBT001 - the fact itself
        """Raise an alarm when it begins, and again every minute while it lasts."""
        clock = asyncio.get_running_loop().time()
        if not is_so:
            self._told.pop(alarm, None)
        elif clock - self._told.get(alarm, -REMIND_SECONDS) >= REMIND_SECONDS:
            self._told[alarm] = clock
            metrics.alarm(alarm, 1)


def takes_writes(memory: dict[str, Any], persistence: dict[str, Any]) -> bool:
    """Tell from what a server says of itself whether it takes writes, and will for a while."""
    most = int(memory.get("maxmemory", 0))
    full = most > 0 and int(memory.get("used_memory", 0)) >= most * FULL
    return not full and persistence.get("aof_last_write_status", "ok") == "ok"


async def measure_lag() -> None:
    """Measure, until cancelled, how late the event loop's timers are."""
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + LAG_SECONDS
        await asyncio.sleep(LAG_SECONDS)
        metrics.LAG.observe(max(0.0, clock() - due))
