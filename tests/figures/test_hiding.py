"""Suppression: whoever solves everything that is published finds no number under five."""

from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.figures.hiding import LEAST, Evening, hide, hide_sums
from tests.figures.attacker import SUMS, Cell, Row, possible

CODES = "abc"
Counts = tuple[int, ...]

numbers = st.one_of(st.integers(0, 4), st.integers(0, 8), st.just(0))
wholes = st.tuples(numbers, numbers, numbers).filter(lambda row: sum(row) >= LEAST)
pairs = st.tuples(numbers, numbers).filter(lambda row: sum(row) >= LEAST)


def published(rows: Sequence[Counts]) -> tuple[list[tuple[int, Row]], Row]:
    """Return what everybody sees of some evenings and their sums."""
    evenings = [Evening(dict(zip(CODES, row, strict=False)), hide(dict(zip(CODES, row, strict=False)))) for row in rows]
    hidden = hide_sums(evenings)
    shown = [
        (sum(row), tuple(None if code in one.hidden else n for code, n in one.counts.items()))
        for row, one in zip(rows, evenings, strict=True)
    ]
    sums = [sum(row[place] for row in rows) for place in range(len(rows[0]))]
    return shown, tuple(None if CODES[place] in hidden else n for place, n in enumerate(sums))


def truths(rows: Sequence[Counts]) -> dict[Cell, int]:
    """Return what every number really is."""
    found = {(place, code): n for place, row in enumerate(rows) for code, n in enumerate(row)}
    return found | {(SUMS, code): sum(row[code] for row in rows) for code in range(len(rows[0]))}


def told(rows: Sequence[Counts], evenings: Sequence[tuple[int, Row]], sums: Row, *, zeros: bool) -> dict[Cell, tuple[int, int]]:
    """Return what somebody is told besides: which hidden numbers are under five, and which are zero. Of a withheld table, nothing."""
    bounds = {}
    tables = [*((place, row) for place, (_, row) in enumerate(evenings)), (SUMS, sums)]
    for place, row in tables:
        if all(n is None for n in row):
            continue
        for code, n in enumerate(row):
            true = truths(rows)[place, code]
            if n is None:
                small = (1, LEAST - 1) if true else (0, 0)
                bounds[place, code] = (LEAST, 1000) if true >= LEAST else small if zeros else (0, LEAST - 1)
    return bounds


@settings(max_examples=60, deadline=None)
@given(st.lists(wholes, min_size=1, max_size=4))
@example([(9, 3, 0), (9, 8, 0), (9, 6, 0)])
@example([(9, 4, 4), (9, 4, 4), (5, 5, 5)])
@example([(5, 1, 2), (5, 1, 3)])
def test_nobody_computes_a_number_under_five(rows: list[Counts]) -> None:
    """Every hidden number under five, of evenings and of their month, fits everything published in at least two ways."""
    evenings, sums = published(rows)
    for cell, values in possible(evenings, sums, {}).items():
        assert truths(rows)[cell] in values
        assert len(values) > 1 or truths(rows)[cell] >= LEAST, (cell, evenings, sums)


@settings(max_examples=60, deadline=None)
@given(st.lists(wholes, min_size=1, max_size=4))
@example([(4, 4, 8), (8, 8, 8)])
@example([(1, 1, 8), (8, 8, 8)])
def test_not_even_who_knows_which_are_small(rows: list[Counts]) -> None:
    """Told which hidden numbers are under five, three values are left for each of those; told the zeros too, two for each other one."""
    evenings, sums = published(rows)
    for zeros, least in ((False, 3), (True, 2)):
        for cell, values in possible(evenings, sums, told(rows, evenings, sums, zeros=zeros)).items():
            true = truths(rows)[cell]
            if true < LEAST and not (zeros and true == 0):
                assert len(values) >= least, (cell, evenings, sums, zeros)


@settings(max_examples=40, deadline=None)
@given(st.lists(pairs, min_size=1, max_size=5))
@example([(9, 3), (9, 8)])
@example([(9, 2), (9, 2), (9, 9)])
def test_of_two_that_are_withheld_one_is_small_and_still_not_found(rows: list[Counts]) -> None:
    """In a table of two codes that is withheld, everybody knows that one is under five; it keeps three values all the same."""
    evenings, sums = published(rows)
    bounds = {
        (place, code): (0, LEAST - 1)
        for place, (_, row) in enumerate(evenings)
        for code, n in enumerate(row)
        if n is None and rows[place][code] < LEAST and rows[place][1 - code] >= LEAST
    }
    for (place, code), values in possible(evenings, sums, bounds).items():
        if place != SUMS and rows[place][code] < LEAST:
            assert len(values) > 2, ((place, code), evenings, sums)


@given(wholes)
def test_nothing_is_hidden_without_need(row: Counts) -> None:
    """A table whose numbers are all five or more is shown whole."""
    large = {code: n + LEAST for code, n in zip(CODES, row, strict=True)}
    assert hide(large) == frozenset()
    assert hide_sums([Evening(large, frozenset()), Evening(large, frozenset())]) == frozenset()


def test_a_small_number_takes_the_next_larger_with_it() -> None:
    """Alone it would be what is missing from the sum."""
    assert hide({"a": 20, "b": 3, "c": 9}) == {"b", "c"}


def test_a_month_hides_what_one_evening_would_be_computed_from() -> None:
    """One evening of three hides its number: the month less the other two would tell it, so the month hides it too."""
    whole, small = {"a": 30, "b": 20, "c": 10}, {"a": 30, "b": 9, "c": 3}
    assert hide_sums([Evening(whole, hide(whole))] * 2 + [Evening(small, hide(small))]) >= {"c"}
    assert hide_sums([Evening(small, hide(small))] * 3) == frozenset()
