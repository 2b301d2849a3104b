"""A picture of every screen and state of the child's side, to be looked at: languages, phone and desktop, light and dark (e2e/screens/)."""

import sys

from playwright.sync_api import Page, expect

from bench.stage import stage
from e2e.conftest import DESKTOP, PHONE, ROOT
from e2e.people.counsellor import Counsellor
from e2e.test_styleguide import NAMES, SHOWN

OUT = ROOT / "e2e" / "screens"
SIZES = {"phone": PHONE, "desktop": DESKTOP}
OPEN_ALL = "open => document.querySelectorAll('.talking details').forEach(one => { one.open = open })"


def take(page: Page, screen: str) -> int:
    """Take one screen in every language, size and scheme; end as it began. Return how many pictures that made."""
    choice = page.locator("#language select")
    codes: list[str] = choice.locator("option").evaluate_all("all => all.map(one => one.value)")
    for code in (*codes[1:], codes[0]):
        with page.expect_response(f"**/words/{code}.json"):
            choice.select_option(code)
        expect(page.locator("html")).to_have_attribute("lang", code.partition("-")[0])  # easy words are Bokmål
        pictures(page, f"{screen}-{code}")
    return len(codes) * 2 * len(SIZES)


def journey(page: Page, kari: Counsellor, chat: str) -> int:
    """Go the child's way, and take each screen."""
    page.goto(f"{chat}/w")
    made = take(page, "1-before")
    page.get_by_role("button", name="Begynn å skrive").click()
    expect(page.get_by_role("main").get_by_text("Du er den neste.")).to_be_visible()
    made += take(page, "2-waiting")
    for words in ("Hei", "Jeg vet ikke helt hvordan jeg skal si det", "De krangler hele natta"):
        page.get_by_role("textbox", name="Skriv her").fill(words)
        page.get_by_role("button", name="Send").click()
    made += take(page, "3-waiting-written")
    talk = kari.takes_next()
    kari.writes(talk, "Hei. Så bra at du skriver. Er du trygg akkurat nå?")
    kari.has_to_tell(talk, "Vi ringer barnevernvakta, så noen kan komme til deg.")
    expect(page.get_by_role("log").locator(".step")).to_be_visible()
    made += take(page, "4-talk")
    page.evaluate(OPEN_ALL, arg=True)
    made += take(page, "5-talk-all-open")
    page.evaluate(OPEN_ALL, arg=False)
    page.get_by_role("button", name="Avslutt", exact=True).click()
    page.get_by_role("button", name="Ja, avslutt").click()
    made += take(page, "6-ended")
    kari.closes(talk, "Test")
    return made


def states(page: Page, chat: str) -> int:
    """Take every state that the style page shows, in every language, size and scheme. Return how many pictures that made."""
    page.goto(f"{chat}/styleguide")
    names: list[str] = page.locator("#states iframe").evaluate_all(NAMES)
    codes: list[str] = page.locator("nav a").evaluate_all("all => all.map(one => new URL(one.href).searchParams.get('lang'))")
    for code in codes:
        page.goto(f"{chat}/styleguide/state?lang={code}")
        for name in names:
            page.evaluate("name => { location.hash = encodeURIComponent(name) }", name)
            page.wait_for_function(SHOWN, arg=name)
            group, _, state = name.lower().replace(" ", "-").partition("/")
            pictures(page, f"{group}--{state}-{code}")
    return len(names) * len(codes) * 2 * len(SIZES)


def pictures(page: Page, name: str) -> None:
    """Take what stands there in every size and scheme."""
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=OUT / f"{name}-{size}-{scheme}.png")


def main() -> int:
    """Take them all."""
    with stage(OUT, "*.png") as (product, browser):
        kari = Counsellor(browser.new_context(locale="nb-NO").new_page(), "Kari")
        kari.signs_in(product)
        page = browser.new_context(locale="nb-NO", reduced_motion="reduce").new_page()
        made = journey(page, kari, product.chat) + states(page, product.chat)
    print(f"{made} pictures in {OUT.relative_to(ROOT)}")  # noqa: T201 - a command speaks to the one who gave it
    return 0


if __name__ == "__main__":
    sys.exit(main())
