"""A month and its evenings as CSV, for a spreadsheet: UTF-8 with a mark of it, semicolons (a Norwegian spreadsheet's own), CRLF.

Rules of this file:

1. One number in a row, so that it can be filtered and drawn anew: period, table, group, count. What is hidden says so.
2. No cell can be a formula, whatever a wording file says; no step of minutes can be taken for a date.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Literal

from server.figures.published import Figures, InEvening, InMonth, Spread

MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Words = Mapping[str, str]
"""The words of the staff's side."""
Row = tuple[str, str, str, int | str]

LABELS: Mapping[str, str] = {
    "answered": "numbers_answered_",
    "weekdays": "numbers_day_",
    "unanswered_how": "numbers_how_",
    "outcomes": "outcome_",
    "reasons": "reason_",
}
"""Table -> the beginning of the keys of its codes' names."""
TITLES: Mapping[str, str] = {"unanswered_how": "numbers_how", "unanswered_after": "numbers_after"}
IN_EVENING = ("answered", "hours")
IN_MONTH = ("answered", "hours", "weekdays", "unanswered_how", "unanswered_after", "outcomes", "reasons")
SPREADS: tuple[Literal["wait", "talk"], ...] = ("wait", "talk")


def sheet(figures: Figures, month: str, words: Words) -> str:
    """Return the CSV of one month (`2026-11`): the month first, if it is told yet, then its evenings."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(words[f"numbers_{name}"] for name in ("when", "table", "code", "count"))
    for row in rows(figures, month, words):
        writer.writerow(map(harmless, row))
    return MARK + file.getvalue()


def harmless(cell: int | str) -> int | str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def rows(figures: Figures, month: str, words: Words) -> Iterator[Row]:
    """Yield every number of one month and its evenings: period, table, group, count."""
    for whole in figures.months:
        if whole.month == month:
            yield (month, words["numbers_contacts"], "", whole.contacts)
            yield (month, words["numbers_evenings"], "", whole.evenings)
            yield (month, words["numbers_no_contacts"], "", _count(whole.no_contacts, words))
            yield from _period(month, whole, IN_MONTH, words)
    for evening in figures.evenings:
        if evening.evening[:7] == month:
            yield (evening.evening, words["numbers_contacts"], "", evening.contacts)
            yield from _period(evening.evening, evening, IN_EVENING, words)


def _period(name: str, period: InMonth | InEvening, tables: tuple[str, ...], words: Words) -> Iterator[Row]:
    for table in tables:
        title = words[TITLES.get(table, f"numbers_{table}")]
        for code, n in getattr(period, table).items():
            yield (name, title, label(table, code, words), _count(n, words))
    for spread in SPREADS:
        yield from _spread(name, words[f"numbers_{spread}"], getattr(period, spread), words)


def _spread(name: str, title: str, spread: Spread, words: Words) -> Iterator[Row]:
    for middle, at in (("numbers_p50", spread.p50), ("numbers_p90", spread.p90)):
        yield (name, title, words[middle], words["numbers_too_few"] if at is None else minutes(at, words))


def label(table: str, code: str, words: Words) -> str:
    """Return the name of a code."""
    if table == "hours":
        return f"{code}:00"
    return words[LABELS[table] + code] if table in LABELS else minutes(code, words)


def minutes(step: str, words: Words) -> str:
    """Return a step of minutes as it is said, with a dash that makes no date of it."""
    key = "numbers_more" if step.endswith("+") else "numbers_minutes"
    return words[key].replace("{n}", step.rstrip("+").replace("-", "\N{EN DASH}"))


def _count(n: int | None, words: Words) -> int | str:
    return words["numbers_hidden"] if n is None else n
