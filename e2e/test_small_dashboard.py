"""The dashboard on a telephone: the talk is on the first screen, what is not needed at once is one press away."""

from playwright.sync_api import expect

from e2e.axe import faults
from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from e2e.test_for_everyone import WIDER

NARROW = {"width": 360, "height": 740}


def test_at_360_pixels_the_talk_is_on_the_first_screen(product: Product, rooms: Rooms) -> None:
    """The left side is folded until it is asked for; nothing is wider than the screen, and axe finds nothing folded or unfolded."""
    kari, child, second = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True)), Child(rooms.page(phone=True))
    kari.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    kari.signs_in(product)
    for one in (child, second):
        one.comes_to(product.child_page)
        one.begins()
        one.sees("Du er")
    more = kari.page.get_by_role("button", name="Køen og mer (2 venter)")
    expect(more).to_be_in_viewport()
    expect(kari.page.get_by_role("heading", name="Køen", exact=True)).to_be_hidden()
    more.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    assert faults(kari.page) == []
    name = kari.takes_next()
    kari.page.get_by_role("button", name="Køen og mer (1 venter)").press("Enter")
    expect(kari.page.get_by_role("button", name="Ta neste")).to_be_hidden()
    kari.page.evaluate("scrollTo(0, 0)")
    expect(kari.page.get_by_role("heading", level=2, name=name)).to_be_in_viewport()
    assert kari.page.evaluate(WIDER) == []
    assert faults(kari.page) == []
    kari.closes(name, "Test")
    second.leaves_the_line()
