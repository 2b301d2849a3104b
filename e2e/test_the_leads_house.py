"""The shift lead's house: tomorrow's hours, a quick reply, other help, a counsellor who comes and goes, a block that takes two."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.axe import faults
from e2e.conftest import ROOT, Product, Rooms, rooms_at, start
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from e2e.people.lead import Lead
from server import clock, link
from server.flood.blocks import Blocks, ShutOut
from server.staff import people

T = TypeVar("T")
NARROW = {"width": 1280, "height": 800}
TABLET = {"width": 820, "height": 1180}
ADDRESS = "203.0.113.41"
REFUSED = "Failed to load resource: the server responded with a status of {}"
"""What a browser says of an answer that says no."""
HALF_MINUTE = 30
"""A code of the app is good once: the next one is its code of the half minute to come."""
STRONG = "et langt og godt passord"


@pytest.fixture(scope="module")
def edge() -> Iterator[Path]:
    """The process that tells addresses apart; the path of its socket."""
    path = Path(f"/tmp/alarm-edge-{os.getpid()}")  # noqa: S108 - a socket's path must be short
    command = [sys.executable, "-m", "server", "edge", "--uds", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield path
    process.terminate()
    process.wait(20)
    path.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def housed(edge: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with an edge, and with settings that are changed here alone."""
    one = start(tmp_path_factory.mktemp("house"), ALARM_EDGE=f"unix:{edge}")
    yield one
    one.stop()


@pytest.fixture
def indoors(housed: Product, chromium: Browser) -> Iterator[Rooms]:
    """Rooms at it."""
    with rooms_at(chromium, housed) as one:
        yield one


def check(page: Page) -> None:
    """Let axe look in both colour schemes, at 1280 pixels and on a tablet; nothing is wider than the screen."""
    found = []
    for size in (NARROW, TABLET):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{size['width']}, {scheme}: {fault}" for fault in faults(page)]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(color_scheme="light")
    assert found == []


def test_the_lead_closes_tomorrow_looks_first_and_takes_it_back(housed: Product, indoors: Rooms) -> None:
    """What differs and the days to come are shown before; then it is saved, stands in the history with her name, and goes back."""
    lea = Lead(indoors.page(phone=False), "Lea")
    lea.signs_in(housed)
    view = lea.opens("Enkelte dager")
    view.get_by_role("button", name="Legg til en dag").click()
    day = view.get_by_label("Dato").input_value()
    lea.looks()
    expect(view.get_by_text("blir stengt")).to_be_visible()
    expect(view.get_by_role("heading", name="Åpent de neste 14 dagene")).to_be_visible()
    expect(view.locator(".windows del")).to_have_count(1)
    assert not (housed.data / "house.log").exists()
    check(lea.page)
    lea.saves()
    assert day in (housed.data / "house.log").read_text("utf-8")
    history = view.get_by_role("listitem").filter(has_text="Lea")
    expect(history).to_have_count(1)
    check(lea.page)

    history.get_by_role("button", name=re.compile("Sett tilbake")).click()
    expect(view.get_by_role("heading", name="Slik settes det tilbake")).to_be_visible()
    lea.saves()
    expect(view.get_by_text("Ingen. Ukedagenes tider gjelder.")).to_be_visible()
    expect(view.get_by_text("satte tilbake")).to_be_visible()

    lea.opens("Åpningstider")
    view.get_by_label("tirsdag: fra").fill("25:00")
    view.get_by_role("button", name="Se hva som endres").click()
    expect(view.get_by_role("alert").filter(has_text="Se på tirsdag")).to_be_visible()
    expect(view.get_by_label("tirsdag: fra")).to_have_value("25:00")
    check(lea.page)
    lea.opens("Annen hjelp")
    check(lea.page)
    indoors.watch.told.remove(REFUSED.format("400 (Bad Request)"))


def test_the_second_of_two_leads_is_told_and_loses_nothing(housed: Product, indoors: Rooms) -> None:
    """Both write at once: the second is told who was first, what she wrote stands, and she decides anew."""
    lea, liv = Lead(indoors.page(phone=False), "Lea"), Lead(indoors.page(phone=False), "Liv")
    for one in (lea, liv):
        one.signs_in(housed)
        one.opens("Hurtigsvar")
        one.adds_a_reply(one.name.lower(), f"Svar fra {one.name}.")
        one.looks()
    lea.saves()
    liv.page.get_by_role("button", name="Lagre endringen").click()
    expect(liv.page.get_by_role("alert").filter(has_text="Lea endret dette")).to_be_visible()
    expect(liv.page.get_by_label("Kortnavn, skrives etter /").last).to_have_value("liv")
    assert "Svar fra Liv" not in (housed.data / "house.log").read_text("utf-8")
    liv.page.get_by_role("button", name="Se hva mitt vil endre nå").click()
    expect(liv.page.locator("del", has_text="Svar fra Lea.")).to_be_visible()
    indoors.watch.told.remove(REFUSED.format("409 (Conflict)"))


def test_a_quick_reply_of_the_lead_appears_in_a_talk_that_runs(housed: Product, indoors: Rooms) -> None:
    """Without loading anything anew: typed as its short name, it stands in the field to be changed."""
    lea, kari, child = (
        Lead(indoors.page(phone=False), "Lea"),
        Counsellor(indoors.page(phone=False), "Kari"),
        Child(indoors.page(phone=True)),
    )
    kari.signs_in(housed)
    kari.is_free()
    child.comes_to(housed.child_page)
    child.begins()
    name = kari.accepts()
    lea.signs_in(housed)
    lea.opens("Hurtigsvar")
    lea.adds_a_reply("natt", "Godt at du skriver så sent også.")
    lea.looks()
    lea.saves()

    box = kari.pane(name).get_by_role("textbox", name=re.compile(f"Skriv til {name}"))
    expect(box).to_be_enabled()

    def typed() -> str:
        box.fill("")
        box.press_sequentially("/natt ")
        return box.input_value().strip()

    deadline = time.monotonic() + 15
    while (now := typed()) != "Godt at du skriver så sent også.":
        assert time.monotonic() < deadline, now
        time.sleep(0.25)


def test_a_child_who_waits_sees_other_help_that_was_changed(housed: Product, indoors: Rooms) -> None:
    """On the page that is open, without loading it anew."""
    lea, child = Lead(indoors.page(phone=False), "Lea"), Child(indoors.page(phone=True))
    child.comes_to(housed.child_page)
    child.begins()
    child.frame.get_by_text("Andre du kan snakke med").first.click()
    lea.signs_in(housed)
    view = lea.opens("Annen hjelp")
    view.get_by_label("Nummer: Mental Helse").fill("116 124")
    lea.looks()
    lea.saves()
    expect(child.frame.get_by_role("link", name="116 124")).to_be_attached()
    child.leaves_the_line()


def test_a_counsellor_is_invited_signs_in_and_is_out_when_she_is_disabled(housed: Product, indoors: Rooms) -> None:
    """The lead makes a link, the counsellor chooses what opens her account, works, and is out within seconds; then in again."""
    lea, nina = Lead(indoors.page(phone=False), "Lea"), Counsellor(indoors.page(phone=False), "Nina")
    lea.signs_in(housed)
    with lea.page.expect_popup() as opened:
        lea.page.get_by_role("navigation", name="Vaktleder").get_by_role("link", name="Ansatte").click()
    page = opened.value
    page.get_by_label("Navn", exact=True).fill("Nina")
    page.get_by_role("button", name="Lag lenke").click()
    way_in = page.locator("#link").inner_text()
    check(page)
    expect(page.get_by_role("row", name=re.compile("Lea")).get_by_role("button")).to_have_count(0)

    nina.page.goto(way_in)
    nina.page.get_by_role("button", name="Videre").click()
    nina.page.get_by_label("Velg et passord").fill(STRONG)
    nina.page.get_by_label("Samme passord en gang til").fill(STRONG)
    app = pyotp.TOTP(nina.page.locator("#secret").inner_text().replace(" ", ""))
    nina.page.get_by_label("Koden appen viser nå").fill(app.now())
    nina.page.get_by_role("button", name="Ferdig").click()
    nina.page.get_by_label("Navn").fill("Nina")
    nina.page.get_by_label("Passord").fill(STRONG)
    nina.page.get_by_label("Kode fra appen din").fill(app.at(int(time.time()) + HALF_MINUTE))
    nina.page.get_by_role("button", name="Logg inn").click()
    expect(nina.page.get_by_text("Tilkoblet")).to_be_visible()

    page.get_by_role("row", name=re.compile("Nina")).get_by_role("button", name=re.compile("Sperr")).click()
    expect(page.get_by_role("row", name=re.compile("Nina"))).to_contain_text("Sperret")
    expect(nina.page.get_by_role("alert").filter(has_text="Logg inn")).to_be_visible()
    nina.page.goto(housed.staff_page)
    expect(nina.page.get_by_role("button", name="Logg inn")).to_be_visible()


def run(errand: Coroutine[None, None, T]) -> T:
    """Run something that awaits, beside the browser's own loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, errand).result()


async def shut_out(product: Product, edge: Path, by: str) -> None:
    """Let the edge know an address, and somebody say that whoever came from there is no child."""
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(edge)), base_url="http://edge") as proxy:
        tag = (await proxy.get("/bucket", headers={"x-real-ip": ADDRESS})).headers["alarm-bucket"]
    with product.store() as admin:
        found = admin.connection_pool.connection_kwargs
    store = link.connect(f"unix://:{found['password']}@{found['path']}")
    blocks = Blocks(store, str(edge))
    blocks.remember("t" * 22, tag, clock.now())
    assert await blocks.shut_out(ShutOut("t" * 22, people.named(product.data / "staff.json", by).id, "no_child"), clock.now())
    await store.aclose()


async def tag_of(edge: Path) -> str:
    """Return what the edge says of the address."""
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(edge)), base_url="http://edge") as proxy:
        return str((await proxy.get("/bucket", headers={"x-real-ip": ADDRESS})).headers["alarm-bucket"])


def test_a_long_block_takes_two(housed: Product, edge: Path, indoors: Rooms) -> None:
    """The lead sees the block without whom, asks for a week and cannot agree herself; a counsellor does; lifted, it is over at the edge."""
    lea, kari = Lead(indoors.page(phone=False), "Lea"), Counsellor(indoors.page(phone=False), "Kari")
    lea.signs_in(housed)
    kari.signs_in(housed)
    run(shut_out(housed, edge, "Kari"))
    view = lea.goes_to("Sperringer")
    block = view.get_by_role("listitem")
    expect(block).to_contain_text("av Kari")
    expect(block).to_contain_text("Ikke et barn")
    assert ADDRESS not in lea.page.content()
    block.get_by_role("button", name="Be om en uke").click()
    expect(block).to_contain_text("Noen andre må si ja")
    expect(block.get_by_role("button", name="Ja, en uke")).to_have_count(0)
    check(lea.page)

    question = kari.page.get_by_role("status").filter(has_text="Lea ber om at sperringen")
    expect(question).to_be_visible()
    check(kari.page)
    question.get_by_role("button", name="Ja, en uke").click()
    expect(question).to_have_count(0)
    expect(block).to_contain_text("En uke: Lea ba om det, Kari sa ja.")

    assert run(tag_of(edge)) == "blocked"
    block.get_by_role("button", name="Opphev").click()
    expect(view.get_by_text("Ingen er stengt ute nå.")).to_be_visible()
    deadline = time.monotonic() + 30
    while run(tag_of(edge)) == "blocked":
        assert time.monotonic() < deadline
        time.sleep(0.5)
