"""Seconds of a machine that runs: what a promise says is ours to keep, and a machine that stands still keeps nobody's.

A machine that others share stops for a moment now and then, all of it at once: our processes, the store, and the test that measures. A
thread that wakes every few milliseconds notices, since it oversleeps; what it has overslept is not counted.
"""

import threading
from time import monotonic
from types import TracebackType
from typing import Self

STEP = 0.02
AWAKE = 2 * STEP
"""Seconds from one waking to the next that are no standstill: a step, and as much again to be called."""


class Stopwatch:
    """Runs for the length of a `with` block, and while the machine does."""

    counted: float
    """Seconds that it ran in all, once it is over."""

    def __enter__(self) -> Self:
        """Begin."""
        self._began = self._awake = monotonic()
        self._stood = 0.0
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End; what it counted stays in `counted`."""
        self.counted = self.seconds()
        self._over.set()
        self._watching.join()

    def seconds(self) -> float:
        """Return how long it has run (s), without the time in which the machine stood still."""
        now, stood, awake = monotonic(), self._stood, self._awake
        return now - self._began - stood - _overslept(awake, now)

    def _watch(self) -> None:
        while not self._over.wait(STEP):
            now = monotonic()
            self._stood += _overslept(self._awake, now)
            self._awake = now


def _overslept(awake: float, now: float) -> float:
    return max(0.0, now - awake - AWAKE)
