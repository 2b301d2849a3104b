"""Languages: easy words are one press away, and a language changed in the middle of a talk is seen by the counsellor."""

from playwright.sync_api import expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor


def test_a_child_changes_its_language_in_the_middle_of_a_talk(product: Product, rooms: Rooms) -> None:
    """The words change, the talk stays, and the counsellor sees which language it is now; easy words too."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    child.writes("hei")
    talk = kari.takes_next()
    kari.reads(talk, "hei")
    expect(kari.pane(talk).get_by_text("Bokmål", exact=True)).to_be_visible()

    child.frame.get_by_role("combobox", name="Språk").select_option("English")
    child.sees("You are writing with Kari.")
    child.reads("hei")
    expect(kari.pane(talk).get_by_text("Engelsk", exact=True)).to_be_visible()

    child.frame.get_by_role("combobox", name="Language").select_option("Lett norsk")
    child.sees("Du skriver med Kari.")
    expect(kari.pane(talk).get_by_text("Lett norsk", exact=True)).to_be_visible()
    assert child.frame.locator("html").get_attribute("lang") == "nb"
    child.writes("nå skjønner jeg")
    kari.reads(talk, "nå skjønner jeg")
    child.ends()
    kari.closes(talk, "Test")
