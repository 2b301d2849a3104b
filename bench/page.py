"""The figures of the browsers' side as a table, and their place in docs/performance-web.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from e2e.conftest import ROOT

PAGE = ROOT / "docs" / "performance-web.md"


@dataclass(frozen=True)
class Row:
    """One figure beside what it may be."""

    what: str
    most: float
    unit: str
    is_: float

    @property
    def good(self) -> bool:
        """Whether it is within its budget."""
        return self.is_ <= self.most

    def cells(self) -> tuple[str, ...]:
        """Return it as it is printed."""
        return (
            self.what,
            *(f"{value:,.{int(self.unit == 'MB')}f} {self.unit}".strip() for value in (self.most, self.is_)),
            "yes" if self.good else "NO",
        )


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table."""
    head = (("what", "at most", "is", "within"), ("---", "---:", "---:", "---"))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (*head, *(row.cells() for row in rows)))


def put(name: str, made: str) -> None:
    """Put what was made in its place on the page; the rest of the page stays as it is."""
    text = PAGE.read_text("utf-8")
    place = rf"(<!-- made: {name} -->\n).*?(\n<!-- end: {name} -->)"
    fresh, found = re.subn(place, lambda part: f"{part[1]}\n{made}\n{part[2]}", text, flags=re.DOTALL)
    assert found == 1, f"{PAGE}: expected one place called {name}, got {found}"
    PAGE.write_text(fresh, "utf-8")
