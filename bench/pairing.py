"""The line and the desks with very many: microseconds for each step on the real Lua, for 1,000 to 1,000,000 who wait.

A tenth as many counsellors, at most 100,000. `python -m bench.pairing [most]`; the table goes into docs/scaling.md.
"""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from bench.race import store as stores
from bench.race.machine import ROOT, Machine, told
from bench.race.results import Results
from bench.race.wide import page
from server import clock, link
from server.ids import new_id
from server.pairing.store import Pairing
from server.waiting.rules import Wait
from server.waiting.store import Waiting

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MOST_DESKS = 100_000
TRIES = 200
AT_ONCE = 64
MANY_PLACES = 100


class Evening:
    """A line with many in it, and many at their desks."""

    def __init__(self, redis: link.Link) -> None:
        """With nobody yet."""
        self.waiting, self.pairing = Waiting(redis, 10**7), Pairing(redis)
        self.line: list[str] = []
        self.desks: list[str] = []

    async def grow(self, waiting: int, desks: int) -> None:
        """Let it be so many."""
        while len(self.desks) < desks:  # at work and full: they are in the books, but nobody rings there
            some = [new_id() for _ in range(min(AT_ONCE, desks - len(self.desks)))]
            await asyncio.gather(*(self.seat(desk) for desk in some))
            self.desks += some
        while len(self.line) < waiting:
            some = [new_id() for _ in range(min(AT_ONCE, waiting - len(self.line)))]
            await asyncio.gather(*(self.waiting.join(name, wait()) for name in some))
            self.line += some

    async def seat(self, desk: str) -> None:
        """A counsellor with room for one, who talks with one."""
        child = new_id()
        await self.waiting.join(child, wait())
        await self.pairing.free(desk, 1, clock.now())
        await self.pairing.claim(desk, child, clock.now())
        await self.pairing.opened(desk, child)

    async def steps(self) -> dict[str, float]:
        """Return how long each step takes (us): the median of many, one after the other."""
        found: dict[str, list[float]] = {}

        async def timed(name: str, step: Callable[[], Awaitable[object]]) -> object:
            begun = perf_counter()
            value = await step()
            found.setdefault(name, []).append((perf_counter() - begun) * 1e6)
            return value

        for _ in range(TRIES):
            child, desk = new_id(), new_id()
            await timed("join", lambda child=child: self.waiting.join(child, wait()))  # type: ignore[misc]
            await timed("one's place", lambda: self.waiting.places(self.line[-1:]))
            await timed(f"{MANY_PLACES} places", lambda: self.waiting.places(self.line[-MANY_PLACES:]))
            await timed("what counsellors see", self.waiting.summary)
            await timed("free", lambda desk=desk: self.pairing.free(desk, 1, clock.now()))  # type: ignore[misc]
            await timed("offer", lambda: self.pairing.offer(clock.now() + 45_000))
            taken = await self.pairing.claim(desk, None, clock.now())
            await timed("opened", lambda desk=desk, name=taken.conversation: self.pairing.opened(desk, name))  # type: ignore[misc]
            await timed("back to the front", lambda desk=desk, name=taken.conversation: self.pairing.lose(desk, name))  # type: ignore[misc]
            await self.pairing.free(desk, 1, clock.now())
            again = await timed("claim", lambda desk=desk: self.pairing.claim(desk, None, clock.now()))  # type: ignore[misc]
            await self.pairing.release(desk, getattr(again, "conversation"), clock.now())  # noqa: B009 - what a step returns
            await self.pairing.away(desk)
            await timed("leave", lambda child=child: self.waiting.leave(child))  # type: ignore[misc]
        return {name: statistics.median(times) for name, times in found.items()}


def wait() -> Wait:
    """Return somebody who waits from now on."""
    return Wait(clock.now(), "nb", "unsaid", danger=False)


async def evening(url: str, most: int, results: Results) -> None:
    """Measure each size, in a line that grows."""
    redis = link.connect(url)
    try:
        one = Evening(redis)
        for size in (size for size in SIZES if size <= most):
            await one.grow(size, min(MOST_DESKS, size // 10))
            figures = await one.steps()
            told(f"  {size:,} wait: " + ", ".join(f"{name} {value:.0f} us" for name, value in figures.items()))
            results.add(f"waiting-{size}", "ours", 0, figures)
    finally:
        await redis.aclose()


def main() -> int:
    """Measure, and write the page."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    results = Results.read(ROOT / "docs" / "performance.json")
    results.begin({f"waiting-{size}" for size in SIZES if size <= most}, {"ours"})
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        machine = Machine(Path(folder))
        try:
            asyncio.run(evening(stores.started(machine, fsync="everysec").url, most, results))
        finally:
            machine.stop()
    (ROOT / "docs" / "scaling.md").write_text(page(results), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
