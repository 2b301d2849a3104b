"""How the staff's pages look: their language, their words, their built files."""

from collections.abc import Mapping
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from server.door.built import Built
from server.house import House
from server.settings import ROOT
from server.words import WITHOUT_STAFF, Tongue, choose

TEMPLATES = ROOT / "counsellor_ui" / "templates"


class Views:
    """Words, templates and built files, read once."""

    def __init__(self, house: House) -> None:
        """Raises WordingError, BuiltError."""
        self.house = house
        self.tongues: Mapping[str, Tongue] = {code: tongue for code, tongue in house.tongues.items() if code not in WITHOUT_STAFF}
        self.built = Built(house.settings.built)
        loader = FileSystemLoader(TEMPLATES)
        self.templates = Environment(loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True)

    def tongue(self, request: Request) -> Tongue:
        """Return the language that was asked for, else what the browser prefers, else the helpline's own."""
        asked = request.query_params.get("lang", "")
        default = self.house.helpline.default_language
        own = default if default in self.tongues else next(iter(self.tongues))
        return self.tongues.get(asked) or self.tongues[choose(request.headers.get("accept-language", ""), tuple(self.tongues), own)]

    def to(self, path: str, request: Request) -> RedirectResponse:
        """Send a browser on, in its language."""
        asked = request.query_params.get("lang", "")
        return RedirectResponse(f"{path}?{urlencode({'lang': asked})}" if asked in self.tongues else path, 303)

    def sign_in(self, request: Request, *, status: int = 200, name: str = "", why: str = "") -> Response:
        """Return the page for signing in: elsewhere or with a passkey first, a password last."""
        return self.page("sign_in.html", request, status=status, script=self.passkeys, name=name, why=why)

    @property
    def passkeys(self) -> str | None:
        """The script for passkeys, where a browser can have one for this host."""
        return "passkey.js" if self.house.keyring.party.works else None

    def page(self, template: str, request: Request, *, status: int = 200, script: str | None = None, **more: object) -> Response:
        """Return a page in the browser's language, with the built files it needs."""
        tongue = self.tongue(request)
        facts = {
            "helpline": self.house.helpline.name,
            "words": tongue.staff,
            "lang": tongue.code,
            "query": f"?lang={tongue.code}" if request.query_params.get("lang") == tongue.code else "",
            "here": request.url.path,
            "tongues": self.tongues.values(),
            "providers": [one.provider for one in self.house.elsewhere.known.values()],
            "icon": self.built["icon.svg"],
            "style": self.built["staff.css"],
            "script": self.built[script] if script else None,
        }
        return HTMLResponse(self.templates.get_template(template).render(facts | more), status, {"vary": "accept-language"})
