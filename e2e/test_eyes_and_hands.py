"""400 % zoom, forced colours, more contrast, less motion, the keyboard alone: nothing is lost of a talk, on either side."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.conftest import Product, Rooms
from e2e.people.counsellor import Counsellor
from e2e.test_for_everyone import TINY, WIDER

ZOOMED = {"width": 320, "height": 256}
"""A screen of 1280 by 1024 at 400 %."""
EDGE = "one => getComputedStyle(one).borderTopColor"
GROUND = "getComputedStyle(document.body).backgroundColor"
MOVING = "document.getAnimations().length"
COVERED = """() => {
  const one = document.activeElement, field = document.querySelector("chat-composer");
  const above = one === document.body || field.contains(one);
  return [one.tagName, !above && one.getBoundingClientRect().bottom > field.getBoundingClientRect().top + 1];
}"""
IN_SIGHT = """one => {
  const {top, bottom, left, right} = one.getBoundingClientRect();
  return top >= 0 && left >= 0 && bottom <= innerHeight + 1 && right <= innerWidth + 1;
}"""


class Eyes:
    """Opens the chat as somebody sees it, and closes it afterwards."""

    def __init__(self, chromium: Browser, product: Product) -> None:
        """With nothing open."""
        self.chromium, self.product, self.open = chromium, product, list[Any]()

    def see(self, **how: Any) -> Page:  # noqa: ANN401 - what a browser can be told of its user
        """Return the chat's own page, seen so, in the line."""
        context = self.chromium.new_context(locale="nb-NO", **how)
        self.open.append(context)
        page = context.new_page()
        page.goto(f"{self.product.chat}/w")
        page.get_by_role("button", name="Begynn å skrive").click()
        expect(page.get_by_role("main").get_by_text("Du er den neste.")).to_be_visible()
        return page


@pytest.fixture
def eyes(chromium: Browser, product: Product) -> Iterator[Eyes]:
    """Somebody's eyes."""
    product.forget_everybody()
    one = Eyes(chromium, product)
    yield one
    for context in one.open:
        context.close()


def test_at_400_percent_a_whole_talk_can_be_had(eyes: Eyes, rooms: Rooms, product: Product) -> None:
    """Nothing is wider than the screen; the way out, the field and the last message can each be brought into sight."""
    page = eyes.see(viewport=ZOOMED)
    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.signs_in(product)
    talk = kari.takes_next()
    field = page.get_by_role("textbox", name="Skriv her")
    field.fill("Hei")
    field.press("Enter")
    kari.writes(talk, "Hei. " + "Jeg er her. " * 20)
    expect(page.get_by_role("log")).to_contain_text("Jeg er her.")
    assert page.evaluate(WIDER) == []
    for one in (page.locator("#exit"), field, page.get_by_role("log").get_by_text("Hei", exact=True)):
        one.scroll_into_view_if_needed()
        assert one.evaluate(IN_SIGHT)
    page.get_by_role("button", name="Avslutt", exact=True).click()
    page.get_by_role("button", name="Ja, avslutt").click()
    assert page.evaluate(WIDER) == []
    kari.page.set_viewport_size({"width": 320, "height": 512})
    assert kari.page.evaluate(WIDER) == [], "the counsellor's screen, too"
    kari.closes(talk, "Test")


def test_what_has_the_focus_is_never_under_the_field(eyes: Eyes) -> None:
    """By Tab through all that can be opened while one waits, on the smallest screen: each stands above the field at the bottom."""
    page = eyes.see(viewport=TINY)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.get_by_role("button", name="Det er farlig nå").focus()
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(COVERED))

    assert "SUMMARY" in {tag for tag, _ in seen}
    assert [tag for tag, covered in seen if covered] == []


def test_forced_colours_leave_every_edge(eyes: Eyes) -> None:
    """Own messages, buttons and fields have an edge in the colours that somebody has chosen, where ours are taken away."""
    page = eyes.see(forced_colors="active")
    field = page.get_by_role("textbox", name="Skriv her")
    field.fill("Hei")
    field.press("Enter")
    field.fill("x")
    ground = page.evaluate(GROUND)
    for one in (page.locator(".mine .text").last, page.locator("#exit"), field, page.get_by_role("button", name="Send")):
        expect(one).to_be_visible()
        assert one.evaluate(EDGE) not in {ground, "rgba(0, 0, 0, 0)"}


def test_who_asks_for_more_contrast_gets_it(eyes: Eyes) -> None:
    """What is soft is as dark as the rest, and lines are edges."""
    page = eyes.see(contrast="more")
    ink, soft, line = page.evaluate(
        "['--ink', '--soft', '--line'].map(name => getComputedStyle(document.documentElement).getPropertyValue(name))"
    )
    assert ink == soft == line


@pytest.mark.parametrize(("wish", "moving"), [("reduce", 0), ("no-preference", 1)])
def test_only_the_breath_moves_and_only_if_that_is_no_trouble(eyes: Eyes, wish: str, moving: int) -> None:
    """One slow circle; nothing at all for who has asked for less motion."""
    page = eyes.see(reduced_motion=wish)
    assert page.evaluate(MOVING) == moving
