"""Before every page of the staff's side: whose page it comes from, whose session it is, and whether her roles may.

Rules of this file:

1. No route without a row in `server/staff/roles.py`: it stops the start. Nothing is allowed by default.
2. Every POST comes from our own origin, exactly, but for the one that a provider's server sends and signs.
   The cookie is `__Host-`, Secure, HttpOnly, SameSite=Strict.
3. Without a session a page leads to signing in and the rest is 401; with one and without the role it is 403.
"""

from collections.abc import Awaitable, Callable
from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from server import log
from server.door.guard import origin_allowed
from server.door.staff_views import Views
from server.house import House
from server.staff.directory import Account
from server.staff.roles import PAGES, Allowed, may

COOKIE = "__Host-staff"
SIGN_IN = "/staff/sign-in"

Handler = Callable[[Request], Awaitable[Response]]


class NoRowError(Exception):
    """A route of the staff's side that the table of roles does not know."""


class Gate:
    """Who may pass to which page."""

    def __init__(self, house: House, views: Views) -> None:
        """Look people up in this house; lead those who are nobody to the page where they sign in."""
        self.house, self.views = house, views

    def route(
        self, path: str, handler: Handler, methods: tuple[str, ...] = ("GET",), *, data: bool = False, from_elsewhere: bool = False
    ) -> Route:
        """Return the route with the gate before it. `data`: what a script fetches, not a page. Raises NoRowError.

        `from_elsewhere`: what no page of ours sends; who knocks must show by a signature who it is.
        """
        rows: dict[str, Allowed | None] = {}
        for method in methods:
            if (method, path) not in PAGES:
                raise NoRowError(f"{method} {path}: expected a row in server/staff/roles.py, got none")
            rows[method] = PAGES[method, path]

        async def guarded(request: Request) -> Response:
            method = "GET" if request.method == "HEAD" else request.method
            refusal = None if from_elsewhere else await self.refusal(request, rows[method], data=data)
            return refusal or await handler(request)

        return Route(path, guarded, methods=list(methods))

    async def refusal(self, request: Request, allowed: Allowed | None, *, data: bool) -> Response | None:
        """Return the answer to somebody who may not; None: she may, and `account_of` tells who she is."""
        if request.method == "POST" and not self.from_here(request):
            return _refused("origin", "Not from this page")
        if allowed is None:
            return None
        account = await self.account(request)
        if account is None:
            return JSONResponse({"why": "signed out"}, 401) if data else self.views.to(SIGN_IN, request)
        if not may(account.roles, allowed):
            return _refused("role", "Not for this account")
        request.state.account = account
        return None

    async def account(self, request: Request) -> Account | None:
        """Return whose session this is, while the account exists and is not disabled."""
        cookie = request.cookies.get(COOKIE)
        desk = await self.house.sessions.who(cookie, self.house.clock()) if cookie else None
        return self.house.directory.get(desk) if desk else None

    def from_here(self, request: Request) -> bool:
        """Tell whether a POST comes from our own page."""
        return origin_allowed(request.headers.raw, (self.house.settings.staff_origin,))


def account_of(request: Request) -> Account:
    """Return who has passed the gate."""
    return cast("Account", request.state.account)


def give_session(response: Response, cookie: str) -> Response:
    """Put the cookie of a session on an answer: this host's alone, over TLS alone, no script's, and never sent from another site."""
    response.set_cookie(COOKIE, cookie, path="/", secure=True, httponly=True, samesite="strict")
    return response


def _refused(why: str, words: str) -> Response:
    log.event("refused", role="staff", why=why)
    return PlainTextResponse(words, 403)
