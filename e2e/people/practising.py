"""A counsellor who practises, and what her browser sends meanwhile."""

from playwright.sync_api import Page, WebSocket, expect

from e2e.people.counsellor import Counsellor


class Practising(Counsellor):
    """What she does besides: she chooses a story, and waits for a child that thinks and types before it speaks."""

    def __init__(self, page: Page, name: str) -> None:
        """With a browser of her own, whose every frame and request is written down."""
        super().__init__(page, name)
        self.sent: list[str] = []
        page.on("websocket", self.opened)
        page.on("request", lambda request: self.sent.append(f"{request.method} {request.url}"))

    def opened(self, socket: WebSocket) -> None:
        """Write down what goes over a socket."""
        socket.on("framesent", lambda frame: self.sent.append(str(frame)))

    def practises(self, story: str, *, language: str = "Bokmål") -> str:
        """Choose a story, quickly written, and take its child; return the name of the talk."""
        door = self.page.get_by_role("button", name="Øv på en samtale")
        expect(door.or_(self.page.get_by_role("radio", name=language))).to_be_visible()
        if door.is_visible():
            door.click()
        self.page.get_by_role("radio", name=language).check()
        self.page.get_by_role("radio", name="Raskt").check()
        self.page.get_by_role("button", name=f"Start øvelsen {story}").click()
        return self.accepts()

    def reads(self, name: str, text: str) -> None:
        """Wait until the child has said this."""
        expect(self.pane(name).get_by_role("log").get_by_text(text)).to_be_visible(timeout=20_000)

    def stops(self) -> None:
        """Leave practice, if she is in it."""
        end = self.page.get_by_role("button", name="Avslutt øvelsen")
        if end.is_visible():
            end.click()
