"""The child's pages: the frame, the loader, the words, the built files.

Rules of this file:

1. The frame's address never changes and carries nothing; which language comes from the browser's own wish.
2. Without JavaScript the page still says the hours, whom to ring, and how to leave.
3. Open or closed is decided here, on the server, at every load; the socket decides it again.
"""

import base64
import json

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.clock import instant, ms
from server.door.built import Asset, Built, packed
from server.door.guard import origin_allowed
from server.house import House, others_told
from server.settings import ROOT, Settings
from server.waiting.rules import opening
from server.words import Tongue, choose

TEMPLATES = ROOT / "widget" / "templates"
PLACE_OF_FACTS = '"%FACTS%"'
"""What the built loader holds where the server puts this chat's origin and words."""

STATUS_SECONDS = 30
"""How long a browser or a proxy may keep what `/status.json` said."""
ON_THE_PAGE = frozenset({"no_script"})
"""Words that only the page itself says."""


def routes(house: House) -> list[BaseRoute]:
    """Return the routes of the child's pages. Raises WordingError, BuiltError."""
    pages = Pages(house)
    return [
        Route("/", pages.home, methods=["GET"]),
        Route("/w", pages.frame, methods=["GET"]),
        Route("/status.json", pages.status, methods=["GET"]),
        Route("/loader.js", pages.loader, methods=["GET"]),
        Route("/words/{code}.json", pages.words, methods=["GET"]),
        Route("/w/gone", pages.gone, methods=["POST"]),
        Route("/static/{file}", pages.built.serve, methods=["GET"]),
    ]


class Pages:
    """The pages over one house."""

    def __init__(self, house: House) -> None:
        """Read words and built files once."""
        self.house = house
        self.tongues = house.tongues
        self.built = Built(house.settings.built)
        loader = FileSystemLoader(TEMPLATES)
        templates = Environment(loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True)
        templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
        self.templates = templates
        self.loader_text = self.built.text("loader.js").replace(PLACE_OF_FACTS, self.facts())

    async def frame(self, request: Request) -> Response:
        """`GET /w`: the frame page."""
        return packed(request, self.drawn(self.tongue(request), self.built["widget.js"]), "text/html")

    def drawn(self, tongue: Tongue, script: Asset) -> str:
        """Return the frame page with a script of its own."""
        helpline = self.house.helpline
        return self.templates.get_template("child.html").render(
            tongue=tongue,
            words=tongue.child,
            open=self.house.opening().open,
            shut=self.shut(tongue),
            opens=self.opens(tongue),
            until=tongue.until(self.house.opening().closes_at, helpline.timezone),
            numbers=helpline.numbers,
            other_help=helpline.other_help,
            exit_url=helpline.exit_url,
            style=self.built["widget.css"],
            script=script,
            icon=self.built["icon.svg"],
            page=self.page(tongue),
        )

    async def home(self, _: Request) -> Response:
        """`GET /`: the chat's own address, for who cannot embed it. The same page, whole."""
        return RedirectResponse("/w")

    async def status(self, _: Request) -> Response:
        """`GET /status.json`: open, closed or full, and what to say of it in each language. The only JSON that is for any page."""
        now = self.house.opening()
        full = now.open and await self.house.waiting.count() >= self.house.helpline.line_cap
        told = {
            "state": "full" if full else "open" if now.open else "closed",
            "closes_at": ms(now.closes_at) if now.closes_at else None,
            "opens_at": ms(now.opens_at) if now.opens_at else None,
            "text": {code: self.standing_words(tongue, full=full) for code, tongue in self.tongues.items() if code == tongue.spoken},
        }
        return JSONResponse(told, headers={"cache-control": f"public, max-age={STATUS_SECONDS}", "access-control-allow-origin": "*"})

    def standing_words(self, tongue: Tongue, *, full: bool) -> str:
        """Return in a sentence whether one can write now, and when otherwise."""
        if full:
            return tongue.child["failed_full"]
        now = self.house.opening()
        return tongue.standing(now.open, now.opens_at, instant(self.house.clock()), self.house.helpline.timezone, self.shut(tongue))

    def shut(self, tongue: Tongue) -> str:
        """Return that the chat is closed, or that it does not work."""
        return tongue.child["failed_title" if self.house.down else "closed_title"]

    async def loader(self, request: Request) -> Response:
        """`GET /loader.js`: the one script on the host's page."""
        return packed(request, self.loader_text, "text/javascript")

    async def words(self, request: Request) -> Response:
        """`GET /words/<lang>.json`: every word of the child's side in one language."""
        tongue = self.tongues.get(request.path_params["code"])
        if tongue is None:
            return PlainTextResponse("Not found", 404)
        return packed(request, json.dumps(dict(tongue.child), ensure_ascii=False), "application/json")

    async def gone(self, request: Request) -> Response:
        """`POST /w/gone`: a visit is over; the browser is asked to let go of whatever it has kept. 403: not from the frame."""
        settings = self.house.settings
        if not origin_allowed(request.headers.raw, (settings.chat_origin,)):
            return PlainTextResponse("Forbidden", 403)
        return Response(status_code=204, headers={"clear-site-data": cleared(settings)})

    def tongue(self, request: Request) -> Tongue:
        """Return the language that the browser prefers among those offered."""
        accept = request.headers.get("accept-language", "")
        return self.tongues[choose(accept, tuple(self.tongues), self.house.helpline.default_language)]

    def opens(self, tongue: Tongue) -> str:
        """Return when the chat opens next, in a sentence."""
        return tongue.opens(self.house.opening().opens_at, instant(self.house.clock()), self.house.helpline.timezone)

    def page(self, tongue: Tongue) -> dict[str, object]:
        """Return what the script must know: facts of the helpline, nothing of the visitor."""
        helpline, now, ends_at = self.house.helpline, self.house.opening(), self.house.run_until()
        opens_at = now.opens_at or (opening(self.house.hours, now.closes_at).opens_at if now.closes_at else None)
        return {
            "language": tongue.code,
            "languages": [[code, other.name] for code, other in self.tongues.items()],
            "words": {key: word for key, word in tongue.child.items() if key not in ON_THE_PAGE},
            "registrar_key": base64.b64encode(self.house.settings.registrar_key).decode(),
            "exit_url": helpline.exit_url,
            "site": helpline.site or helpline.name,
            "work": self.built["work.js"].address,
            "stream": self.built["stream.js"].address,
            "timezone": helpline.timezone,
            "silence_minutes": helpline.silence_minutes,
            "hold_minutes": max(1, helpline.waiting_grace_seconds // 60),
            "numbers": [[number.number, number.label, number.tel] for number in helpline.numbers],
            "other_help": [others_told(helpline, one, instant(self.house.clock())) for one in helpline.other_help],
            "open": now.open,
            "down": self.house.down,
            "open_always": self.house.settings.open_always,
            "closes_at": ms(now.closes_at) if now.closes_at else None,
            "opens_at": ms(opens_at) if opens_at else None,
            "ends_at": ms(ends_at) if now.open and ends_at else None,
        }

    def facts(self) -> str:
        """Return what the loader must know: this origin, the default language, its words in each, and the number that they name."""
        words = {code: loader_words(tongue) for code, tongue in self.tongues.items() if code == tongue.spoken}
        default = self.house.helpline.default_language
        call = "".join(self.tongues[default].child["call"].split())
        named = next((one.tel for one in self.house.helpline.numbers if one.tel in call), "")
        facts = [self.house.settings.chat_origin, default, words, named]
        return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def cleared(settings: Settings) -> str:
    """Return what a browser shall clear when a visit is over. Nothing of ours is there; it helps should that ever fail.

    Where counsellors work at the same origin their storage is there too, with what they have not sent yet: that stays.
    """
    return '"cache"' if settings.staff_origin == settings.chat_origin else '"cache", "storage"'


def loader_words(tongue: Tongue) -> tuple[str, str, str]:
    """Return what the loader says: on the button, to hide the frame, and in place of a frame that says nothing."""
    return tongue.loader["open"], tongue.loader["close"], f"{tongue.child['failed_connect']} {tongue.child['call']}"
