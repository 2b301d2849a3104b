"""Where the focus is on the child's side when what was pressed goes: in what it stood in, never at the top of the page."""

from playwright.sync_api import expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor

AT = "() => [document.activeElement.localName, document.activeElement.textContent.trim().replace(/\\s+/g, ' ')]"
"""What has the focus, and what stands in it."""


def at(child: Child) -> tuple[str, str]:
    """Return what has the focus in the child's frame: the kind of element, and its words."""
    frame = next(frame for frame in child.page.frames if frame.url.endswith("/w"))
    kind, words = frame.evaluate(AT)
    return str(kind), str(words)


def test_the_focus_stays_where_something_was_pressed(product: Product, rooms: Rooms) -> None:
    """After sharing who one is, after "new message", after each of the two questions, after reading once more: Tab goes on from there."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    talk = kari.takes_next()
    child.sees("Du skriver med Kari")

    child.frame.get_by_text("Si hvem og hvor du er").click()
    child.frame.get_by_label("Navn").fill("Ida")
    child.frame.get_by_role("button", name="Send til den jeg skriver med").press("Enter")
    child.reads("Navn: Ida")
    assert at(child) == ("summary", "Si hvem og hvor du er")

    for number in range(12):
        kari.writes(talk, f"{number}. " + "Jeg er her. " * 6)
    child.reads("11. Jeg er her.")
    child.frame.get_by_role("log").locator("..").evaluate("one => { one.scrollTop = 0 }")
    kari.writes(talk, "Er du der ennå?")
    new = child.frame.get_by_role("button", name="Ny melding")
    expect(new).to_be_visible()
    new.press("Enter")
    expect(new).to_have_count(0)
    assert at(child)[1].endswith("Vis klokkeslett")
    assert child.message("Er du der ennå?").evaluate("one => one.getBoundingClientRect().bottom <= innerHeight")

    child.ends()
    expect(child.frame.get_by_role("heading", level=1, name="Samtalen er ferdig")).to_be_focused()
    for question in ("Hjalp det å skrive med oss?", "Vil du skrive til oss en annen gang?"):
        child.frame.get_by_role("group", name=question).get_by_role("button", name="Ja", exact=True).press("Enter")
        expect(child.frame.get_by_role("group", name=question).get_by_role("status")).to_be_visible()
        kind, words = at(child)
        assert (kind, words.startswith(question)) == ("fieldset", True)
    child.frame.get_by_role("button", name="Les samtalen").press("Enter")
    expect(child.frame.get_by_role("log")).to_be_visible()
    assert at(child)[0] == "div"
    kari.closes(talk, "Test")
