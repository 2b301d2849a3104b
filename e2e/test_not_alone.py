"""She is not alone: a call for help, a colleague who reads along and whispers, a talk that goes on with another, the staff room."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from e2e.axe import faults
from e2e.conftest import Product, Rooms
from e2e.people.counsellor import Counsellor
from e2e.people.together import comes


@pytest.fixture
def both(product: Product, rooms: Rooms) -> Iterator[tuple[Counsellor, Counsellor]]:
    """Kari, who is free, and Ola, who has a break; both desks are empty again afterwards."""
    kari, ola = (Counsellor(rooms.page(phone=False), name) for name in ("Kari", "Ola"))
    for one in (kari, ola):
        one.signs_in(product)
    kari.is_free(2)
    yield kari, ola
    for one in (kari, ola):
        for name in one.names():
            one.closes(name, "Test")


def along(who: Counsellor, name: str) -> Locator:
    """Return the talk of somebody else that she reads along."""
    return who.page.get_by_role("region", name=f"Du leser med hos {name}")


def reads_in(pane: Locator, text: str) -> None:
    """Wait until this can be read there."""
    expect(pane.get_by_role("log").get_by_text(text).first).to_be_visible()


def check(*people: Counsellor) -> None:
    """Let axe look at what they see, in both colour schemes."""
    for one in people:
        for scheme in ("light", "dark"):
            one.page.emulate_media(color_scheme=scheme)
            assert faults(one.page) == [], (one.name, scheme)
        one.page.emulate_media(color_scheme="light")


def test_help_is_one_press_away_on_both_sides(product: Product, rooms: Rooms, both: tuple[Counsellor, Counsellor]) -> None:
    """She calls, he comes, and reads the talk from its beginning; they whisper, and the child never sees a word of it."""
    kari, ola = both
    child = comes(product, rooms, "jeg har tatt noen tabletter")
    name = kari.accepts()
    kari.reads(name, "jeg har tatt noen tabletter")
    kari.pane(name).get_by_role("button", name="Kollega", exact=True).click()
    kari.pane(name).get_by_role("button", name="Jeg trenger hjelp nå").click()
    expect(ola.page.get_by_role("alert").filter(has_text="Kari trenger hjelp nå")).to_be_visible()
    expect(ola.page).to_have_title(re.compile("^●"))
    check(ola)
    ola.page.get_by_role("button", name="Jeg kommer").click()
    reads_in(along(ola, "Kari"), "jeg har tatt noen tabletter")
    child.writes("hva gjør jeg nå")
    reads_in(along(ola, "Kari"), "hva gjør jeg nå")
    along(ola, "Kari").get_by_role("textbox", name="Hvisk til Kari").fill("kanarifugl: spør hvor mange")
    ola.page.keyboard.press("Enter")
    beside = kari.pane(name).get_by_role("region", name=re.compile("Kolleger i samtalen"))
    reads_in(beside, "kanarifugl: spør hvor mange")
    beside.get_by_role("textbox", name="Hvisk til Ola").fill("kanarifugl: takk")
    kari.page.keyboard.press("Enter")
    reads_in(along(ola, "Kari"), "kanarifugl: takk")
    check(kari, ola)
    kari.writes(name, "Hvor mange tok du?")
    child.reads("Hvor mange tok du?")
    assert "kanarifugl" not in child.page.content()
    assert "kanarifugl" not in child.frame.locator("body").inner_html()
    assert along(ola, "Kari").get_by_role("textbox", name=re.compile("^Skriv til")).count() == 0
    beside.get_by_role("button", name="Jeg klarer meg nå").click()
    along(ola, "Kari").get_by_role("button", name="Slutt å lese med").click()
    expect(along(ola, "Kari")).to_have_count(0)
    assert "tabletter" not in ola.page.content()
    expect(beside.get_by_text("Ola kan lese med.")).to_have_count(0)


def test_a_talk_goes_on_with_a_colleague_when_the_child_says_so(
    product: Product, rooms: Rooms, both: tuple[Counsellor, Counsellor]
) -> None:
    """No is no. Yes: he has the talk with all that was said and noted; she reads along until she goes; the child writes on."""
    kari, ola = both
    child = comes(product, rooms, "fra begynnelsen")
    name = kari.accepts()
    kari.reads(name, "fra begynnelsen")
    kari.opens_the_form(name).get_by_label("Notater").fill("notat til Ola")
    kari.pane(name).get_by_role("button", name="Kollega", exact=True).click()
    kari.pane(name).get_by_role("button", name="Be Ola lese med").click()
    ola.page.get_by_role("button", name="Les med").click()
    reads_in(along(ola, "Kari"), "fra begynnelsen")
    ask = kari.pane(name).get_by_role("button", name="Spør barnet om Ola kan ta over")
    ask.click()
    child.frame.get_by_role("button", name="Nei, helst ikke").click()
    expect(kari.pane(name).get_by_text("Barnet vil helst fortsette med deg.")).to_be_visible()
    ask.click()
    child.sees("Kari spør om Ola kan snakke videre med deg.")
    assert faults(child.page) == []
    child.frame.get_by_role("button", name="Ja, det er greit").click()
    expect(ola.panes()).to_have_count(1)
    (hers,) = ola.names()
    ola.reads(hers, "fra begynnelsen")
    expect(ola.opens_the_form(hers).get_by_label("Notater")).to_have_value("notat til Ola")
    expect(kari.panes()).to_have_count(0)
    kari.page.get_by_role("button", name="Les med").click()
    ola.writes(hers, "Hei, jeg heter Ola")
    child.reads("Hei, jeg heter Ola")
    child.writes("hei Ola")
    ola.reads(hers, "hei Ola")
    reads_in(along(kari, "Ola"), "hei Ola")
    child.sees("Ola")
    along(kari, "Ola").get_by_role("button", name="Slutt å lese med").click()


def test_the_staff_room_is_sealed_and_there_after_a_reload(product: Product, both: tuple[Counsellor, Counsellor]) -> None:
    """What they say to each other can be read by both, outlives a reload, and lies in no log; what is new is counted."""
    kari, ola = both
    expect(kari.page.get_by_text("Ola, samtaler: 0")).to_be_visible()
    kari.page.locator("summary").filter(has_text="Vaktrommet").click()
    kari.page.get_by_role("textbox", name="Vaktrommet").fill("kanarifugl på vaktrommet")
    kari.page.keyboard.press("Enter")
    expect(ola.page.locator(".count")).to_have_text("1")
    ola.page.locator("summary").filter(has_text="Vaktrommet").click()
    reads_in(ola.page.get_by_role("complementary"), "kanarifugl på vaktrommet")
    expect(ola.page.locator(".count")).to_have_count(0)
    check(ola)
    ola.page.reload()
    ola.page.locator("summary").filter(has_text="Vaktrommet").click()
    reads_in(ola.page.get_by_role("complementary"), "kanarifugl på vaktrommet")
    assert "kanarifugl" not in product.logs()
