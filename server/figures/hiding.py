"""Which numbers are hidden so that no number under five can be computed. Pure.

Rules of this file:

1. A number under LEAST is hidden, zero too. What would give it away by subtraction is hidden with it.
2. Two readers are supposed, and neither may find a hidden number under LEAST. The one knows which hidden numbers are under LEAST,
   and is left more than ROOM possible values of each. The other also knows which are zero (nobody comes while it is closed),
   and is left at least two of each other one.
3. An evening is published before its month is: it is never changed afterwards. So an evening is safe by itself, and a month hides
   of its own sums what its evenings could be computed from.
4. Where nothing smaller helps, the whole table is withheld.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

LEAST = 5
"""The smallest number that is shown."""
ROOM = 2
"""How far apart the largest and the smallest possible value of a hidden number are at least."""
FREE = 1 << 40
"""More than any number of contacts: no upper bound."""

Counts = Mapping[str, int]
"""Code -> how many, of a whole that is known: the sum of all codes."""
Hidden = frozenset[str]
"""The codes whose numbers are hidden; when it is all of them, the table is withheld."""


@dataclass(frozen=True, slots=True)
class Number:
    """A hidden number as somebody sees it: at the least `low`, at the most `high`; it is `n`, and must keep `room` (0: needs none)."""

    n: int
    low: int
    high: int
    room: int


@dataclass(frozen=True, slots=True)
class Evening:
    """One row of a month: what was counted, and what was hidden of it when it was published."""

    counts: Counts
    hidden: Hidden


def hide(counts: Counts) -> Hidden:
    """Return what is hidden of a table whose sum is known."""
    hidden = {code for code, n in counts.items() if n < LEAST}
    while hidden and len(hidden) < len(counts):
        if all(_alone_safe([_number(counts[code], knows_zero=knows) for code in hidden]) for knows in (False, True)):
            return frozenset(hidden)
        hidden.add(min((n, code) for code, n in counts.items() if code not in hidden)[1])
    return frozenset(hidden)


def hide_sums(evenings: Sequence[Evening]) -> Hidden:
    """Return what is hidden of the sums of evenings that are published already; all have the same codes."""
    sums: dict[str, int] = defaultdict(int)
    for evening in evenings:
        for code, n in evening.counts.items():
            sums[code] += n
    hidden = {code for code, n in sums.items() if n < LEAST}
    while len(hidden) < len(sums):
        found = _given_away(evenings, sums, hidden)
        if found is None:
            return frozenset(hidden)
        hidden.add(found if found not in hidden else min((n, code) for code, n in sums.items() if code not in hidden)[1])
    return frozenset(hidden)


# --- one row: only its sum ties its numbers ------------------------------------------------------


def _number(n: int, *, knows_zero: bool) -> Number:
    """Return what one of the two readers knows of a hidden number in a table that also shows some."""
    if n >= LEAST:
        return Number(n, LEAST, FREE, 0)
    if not knows_zero:
        return Number(n, 0, LEAST - 1, ROOM)
    return Number(n, 1, LEAST - 1, 1) if n else Number(0, 0, 0, 0)


def _alone_safe(numbers: Sequence[Number]) -> bool:
    whole = sum(one.n for one in numbers)
    low, high = sum(one.low for one in numbers), sum(one.high for one in numbers)
    spans = ((min(one.high, whole - low + one.low) - max(one.low, whole - high + one.high), one.room) for one in numbers)
    return all(span >= room for span, room in spans)


# --- rows and their sums: a net in which what is hidden may flow ----------------------------------

SUMS = -1
"""The node of the row of sums; an evening's node is its place, a code's is the code."""
Node = int | str


def _given_away(evenings: Sequence[Evening], sums: Counts, hidden: Collection[str]) -> str | None:
    """Return the code of a number that one of the two readers could find, or None."""
    for knows_zero in (False, True):
        net = Net()
        for place, evening in enumerate(evenings):
            for code in sorted(evening.hidden):
                net.add(place, code, _in_evening(evening, code, knows_zero=knows_zero))
        for code in sorted(hidden):
            net.add(code, SUMS, _number(sums[code], knows_zero=knows_zero))
        for found in net.given_away():
            return next(str(node) for node in found if node in sums)
    return None


def _in_evening(evening: Evening, code: str, *, knows_zero: bool) -> Number:
    """Return what a reader knows of a hidden number of an evening. Of a withheld table only: that it may not be shown."""
    known = _number(evening.counts[code], knows_zero=knows_zero)
    if len(evening.hidden) < len(evening.counts):
        return known
    if len(evening.counts) == 2 and known.n < LEAST:  # noqa: PLR2004 - of two that are withheld one is under five
        return known
    nobody = knows_zero and known.n == 0
    return Number(known.n, int(knows_zero and known.n > 0), 0 if nobody else FREE, known.room)


class Net:
    """Hidden numbers as pipes between rows and columns: what flows in flows out, because every shown sum stands.

    A number can be one larger exactly if there is a way back from its end to its beginning along pipes that have room (Ford and Fulkerson).
    """

    def __init__(self) -> None:
        """Begin without pipes."""
        self._ends: list[tuple[Node, Node]] = []
        self._pipes: list[Number] = []
        self._at: dict[Node, list[int]] = defaultdict(list)

    def add(self, begin: Node, end: Node, number: Number) -> None:
        """Lay a pipe."""
        for node in (begin, end):
            self._at[node].append(len(self._pipes))
        self._ends.append((begin, end))
        self._pipes.append(number)

    def given_away(self) -> Iterator[tuple[Node, Node]]:
        """Yield the ends of each number that has less room than it must keep."""
        for pipe, number in enumerate(self._pipes):
            if number.room and self.room(pipe, number.room) < number.room:
                yield self._ends[pipe]

    def room(self, pipe: int, enough: int) -> int:
        """Return how far apart the largest and the smallest value of a number can be; no more than `enough` is looked for."""
        begin, end = self._ends[pipe]
        number = self._pipes[pipe]
        more = self._flow(pipe, end, begin, min(enough, number.high - number.n))
        return more + self._flow(pipe, begin, end, min(enough - more, number.n - number.low))

    def _flow(self, without: int, source: Node, goal: Node, most: int) -> int:
        """Return how much, up to `most`, can go from one node to another besides one pipe."""
        flow = [number.n for number in self._pipes]
        for done in range(most):
            way = self._way(flow, without, source, goal)
            if way is None:
                return done
            for pipe, step in way:
                flow[pipe] += step
        return max(most, 0)

    def _way(self, flow: Sequence[int], without: int, source: Node, goal: Node) -> list[tuple[int, int]] | None:
        came: dict[Node, tuple[int, int, Node] | None] = {source: None}
        waiting = deque([source])
        while waiting and goal not in came:
            node = waiting.popleft()
            for pipe in self._at[node]:
                begin, end = self._ends[pipe]
                step, other = (1, end) if begin == node else (-1, begin)
                if pipe != without and other not in came and self._pipes[pipe].low <= flow[pipe] + step <= self._pipes[pipe].high:
                    came[other] = (pipe, step, node)
                    waiting.append(other)
        return list(_back(came, goal)) if goal in came else None


def _back(came: Mapping[Node, tuple[int, int, Node] | None], goal: Node) -> Iterator[tuple[int, int]]:
    found = came[goal]
    while found is not None:
        pipe, step, node = found
        yield pipe, step
        found = came[node]
