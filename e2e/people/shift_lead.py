"""A shift lead at the dashboard: a counsellor who sees the whole shift and decides by hand."""

import re

from playwright.sync_api import Locator, Page, expect

from e2e.people.counsellor import Counsellor


class ShiftLead(Counsellor):
    """Keep this class as small as a person's eyes and fingers."""

    def __init__(self, page: Page) -> None:
        """The one of the demo."""
        super().__init__(page, "Lea")

    @property
    def overview(self) -> Locator:
        """The overview, as it is shown."""
        return self.page.locator("lead-overview")

    def opens_the_overview(self) -> None:
        """Go from her talks to the overview."""
        self.page.get_by_role("navigation", name="Vaktleder").get_by_role("button", name="Oversikt").click()
        expect(self.overview.get_by_role("heading", name="På vakt")).to_be_visible()

    def goes_to_her_talks(self) -> None:
        """Go back to her own talks."""
        self.page.get_by_role("navigation", name="Vaktleder").get_by_role("button", name="Samtaler").click()

    def sees_the_light(self, colour: str, why: str = "") -> None:
        """Wait until the light has this colour, and says why."""
        light = self.overview.get_by_role("region", name=re.compile(f"^{colour}"))
        expect(light).to_be_visible()
        if why:
            expect(light.get_by_role("status")).to_contain_text(why)

    def sees(self, text: str) -> None:
        """Wait until this can be read in the overview."""
        expect(self.overview.get_by_text(text).first).to_be_visible()

    def counts(self, what: str, number: int | str) -> None:
        """Wait until a number of the overview is this."""
        expect(self.overview.locator("dl > div").filter(has=self.page.get_by_text(what, exact=True)).locator("dd")).to_have_text(
            str(number)
        )

    def decides(self, what: str, why: str, *, closes_in: str = "", lasts: str = "") -> None:
        """Decide something by hand, with a reason, and see that it stands."""
        form = self.overview.get_by_role("region", name="Åpning")
        form.get_by_role("radio", name=what).check()
        if closes_in:
            form.get_by_label("Stenger om").select_option(label=closes_in)
        if lasts:
            form.get_by_label("Varer").select_option(label=lasts)
        form.get_by_label(re.compile("^Hvorfor")).fill(why)
        form.get_by_role("button", name=what, exact=True).click()
        expect(form.get_by_role("status")).to_contain_text(f"Grunn: {why}")

    def takes_it_back(self, why: str) -> None:
        """Let the opening hours count again."""
        form = self.overview.get_by_role("region", name="Åpning")
        form.get_by_role("button", name="Ta tilbake").click()
        form.get_by_label(re.compile("^Hvorfor")).fill(why)
        form.get_by_role("button", name="Ta tilbake").click()
        expect(form.get_by_role("group", name="Bestem for hånd")).to_be_visible()

    def ends_the_talk_of(self, name: str, why: str) -> None:
        """End a colleague's talk, with a reason."""
        self.overview.get_by_role("button", name=re.compile(f"^Avslutt: {name}")).click()
        self.overview.get_by_label(re.compile("^Hvorfor")).first.fill(why)
        self.overview.get_by_role("button", name="Avslutt samtalen").click()

    def moves_the_talk_of(self, name: str, to: str, why: str) -> None:
        """Let a colleague's talk go on elsewhere, with a reason."""
        self.overview.get_by_role("button", name=re.compile(f"^Flytt: {name}")).click()
        self.overview.get_by_label("Til hvem?").select_option(label=to)
        self.overview.get_by_label(re.compile("^Hvorfor")).first.fill(why)
        self.overview.get_by_role("button", name="Flytt samtalen").click()
