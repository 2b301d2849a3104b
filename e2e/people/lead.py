"""A shift lead at the dashboard: what a counsellor does, and the bar of her views."""

import re

from playwright.sync_api import Locator, expect

from e2e.conftest import Product
from e2e.people.counsellor import Counsellor
from server.staff import people


class Lead(Counsellor):
    """Keep this class as small as a person's eyes and fingers."""

    def signs_in(self, product: Product) -> None:
        """With an account that an administrator gave her."""
        product.passwords[self.name] = people.add(product.data / "staff.json", self.name, roles=("counsellor", "shift_lead"))
        super().signs_in(product)

    def goes_to(self, view: str) -> Locator:
        """Open one of her views; return it."""
        self.page.get_by_role("navigation", name="Vaktleder").get_by_role("button", name=view).click()
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
