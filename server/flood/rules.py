"""When a worker is under attack, and what somebody who comes then has to do: the pure part.

Rules of this file:

1. Nobody is known. A bucket is a tag that the edge has made of a part of an address with a secret of this hour; it lives in memory only.
2. A bucket that is drawn too fast makes the puzzle harder. It shuts the door only while many wait already.
3. An attack begins at once, and is over when it has been calm for a while: what is near the limit does not flicker.
4. Without a bucket (no proxy, or one that tells none) only the whole counts.
5. Who says a token that is none of ours draws from a bucket of guesses too. While that one is empty, a token from there is looked at only
   after a puzzle, harder with each further guess. Nobody is refused for it: whoever resumes behind the same address has a right token,
   draws nothing, and is let in after a little work at the most.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass

CALM_MS = 5 * 60_000
"""So long nothing may happen before an attack counts as over."""
MINUTE_MS = 60_000
BURST = 10
"""Visits that a bucket may begin at once without a puzzle: a family, a few friends."""
PER_MINUTE = 6.0
"""Visits a minute that fill up again."""
STEP = 20
"""So many visits more than that, and the puzzle is harder by one."""
DEEPEST = 60
"""A bucket is never further overdrawn: it is well again after ten quiet minutes."""
GREEDY = 20
"""A bucket that is overdrawn by more than this gets no place while many wait."""
HARDEST = 3
TRIES = 150
"""The most that a child's browser must try at level 1; twice as much with each level."""
ALONE_MS = 24 * 3_600_000
"""So long one person may shut somebody out."""
TWO_MS = 7 * ALONE_MS
"""So long two may."""
REMEMBERED_MS = 4 * 3_600_000
"""So long it is known, in memory, from where somebody came who has gone, as long as the edge knows its tag: a talk may still be ended."""
MOST_BUCKETS = 20_000
"""The most that are remembered; the one that was quiet for longest goes first."""


@dataclass(slots=True)
class _Pail:
    left: float
    at: int


class Buckets:
    """How fast each bucket has begun visits."""

    def __init__(self) -> None:
        """Nobody has come."""
        self._pails: OrderedDict[str, _Pail] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._pails)

    def draw(self, tag: str, now: int) -> float:
        """Begin one visit at `now` (ms); return what is left (below 0: overdrawn)."""
        pail = self._pails.pop(tag, None) or _Pail(BURST, now)
        left = _filled(pail, now) - 1
        self._pails[tag] = _Pail(max(-float(DEEPEST), left), now)
        if len(self._pails) > MOST_BUCKETS:
            self._pails.popitem(last=False)
        return left

    def left(self, tag: str, now: int) -> float:
        """Return what is left in a bucket."""
        pail = self._pails.get(tag)
        return _filled(pail, now) if pail else float(BURST)


def _filled(pail: _Pail, now: int) -> float:
    return min(float(BURST), pail.left + max(0, now - pail.at) * PER_MINUTE / MINUTE_MS)


class Starts:
    """How many visits were begun in the last minute, whoever began them."""

    def __init__(self) -> None:
        """Nobody has come."""
        self._seconds: deque[tuple[int, int]] = deque()

    def note(self, now: int) -> None:
        """One more, at `now` (ms)."""
        second = now // 1000
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1] = (second, self._seconds[-1][1] + 1)
        else:
            self._seconds.append((second, 1))

    def lately(self, now: int) -> int:
        """Return how many in the minute before `now` (ms)."""
        while self._seconds and self._seconds[0][0] <= (now - MINUTE_MS) // 1000:
            self._seconds.popleft()
        return sum(count for _, count in self._seconds)


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on it is an attack: visits begun in a minute at one worker, or children in the line."""

    starts: int
    line: int


def attack_until(until: int, now: int, starts: int, waiting: int, limits: Limits) -> int:
    """Return until when (ms) there is an attack. One that runs goes on while there is half of what begins one."""
    part = 2 if now < until else 1
    if starts * part >= limits.starts or waiting * part >= limits.line:
        return now + CALM_MS
    return until


def level(left: float | None, *, attack: bool) -> int:
    """Return how hard the puzzle is for one who begins a visit (0: none). `left`: what its bucket holds; None: it has none."""
    greed = 0 if left is None or left >= 0 else 1 + int(-left // STEP)
    return min(HARDEST, max(int(attack), greed))


def price(left: float | None) -> int:
    """Return how hard the puzzle is before a token is looked at (0: none). `left`: what its bucket of guesses holds; None: it has none."""
    return level(left, attack=False)


def admits(left: float | None, waiting: int, line: int) -> bool:
    """Tell whether one of this bucket may enter the line: always while fewer than `line` wait, and else unless its bucket is greedy."""
    return waiting < line or left is None or left >= -GREEDY


def tries(hard: int) -> int:
    """Return how many tries the puzzle of a level takes at most."""
    return TRIES << (hard - 1)
