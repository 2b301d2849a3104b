"""The style page: every state of the child's side, for those who work on it. Only where the chat is tried out on one's own machine."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.door.built import packed
from server.door.pages import Pages
from server.house import House
from server.words import Tongue

PATH = "/styleguide"


def routes(house: House) -> list[BaseRoute]:
    """Return the routes of the style page; none on a real origin, which is always https. Raises WordingError, BuiltError."""
    if not house.settings.chat_origin.startswith("http://"):
        return []
    page = StylePage(Pages(house))
    return [Route(PATH, page.index, methods=["GET"]), Route(f"{PATH}/state", page.state, methods=["GET"])]


class StylePage:
    """The style page over the child's pages."""

    def __init__(self, pages: Pages) -> None:
        """With their words, templates and built files."""
        self.pages = pages

    async def index(self, request: Request) -> Response:
        """`GET /styleguide`: what is written of the style, and every state beside its name."""
        built = self.pages.built
        text = self.pages.templates.get_template("styleguide.html").render(
            tongues=self.pages.tongues,
            lang=self.asked(request).code,
            style=built["styleguide.css"],
            script=built["styleguide.js"],
            icon=built["icon.svg"],
        )
        return packed(request, text, "text/html")

    async def state(self, request: Request) -> Response:
        """`GET /styleguide/state#<group>/<name>`: the frame page, in one state."""
        return packed(request, self.pages.drawn(self.asked(request), self.pages.built["state.js"]), "text/html")

    def asked(self, request: Request) -> Tongue:
        """Return the language that the address names, else the one that the browser prefers."""
        return self.pages.tongues.get(request.query_params.get("lang", ""), self.pages.tongue(request))
