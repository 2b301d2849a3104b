"""What a counsellor has at hand in a talk: quick replies, numbers, notes, keys; what calls for her; a ring that does not stop too early."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from e2e.axe import faults
from e2e.conftest import Product, Rooms, Watch, start_with
from e2e.people.counsellor import Counsellor
from e2e.people.together import comes

NOTIFICATIONS = """() => {
  const Real = Notification;
  globalThis.told = [];
  globalThis.Notification = class extends Real {
    constructor(title, options) { super(title, options); told.push({title, ...options}); }
    close() { told.push("closed"); super.close(); }
  };
  Object.defineProperty(document, "visibilityState", {get: () => "hidden"});
}"""
"""A page that is not looked at, whose notifications are written down as the browser takes them."""


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A helpline whose offers ring for three seconds, and that hides who is next."""
    one = start_with(tmp_path_factory.mktemp("hasty"), offer_seconds="3", next_hidden="true")
    yield one
    one.stop()


@pytest.fixture
def hasty_rooms(chromium: Browser, hasty: Product) -> Iterator[Rooms]:
    """Rooms of that helpline."""
    hasty.forget_everybody()
    one = Rooms(chromium, hasty, Watch(()))
    yield one
    for context in one.contexts:
        context.close()


@pytest.fixture
def kari(product: Product, rooms: Rooms) -> Iterator[Counsellor]:
    """A counsellor with room for two, whose desk is empty again afterwards."""
    one = Counsellor(rooms.page(phone=False), "Kari")
    one.signs_in(product)
    one.is_free(2)
    yield one
    for name in one.names():
        one.closes(name, "Test")


def field(who: Counsellor, name: str) -> Locator:
    """Return the writing field of a talk."""
    return who.pane(name).get_by_role("textbox", name=f"Skriv til {name}")


def test_a_quick_reply_is_put_into_the_field_and_never_sent(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Found by a word or typed by its short name, it waits in the field behind what was there; the child gets what she sends."""
    child = comes(product, rooms, "hei")
    name = kari.accepts()
    kari.reads(name, "hei")
    field(kari, name).press_sequentially("Hei du.")
    kari.page.keyboard.press("Alt+KeyS")
    panel = kari.pane(name).get_by_role("region", name="Hurtigsvar")
    search = panel.get_by_role("searchbox")
    expect(search).to_be_focused()
    assert faults(kari.page) == []
    search.fill("i fred")
    search.press("Enter")
    expect(panel).to_have_count(0)
    expect(field(kari, name)).to_be_focused()
    expect(field(kari, name)).to_have_value("Hei du. Er du et sted nå der du kan skrive i fred?")
    expect(child.message("i fred")).to_have_count(0)
    field(kari, name).fill("")
    field(kari, name).press_sequentially("/tid ")
    expect(field(kari, name)).to_have_value("Ta den tiden du trenger. Jeg er her.")
    kari.pane(name).get_by_role("button", name="Hurtigsvar").click()
    panel.get_by_role("button", name="Mental Helse: 116 123").click()
    expect(field(kari, name)).to_have_value("Ta den tiden du trenger. Jeg er her. Mental Helse: 116 123")
    kari.page.keyboard.press("Enter")
    child.reads("Ta den tiden du trenger. Jeg er her. Mental Helse: 116 123")
    expect(child.frame.get_by_role("log").locator(".message.theirs")).to_have_count(1)


def test_her_own_replies_are_there_on_her_next_shift_and_hers_alone(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Made beside a talk, there after a reload and in another browser, not at a colleague's; taken away when she wishes."""
    comes(product, rooms, "hei")
    name = kari.accepts()
    kari.pane(name).get_by_role("button", name="Hurtigsvar").click()
    panel = kari.pane(name).get_by_role("region", name="Hurtigsvar")
    panel.get_by_text("Lag et eget hurtigsvar").click()
    panel.get_by_label("Kort navn").fill("te")
    panel.get_by_label("Svaret", exact=True).fill("Ta deg gjerne en kopp te.")
    panel.get_by_role("button", name="Lagre hurtigsvar").click()
    expect(panel.get_by_role("button", name="Fjern hurtigsvaret te")).to_be_visible()
    kari.page.reload()
    kari.reads(name, "hei")
    field(kari, name).press_sequentially("/te ")
    expect(field(kari, name)).to_have_value("Ta deg gjerne en kopp te.")
    field(kari, name).fill("")
    ola = Counsellor(rooms.page(phone=False), "Ola")
    ola.signs_in(product)
    assert "kopp te" not in ola.page.content()
    kari.page.keyboard.press("Alt+KeyS")
    panel.get_by_role("button", name="Fjern hurtigsvaret te").click()
    expect(panel.get_by_text("kopp te")).to_have_count(0)
    panel.get_by_role("button", name="Lukk").click()


def test_what_calls_for_her_is_seen_at_a_glance(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Each talk says how many messages are new and how long its child waits; being there, and answering, takes that away."""
    first, second = comes(product, rooms, "en"), comes(product, rooms, "to")
    one, two = kari.accepts(), kari.accepts()
    kari.reads(two, "to")
    field(kari, two).focus()
    expect(kari.pane(two).get_by_text("1 ny")).to_have_count(0)
    second.writes("to igjen")
    first.writes("en igjen")
    expect(kari.pane(one).get_by_text("2 nye")).to_be_visible()
    expect(kari.pane(one).get_by_text(re.compile("Venter på svar: .* s"))).to_be_visible()
    kari.page.keyboard.press("Alt+Digit1")
    expect(kari.pane(one).get_by_text("2 nye")).to_have_count(0)
    kari.writes(one, "Her er jeg")
    first.reads("Her er jeg")
    expect(kari.pane(one).get_by_text("Venter på svar")).to_have_count(0)
    kari.page.set_viewport_size({"width": 820, "height": 1180})
    strip = kari.page.get_by_role("navigation", name="Samtalene")
    expect(strip.get_by_role("button", name=re.compile(two))).to_contain_text(re.compile(r"\d+ s"))
    strip.get_by_role("button", name=re.compile(two)).click()
    expect(field(kari, two)).to_be_focused()
    expect(field(kari, two)).to_be_in_viewport()


def test_what_is_not_on_her_screen_is_not_told_as_read(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """On a small screen the talks stand below each other; a child sees "read" only when its words were there to be read."""
    kari.page.set_viewport_size({"width": 820, "height": 700})
    first, second = comes(product, rooms, "en"), comes(product, rooms, "to")
    one, two = kari.accepts(), kari.accepts()
    kari.page.get_by_role("navigation", name="Samtalene").get_by_role("button", name=re.compile(one)).click()
    first.has_sent("en", "Lest")
    second.writes("leser du dette")
    second.has_sent("leser du dette", "Kommet fram")
    kari.page.get_by_role("navigation", name="Samtalene").get_by_role("button", name=re.compile(two)).click()
    second.has_sent("leser du dette", "Lest")


def test_everything_is_done_by_keyboard_and_the_keys_are_listed(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Take, write, note, see the list: no mouse, axe finds nothing in the list, and no note falls into the field that the child reads."""
    child = comes(product, rooms, "hei")
    expect(kari.page.get_by_role("button", name="Ta imot")).to_be_visible()
    kari.page.keyboard.press("Alt+Digit0")
    kari.page.keyboard.press("Enter")
    expect(kari.panes()).to_have_count(1)
    (name,) = kari.names()
    kari.reads(name, "hei")
    kari.page.keyboard.press("Alt+Digit1")
    expect(field(kari, name)).to_be_focused()
    kari.page.keyboard.type("Fint at du skrev")
    kari.page.keyboard.press("Enter")
    child.reads("Fint at du skrev")
    kari.closes_the_form(name)
    kari.page.keyboard.press("Alt+Digit1")
    kari.page.keyboard.press("Alt+KeyN")
    kari.page.keyboard.type("kanarifugl i notatet")
    expect(kari.pane(name).get_by_label("Notater")).to_have_value("kanarifugl i notatet")
    expect(field(kari, name)).to_have_value("")
    kari.page.keyboard.press("Alt+KeyK")
    keys = kari.page.get_by_role("dialog", name="Hurtigtaster")
    expect(keys.get_by_text("Alt + S")).to_be_visible()
    for scheme in ("light", "dark"):
        kari.page.emulate_media(color_scheme=scheme)
        assert faults(kari.page) == []
    kari.page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    assert "kanarifugl" not in child.page.content()


def test_her_notes_go_with_the_registration(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """What she noted in the talk stands in the journal, and nowhere in the log."""
    comes(product, rooms, "hei")
    name = kari.accepts()
    kari.reads(name, "hei")
    kari.opens_the_form(name).get_by_label("Notater").fill("notat-kanarifugl")
    kari.ends(name)
    expect(kari.page.get_by_role("heading", name="Ikke registrert")).to_be_visible()
    kari.writes_up(name, "sammendrag")
    kari.registers(name)
    expect(kari.page.get_by_role("heading", name="Ikke registrert")).to_have_count(0)
    number = None
    while number is None:
        kari.page.wait_for_timeout(200)
        number = next(iter(re.findall(r"^\s*(\d+)\b.*Barn om seg selv", product.journal("list"), re.MULTILINE)[-1:]), None)
    assert re.search(r"Notater +notat-kanarifugl", product.journal("show", number))
    assert "kanarifugl" not in product.logs()


def test_one_more_is_taken_when_she_says_so(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Full is full, until she takes one more; the room is then what she has."""
    kari.page.get_by_role("radio", name="1", exact=True).check()
    comes(product, rooms, "en")
    kari.accepts()
    comes(product, rooms, "to")
    expect(kari.page.get_by_role("heading", name="Du har fullt")).to_be_visible()
    kari.page.get_by_role("button", name="Ta én til").click()
    kari.accepts()
    assert len(kari.names()) == 2


def test_a_ring_goes_on_until_the_child_is_taken(hasty: Product, hasty_rooms: Rooms) -> None:
    """Not answered in time she is away, the child goes to her colleague; when he does not answer either, both are still called."""
    kari, ola = (Counsellor(hasty_rooms.page(phone=False), name) for name in ("Kari", "Ola"))
    for one in (kari, ola):
        one.signs_in(hasty)
        one.is_free(1)
    child = comes(hasty, hasty_rooms, "hei")
    for one in (kari, ola):
        expect(one.page.get_by_role("heading", name="Du har pause")).to_be_visible()
    for one in (kari, ola):
        expect(one.page.get_by_role("alert").filter(has_text="Et barn ringte her og venter fortsatt")).to_be_visible()
        expect(one.page).to_have_title("● Et barn ringer")
        expect(one.page.get_by_text("Hvem som venter, vises når du er ledig.")).to_be_visible()
        assert one.page.get_by_role("button", name="Ta nummer 1 i køen").count() == 0
    name = ola.accepts()
    ola.reads(name, "hei")
    expect(kari.page.get_by_text("venter fortsatt")).to_have_count(0)
    expect(kari.page).not_to_have_title(re.compile("^●"))
    ola.writes(name, "Her er jeg")
    child.reads("Her er jeg")
    ola.closes(name, "Test")


def test_a_notification_says_that_it_rings_and_nothing_else(hasty: Product, hasty_rooms: Rooms) -> None:
    """Only when she wants it and the page is not looked at; it goes when the ring goes."""
    kari = Counsellor(hasty_rooms.page(phone=False), "Kari")
    kari.page.context.grant_permissions(["notifications"], origin=hasty.chat)
    kari.signs_in(hasty)
    kari.page.evaluate(NOTIFICATIONS)
    kari.page.get_by_role("checkbox", name="Varsel når siden ikke er i bruk").check()
    kari.is_free(1)
    child = comes(hasty, hasty_rooms, "kanarifugl")
    kari.page.wait_for_function("() => told.length > 0")
    shown = [one for one in kari.page.evaluate("told") if one != "closed"]
    assert shown[0] == {"title": "Det ringer på vakten", "tag": "ring", "requireInteraction": True, "silent": True}
    assert all(one == shown[0] for one in shown)
    child.leaves_the_line()
    kari.page.wait_for_function("() => told.includes('closed')")
