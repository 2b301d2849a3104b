"""The pictures of docs/counsellor-guide.md: an evening is played with real children, and its screens are taken (`make pictures`)."""

import base64
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from bench.stage import stage
from e2e.conftest import PHONE, ROOT, Product
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor

OUT = ROOT / "docs" / "images" / "guide"
SCREEN = {"width": 1180, "height": 720}
HIGH = {"width": 1180, "height": 900}
"""Where there is more to be seen below."""
TELEPHONE = {"width": 360, "height": 740}
QUALITY = 50

Take = Callable[[Page, str], None]
"""Takes a page as it stands now, under a name."""


def picture(page: Page) -> bytes:
    """Return what a page shows, as a small picture."""
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    session.detach()
    return base64.b64decode(taken["data"])


@dataclass
class Evening:
    """Who is there: two counsellors, and children who come."""

    product: Product
    page: Callable[[dict[str, int]], Page]
    """Gives a fresh page of a size."""
    take: Take

    def counsellor(self, name: str) -> Counsellor:
        """Return a counsellor at the sign-in page."""
        one = Counsellor(self.page(SCREEN), name)
        one.page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
        one.page.goto(self.product.staff_page)
        return one

    def child(self, *words: str, danger: bool = False) -> Child:
        """Let a child come, begin and write."""
        child = Child(self.page(PHONE))
        child.comes_to(self.product.child_page)
        child.begins(about="Det gjelder meg", danger=danger)
        for text in words:
            child.writes(text)
        return child

    def play(self) -> None:
        """Go through the evening, from signing in to night."""
        kari, ola = self.counsellor("Kari"), self.counsellor("Ola")
        self.take(kari.page, "logg-inn")
        for one in (kari, ola):
            one.signs_in(self.product)
        self.take(kari.page, "pause")
        self.practice(kari)
        ida = self.child("Hei", "Jeg vet ikke helt hvordan jeg skal si det")
        first = self.first_talk(kari, ida)
        self.colleague(kari, ola, first)
        self.second_talk(kari, first)
        kari.page.keyboard.press("Alt+KeyK")
        expect(kari.page.get_by_role("dialog", name="Hurtigtaster")).to_be_visible()
        self.take(kari.page, "hurtigtaster")
        kari.page.keyboard.press("Escape")
        self.night_and_telephone(kari)
        self.write_up(kari, ida, first)
        self.without_the_net(kari)
        for name in kari.names():
            kari.closes(name, "Test")

    def take_high(self, page: Page, name: str) -> None:
        """Take a page on a higher screen."""
        page.set_viewport_size(HIGH)  # type: ignore[arg-type]
        self.take(page, name)
        page.set_viewport_size(SCREEN)  # type: ignore[arg-type]

    def practice(self, kari: Counsellor) -> None:
        """She looks at what there is to practise."""
        kari.page.get_by_role("button", name="Øv på en samtale").click()
        expect(kari.page.get_by_role("button", name=re.compile("^Start øvelsen")).first).to_be_visible()
        self.take(kari.page, "ovelse")
        kari.page.get_by_role("button", name="Avslutt øvelsen").click()

    def first_talk(self, kari: Counsellor, ida: Child) -> str:
        """It rings; they write; quick replies. Return the name of the talk."""
        kari.is_free(2)
        expect(kari.page.get_by_role("button", name="Ta imot")).to_be_visible()
        self.take(kari.page, "det-ringer")
        name = kari.accepts()
        kari.reads(name, "Jeg vet ikke helt hvordan jeg skal si det")
        kari.writes(name, "Hei. Så fint at du skrev. Jeg heter Kari, og jeg har god tid.")
        ida.reads("jeg har god tid")
        ida.writes("De krangler hele natta. Jeg får ikke sove")
        kari.reads(name, "De krangler hele natta")
        kari.pane(name).get_by_role("textbox", name=f"Skriv til {name}").fill("Det høres tungt ut. Er du et sted nå der")
        self.take(kari.page, "samtale")
        kari.page.keyboard.press("Alt+KeyS")
        expect(kari.pane(name).get_by_role("region", name="Hurtigsvar")).to_be_visible()
        self.take(kari.page, "hurtigsvar")
        kari.page.keyboard.press("Escape")
        return name

    def colleague(self, kari: Counsellor, ola: Counsellor, name: str) -> None:
        """A colleague is asked in, reads along and whispers; then he goes."""
        pane = kari.pane(name)
        pane.get_by_role("button", name="Kollega", exact=True).click()
        pane.get_by_role("button", name="Be Ola lese med").click()
        ola.page.get_by_role("button", name="Les med").click()
        along = ola.page.get_by_role("region", name="Du leser med hos Kari")
        expect(along.get_by_role("log").get_by_text("De krangler hele natta").first).to_be_visible()
        along.get_by_role("textbox", name="Hvisk til Kari").fill("Spør om hun har et trygt sted å sove")
        ola.page.keyboard.press("Enter")
        expect(pane.get_by_text("Spør om hun har et trygt sted å sove")).to_be_visible()
        self.take(kari.page, "kollega")
        self.take(ola.page, "leser-med")
        along.get_by_role("button", name="Slutt å lese med").click()
        expect(along).to_have_count(0)
        pane.get_by_role("button", name="Kollega", exact=True).click()

    def second_talk(self, kari: Counsellor, first: str) -> None:
        """A child in danger rings: two talks side by side, and the steps of danger."""
        self.child("Han slår på døra", danger=True)
        second = kari.accepts()
        kari.reads(second, "Han slår på døra")
        kari.writes(second, "Jeg er her. Kan du låse deg inne et sted?")
        expect(kari.pane(first)).to_be_visible()
        self.take(kari.page, "to-samtaler")
        kari.page.keyboard.press("Alt+KeyH")
        panel = kari.pane(second).get_by_role("region", name=re.compile("Hjelp her og nå"))
        panel.get_by_role("radio", name="barnet vet det").check()
        panel.get_by_role("button", name="Skriv opp at Politiet er ringt nå").click()
        expect(panel.get_by_text(re.compile("Politiet 112, barnet vet det"))).to_be_visible()
        panel.evaluate("one => { one.scrollTop = 0 }")
        self.take_high(kari.page, "her-og-naa")
        panel.get_by_role("button", name="Lukk").click()

    def night_and_telephone(self, kari: Counsellor) -> None:
        """The same screen in the dark, and on a telephone."""
        kari.page.emulate_media(color_scheme="dark")
        self.take(kari.page, "natt")
        kari.page.emulate_media(color_scheme="light")
        kari.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
        kari.page.evaluate("scrollTo(0, 0)")
        self.take(kari.page, "telefon")
        kari.page.set_viewport_size(SCREEN)  # type: ignore[arg-type]

    def write_up(self, kari: Counsellor, ida: Child, name: str) -> None:
        """The child ends; the form is filled in and handed in."""
        ida.ends()
        expect(kari.pane(name).get_by_text("Barnet avsluttet.")).to_be_visible()
        kari.writes_up(name, "Jente som ikke får sove fordi foreldrene krangler. Vi har snakket om hvem hun kan si det til.")
        kari.pane(name).get_by_role("group", name="Hvem tok kontakt?").scroll_into_view_if_needed()
        self.take_high(kari.page, "skjema")
        kari.registers(name)

    def without_the_net(self, kari: Counsellor) -> None:
        """The net goes and comes back."""
        kari.page.context.set_offline(offline=True)
        kari.page.evaluate("() => dispatchEvent(new Event('online'))")
        expect(kari.page.get_by_text("Uten kontakt")).to_be_visible(timeout=20_000)
        self.take(kari.page, "uten-kontakt")
        kari.page.context.set_offline(offline=False)
        expect(kari.page.get_by_text("Tilkoblet")).to_be_visible(timeout=20_000)


def main() -> int:
    """Play the evening, and put its pictures in the place of the old ones."""
    with stage(OUT, "*.webp") as (product, browser):

        def page(size: dict[str, int]) -> Page:
            return browser.new_context(viewport=size, locale="nb-NO", reduced_motion="reduce").new_page()  # type: ignore[arg-type]

        Evening(product, page, lambda page, name: put(picture(page), name)).play()
    return 0


def put(made: bytes, name: str) -> None:
    """Keep a picture."""
    (OUT / f"{name}.webp").write_bytes(made)


if __name__ == "__main__":
    sys.exit(main())
