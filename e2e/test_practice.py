"""G16: a counsellor practises in her own dashboard. It is marked, it reaches nobody, and a real child comes first."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from e2e.axe import faults
from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.practising import Practising

OF_CONNECTIONS = re.compile(r"^(\{q\}:(pulse|keeper)|\{w:.*\}:inbox|\{s:.*\}:session|\{t:.*\}:ticket|.*:copied)$")
"""Keys that say that somebody is connected and the keeper at work: they change while nobody does anything."""
FETCHED = re.compile(r'GET .*/staff/(training\.json|static/training-\w+\.js)$|\{"t":"ping"')
"""All that a browser may say while somebody practises: that it fetches the stories, and that it is there."""


@pytest.fixture
def kari(product: Product, rooms: Rooms) -> Iterator[Practising]:
    """A counsellor who is signed in; her desk is empty again afterwards."""
    one = Practising(rooms.page(phone=False), "Kari")
    one.page.set_viewport_size({"width": 1280, "height": 800})
    one.signs_in(product)
    yield one
    one.stops()
    for name in one.names():
        one.closes(name, "Test")


def store_of(product: Product) -> dict[str, bytes]:
    """Return every key of the store with what it holds, but for those of connections."""
    with product.store() as store:
        names = [name.decode() for name in store.scan_iter()]
        return {name: store.dump(name) or b"" for name in names if not OF_CONNECTIONS.match(name)}


def test_G16_she_practises_a_story_to_its_end_and_nothing_of_it_leaves_her_browser(product: Product, kari: Practising) -> None:
    """Ring, pane, reply, form, debrief: meanwhile store, journal and audit log stay as they are, and her socket says only pings."""
    page = kari.page
    page.get_by_role("button", name="Øv på en samtale").click()
    expect(page.get_by_role("heading", name="Velg en historie")).to_be_focused()
    expect(page.get_by_role("button", name=re.compile("^Start øvelsen"))).to_have_count(5)
    assert faults(page) == []
    before = store_of(product), product.journal("list"), (product.data / "audit.log").read_bytes()
    kari.sent.clear()
    name = kari.practises("Krangelen gjennom veggen")

    pane = kari.pane(name)
    expect(pane.get_by_text("Øvelse", exact=True).first).to_be_visible()
    kari.reads(name, "hei")
    kari.writes(name, "Hei. Så fint at du skrev. Jeg er her, og har god tid.")
    kari.reads(name, "det er kanskje litt dumt")
    pane.get_by_role("textbox", name=f"Skriv til {name}").press_sequentially("/tid ")
    expect(pane.get_by_role("textbox", name=f"Skriv til {name}")).to_have_value("Ta den tiden du trenger. Jeg er her.")
    page.keyboard.press("Enter")
    kari.reads(name, "nå også")
    for text, answer in (
        ("Er du trygg der du er nå?", "jeg er på rommet mitt"),
        ("Det var bra å få vite.", "da later jeg som jeg ikke er redd"),
        ("Så tungt for deg.", "så det er vel på grunn av meg"),
        ("Det er ikke din feil.", "det har ingen sagt til meg før"),
        ("Det er det de voksne som har ansvaret for.", "skal du fortelle det til noen"),
        ("Jeg kan ikke love å ikke si fra, men da sier jeg det til deg først.", "fint at du sier det som det er"),
        ("Ja, du skal få vite det.", "hva skal jeg gjøre da"),
    ):
        kari.writes(name, text)
        kari.reads(name, answer)
    kari.writes(name, "Er det en lærer du stoler på?")
    kari.reads(name, "jeg kan kanskje si det til henne i morgen")
    assert faults(page) == []
    kari.writes(name, "Så fint.")
    kari.reads(name, "takk for at du svarte")
    kari.writes(name, "Skriv gjerne igjen.")
    expect(pane.get_by_text("Samtalen er slutt")).to_be_visible()
    kari.writes_up(name, "Krangel hjemme, snakker med læreren i morgen.")
    expect(pane.get_by_role("region", name="Skjema").get_by_text("Øvelse", exact=True)).to_be_visible()
    kari.registers(name)

    expect(page.get_by_role("heading", name="Etter øvelsen")).to_be_focused()
    expect(page.get_by_role("listitem").filter(has_text="Det gjorde du")).to_have_count(5)
    expect(page.get_by_text("Det er ikke din feil.", exact=True)).to_be_visible()
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page) == []
    assert [one for one in kari.sent if not FETCHED.search(one)] == []
    assert (store_of(product), product.journal("list"), (product.data / "audit.log").read_bytes()) == before
    page.get_by_role("button", name="Avslutt øvelsen").click()
    expect(page.get_by_text("Ingen samtaler")).to_be_visible()


def test_G16_in_english_she_gets_a_child_to_safety_and_no_number_can_be_rung(kari: Practising) -> None:
    """On a tablet: the panel says that it is practice and holds no link to ring; the call that she wrote down counts afterwards."""
    kari.page.set_viewport_size({"width": 820, "height": 1180})
    name = kari.practises("It is dangerous now", language="Engelsk")
    pane = kari.pane(name)
    kari.reads(name, "dad is angry")
    kari.writes(name, "I am here. Are you safe right now? Where are you?")
    kari.reads(name, "he's in the living room")
    kari.writes(name, "Lock the door, if you can.")
    kari.reads(name, "i locked it")
    pane.get_by_role("button", name="Hjelp her og nå").click()
    panel = pane.get_by_role("region", name=f"Hjelp her og nå, {name}")
    expect(panel.get_by_text("Øvelse, ikke ring").first).to_be_visible()
    expect(panel.get_by_role("link")).to_have_count(0)
    panel.get_by_role("button", name=re.compile("politi", re.IGNORECASE)).click()
    assert faults(kari.page) == []
    panel.get_by_role("button", name="Lukk").click()
    kari.writes(name, "What is the address where you are?")
    kari.reads(name, "fourth floor")
    kari.has_to_tell(name, "I am calling the police now, so that somebody comes.")
    kari.reads(name, "are you going to tell someone")
    kari.ends(name)
    kari.page.get_by_role("button", name="Til gjennomgangen").click()
    expect(kari.page.get_by_role("heading", name="Etter øvelsen")).to_be_visible()
    expect(kari.page.get_by_role("listitem").filter(has_text="write down whom you would call")).to_contain_text("Det gjorde du")
    assert faults(kari.page) == []


def test_G16_a_real_child_comes_first(product: Product, rooms: Rooms, kari: Practising) -> None:
    """It rings, practice goes out of sight; the real talk has nothing of it; afterwards practice goes on where it was."""
    page = kari.page
    name = kari.practises("Bare tulla")
    kari.reads(name, "er du en robot lol")
    kari.pane(name).get_by_role("textbox", name=f"Skriv til {name}").fill("Jeg er ingen robot")
    kari.is_free()
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins()
    child.writes("hei")

    expect(page.get_by_text("Det ringer på ordentlig")).to_be_visible()
    expect(kari.panes()).to_have_count(0)
    expect(page).to_have_title(re.compile("^●"))
    assert faults(page) == []
    page.keyboard.press("Alt+Digit0")
    page.keyboard.press("Enter")
    expect(kari.panes()).to_have_count(1)
    (real,) = kari.names()
    assert not {*real.split()} & {*name.split()}
    kari.reads(real, "hei")
    expect(kari.pane(real).get_by_text("Øvelse")).to_have_count(0)
    expect(kari.pane(real).get_by_role("textbox", name=f"Skriv til {real}")).to_have_value("")
    expect(page.get_by_text("Du har en ekte samtale")).to_be_visible()
    expect(page.get_by_role("button", name="Fortsett øvelsen")).to_have_count(0)
    kari.writes(real, "Hei, jeg er her.")
    child.reads("Hei, jeg er her.")
    kari.pauses()
    kari.closes(real, "Test")

    page.get_by_role("button", name="Fortsett øvelsen").click()
    expect(kari.pane(name).get_by_role("textbox", name=f"Skriv til {name}")).to_have_value("Jeg er ingen robot")
    kari.pane(name).get_by_role("textbox", name=f"Skriv til {name}").press("Enter")
    kari.reads(name, "kan jeg bestille pizza her")


def test_G16_who_waits_for_real_is_told_while_she_practises(product: Product, rooms: Rooms, kari: Practising) -> None:
    """That a real child waits stands above practice until nobody does, and with a real talk there is no way in."""
    kari.practises("Krangelen gjennom veggen")
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins()
    expect(kari.page.get_by_text("Et ekte barn venter i køen nå.")).to_be_visible()
    kari.page.get_by_role("button", name="Avslutt øvelsen").click()
    expect(kari.panes()).to_have_count(0)
    kari.takes_next()
    expect(kari.page.get_by_role("button", name="Øv på en samtale")).to_be_disabled()
