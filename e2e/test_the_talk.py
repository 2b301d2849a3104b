"""What a talk can carry: who and where I am, that somebody has to be told, links that are text, times for who asks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.axe import faults
from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor

HOME = "Storgata 77B"
POSITION = {"latitude": 59.912731, "longitude": 10.746092, "accuracy": 11.4}


@pytest.fixture
def kari(product: Product, rooms: Rooms) -> Iterator[Counsellor]:
    """A counsellor whose desk is empty again afterwards."""
    one = Counsellor(rooms.page(phone=False), "Kari")
    one.signs_in(product)
    yield one
    for name in one.names():
        one.closes(name, "Test")


def talks(product: Product, rooms: Rooms, kari: Counsellor) -> tuple[Child, str]:
    """A child comes and is taken."""
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins()
    child.sees("Du er den neste.")
    talk = kari.takes_next()
    child.sees("Du skriver med Kari")
    return child, talk


def journal_with(product: Product, page: Page, words: str) -> str:
    """Return the newest contact in the journal, once these words are in it."""
    for _ in range(100):
        numbers = re.findall(r"^\s*(\d+)\s", product.journal("list"), re.MULTILINE)
        told = product.journal("show", numbers[-1]) if numbers else ""
        if words in told:
            return told
        page.wait_for_timeout(200)
    raise AssertionError(words)


def test_the_child_and_only_the_child_says_who_and_where_it_is(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """The position is asked for by a press, shown before it is sent, sealed, and one press puts it into the form."""
    child, talk = talks(product, rooms, kari)
    context = child.page.context
    context.set_geolocation(POSITION)  # type: ignore[arg-type]
    context.grant_permissions(["geolocation"])
    child.frame.get_by_text("Si hvem og hvor du er").click()
    child.frame.get_by_label("Adresse").fill(HOME)
    expect(child.frame.get_by_text("59.91273")).to_have_count(0)
    child.frame.get_by_role("button", name="Finn hvor jeg er").click()
    child.sees("Her er jeg: 59.91273, 10.74609 (innenfor 12 meter)")
    child.frame.get_by_role("button", name="Send til den jeg skriver med").click()

    card = kari.pane(talk).get_by_role("log").locator(".step")
    expect(card).to_contain_text("Hvem og hvor")
    expect(card).to_contain_text(f"Adresse: {HOME}\nHer er jeg: 59.91273, 10.74609 (innenfor 12 meter)", use_inner_text=True)
    expect(child.frame.get_by_label("Adresse")).not_to_be_visible()
    card.get_by_role("button", name="Legg det i sammendraget").click()
    summary = kari.opens_the_form(talk).get_by_label("Sammendrag")
    expect(summary).to_have_value(re.compile(HOME))
    assert faults(kari.page) == []

    folder = product.data / "redis"
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert stored
    assert HOME.encode() not in stored
    assert HOME not in product.logs()
    child.ends()


def test_a_position_that_is_refused_is_said_and_nothing_is_sent(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """The browser says no: words, a field to write in instead, and no message."""
    child, talk = talks(product, rooms, kari)
    child.frame.get_by_text("Si hvem og hvor du er").click()
    child.frame.get_by_role("button", name="Finn hvor jeg er").click()
    child.sees("Vi fant ikke ut hvor du er")
    child.frame.get_by_role("button", name="Send til den jeg skriver med").click()
    expect(child.frame.get_by_label("Navn")).to_be_focused()
    expect(kari.pane(talk).get_by_role("log").locator(".message")).to_have_count(0)
    child.ends()


def test_a_browser_that_never_tells_where_it_is_is_said_too(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Nothing to ask: the same words at once, and no search without an end."""
    page = rooms.page(phone=True)
    page.add_init_script("delete Navigator.prototype.geolocation")
    child = Child(page)
    child.comes_to(product.child_page)
    child.begins()
    kari.takes_next()
    child.sees("Du skriver med Kari")
    child.frame.get_by_text("Si hvem og hvor du er").click()
    child.frame.get_by_role("button", name="Finn hvor jeg er").click()
    child.sees("Vi fant ikke ut hvor du er")
    child.ends()


def test_that_somebody_has_to_be_told_is_a_step_of_its_own(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Opened, worded and shown by her; calm and apart in the child's talk, with what it means; in the journal as what it is."""
    child, talk = talks(product, rooms, kari)
    child.writes("Han har kniv")
    kari.reads(talk, "Han har kniv")
    pane = kari.pane(talk)
    kari.has_to_tell(talk, "Vi ringer politiet, så noen kommer til deg nå.")

    step = child.frame.get_by_role("log").locator(".step")
    expect(step).to_contain_text("Vi må si fra til noen nå")
    expect(step).to_contain_text("Du har ikke gjort noe galt")
    expect(step).to_contain_text("Vi ringer politiet, så noen kommer til deg nå.")
    expect(pane.get_by_role("textbox", name=f"Skriv til {talk}")).to_be_focused()
    child.ends()
    kari.writes_up(talk, "Politiet er ringt.")
    kari.registers(talk)
    assert "[sier at noen må få vite det nå]" in journal_with(product, kari.page, "Vi ringer politiet")


def test_what_is_written_about_me_is_answered_in_the_talk(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """One press, no other page, and the field is still there."""
    child, _ = talks(product, rooms, kari)
    child.frame.get_by_text("Hva skriver dere om meg?").click()
    child.sees("Vi skriver ned hva det handler om")
    expect(child.frame.get_by_role("textbox", name="Skriv her")).to_be_visible()
    child.ends()


def test_links_are_text_and_emoji_stay_whole_on_both_sides(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """Nothing is fetched, nothing can be pressed by mistake, and a family is a family."""
    child, talk = talks(product, rooms, kari)
    words = "Se https://example.org/x?a=1 og www.example.org 👩‍👩‍👧‍👦 👍🏽 🇳🇴"
    child.writes(words)
    kari.reads(talk, words)
    kari.writes(talk, words)
    expect(child.frame.get_by_role("log").get_by_text(words)).to_have_count(2)
    assert child.frame.get_by_role("log").locator("a, img").count() == 0
    assert kari.pane(talk).get_by_role("log").locator("a, img").count() == 0
    child.ends()


def test_what_one_side_says_stands_together_with_times_for_who_asks(product: Product, rooms: Rooms, kari: Counsellor) -> None:
    """One name over several messages; a press shows the time of each, another hides them; a screen reader has all of it always."""
    child, talk = talks(product, rooms, kari)
    for words in ("en", "to", "tre"):
        child.writes(words)
    kari.reads(talk, "tre")
    kari.writes(talk, "Hei")
    child.reads("Hei")
    log = child.frame.get_by_role("log")
    expect(log.locator(".message.more")).to_have_count(2)
    hidden = "all => all.filter(one => getComputedStyle(one).clipPath !== 'none').length"
    assert log.locator(".who").evaluate_all(hidden) == 2
    expect(log.locator(".message").nth(2)).to_contain_text(re.compile(r"Du\s+\d\d\.\d\d\s+tre"))
    times = child.frame.get_by_role("button", name="Vis klokkeslett")
    times.click()
    expect(times).to_have_attribute("aria-pressed", "true")
    assert log.locator(".who").evaluate_all(hidden) == 0
    child.ends()
