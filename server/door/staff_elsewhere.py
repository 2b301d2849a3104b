"""Signing in elsewhere, over HTTP: the way to a provider, the way back, the way out, and the provider's own word that somebody is out.

Rules of this file:

1. A browser goes to a provider by an address of ours that it opens itself, never by a form: our policy lets no form leave.
2. Who comes back comes from another site, so the session's cookie would not be sent on at once: a page of ours leads on.
3. The provider's server has no origin and no session; what it says counts by its signature alone.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from server.door.guard import form_of
from server.door.staff_gate import SIGN_IN, give_session
from server.door.staff_views import Views
from server.house import House
from server.relay import Hint
from server.session.rules import pulse_of_desk
from server.staff import directory, people
from server.staff.directory import StaffError
from server.staff.elsewhere import ElsewhereRefused
from server.staff.roles import home
from server.staff.way import ProviderAwayError

SENT, HINT, ONWARD = "__Host-sent", "__Host-hint", "__Host-onward"
"""Cookies: what a browser was sent with; the provider's word, for the way out; the same in the minute after signing out here."""
ONWARD_SECONDS = 60
FITS = 3800
"""Characters of a cookie that every browser keeps."""
WORDS_OF_REFUSAL = {
    "again": "elsewhere_again",
    "unknown": "elsewhere_unknown",
    "weak": "elsewhere_weak",
    "away": "elsewhere_away",
    "no_role": "elsewhere_no_role",
    "cancelled": "elsewhere_cancelled",
}


class Providers:
    """The pages over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Nobody is asked before somebody comes."""
        self.house, self.views = house, views

    async def send(self, request: Request) -> Response:
        """`GET`: off to the provider."""
        name = request.path_params["provider"]
        if name not in self.house.elsewhere.known:
            return PlainTextResponse("Not found", 404)
        try:
            address, cookie = await self.house.elsewhere.send(name, self.views.tongue(request).code)
        except ElsewhereRefused as refusal:
            return self.refused(request, refusal.why)
        return sent(RedirectResponse(address, 303), cookie)

    async def send_invited(self, request: Request) -> Response:
        """`POST` with the code of an invitation and a provider: a page that leads there."""
        given = await form_of(request)
        code, name = given.get("code", ""), given.get("provider", "")
        account = people.invited(directory.read(self.house.settings.staff_file).accounts, code, self.house.clock())
        if account is None or name not in self.house.elsewhere.known:
            return self.views.page("invitation.html", request, status=403, script="invitation.js", why="invitation_void")
        try:
            address, cookie = await self.house.elsewhere.send(name, self.views.tongue(request).code, code)
        except ElsewhereRefused as refusal:
            return self.refused(request, refusal.why)
        return sent(self.onward(request, address), cookie)

    async def back(self, request: Request) -> Response:
        """`GET`: back from the provider. A page that leads on with a session, or the page for signing in with the reason."""
        name = request.path_params["provider"]
        if name not in self.house.elsewhere.known:
            return PlainTextResponse("Not found", 404)
        try:
            came = await self.house.elsewhere.back(name, request.query_params, request.cookies.get(SENT, ""), self.house.clock())
        except ElsewhereRefused as refusal:
            return forgotten(self.refused(request, refusal.why), SENT)
        except StaffError:
            return forgotten(self.refused(request, "unknown"), SENT)
        response = give_session(forgotten(self.onward(request, home(came.account.roles)), SENT), came.cookie)
        hint = f"{name}:{came.word}"
        if len(hint) <= FITS:
            response.set_cookie(HINT, hint, path="/", secure=True, httponly=True, samesite="strict")
        return response

    async def out(self, request: Request) -> Response:
        """`GET`: after signing out here, on to the provider to end the session there."""
        name, _, hint = request.cookies.get(ONWARD, "").partition(":")
        known = self.house.elsewhere.known.get(request.path_params["provider"])
        if known is None:
            return PlainTextResponse("Not found", 404)
        try:
            address = await known.way_out(hint) if name == known.provider.id else ""
        except ProviderAwayError:
            address = ""
        return forgotten(RedirectResponse(address, 303) if address else self.views.to(SIGN_IN, request), ONWARD)

    async def says_out(self, request: Request) -> Response:
        """`POST` by the provider's server: somebody is out. 200 when she is (or was not in), 400 for a word that does not count."""
        name = request.path_params["provider"]
        if name not in self.house.elsewhere.known:
            return PlainTextResponse("Not found", 404)
        try:
            desks = await self.house.elsewhere.out(name, (await form_of(request)).get("logout_token", ""), self.house.clock())
        except ElsewhereRefused as refusal:
            return JSONResponse({"error": "invalid_request"}, 503 if refusal.why == "away" else 400)
        for desk in desks:
            post = await self.house.visits.post(desk)
            if post is not None:
                self.house.relay.send(post.worker, Hint(pulse_of_desk(desk), "look"))
        return Response(status_code=200)

    def onward(self, request: Request, address: str) -> Response:
        """Return a page of ours that leads on by itself."""
        return self.views.page("onward.html", request, address=address)

    def refused(self, request: Request, why: str) -> Response:
        """Return the page for signing in, and what to do."""
        return self.views.sign_in(request, status=403, why=WORDS_OF_REFUSAL[why])


def sent(response: Response, cookie: str) -> Response:
    """Give a browser what it comes back with: also over a link from the provider's site, so `Lax`."""
    response.set_cookie(SENT, cookie, max_age=600, path="/", secure=True, httponly=True, samesite="lax")
    return response


def forgotten(response: Response, name: str) -> Response:
    """Let a browser forget a cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
    return response


def goes_out(request: Request, response: Response) -> Response:
    """Let a browser that signs out here go on to its provider within the next minute."""
    if hint := request.cookies.get(HINT):
        response.delete_cookie(HINT, path="/", secure=True, httponly=True, samesite="strict")
        response.set_cookie(ONWARD, hint, max_age=ONWARD_SECONDS, path="/", secure=True, httponly=True, samesite="strict")
    return response
