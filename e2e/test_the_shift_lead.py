"""The shift lead's evening, told by people: she sees the whole shift, decides by hand, takes it back; children are told in calm words."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, expect

from e2e.axe import faults
from e2e.conftest import Product, Rooms, rooms_at, start
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from e2e.people.lead import Lead
from server import keys
from server.wire.order import Order, dump_order

WHY = "Strømmen er borte på vakta"
OBEYED, PATIENCE = 2.0, 40
"""So long (s) a worker may take to hear of an order; and so long it is waited for on a slow machine."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product of its own: what is decided by hand here closes no chat of another test."""
    one = start(tmp_path_factory.mktemp("led"))
    yield one
    one.stop()


@dataclass
class Shift:
    """Lea leads, Kari talks with one child, another one waits."""

    rooms: Rooms
    house: Product
    lea: Lead
    kari: Counsellor
    talks: Child
    waits: Child
    talk: str

    def comes(self, state: Literal["open", "closed"]) -> Child:
        """Let somebody else come to the page, once every worker has heard how it stands."""
        every_worker_says(self.house, state)
        child = Child(self.rooms.page(phone=True))
        child.comes_to(self.house.child_page)
        return child


def every_worker_says(house: Product, state: Literal["open", "closed"]) -> None:
    """Wait until no worker has said anything else for as long as one may take to hear of it."""
    deadline = time.monotonic() + PATIENCE
    since = time.monotonic()
    while time.monotonic() - since < OBEYED:
        if httpx.get(f"{house.chat}/status.json").json()["state"] != state:
            since = time.monotonic()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def nothing_stands(house: Product) -> None:
    """Lift what a test that failed may have decided: workers tell it to an empty store again."""
    now = int(time.time() * 1000)
    lifted = Order(kind="lifted", at=now, until=now, talks_until=None, by="", reason="")
    with house.store() as store:
        store.set(keys.ORDER, dump_order(lifted), ex=3_600)


@pytest.fixture
def shift(house: Product, chromium: Browser) -> Iterator[Shift]:
    """An evening."""
    with rooms_at(chromium, house) as rooms:
        yield begun(house, rooms)


def begun(house: Product, rooms: Rooms) -> Shift:
    """Return an evening that has begun."""
    nothing_stands(house)
    lea, kari = Lead(rooms.page(phone=False), "Lea"), Counsellor(rooms.page(phone=False), "Kari")
    talks, waits = Child(rooms.page(phone=True)), Child(rooms.page(phone=True))
    lea.signs_in(house)
    lea.opens_the_overview()
    kari.signs_in(house)
    kari.is_free()
    talks.comes_to(house.child_page)
    talks.begins()
    talk = kari.accepts()
    waits.comes_to(house.child_page)
    waits.begins()
    waits.sees("Du er den neste")
    return Shift(rooms, house, lea, kari, talks, waits, talk)


def test_she_closes_by_hand_and_opens_again(shift: Shift) -> None:
    """Who waits is told that we close, who talks talks on, who comes finds it closed; then it is open again."""
    shift.lea.counts("Venter", 1)
    shift.lea.counts("Snakker", 1)
    shift.lea.decides("Steng nå", WHY)
    shift.waits.sees("Chatten er stengt nå")
    shift.waits.sees("Vi rakk ikke å svare deg før vi stengte")
    shift.comes("closed").sees("Chatten er stengt nå")
    shift.talks.writes("er du der?")
    shift.kari.reads(shift.talk, "er du der?")
    shift.kari.writes(shift.talk, "Ja, jeg er her.")
    shift.talks.reads("Ja, jeg er her.")

    shift.lea.takes_it_back("Strømmen er tilbake")
    shift.comes("open").begins()
    shift.lea.counts("Venter", 1)


def test_last_intake_and_a_closing_that_is_announced(shift: Shift) -> None:
    """Nobody new comes in and who waits keeps its place; a closing is told to who waits and to who talks, and can be taken back."""
    shift.lea.decides("Siste inntak nå", WHY)
    shift.comes("closed").sees("Chatten er stengt nå")
    shift.waits.sees("Du er den neste")
    shift.lea.takes_it_back("Vi har folk likevel")

    shift.lea.decides("Varsle stenging", WHY, closes_in="20 min")
    shift.lea.sees("Chatten er åpen til")
    shift.waits.sees("Vi stenger klokka")
    shift.talks.sees("Vi må slutte klokka")
    shift.lea.takes_it_back("Det var feil kveld")
    expect(shift.waits.frame.get_by_text("Vi stenger klokka")).to_have_count(0)
    expect(shift.talks.frame.get_by_text("Vi må slutte klokka")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "words"),
    [("nb-NO", "Chatten virker ikke akkurat nå"), ("nn-NO", "Chatten verkar ikkje"), ("en-GB", "The chat does not work right now")],
)
def test_taken_down_it_says_so_in_each_language_with_whom_to_ring(house: Product, chromium: Browser, locale: str, words: str) -> None:
    """Whoever comes reads that it does not work, and the number can be pressed; it is back when she takes it back."""
    with rooms_at(chromium, house) as rooms:
        taken_down(house, rooms, locale, words)


def taken_down(house: Product, rooms: Rooms, locale: str, words: str) -> None:
    """Take it down, look as a child does, and take it back."""
    nothing_stands(house)
    lea = Lead(rooms.page(phone=False), "Lea")
    lea.signs_in(house)
    lea.opens_the_overview()
    lea.decides("Ta chatten ned", WHY, lasts="1 t")
    every_worker_says(house, "closed")
    page = rooms.page(phone=True, locale=locale)
    page.goto(f"{house.chat}/w")
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()
    expect(page.locator("a[href='tel:116111']").first).to_be_in_viewport()
    lea.takes_it_back("Det virker igjen")
    every_worker_says(house, "open")
    page.reload()
    expect(page.get_by_role("heading", level=1, name=words)).to_have_count(0)


def test_she_sees_the_light_turn_and_ends_and_moves_a_talk(shift: Shift) -> None:
    """Green while somebody takes children, red with its reason when nobody does. What she moves goes on; what she ends is written up."""
    shift.lea.sees_the_light("Grønt")
    shift.kari.pauses()
    shift.lea.sees_the_light("Rødt", "Ingen rådgiver tar imot nye barn.")

    shift.talks.writes("jeg er redd")
    shift.kari.reads(shift.talk, "jeg er redd")
    ola = Counsellor(shift.rooms.page(phone=False), "Ola")
    ola.signs_in(shift.house)
    shift.lea.moves_the_talk_of("Kari", "Ola", "Kari må hjem")
    (talk,) = [ola.new_pane([])]
    ola.reads(talk, "jeg er redd")
    expect(shift.kari.panes()).to_have_count(0)

    shift.lea.ends_the_talk_of("Ola", "Ikke et barn")
    shift.talks.sees("Samtalen er ferdig")
    shift.talks.sees("Vi måtte avslutte samtalen nå. Det er ikke din feil.")
    expect(ola.pane(talk)).to_contain_text("Samtalen ble avsluttet av vaktleder.")
    shift.lea.counts("Etterarbeid", 1)


def test_axe_finds_nothing_on_her_views(shift: Shift) -> None:
    """Wide and on a tablet, light and dark, with each form open, and while something stands."""
    page = shift.lea.page
    page.get_by_text("Slik leses lyset").click()
    page.get_by_role("radio", name="Varsle stenging").check()
    page.get_by_role("button", name="Flytt: Kari").click()
    for width, height in ((1280, 800), (820, 1180)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Avbryt").click()
    shift.lea.decides("Steng nå", WHY)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert faults(page) == []
    shift.lea.takes_it_back("Ferdig")


def test_who_leads_no_shift_is_shown_none_of_it(shift: Shift) -> None:
    """No bar and no overview on a counsellor's screen."""
    expect(shift.kari.page.get_by_role("navigation", name="Vaktleder")).to_have_count(0)
    expect(shift.kari.page.locator("lead-overview")).to_have_count(0)
