"""How long the store is given: what may be said again is said again, with jitter, for a bounded time.

Rules of this file:

1. Only what can be repeated comes here: reads, and the steps of `server/scripts.py`.
2. The time runs from the first failure of a row, not from each call: while the store stays away, callers learn it quickly.
3. A failover takes longer than this. It is bridged by browsers that say again what is not acknowledged, not by waiting here.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as StoreTimeoutError

from server.link.faults import Verdict, judge

TOTAL = 3.0
"""Seconds that the store is given from the first failure on."""
LEAST = 0.5
"""Seconds that a call has at the least, however long the store has been away."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 0.5
"""Seconds, at the most, before the first repeat and before the later ones; the pause is drawn from nothing to this."""

Answer = TypeVar("Answer")


class Patience:
    """What one link knows of how its store has answered of late."""

    def __init__(self) -> None:
        """The store has not failed yet."""
        self._failing_since: float | None = None

    async def __call__(self, attempt: Callable[[], Awaitable[Answer]]) -> Answer:
        """Try until it succeeds, its error is not to be tried again, or the time is over. Raises RedisError."""
        clock = asyncio.get_running_loop().time
        began, pause = clock(), FIRST_PAUSE
        while True:
            deadline = self._deadline(began)
            try:
                answer = await _within(attempt, deadline)
            except RedisError as error:
                if judge(error).verdict is not Verdict.AGAIN:
                    raise
                self._failing_since = self._failing_since or clock()
                wait = pause * random.random()  # noqa: S311 - jitter, not a secret
                if clock() + wait >= self._deadline(began):
                    raise
            else:
                self._failing_since = None
                return answer
            await asyncio.sleep(wait)
            pause = min(LONGEST_PAUSE, pause * 2)

    def _deadline(self, began: float) -> float:
        since = began if self._failing_since is None else min(began, self._failing_since)
        return max(since + TOTAL, began + LEAST)


async def _within(attempt: Callable[[], Awaitable[Answer]], deadline: float) -> Answer:
    """Raises RedisError, also when the time is over."""
    try:
        async with asyncio.timeout_at(deadline):
            return await attempt()
    except TimeoutError:
        raise StoreTimeoutError("the store did not answer in time") from None
