"""Where the focus is on the child's side when what was pressed goes: in what it stood in, never at the top of the page."""

import re

from playwright.sync_api import Locator, expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.together import meet


def at(child: Child, kind: str = "") -> Locator:
    """Return what has the focus in the child's frame, if it is of this kind."""
    return child.frame.locator(f"{kind}:focus")


def test_the_focus_stays_where_something_was_pressed(product: Product, rooms: Rooms) -> None:
    """After sharing who one is, after "new message", after each of the two questions, after reading once more: Tab goes on from there."""
    kari, child, talk = meet(product, rooms)

    child.frame.get_by_text("Si hvem og hvor du er").click()
    child.frame.get_by_label("Navn").fill("Ida")
    child.frame.get_by_role("button", name="Send til den jeg skriver med").press("Enter")
    child.reads("Navn: Ida")
    expect(at(child, "summary")).to_have_text("Si hvem og hvor du er")

    for number in range(12):
        kari.writes(talk, f"{number}. " + "Jeg er her. " * 6)
    child.reads("11. Jeg er her.")
    child.frame.get_by_role("log").locator("..").evaluate("one => { one.scrollTop = 0 }")
    kari.writes(talk, "Er du der ennå?")
    new = child.frame.get_by_role("button", name="Ny melding")
    expect(new).to_be_visible()
    new.press("Enter")
    expect(new).to_have_count(0)
    expect(at(child)).to_have_text(re.compile(r"Vis klokkeslett\s*$"))
    expect(child.message("Er du der ennå?")).to_be_in_viewport(ratio=1)

    child.ends()
    expect(child.frame.get_by_role("heading", level=1, name="Samtalen er ferdig")).to_be_focused()
    for question in ("Hjalp det å skrive med oss?", "Vil du skrive til oss en annen gang?"):
        child.frame.get_by_role("group", name=question).get_by_role("button", name="Ja", exact=True).press("Enter")
        expect(child.frame.get_by_role("group", name=question).get_by_role("status")).to_be_visible()
        expect(at(child, "fieldset")).to_have_text(re.compile(rf"^\s*{re.escape(question)}"))
    child.frame.get_by_role("button", name="Les samtalen").press("Enter")
    expect(child.frame.get_by_role("log")).to_be_visible()
    expect(at(child, "div")).to_be_visible()
    kari.closes(talk, "Test")
