"""A counsellor at the dashboard. Does what a person does, finds things by their names."""

import re

from playwright.sync_api import Locator, Page, expect

from e2e.conftest import Product


class Counsellor:
    """Keep this class as small as a person's eyes and fingers."""

    def __init__(self, page: Page, name: str) -> None:
        """With a browser of her own."""
        self.page = page
        self.name = name

    def signs_in(self, product: Product) -> None:
        """With the name and the password that were printed."""
        self.page.goto(product.staff_page)
        self.page.get_by_label("Navn").fill(self.name)
        self.page.get_by_label("Passord").fill(product.passwords[self.name])
        self.page.get_by_role("button", name="Logg inn").click()
        expect(self.page.get_by_text("Tilkoblet")).to_be_visible()

    def is_free(self, room: int = 1) -> None:
        """Ready for so many talks."""
        self.page.get_by_role("radio", name=str(room), exact=True).check()
        self.page.get_by_role("button", name="Jeg er ledig").click()
        expect(self.page.get_by_role("heading", name="Du er ledig")).to_be_visible()

    def pauses(self) -> None:
        """Not ready for another child."""
        self.page.get_by_role("button", name="Ta pause").click()

    def accepts(self) -> str:
        """Take the child that rings; return the name of the talk."""
        before = self.names()
        self.page.get_by_role("button", name="Ta imot").click()
        return self.new_pane(before)

    def takes_next(self) -> str:
        """Take the first of the line; return the name of the talk."""
        before = self.names()
        self.page.get_by_role("button", name="Ta neste").click()
        return self.new_pane(before)

    def new_pane(self, before: list[str]) -> str:
        """Wait for one pane more; return its name."""
        expect(self.panes()).to_have_count(len(before) + 1)
        return next(name for name in self.names() if name not in before)

    def panes(self) -> Locator:
        """Return the panes of her talks."""
        return self.page.get_by_role("article")

    def names(self) -> list[str]:
        """Return the names of her talks."""
        return self.panes().get_by_role("heading", level=2).all_inner_texts()

    def pane(self, name: str) -> Locator:
        """Return the pane of one talk."""
        return self.panes().filter(has=self.page.get_by_role("heading", level=2, name=name))

    def writes(self, name: str, text: str) -> None:
        """Write in one talk."""
        box = self.pane(name).get_by_role("textbox", name=re.compile(f"Skriv til {name}"))
        expect(box).to_be_enabled()
        box.fill(text)
        box.press("Enter")

    def has_to_tell(self, name: str, why: str) -> None:
        """Show the child that somebody has to be told now, and why."""
        pane = self.pane(name)
        pane.get_by_text("Si at vi må si fra nå").click()
        pane.get_by_label("Hvem sier dere fra til, og hvorfor?").fill(why)
        pane.get_by_role("button", name="Vis det til").click()

    def reads(self, name: str, text: str) -> None:
        """Wait until a message can be read in one talk."""
        expect(self.pane(name).get_by_role("log").get_by_text(text)).to_be_visible()

    def opens_the_form(self, name: str) -> Locator:
        """Open the registration form beside the talk."""
        form = self.pane(name).get_by_role("form", name="Skjema")
        if not form.is_visible():
            self.pane(name).get_by_role("button", name=re.compile("^Skjema")).click()
        expect(form).to_be_visible()
        return form

    def closes_the_form(self, name: str) -> None:
        """Put the registration form away while the talk runs."""
        self.pane(name).get_by_role("button", name=re.compile("^Skjema")).click()
        expect(self.pane(name).get_by_role("form", name="Skjema")).to_have_count(0)

    def answers(self, name: str, question: str, *answers: str) -> None:
        """Answer a question of the form."""
        group = self.opens_the_form(name).get_by_role("group", name=question)
        for answer in answers:
            group.get_by_label(answer, exact=True).check()

    def finds_municipality(self, name: str, which: str, typed: str, choose: str) -> None:
        """Search a municipality by what is typed, and choose one."""
        box = self.opens_the_form(name).get_by_role("combobox", name=which)
        box.fill(typed)
        self.pane(name).get_by_role("option", name=re.compile(choose)).first.click()

    def writes_up(self, name: str, summary: str) -> None:
        """Answer what has to be answered."""
        self.answers(name, "Hvem tok kontakt?", "Barn, om seg selv")
        self.answers(name, "Alder", "10–12")
        self.answers(name, "Kjønn", "Jente")
        self.answers(name, "Hva gjelder det?", "Familie", "Vold og overgrep")
        self.answers(name, "Hvor mye haster det?", "Snart")
        self.answers(name, "Hva ble gjort?", "Råd", "Bekymringsmelding")
        self.answers(name, "Meldeplikt", "Vurdert: ja")
        self.opens_the_form(name).get_by_label("Hvorfor?").first.fill("Det barnet forteller om hjemme.")
        self.answers(name, "Avvergingsplikt", "Vurdert: nei")
        self.opens_the_form(name).get_by_label("Hvorfor?").last.fill("Ingen fare akkurat nå.")
        self.opens_the_form(name).get_by_label("Sammendrag").fill(summary)

    def registers(self, name: str) -> None:
        """Register; the talk leaves the screen."""
        self.pane(name).get_by_role("button", name="Registrer").click()
        expect(self.pane(name)).to_have_count(0)

    def closes(self, name: str, kind: str) -> None:
        """Close a contact that is none; where that would end a talk in which the child has written, mean it."""
        self.opens_the_form(name).get_by_role("button", name=kind, exact=True).click()
        yes = self.pane(name).get_by_role("button", name="Ja, avslutt og registrer")
        gone = self.page.get_by_role("main").filter(has_not=self.page.get_by_role("heading", level=2, name=name))
        expect(yes.or_(gone)).to_be_visible()
        if yes.is_visible():
            yes.click()
        expect(self.pane(name)).to_have_count(0)

    def ends(self, name: str) -> None:
        """End one talk, and mean it."""
        self.pane(name).get_by_role("button", name="Avslutt", exact=True).click()
        self.pane(name).get_by_role("button", name="Ja, avslutt").click()
        expect(self.pane(name).get_by_role("button", name="Ja, avslutt")).to_have_count(0)
