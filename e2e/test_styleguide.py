"""The style page: every state of the child's side is on it, in every language, and each of them is for everyone."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.axe import faults
from e2e.conftest import DESKTOP, ROOT, Product
from e2e.test_for_everyone import check

TALL = {"width": 320, "height": 1600}
"""The narrowest screen, so high that nothing lies under the field one writes in: what scrolls is looked at in `test_for_everyone`."""

NAMES = "all => all.map(one => decodeURIComponent(new URL(one.src).hash.slice(1)))"
SHOWN = "name => document.documentElement.dataset.shown === name"
SAID = """() => [...document.querySelectorAll("body *:not(script)")]
  .flatMap((one) => [one.ariaLabel, one.placeholder, one.children.length === 0 || one.matches("p, li, span") ? one.textContent : ""])
  .filter(Boolean).join("\\n")"""
NOT_BY_KEY = """() => [...document.querySelectorAll("a, button, select, textarea, input, summary")]
  .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex < 0).map((one) => one.outerHTML.slice(0, 80))"""
ELSEWHERE = {
    "title": "the name of the page, not in it",
    "no_script": "without a script",
    "language_failed": "said for a moment when another language does not come",
    "connected": "heard when somebody comes, and not seen",
    "not_sent": "heard when a message has not been sent for long",
}
"""Words of the child's side that no state shows, and where they are said."""


@dataclass
class Walk:
    """Somebody who looks at every state, one after the other, in one language."""

    page: Page
    code: str
    said: str = ""
    wrong: list[str] = field(default_factory=list)

    def see(self, state: str, scheme: Any) -> None:  # noqa: ANN401 - one of Playwright's own words
        """Look at one state: keep what it says, and what is wrong with it."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.evaluate("state => { location.hash = encodeURIComponent(state) }", state)
        self.page.wait_for_function(SHOWN, arg=state)
        self.said += f"\n{self.page.evaluate(SAID)}"
        self.wrong += [f"{state}, {scheme}: {fault}" for fault in faults(self.page)]
        self.wrong += [f"{state}: not reached by a key: {one}" for one in self.page.evaluate(NOT_BY_KEY)]
        try:
            check(self.page)
        except AssertionError as error:
            self.wrong.append(f"{state}: {error}")

    def lacks(self) -> list[str]:
        """Return the words of this language that no state has shown."""
        words = written(self.code)
        return [key for key, text in words.items() if key not in ELSEWHERE and not re.search(pattern(text), self.said)]


def written(code: str) -> dict[str, str]:
    """Return the words of the child's side in a language, with those of the one that it is based on."""
    own: dict[str, Any] = tomllib.loads((ROOT / "config" / "wording" / f"{code}.toml").read_text("utf-8"))
    words: dict[str, str] = own["shared"] | own["child"]
    return (written(own["base"]) if "base" in own else {}) | words


def pattern(text: str) -> str:
    """Return what a text is like once its places are filled and its numbers can be pressed."""
    return re.sub(r"\\{\w+\\}", "[^\n]+?", re.escape(text).replace(r"\ ", r"\s+"))


@pytest.fixture
def states(chromium: Browser, product: Product) -> list[str]:
    """The name of every state, as the style page lists them."""
    page = chromium.new_page()
    page.goto(f"{product.chat}/styleguide")
    names: list[str] = page.locator("#states iframe").evaluate_all(
        "all => all.map(one => decodeURIComponent(new URL(one.src).hash.slice(1)))"
    )
    page.close()
    return names


@pytest.fixture(params=["nb", "nn", "en", "nb-easy"])
def walk(chromium: Browser, product: Product, request: Any) -> Iterator[Walk]:  # noqa: ANN401 - pytest's own
    """A narrow screen; nothing is complained of on the way."""
    context = chromium.new_context(viewport=TALL, reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(f"{product.chat}/styleguide/state?lang={request.param}")
    yield Walk(page, request.param)
    context.close()
    assert told == []


def test_every_state_is_for_everyone_and_every_word_is_in_one(walk: Walk, states: list[str]) -> None:
    """Axe finds nothing, nothing is wider than 320 px, too small to press or out of a key's reach; no word is left out."""
    assert len(states) > 50
    for number, state in enumerate(states):
        walk.see(state, ("light", "dark")[number % 2])

    assert walk.wrong == []
    assert walk.lacks() == []


def test_the_page_itself_is_for_everyone(chromium: Browser, product: Product) -> None:
    """What is written of the style, the colours read from the sheet, each state in a frame; axe finds nothing in the page."""
    page = chromium.new_page(viewport=DESKTOP, locale="en-GB")  # type: ignore[arg-type]
    page.goto(f"{product.chat}/styleguide")
    expect(page.get_by_role("heading", name="Words")).to_be_visible()
    without = page.frame_locator("iframe[title='Without a script']")
    expect(without.get_by_role("link", name="Leave quickly")).to_have_css("border-radius", "34px")
    page.get_by_role("button", name="Talk to us").click()
    expect(page.frame_locator("iframe[title='Chat']").get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".swatch").first).to_contain_text("#")
    frame = page.frame_locator("iframe[title='Before: first']")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Hi. Do you want to talk to someone?")
    assert faults(page) == []
    page.close()
