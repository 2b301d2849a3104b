"""Everyone can use it: axe finds nothing on any screen in any language, and what a screen reader is given is written down."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.axe import faults
from e2e.conftest import PHONE, Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor

TALL = {**PHONE, "height": 1600}
"""So high that nothing lies under the field one writes in: axe takes what can be scrolled away from there for too small."""
GOLDEN = Path(__file__).parent / "golden" / "a_talk.aria.yml"


@pytest.fixture
def page(chromium: Browser, product: Product) -> Iterator[Page]:
    """A high phone at the chat's own address."""
    product.forget_everybody()
    context = chromium.new_context(viewport=TALL, locale="nb-NO", reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{product.chat}/w")
    expect(page.locator("child-chat button").first).to_be_visible()
    yield page
    context.close()


def check(page: Page, screen: str) -> None:
    """Let axe look at a screen in both colour schemes and in every language that is offered; then back to the first."""
    choice = page.locator("#language select")
    codes = choice.locator("option").evaluate_all("all => all.map(one => one.value)")
    found = []
    for code in (*codes[1:], codes[0]):
        with page.expect_response(f"**/words/{code}.json"):
            choice.select_option(code)
        expect(page.locator("html")).to_have_attribute("lang", code.partition("-")[0])  # easy words are Bokmål
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{screen}, {code}, {scheme}: {fault}" for fault in faults(page)]
    page.emulate_media(color_scheme="light")
    assert found == []


def test_axe_finds_what_is_planted(page: Page) -> None:
    """A picture without words, grey on grey, a button without a name: each is found, so "nothing" means something."""
    planted = "<img src='/x.svg'><p style='color:#999;background:#aaa'>Se</p><button></button>"
    page.goto("about:blank")
    page.set_content(planted)
    assert {fault.split(":")[0] for fault in faults(page)} >= {"image-alt", "color-contrast", "button-name"}


def test_axe_finds_nothing_on_the_way_in_and_out(page: Page) -> None:
    """Before, in the line, in danger, asked whether to go, gone, and everything that was written read once more."""
    check(page, "before")
    page.get_by_role("button", name="Begynn å skrive").click()
    expect(page.get_by_text(re.compile("Du er (den neste|nummer)")).first).to_be_visible()
    check(page, "waiting")
    page.get_by_role("textbox", name="Skriv her").fill("Hei")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Det er farlig nå").click()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.get_by_role("button", name="Gå ut av køen").click()
    check(page, "waiting in danger, all open")
    page.get_by_role("button", name="Ja, gå ut").click()
    page.get_by_role("button", name=re.compile("^Les ")).first.click()
    check(page, "gone, reading")


def test_W8_axe_finds_nothing_in_a_talk_on_either_side(page: Page, product: Product, rooms: Rooms) -> None:
    """The child's and the counsellor's whole way: signing in, free, ringing, talking, the form, the end, all languages."""
    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.page.goto(product.staff_page)
    check_staff(kari.page, "sign in")
    kari.signs_in(product)
    check_staff(kari.page, "away")
    kari.is_free(1)
    page.get_by_role("button", name="Begynn å skrive").click()
    expect(kari.page.get_by_role("button", name="Ta imot")).to_be_visible()
    assert faults(kari.page) == [], "ringing"
    talk = kari.accepts()
    page.get_by_role("textbox", name="Skriv her").fill("Jeg er redd.\nSe https://example.org 🙂")
    page.get_by_role("button", name="Send").click()
    kari.reads(talk, "Jeg er redd.")
    kari.writes(talk, "Hei. Så bra at du skriver.")
    expect(page.get_by_role("log")).to_contain_text("Så bra at du skriver")
    kari.opens_the_form(talk)
    check_staff(kari.page, "talk with form")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.get_by_role("button", name="Avslutt", exact=True).click()
    check(page, "talk, all open")
    page.get_by_role("button", name="Ja, avslutt").click()
    expect(page.locator("main.last h1")).to_be_focused()
    check(page, "ended")
    expect(kari.pane(talk).get_by_role("button", name="Registrer")).to_be_visible()
    kari.pane(talk).get_by_role("button", name="Registrer").click()
    check_staff(kari.page, "writing up, what is missing")
    kari.closes(talk, "Test")
    kari.pauses()


def check_staff(page: Page, screen: str) -> None:
    """Let axe look at a counsellor's screen in every language and in both colour schemes; end in the language it began with."""
    first = page.locator("html").get_attribute("lang")
    codes = page.locator("a[hreflang]").evaluate_all("all => all.map(one => one.lang)")
    found = []
    for code in (*[code for code in codes if code != first], first):
        page.locator(f"a[hreflang={code}]").click()
        expect(page.locator("html")).to_have_attribute("lang", str(code))
        expect(page.locator("h1, h2").first).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found += [f"{screen}, {code}, {scheme}: {fault}" for fault in faults(page)]
    page.emulate_media(color_scheme="light")
    assert found == []


def test_axe_finds_nothing_on_a_host_page_with_the_button(product: Product, rooms: Rooms) -> None:
    """The button and the frame, closed and open, on somebody else's page."""
    page = rooms.page(phone=False)
    page.goto(product.child_page)
    expect(page.get_by_role("button", name="Snakk med oss")).to_be_visible()
    assert faults(page) == []
    Child(page).comes_to(product.child_page)
    assert faults(page) == []


def test_what_a_screen_reader_is_given_of_a_whole_talk(page: Page, product: Product, rooms: Rooms) -> None:
    """The tree of roles, names and states at each step, as it was recorded and read: a change of it is looked at."""
    steps: list[str] = []

    def step(name: str, of: str = "body") -> None:
        tree = page.locator(of).aria_snapshot()
        steps.append(f"# {name}\n{re.sub(r'[0-9]{2}[.:][0-9]{2}', '00.00', tree)}\n")

    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.signs_in(product)
    step("before")
    page.get_by_role("button", name="Begynn å skrive").click()
    expect(page.get_by_role("main").get_by_text("Du er den neste.")).to_be_visible()
    step("waiting")
    page.get_by_role("textbox", name="Skriv her").fill("Hei")
    page.get_by_role("textbox", name="Skriv her").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Ingen har lest det ennå")
    step("written while waiting", "[role=log]")
    talk = kari.takes_next()
    kari.writes(talk, "Hei. Jeg heter Kari.")
    expect(page.get_by_role("log")).to_contain_text("Jeg heter Kari")
    expect(page.get_by_role("log")).to_contain_text("Lest")
    step("talking")
    kari.has_to_tell(talk, "Vi ringer barnevernvakta, så noen kan komme til deg.")
    expect(page.get_by_role("log").locator(".step")).to_be_visible()
    step("told that somebody has to know", "[role=log]")
    page.get_by_role("button", name="Avslutt", exact=True).click()
    step("asked whether to end")
    page.get_by_role("button", name="Ja, avslutt").click()
    expect(page.locator("main.last h1")).to_be_focused()
    step("ended")
    kari.closes(talk, "Test")
    told = "\n".join(steps)
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(told, "utf-8")
    assert told == GOLDEN.read_text("utf-8")


def test_the_focus_is_never_taken_from_who_writes(page: Page, product: Product, rooms: Rooms) -> None:
    """Somebody comes, writes, is lost and comes back while the child writes: the field keeps the focus and every letter."""
    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.signs_in(product)
    page.get_by_role("button", name="Begynn å skrive").click()
    field = page.get_by_role("textbox", name="Skriv her")
    expect(field).to_be_focused()
    page.keyboard.type("Jeg vet ")
    talk = kari.takes_next()
    expect(page.get_by_text("Du skriver med Kari").first).to_be_visible()
    page.keyboard.type("ikke ")
    kari.writes(talk, "Hei")
    expect(page.get_by_role("log")).to_contain_text("Hei")
    kari.page.reload()
    expect(kari.panes()).to_have_count(1)
    page.keyboard.type("helt")
    expect(field).to_be_focused()
    expect(field).to_have_value("Jeg vet ikke helt")
    kari.ends(talk)
    kari.closes(talk, "Test")
