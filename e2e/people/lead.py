"""A shift lead at the dashboard: a counsellor who sees the whole shift, decides by hand, and keeps the house."""

import re

from playwright.sync_api import Locator, expect

from e2e.conftest import Product
from e2e.people.counsellor import Counsellor
from server.staff import people


class Lead(Counsellor):
    """Keep this class as small as a person's eyes and fingers."""

    def signs_in(self, product: Product) -> None:
        """With her account, which an administrator gives her if she has none yet."""
        if self.name not in product.passwords:
            product.passwords[self.name] = people.add(product.data / "staff.json", self.name, roles=("counsellor", "shift_lead"))
        super().signs_in(product)

    def goes_to(self, view: str) -> Locator:
        """Open one of her views; return it."""
        self._bar(view)
        found = self.page.get_by_role("region", name=view)
        expect(found).to_be_visible()
        return found

    def opens(self, part: str) -> Locator:
        """Open the form of a part of the settings; return the view."""
        view = self.goes_to("Innstillinger")
        view.get_by_role("button", name=re.compile(f"^{part}")).click()
        expect(view.get_by_role("heading", name=part, level=2)).to_be_visible()
        return view

    def adds_a_reply(self, short: str, text: str) -> None:
        """Write one more quick reply, where the form has made room for it."""
        shorts = self.page.get_by_label("Kortnavn, skrives etter /")
        before = shorts.count()
        self.page.get_by_role("button", name="Legg til et hurtigsvar").click()
        expect(shorts).to_have_count(before + 1)
        shorts.last.fill(short)
        self.page.get_by_label("Bokmål", exact=True).last.fill(text)

    def looks(self) -> Locator:
        """See what would change; return the view."""
        view = self.page.get_by_role("region", name="Innstillinger")
        view.get_by_role("button", name="Se hva som endres").click()
        expect(view.get_by_role("heading", name="Dette endres")).to_be_visible()
        return view

    def saves(self) -> None:
        """Save what she has looked at."""
        view = self.page.get_by_role("region", name="Innstillinger")
        view.get_by_role("button", name="Lagre endringen").click()
        expect(view.get_by_text("Lagret. Det gjelder nå.")).to_be_visible()

    # --- the overview

    @property
    def overview(self) -> Locator:
        """The overview, as it is shown."""
        return self.page.locator("lead-overview")

    def opens_the_overview(self) -> None:
        """Go from her talks to the overview."""
        self._bar("Oversikt")
        expect(self.overview.get_by_role("heading", name="På vakt")).to_be_visible()

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

    def _bar(self, view: str) -> None:
        self.page.get_by_role("navigation", name="Vaktleder").get_by_role("button", name=view).click()
