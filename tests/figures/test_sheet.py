"""The file for a spreadsheet: every number in a row of its own, and nothing in it that a spreadsheet would run."""

import csv
import io
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.figures.published import Figures, InEvening, InMonth, write
from server.figures.rules import figures
from server.figures.sheet import MARK, harmless, sheet
from server.settings import ROOT
from server.words import read_wording
from tests.figures.test_rules import LATER, OSLO, at, came, evening

WORDS = read_wording(ROOT / "config" / "wording")["nb"].staff


@pytest.fixture(scope="module")
def some() -> Figures:
    """A month of two evenings, and one of another month."""
    talks = [came(at("2026-11-23", "19:00"), reasons=("violence",), outcomes=("advice",)) for _ in range(8)]
    return figures([*talks, *evening("2026-11-23", 9, 7), *evening("2026-11-24", 8, 2), *evening("2026-12-01", 9)], LATER, OSLO)


def rows(some: Figures, month: str) -> Sequence[Sequence[str]]:
    """Return the cells as a spreadsheet reads them."""
    text = sheet(some, month, WORDS)
    assert text.startswith(MARK)
    assert text.count("\r\n") == text.count("\n")
    return list(csv.reader(io.StringIO(text.removeprefix(MARK)), delimiter=";"))


def test_a_month_and_its_evenings_have_a_row_for_each_number(some: Figures) -> None:
    """In the reader's words, with a head; another month is not in it."""
    cells = rows(some, "2026-11")
    assert cells[0] == ["Tidsrom", "Tabell", "Gruppe", "Antall"]
    assert ["2026-11", "Henvendelser", "", "34"] in cells
    assert ["2026-11", "Etter ukedag", "Mandag", "24"] in cells
    assert ["2026-11", "Tema", "Vold og overgrep", "8"] in cells
    assert ["2026-11-23", "Etter klokkeslett", "18:00", "16"] in cells
    assert {name for name, *_ in cells[1:]} == {"2026-11", "2026-11-23", "2026-11-24"}
    assert rows(some, "2026-12")[1:3] == [["2026-12", "Henvendelser", "", "9"], ["2026-12", "Kvelder", "", "1"]]
    assert rows(some, "2025-01") == cells[:1]


def test_the_sheet_tells_every_published_number_and_no_other(some: Figures) -> None:
    """Its numbers are those of the file, one to one; what is hidden says so, and no number is under five but that of evenings."""
    told = sorted(n for name, title, _, n in rows(some, "2026-11")[1:] if n.isdigit() and title != "Kvelder")
    assert told == sorted(str(n) for n in numbers_of(some.months[0], *some.evenings[:2]))
    assert min(map(int, told)) >= 5
    assert [n for _, _, group, n in rows(some, "2026-11") if group == "Skole og arbeid"] == ["skjult"]


def numbers_of(*periods: InEvening | InMonth) -> list[int]:
    """Return each number of some periods, whatever its table."""
    found = []
    for period in periods:
        for name in period.__struct_fields__:
            value = getattr(period, name)
            values = value.values() if isinstance(value, dict) else [value]
            found += [n for n in values if isinstance(n, int) and name != "evenings"]
    return found


@given(st.text(max_size=5))
def test_no_cell_is_a_formula(text: str) -> None:
    """Whatever a word begins with, a spreadsheet takes it for text."""
    assert str(harmless(text))[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert text in str(harmless(text))


def test_no_step_of_minutes_is_a_date(some: Figures) -> None:
    """A spreadsheet makes the fifth of September of 5-9; of 5\u20139 min it makes nothing."""
    steps = [cell for row in rows(some, "2026-11") for cell in row if " min" in cell]
    assert len(steps) > 5
    assert not [cell for cell in steps if "-" in cell]


def test_the_published_file_is_for_people_too(some: Figures) -> None:
    """A line for each number: two versions can be compared by eye."""
    assert len(write(some).splitlines()) > 100
    assert json.loads(write(some))["version"] == 1
