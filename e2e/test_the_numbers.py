"""From a talk and a child who gave up to the numbers that a shift lead sees, by the whole path; and what she does not see."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from e2e.axe import faults
from e2e.conftest import ROOT, Product, Rooms, rooms_at, start
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from e2e.people.lead import Lead
from e2e.test_for_everyone import WIDER
from server import keyfiles
from server.registrar.journal import JournalReader
from server.staff import people
from tests.figures.evenings import answered, journalled, left
from tests.registrar.conftest import wait_until

FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")))
TABLET = {"width": 820, "height": 1180}
NARROW_DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A helpline with a journal of its own."""
    one = start(tmp_path_factory.mktemp("numbers") / "data")
    yield one
    one.stop()


@pytest.fixture
def rooms_apart(chromium: Browser, apart: Product) -> Iterator[Rooms]:
    """Rooms of that helpline."""
    with rooms_at(chromium, apart) as one:
        yield one


def arrivals(data: Path) -> list[int]:
    """Return when those came that are in the journal by now."""
    with JournalReader(data / "journal.sqlite", keyfiles.read_p256_private(data / "journal.key")) as reader:
        return [reader.open(entry).arrived_at for entry, _ in reader.numbers()]


def publishes(product: Product) -> None:
    """Whoever holds the journal's key publishes the numbers, forty days later."""
    later = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": "+40d", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "server", "figures", "publish"]
    subprocess.run(command, cwd=ROOT, env=product.environ | later, check=True, capture_output=True)


def number(view: Locator, table: str, group: str) -> str:
    """Return what stands beside a group in a table, as somebody reads it."""
    row = view.get_by_role("table", name=table).get_by_role("row").filter(has=view.page.get_by_role("rowheader", name=group, exact=True))
    return row.get_by_role("cell").inner_text()


def looked_at(page: Page) -> None:
    """Nothing for axe to find and nothing wider than the screen: at 1280 px and on a tablet, by day and by night."""
    for size in (NARROW_DESKTOP, TABLET):
        for scheme in ("light", "dark"):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=scheme)
            assert faults(page) == []
            assert page.evaluate(WIDER) == []


def test_who_talked_and_who_gave_up_are_counted_and_few_are_not_shown(apart: Product, rooms_apart: Rooms) -> None:
    """One of each by the real path, among others of the same evening: each makes its number one larger; a reason of one child is hidden."""
    kari = Counsellor(rooms_apart.page(phone=False), "Kari")
    kari.signs_in(apart)
    gives_up, stays = Child(rooms_apart.page(phone=True)), Child(rooms_apart.page(phone=True))
    for child in (gives_up, stays):
        child.comes_to(apart.child_page)
        child.begins()
        child.writes("Er det noen der?")
    gives_up.leaves_the_line()
    name = kari.takes_next()
    kari.reads(name, "Er det noen der?")
    kari.ends(name)
    kari.writes_up(name, "Vi snakket om hjemme.")
    kari.registers(name)
    wait_until(lambda: len(arrivals(apart.data)) == 2)
    at = min(arrivals(apart.data))
    journalled(apart.data, [answered(apart.data, at, reasons=["violence"], outcomes=["advice"]) for _ in range(24)])
    journalled(apart.data, [left(apart.data, at) for _ in range(8)])
    publishes(apart)

    lea = Lead(rooms_apart.page(phone=False), "Lea")
    lea.signs_in(apart)
    view = lea.goes_to("Tall")
    expect(view.get_by_text("Henvendelser", exact=True).locator("xpath=following-sibling::dd")).to_have_text("34")
    assert number(view, "Fikk de svar?", "Fikk svar") == "25"
    assert number(view, "Fikk de svar?", "Fikk ikke svar") == "9"
    assert number(view, "Tema", "Vold og overgrep") == "25"
    assert number(view, "Utfall", "Råd") == "25"
    assert (number(view, "Tema", "Familie"), number(view, "Utfall", "Bekymringsmelding")) == ("skjult", "skjult")
    looked_at(lea.page)

    with lea.page.expect_download() as download:
        view.get_by_role("link", name="Last ned måneden som CSV").click()
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig")), delimiter=";"))
    assert [count for _, table, group, count in rows if (table, group) == ("Tema", "Vold og overgrep")] == ["25"]
    view.get_by_label("Vis", exact=True).select_option(index=1)
    expect(view.get_by_role("table", name="Tema")).to_have_count(0)
    assert number(view, "Fikk de svar?", "Fikk ikke svar") == "9"
    assert faults(lea.page) == []


def test_an_auditor_sees_the_numbers_and_a_counsellor_does_not(apart: Product, rooms_apart: Rooms) -> None:
    """The one on a page of her own; on the other's screen there is no bar for it."""
    password = people.add(apart.data / "staff.json", "Audun", roles=("auditor",))
    page = rooms_apart.page(phone=False)
    page.goto(f"{apart.staff_page}/sign-in")
    page.get_by_label("Navn").fill("Audun")
    page.get_by_label("Passord").fill(password)
    page.get_by_role("button", name="Logg inn").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{apart.staff_page}/figures")
    expect(page.get_by_role("heading", name="Kvelden og måneden i tall")).to_be_visible()
    expect(page.get_by_text("Henter tallene")).to_have_count(0)
    looked_at(page)

    kari = Counsellor(rooms_apart.page(phone=False), "Kari")
    kari.signs_in(apart)
    expect(kari.page.get_by_role("button", name="Tall", exact=True)).to_have_count(0)
