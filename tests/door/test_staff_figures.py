"""The numbers as a worker hands them on: to whom, what, and nothing when the file is not what it must be."""

import io
import json
from csv import reader

import pytest
import structlog

from server.figures.published import write
from server.figures.rules import figures
from tests.door.test_staff_matrix import Building, building
from tests.figures.test_rules import LATER, OSLO, evening

__all__ = ["building"]


@pytest.fixture
def published(building: Building) -> Building:
    """Two evenings in November, and one in a January that is not settled."""
    entries = [*evening("2026-11-23", 20, 9), *evening("2026-11-24", 8), *evening("2027-01-29", 9)]
    building.house.settings.figures_file.write_bytes(write(figures(entries, LATER, OSLO)))
    return building


async def test_the_newest_month_is_given_and_any_other_when_it_is_asked_for(published: Building) -> None:
    """With its evenings, and the names of all months."""
    cookie = await published.cookie_of("Lea")
    newest = (await published.ask("GET", "/staff/figures.json", cookie)).json()
    assert (newest["months"], newest["chosen"], newest["month"]) == (["2027-01", "2026-11"], "2027-01", None)
    assert [one["contacts"] for one in newest["evenings"]] == [9]
    older = (await published.ask("GET", "/staff/figures.json?month=2026-11", cookie)).json()
    assert older["month"]["contacts"] == 37
    assert [one["evening"] for one in older["evenings"]] == ["2026-11-23", "2026-11-24"]


async def test_auditor_and_administrator_have_a_page_of_it_and_a_counsellor_has_none(published: Building) -> None:
    """The page, its data, the file: the same three doors."""
    for name, status in (("Audun", 200), ("Ada", 200), ("Lea", 200), ("Kari", 403)):
        cookie = await published.cookie_of(name)
        for path in ("/staff/figures", "/staff/figures.json", "/staff/figures.csv?month=2026-11"):
            assert (await published.ask("GET", path, cookie)).status_code == status, (name, path)


async def test_the_file_for_a_spreadsheet_is_in_the_readers_language(published: Building) -> None:
    """As a file to keep, with the month in its name; without a month there is none."""
    cookie = await published.cookie_of("Audun")
    answer = await published.ask("GET", "/staff/figures.csv?month=2026-11&lang=nn", cookie)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="2026-11.csv"'
    cells = list(reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert ["2026-11", "Førespurnader", "", "37"] in cells
    for asked in ("", "?month=", "?month=2026", '?month=2026-11"%0d%0aset-cookie:x'):
        assert (await published.ask("GET", f"/staff/figures.csv{asked}", cookie)).status_code == 400


async def test_before_anything_is_published_there_is_nothing(building: Building) -> None:
    """No file is no fault."""
    answer = await building.ask("GET", "/staff/figures.json", await building.cookie_of("Lea"))
    assert (answer.status_code, answer.json()) == (200, {"months": [], "chosen": "", "month": None, "evenings": []})


async def test_a_file_with_a_small_number_is_not_shown_at_all(published: Building) -> None:
    """Whoever wrote it: the worker refuses it, whole, and says so in the log without the number."""
    path = published.house.settings.figures_file
    spoilt = json.loads(path.read_bytes())
    spoilt["evenings"][0]["hours"]["18"] = 3
    path.write_text(json.dumps(spoilt))
    cookie = await published.cookie_of("Lea")
    with structlog.testing.capture_logs() as told:
        for what in ("json", "csv"):
            assert (await published.ask("GET", f"/staff/figures.{what}?month=2026-11", cookie)).status_code == 503
    assert [(one["event"], one["error"]) for one in told] == [("figures_refused", "ValidationError")] * 2
