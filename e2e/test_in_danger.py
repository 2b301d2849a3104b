"""When it is dangerous now: whom to ring, what the child has shared, who was called; two sign; the talk is written up, on paper too."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from e2e.axe import faults
from e2e.conftest import Product, Rooms, Watch, start_with
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A helpline where two sign a concern report."""
    one = start_with(tmp_path_factory.mktemp("strict"), second_signature="true")
    yield one
    one.stop()


@pytest.fixture
def here(chromium: Browser, strict: Product) -> Iterator[Rooms]:
    """Rooms of that helpline."""
    strict.forget_everybody()
    one = Rooms(chromium, strict, Watch(()))
    yield one
    for context in one.contexts:
        context.close()


def entry(product: Product, who: Counsellor, mark: str) -> str:
    """Return the journal's newest entry of a child about itself, once it has this mark."""
    for _ in range(50):
        for number in reversed(re.findall(r"^\s*(\d+)\b.*Barn om seg selv", product.journal("list"), re.MULTILINE)):
            if mark in (shown := product.journal("show", number)):
                return shown
        who.page.wait_for_timeout(200)
    raise AssertionError(mark)


def panel(who: Counsellor, name: str) -> Locator:
    """Return the panel "help here and now"."""
    return who.pane(name).get_by_role("region", name=re.compile("Hjelp her og nå"))


def test_help_here_and_now_is_guided_and_written_down(product: Product, rooms: Rooms) -> None:
    """What the child shared, whether it knows, whom to ring and the time of each call; the form and the journal have all of it."""
    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.signs_in(product)
    kari.is_free(1)
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins(about="Det gjelder meg", danger=True)
    child.writes("han slår på døra")
    name = kari.accepts()
    kari.reads(name, "han slår på døra")
    kari.pane(name).get_by_role("textbox", name=f"Skriv til {name}").focus()
    kari.page.keyboard.press("Alt+KeyH")
    expect(panel(kari, name).get_by_text("Barnet har ikke delt hvor det er")).to_be_visible()
    assert "Barnevernvakten" not in panel(kari, name).inner_text()
    panel(kari, name).get_by_role("radio", name="barnet vet det").check()
    expect(panel(kari, name).get_by_role("link", name="Politiet 112")).to_have_attribute("href", "tel:112")
    panel(kari, name).get_by_role("button", name="Skriv opp at Politiet er ringt nå").click()
    expect(panel(kari, name).get_by_text(re.compile(r"\d\d\.\d\d Politiet 112, barnet vet det"))).to_be_visible()
    panel(kari, name).get_by_role("button", name="Skriv opp at Brann er ringt nå").click()
    panel(kari, name).get_by_role("button", name="Fjern Brann fra listen").click()
    panel(kari, name).get_by_role("combobox").fill("kristiansand")
    panel(kari, name).get_by_role("option", name=re.compile("Kristiansand")).first.click()
    expect(panel(kari, name).get_by_text("Vi har ikke et bekreftet nummer")).to_be_visible()
    for scheme in ("light", "dark"):
        kari.page.emulate_media(color_scheme=scheme)
        assert faults(kari.page) == []
    panel(kari, name).get_by_role("button", name="Lukk").click()
    form = kari.opens_the_form(name)
    offers = form.get_by_role("group", name="Fra samtalen")
    offers.get_by_role("button", name="Barn, om seg selv").click()
    offers.get_by_role("button", name="Nå", exact=True).click()
    expect(offers).to_have_count(0)
    expect(form.get_by_role("checkbox", name="Hjelp her og nå")).to_be_checked()
    kari.ends(name)
    kari.writes_up(name, "kanarifugl-1")
    kari.registers(name)
    shown = entry(product, kari, "kanarifugl-1")
    assert re.search(r"Hvem ble ringt +\d\d:\d\d  Politiet  112  barnet visste det først\n", shown)
    assert "Kristiansand (4204)" in shown
    assert "Brann" not in shown


def test_two_sign_a_concern_report(strict: Product, here: Rooms) -> None:
    """Without a second one it is not registered; he signs what he was shown; when it is changed he is asked again."""
    kari, ola = (Counsellor(here.page(phone=False), name) for name in ("Kari", "Ola"))
    for one in (kari, ola):
        one.signs_in(strict)
    kari.is_free(1)
    child = Child(here.page(phone=True))
    child.comes_to(strict.child_page)
    child.begins()
    child.writes("hei")
    name = kari.accepts()
    kari.reads(name, "hei")
    kari.ends(name)
    kari.writes_up(name, "først skrevet")
    pane = kari.pane(name)
    pane.get_by_role("button", name="Registrer").click()
    expect(pane.get_by_text("To underskriver en bekymringsmelding. Be en kollega lese med.")).to_be_visible()
    pane.get_by_role("button", name="Kollega", exact=True).click()
    pane.get_by_role("button", name="Be Ola lese med").click()
    ola.page.get_by_role("button", name="Les med").click()
    pane.get_by_role("button", name="Be om underskrift").click()
    his = ola.page.get_by_role("region", name="Du leser med hos Kari")
    expect(his.get_by_text("først skrevet")).to_be_visible()
    assert faults(ola.page) == []
    his.get_by_role("button", name="Underskriv").click()
    expect(pane.get_by_text("Ola har underskrevet.")).to_be_visible()
    pane.get_by_label("Sammendrag").fill("endret etterpå")
    expect(pane.get_by_text("Ola har underskrevet.")).to_have_count(0)
    pane.get_by_role("button", name="Be om underskrift").click()
    expect(his.get_by_text("endret etterpå")).to_be_visible()
    expect(pane.get_by_text("Ola har underskrevet.")).to_have_count(0)
    his.get_by_role("button", name="Underskriv").click()
    expect(pane.get_by_text("Ola har underskrevet.")).to_be_visible()
    kari.registers(name)
    expect(his).to_have_count(0)
    shown = entry(strict, kari, "endret etterpå")
    assert re.search(r"Medunderskrevet av +Ola", shown)


def test_a_registration_goes_on_paper_without_the_childs_words(product: Product, rooms: Rooms) -> None:
    """The sheet has the answers of this talk and nothing else of the screen; the browser makes a PDF of it."""
    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.signs_in(product)
    kari.is_free(1)
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins()
    child.writes("barnets egne ord")
    name = kari.accepts()
    kari.reads(name, "barnets egne ord")
    kari.ends(name)
    kari.writes_up(name, "sammendrag på papir")
    kari.page.evaluate("() => { globalThis.printed = 0; print = () => { printed += 1; } }")
    kari.pane(name).get_by_role("button", name="Skriv ut eller lagre som PDF").click()
    assert kari.page.evaluate("printed") == 1
    kari.page.evaluate("() => document.querySelector('talk-pane').classList.add('printing')")
    kari.page.emulate_media(media="print")
    sheet = kari.page.locator("body").inner_text()
    assert "sammendrag på papir" in sheet
    assert "Makuler" in sheet
    assert "barnets egne ord" not in sheet
    assert "Køen" not in sheet
    assert kari.page.pdf()[:5] == b"%PDF-"
    kari.page.emulate_media(media="screen")
    kari.registers(name)
