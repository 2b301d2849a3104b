"""A young person at a page of somebody else's. Does what a person does, finds things by their names."""

from playwright.sync_api import FrameLocator, Locator, Page, expect


class Child:
    """Keep this class as small as a person's eyes and fingers."""

    def __init__(self, page: Page) -> None:
        """With a browser of its own."""
        self.page = page

    @property
    def frame(self) -> FrameLocator:
        """The chat, in the frame on the host's page."""
        return self.page.frame_locator("iframe")

    def comes_to(self, address: str) -> None:
        """Open the host's page and press the button."""
        self.page.goto(address)
        self.page.get_by_role("button", name="Snakk med oss").click()
        expect(self.frame.get_by_role("heading", level=1)).to_be_visible()

    def begins(self, *, about: str | None = None, danger: bool = False) -> None:
        """Press the one button; answer only what is wished."""
        if about:
            self.frame.get_by_role("radio", name=about).check()
        if danger:
            self.frame.get_by_role("checkbox", name="Det er farlig nå").check()
        self.frame.get_by_role("button", name="Begynn å skrive").click()

    def sees(self, text: str) -> None:
        """Wait until this can be read."""
        expect(self.frame.get_by_text(text).first).to_be_visible()

    def writes(self, text: str) -> None:
        """Write and send."""
        box = self.frame.get_by_role("textbox", name="Skriv her")
        box.fill(text)
        box.press("Enter")

    def has_sent(self, text: str, state: str) -> None:
        """Wait until a message of one's own says this of itself."""
        expect(self.message(text)).to_contain_text(state)

    def message(self, text: str) -> Locator:
        """Return the message with this text."""
        return self.frame.get_by_role("log").locator(".message").filter(has_text=text).last

    def reads(self, text: str) -> None:
        """Wait until a message can be read."""
        expect(self.frame.get_by_role("log").get_by_text(text)).to_be_visible()

    def ends(self) -> None:
        """End the talk, and mean it."""
        self.frame.get_by_role("button", name="Avslutt", exact=True).click()
        self.frame.get_by_role("button", name="Ja, avslutt").click()

    def leaves_the_line(self) -> None:
        """Give up waiting, and mean it."""
        self.frame.get_by_role("button", name="Gå ut av køen").click()
        self.frame.get_by_role("button", name="Ja, gå ut").click()
