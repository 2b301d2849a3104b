"""Puts what is made from the code between the markers of a page of the documentation, or tells that the page is stale."""

from collections.abc import Mapping, Sequence
from pathlib import Path


def drawn(text: str, drawings: Mapping[str, str]) -> str:
    """Return the page with every drawing made anew. Raises ValueError when a marker is missing or there is one too many."""
    for name, drawing in drawings.items():
        begin, end = f"<!-- drawn: {name} -->", f"<!-- end: {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"expected {begin} and {end} once each")
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n\n{drawing}\n\n{end}{after}"
    if text.count("<!-- drawn: ") != len(drawings):
        raise ValueError(f"expected {len(drawings)} drawings, found {text.count('<!-- drawn: ')}")
    return text


def table(*columns: str, rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; what is empty shows as an empty cell."""
    lines = [f"| {' | '.join(columns)} |", f"| {' | '.join('---' for _ in columns)} |"]
    return "\n".join(lines + [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows])


def write_or_check(page: Path, drawings: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Write the page anew; with `--check` return 1 when it is stale and write nothing."""
    now = page.read_text("utf-8")
    new = drawn(now, drawings)
    if "--check" in arguments:
        return int(new != now)
    page.write_text(new, "utf-8")
    return 0
