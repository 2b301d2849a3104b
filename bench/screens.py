"""A picture of every screen of the child's side, to be looked at: every language, phone and desktop, light and dark, in e2e/screens/."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from e2e.conftest import CHROMIUM, DESKTOP, FLAGS, PHONE, ROOT, start
from e2e.people.counsellor import Counsellor

OUT = ROOT / "e2e" / "screens"
SIZES = {"phone": PHONE, "desktop": DESKTOP}
SHOW = """state => {
  const chat = document.querySelector("child-chat");
  chat.client.visit = {...chat.client.visit, ...state};
  chat.requestUpdate();
  return chat.updateComplete;
}"""
OPEN_ALL = "open => document.querySelectorAll('.talking details').forEach(one => { one.open = open })"


def take(page: Page, screen: str) -> int:
    """Take one screen in every language, size and scheme; end as it began. Return how many pictures that made."""
    choice = page.locator("#language select")
    codes: list[str] = choice.locator("option").evaluate_all("all => all.map(one => one.value)")
    made = 0
    for code in (*codes[1:], codes[0]):
        with page.expect_response(f"**/words/{code}.json"):
            choice.select_option(code)
        expect(page.locator("html")).to_have_attribute("lang", code.partition("-")[0])  # easy words are Bokmål
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=OUT / f"{screen}-{code}-{size}-{scheme}.png")
                made += 1
    return made


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
    kari.pane(talk).get_by_text("Si at vi må si fra nå").click()
    kari.pane(talk).get_by_label("Hvem sier dere fra til, og hvorfor?").fill("Vi ringer barnevernvakta, så noen kan komme til deg.")
    kari.pane(talk).get_by_role("button", name="Vis det til").click()
    expect(page.get_by_role("log").locator(".step")).to_be_visible()
    made += take(page, "4-talk")
    page.evaluate(OPEN_ALL, arg=True)
    made += take(page, "5-talk-all-open")
    page.evaluate(OPEN_ALL, arg=False)
    page.get_by_role("button", name="Avslutt", exact=True).click()
    page.get_by_role("button", name="Ja, avslutt").click()
    made += take(page, "6-ended")
    made += sum(
        take(shown(page, {"screen": "failed", "problem": problem}), f"7-failed-{problem}") for problem in ("error", "full", "lost", "tab")
    )
    made += take(shown(page, {"screen": "closed", "opensAt": 4_000_000_000_000}), "8-closed")
    kari.closes(talk, "Test")
    return made


def shown(page: Page, state: dict[str, object]) -> Page:
    """Show a screen that is seldom come by."""
    page.evaluate(SHOW, state)
    return page


def main() -> int:
    """Take them all."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        product = start(Path(data))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            kari = Counsellor(browser.new_context(locale="nb-NO").new_page(), "Kari")
            kari.signs_in(product)
            made = journey(browser.new_context(locale="nb-NO", reduced_motion="reduce").new_page(), kari, product.chat)
        finally:
            browser.close()
            product.stop()
    print(f"{made} pictures in {OUT.relative_to(ROOT)}")  # noqa: T201 - a command speaks to the one who gave it
    return 0


if __name__ == "__main__":
    sys.exit(main())
