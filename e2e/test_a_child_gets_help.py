"""The whole path in real browsers, from somebody else's page to the journal."""

import re
import time

from playwright.sync_api import expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor


def last_entry(product: Product) -> str:
    """Return the newest entry of the journal, whole."""
    numbers = re.findall(r"^\s*(\d+)\s", product.journal("list"), re.MULTILINE)
    return product.journal("show", numbers[-1])


def wait_for_entry(product: Product, words: str) -> str:
    """Wait until the newest entry holds these words."""
    deadline = time.monotonic() + 20
    while True:
        entry = last_entry(product) if re.search(r"^\s*\d+\s", product.journal("list"), re.MULTILINE) else ""
        if words in entry or time.monotonic() > deadline:
            return entry
        time.sleep(0.5)


def test_a_child_gets_help(product: Product, rooms: Rooms) -> None:
    """Host page, frame, line, talk, form, journal: every step as a person takes it."""
    # Given a counsellor who is free
    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.signs_in(product)
    # When a child comes to a page of somebody else and begins, without answering anything
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.sees("Hva blir skrevet ned?")
    child.sees("Er det farlig nå?")
    for number in ("112", "113", "116117", "116111"):
        expect(child.frame.locator(f"a[href='tel:{number}']").first).to_be_attached()
    child.begins()
    child.sees("Du er den neste.")
    # Then it may write at once, and is told that nobody has read it
    child.writes("Jeg tør ikke gå hjem <b>i dag</b> 🦊")
    child.has_sent("Jeg tør ikke", "Ingen har lest det ennå")
    # When the counsellor takes the child, she reads what it wrote
    kari.is_free(1)
    talk = kari.accepts()
    child.sees("Nå er Kari her.")
    kari.reads(talk, "Jeg tør ikke gå hjem <b>i dag</b> 🦊")
    child.has_sent("Jeg tør ikke", "Lest")
    # And they talk
    kari.writes(talk, "Hei. Jeg heter Kari. Hva er det som skjer hjemme?")
    child.reads("Hei. Jeg heter Kari.")
    child.frame.get_by_role("textbox", name="Skriv her").press_sequentially("Pa")
    expect(kari.pane(talk).get_by_text("skriver …")).to_be_visible()
    child.writes("Pappa er sint")
    kari.reads(talk, "Pappa er sint")
    # When the counsellor ends, the child sees a calm last page
    kari.ends(talk)
    child.sees("Samtalen er ferdig")
    child.sees("Andre du kan snakke med")
    # And nobody new rings until it is written up
    expect(kari.page.get_by_text("Skriv ferdig skjemaet.")).to_be_visible()
    kari.writes_up(talk, "Redd for å gå hjem. Enige om at vi ringer i morgen.")
    kari.finds_municipality(talk, "Oppholdskommune", "kautokeino", "Kautokeino")
    kari.finds_municipality(talk, "Hjemkommune", "heroy", "Nordland")
    kari.registers(talk)
    assert "Pappa er sint" not in kari.page.content()
    # Then it is in the journal, whole
    entry = wait_for_entry(product, "Pappa er sint")
    for words in (
        "Jeg tør ikke gå hjem <b>i dag</b> 🦊",
        "Hva er det som skjer hjemme?",
        "Pappa er sint",
        "Redd for å gå hjem",
        "Kautokeino",
        "Herøy",
    ):
        assert words in entry
    kari.pauses()


def test_two_children_and_two_counsellors_at_once(product: Product, rooms: Rooms) -> None:
    """Nobody's words are on anybody else's screen."""
    kari, ola = Counsellor(rooms.page(phone=False), "Kari"), Counsellor(rooms.page(phone=False), "Ola")
    anna, ben = Child(rooms.page(phone=True)), Child(rooms.page(phone=True))
    for counsellor in (kari, ola):
        counsellor.signs_in(product)
    for child, words in ((anna, "jeg er Anna-barnet"), (ben, "jeg er Ben-barnet")):
        child.comes_to(product.child_page)
        child.begins(about="Det gjelder meg")
        child.writes(words)
        child.has_sent(words, "Sendt")
    of_kari, of_ola = kari.takes_next(), ola.takes_next()
    kari.reads(of_kari, "jeg er Anna-barnet")
    ola.reads(of_ola, "jeg er Ben-barnet")
    for n in range(3):
        kari.writes(of_kari, f"til Anna {n}")
        ola.writes(of_ola, f"til Ben {n}")
        anna.writes(f"fra Anna {n}")
        ben.writes(f"fra Ben {n}")
    anna.reads("til Anna 2")
    ben.reads("til Ben 2")
    kari.reads(of_kari, "fra Anna 2")
    ola.reads(of_ola, "fra Ben 2")

    assert "Ben" not in anna.frame.locator("body").inner_text()
    assert "Anna" not in ben.frame.locator("body").inner_text()
    assert "Ben" not in kari.page.locator("body").inner_text()
    assert "Anna" not in ola.page.locator("body").inner_text()
    anna.ends()
    ben.ends()
    for counsellor, talk in ((kari, of_kari), (ola, of_ola)):
        expect(counsellor.pane(talk).get_by_text("Barnet avsluttet.")).to_be_visible()
        counsellor.closes(talk, "Test")


def test_three_talks_cannot_be_confused(product: Product, rooms: Rooms) -> None:
    """Three panes with three names and three colours; each child gets only its own words; a closed pane leaves no word."""
    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.signs_in(product)
    children = [Child(rooms.page(phone=True)) for _ in range(3)]
    kari.is_free(3)
    talks = []
    for n, child in enumerate(children):
        child.comes_to(product.child_page)
        child.begins()
        talks.append(kari.accepts())
        child.writes(f"barn nummer {n}")
        kari.reads(talks[n], f"barn nummer {n}")
    colours = [kari.pane(talk).evaluate("pane => getComputedStyle(pane).borderTopColor + pane.className") for talk in talks]
    assert len(set(talks)) == len(set(colours)) == 3
    for n, talk in enumerate(talks):
        kari.writes(talk, f"svar til {n}")
    for n, child in enumerate(children):
        child.reads(f"svar til {n}")
        words = child.frame.get_by_role("log").inner_text()
        assert [str(m) for m in range(3) if f"svar til {m}" in words] == [str(n)]
    kari.closes(talks[1], "Stille")
    assert "barn nummer 1" not in kari.page.content()
    children[1].sees("Samtalen er ferdig")
    for n in (0, 2):
        children[n].ends()
        expect(kari.pane(talks[n]).get_by_text("Barnet avsluttet.")).to_be_visible()
        kari.closes(talks[n], "Test")
    expect(kari.panes()).to_have_count(0)
    kari.pauses()


def test_who_gives_up_waiting_is_told_kindly_and_registered(product: Product, rooms: Rooms) -> None:
    """Out of the line: the way back, other help, and a row without text."""
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins(about="Jeg er bekymret for noen")
    child.writes("dette leser ingen")
    child.has_sent("dette leser ingen", "Ingen har lest det ennå")
    child.leaves_the_line()
    child.sees("Du er ute av køen")
    entry = wait_for_entry(product, "uten tekst")

    assert "uten tekst" in entry
    assert "dette leser ingen" not in entry


def test_danger_goes_to_the_front(product: Product, rooms: Rooms) -> None:
    """Who says it is dangerous now is first, and sees the numbers; the other one's place says so honestly."""
    first, second = Child(rooms.page(phone=True)), Child(rooms.page(phone=True))
    first.comes_to(product.child_page)
    first.begins()
    first.sees("Du er den neste.")
    second.comes_to(product.child_page)
    second.begins(danger=True)
    second.sees("Du er den neste.")
    first.sees("Du er nummer 2 i køen.")
    for child in (first, second):
        child.leaves_the_line()
