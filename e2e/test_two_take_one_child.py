"""Two dashboards, one child, the same instant: the press itself is made by each page's own clock."""

from playwright.sync_api import Page, expect

from bench.evening_children import Children, until
from e2e.conftest import Product, Rooms
from e2e.people.counsellor import Counsellor

RACES, MOST_ROUNDS = 6, 18
PRESS = """at => {
  window.pressed = null;
  setTimeout(() => {
    const button = [...document.querySelectorAll("button")].find(one => one.ariaLabel === "Ta nummer 1 i køen" && !one.disabled);
    button?.click();
    window.pressed = button !== undefined;
  }, at - Date.now());
}"""
"""Press "take" for the first of the line at an instant (ms); `pressed` is false where the child was gone from the screen by then."""
SOON = 500
FIRST = "En kollega var først, eller barnet har gått."


def sit(product: Product, rooms: Rooms, name: str) -> Counsellor:
    """Return a counsellor who is signed in and may take somebody."""
    one = Counsellor(rooms.page(phone=False), name)
    one.signs_in(product)
    return one


def press_together(*pages: Page) -> list[bool]:
    """Let all of them press at the same instant; return which of them still had something to press."""
    at = pages[0].evaluate("Date.now()") + SOON
    for page in pages:
        page.evaluate(PRESS, at)
    for page in pages:
        page.wait_for_function("() => window.pressed !== null")
    return [bool(page.evaluate("window.pressed")) for page in pages]


def test_T8_of_two_who_press_at_the_same_instant_just_one_has_the_child(product: Product, rooms: Rooms) -> None:
    """One winner each time; the other is told calmly that a colleague was first, and nothing of that child is on her screen."""
    two = [sit(product, rooms, name) for name in ("Kari", "Ola")]
    races = rounds = 0
    with Children(product, every=(0.5, 1.0)) as children:
        while races < RACES and rounds < MOST_ROUNDS:
            rounds += 1
            children.come(1)
            for one in two:
                expect(one.page.get_by_role("button", name="Ta nummer 1 i køen")).to_be_enabled()
            pressed = press_together(*(one.page for one in two))
            until(lambda: sum(one.panes().count() for one in two) == 1, "one talk on one screen")
            winner, loser = sorted(two, key=lambda one: -one.panes().count())
            child = children.all[-1]
            (name,) = winner.names()
            expect(winner.pane(name).get_by_role("log")).to_contain_text(f"{child.conversation} ord 0")
            if all(pressed):
                races += 1
                told = loser.page.get_by_role("status").filter(has_text=FIRST)
                expect(told).to_be_visible()
                told.get_by_role("button", name="Lukk").click()
            assert (winner.panes().count(), loser.panes().count()) == (1, 0)
            assert child.conversation not in loser.page.content()
            expect(loser.page.get_by_role("status").filter(has_text=FIRST)).to_have_count(0)
            assert child.counsellor is not None
            assert child.counsellor.alias == winner.name
            winner.closes(name, "Test")
    assert races > 0, f"in none of {rounds} rounds both pressed in time"
