"""Somebody who has every published number of a month and its evenings, and tries every filling that fits. Knows nothing of the code."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

Cell = tuple[int, int]
"""An evening's place, or SUMS, and a code's place."""
SUMS = -1
Row = tuple[int | None, ...]


def possible(evenings: Sequence[tuple[int, Row]], sums: Row, bounds: Mapping[Cell, tuple[int, int]]) -> dict[Cell, set[int]]:
    """Return the values that each hidden number can have. An evening: its whole, and its numbers (None: hidden).

    `bounds`: what is known of a hidden number beside; without an entry it is anything from zero up.
    """
    rows = [list(_fillings(place, whole, row, bounds)) for place, (whole, row) in enumerate(evenings)]
    shown = [code for code, n in enumerate(sums) if n is not None]
    width = len(sums)
    before = [{(0,) * width}]
    for row in rows:
        before.append({_plus(so_far, filling) for so_far in before[-1] for filling in row})
    ends = {end for end in before[-1] if all(end[code] == sums[code] for code in shown) and _within(end, sums, bounds)}
    found: dict[Cell, set[int]] = {(SUMS, code): {end[code] for end in ends} for code in range(width) if sums[code] is None}
    after = ends
    for place in reversed(range(len(rows))):
        fits = [(start, filling) for filling in rows[place] for end in after if (start := _minus(end, filling)) in before[place]]
        for code, n in enumerate(evenings[place][1]):
            if n is None:
                found[place, code] = {filling[code] for _, filling in fits}
        after = {start for start, _ in fits}
    return found


def _fillings(place: int, whole: int, row: Row, bounds: Mapping[Cell, tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    hidden = [code for code, n in enumerate(row) if n is None]
    rest = whole - sum(n for n in row if n is not None)
    spans = tuple(bounds.get((place, code), (0, whole)) for code in hidden)
    for values in _splits(rest, spans):
        filled = dict(zip(hidden, values, strict=True))
        yield tuple(filled[code] if n is None else n for code, n in enumerate(row))


@cache
def _splits(whole: int, spans: tuple[tuple[int, int], ...]) -> list[tuple[int, ...]]:
    if not spans:
        return [()] if whole == 0 else []
    low, high = spans[0]
    return [(n, *rest) for n in range(low, min(high, whole) + 1) for rest in _splits(whole - n, spans[1:])]


def _within(end: Sequence[int], sums: Row, bounds: Mapping[Cell, tuple[int, int]]) -> bool:
    spans = ((end[code], bounds.get((SUMS, code), (0, end[code]))) for code, n in enumerate(sums) if n is None)
    return all(low <= n <= high for n, (low, high) in spans)


def _plus(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _minus(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    return tuple(a - b for a, b in zip(one, other, strict=True))
