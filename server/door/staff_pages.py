"""The staff's pages: sign in, a ticket for the dashboard's socket, sign out, oneself.

Rules of this file:

1. Each route passes the gate (`staff_gate.py`): who may is written in `server/staff/roles.py` and nowhere else.
2. A wrong name and a wrong password get the same words and take the same time.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from server import log
from server.door.guard import form_of
from server.door.staff_blocks import BlockPages
from server.door.staff_desk import DeskPages
from server.door.staff_elsewhere import ONWARD, Providers, goes_out
from server.door.staff_entrance import Invitations
from server.door.staff_figures import Numbers
from server.door.staff_gate import COOKIE, SIGN_IN, Gate, account_of, give_session
from server.door.staff_house import HousePages
from server.door.staff_keys import Keys
from server.door.staff_me import Me
from server.door.staff_people import People
from server.door.staff_records import Records
from server.door.staff_views import Views
from server.house import House
from server.relay import Hint
from server.session.rules import pulse_of_desk
from server.staff.chain import Deeds
from server.staff.entrance import Given, SignInRefused
from server.staff.roles import home
from server.steps import leave_desk

WORDS_OF_REFUSAL = {"password": "sign_in_wrong", "too_many": "sign_in_too_many", "second": "sign_in_second"}


def routes(house: House) -> list[BaseRoute]:
    """Return the routes of the staff's pages. Raises WordingError, BuiltError, NoRowError."""
    views = Views(house)
    gate, pages, desk, invitations = Gate(house, views), StaffPages(house, views), DeskPages(house, views), Invitations(house, views)
    house_pages, blocks = HousePages(house, views), BlockPages(house)
    me, keys, elsewhere = Me(house, views), Keys(house, views), Providers(house, views)
    numbers = Numbers(house, views)
    return [
        gate.route("/staff", desk.dashboard),
        gate.route(SIGN_IN, pages.sign_in, ("GET", "POST")),
        gate.route("/staff/invitation", invitations.page, ("GET", "POST")),
        gate.route("/staff/invitation/passkey/ask", keys.ask_invited, ("POST",), data=True),
        gate.route("/staff/invitation/passkey", keys.take_invited, ("POST",), data=True),
        gate.route("/staff/invitation/elsewhere", elsewhere.send_invited, ("POST",)),
        gate.route("/staff/elsewhere/{provider}", elsewhere.send),
        gate.route("/staff/elsewhere/{provider}/back", elsewhere.back),
        gate.route("/staff/elsewhere/{provider}/out", elsewhere.out),
        gate.route("/staff/elsewhere/{provider}/says-out", elsewhere.says_out, ("POST",), data=True, from_elsewhere=True),
        gate.route("/staff/passkey/ask", keys.ask, ("POST",), data=True),
        gate.route("/staff/passkey", keys.sign_in, ("POST",), data=True),
        gate.route("/staff/sign-out", pages.sign_out, ("POST",)),
        gate.route("/staff/me", me.page),
        gate.route("/staff/me/passkey/ask", keys.ask_own, ("POST",), data=True),
        gate.route("/staff/me/passkey", keys.take_own, ("POST",), data=True),
        gate.route("/staff/me/passkey/remove", me.remove_passkey, ("POST",)),
        gate.route("/staff/sessions/end", me.end_sessions, ("POST",)),
        gate.route("/staff/people", People(house, views).page, ("GET", "POST")),
        gate.route("/staff/audit", Records(house, views).page),
        gate.route("/staff/figures", numbers.page),
        gate.route("/staff/figures.json", numbers.data, data=True),
        gate.route("/staff/figures.csv", numbers.csv, data=True),
        gate.route("/staff/static/{file}", views.built.serve_behind, data=True),
        gate.route("/staff/ticket", pages.ticket, ("POST",), data=True),
        gate.route("/staff/municipalities.json", desk.municipalities, data=True),
        gate.route("/staff/training.json", desk.training, data=True),
        gate.route("/staff/replies", desk.replies, ("POST",), data=True),
        gate.route("/staff/phrases.json", desk.fresh_phrases, data=True),
        gate.route("/staff/blocks.json", blocks.standing, data=True),
        gate.route("/staff/blocks", blocks.change, ("POST",), data=True),
        gate.route("/staff/house.json", house_pages.standing, data=True),
        gate.route("/staff/house/preview", house_pages.preview, ("POST",), data=True),
        gate.route("/staff/house/change", house_pages.change, ("POST",), data=True),
    ]


class StaffPages:
    """The pages over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Nothing is read before somebody comes."""
        self.house, self.views = house, views

    # --- pages ---------------------------------------------------------------------------------

    async def sign_in(self, request: Request) -> Response:
        """`GET`: the form. `POST`: a name and a password."""
        if request.method != "POST":
            name = request.cookies.get(ONWARD, "").partition(":")[0]
            if name in self.house.elsewhere.known:
                return self.views.page("onward.html", request, address=f"/staff/elsewhere/{name}/out")
            return self.views.sign_in(request)
        given = await form_of(request)
        name, password, code = (given.get(field, "") for field in ("name", "password", "code"))
        try:
            account, cookie = await self.house.entrance.sign_in(Given(name, password, code), self.house.clock())
        except SignInRefused as refusal:
            status = 429 if refusal.why == "too_many" else 403
            return self.views.sign_in(request, status=status, name=name, why=WORDS_OF_REFUSAL[refusal.why])
        return give_session(self.views.to(home(account.roles), request), cookie)

    async def sign_out(self, request: Request) -> Response:
        """`POST`: end the session, close its socket wherever it is, and leave nothing in the browser."""
        await self.house.sessions.sign_out(request.cookies.get(COOKIE, ""))
        log.event("signed_out")
        desk = account_of(request).id
        await self.house.audit.note(Deeds("signed_out", who=desk))
        await self.close_socket(desk)
        await leave_desk(self.house, desk)
        response = self.views.to(SIGN_IN, request)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        response.headers["clear-site-data"] = '"cache", "storage"'
        return goes_out(request, response)

    # --- what the dashboard fetches ------------------------------------------------------------

    async def ticket(self, request: Request) -> Response:
        """`POST`: a ticket for one socket, good once and for 30 s."""
        ticket = await self.house.sessions.ticket(request.cookies.get(COOKIE, ""))
        return JSONResponse({"ticket": ticket}) if ticket else JSONResponse({"why": "signed out"}, 401)

    # --- pieces --------------------------------------------------------------------------------

    async def close_socket(self, desk: str) -> None:
        """Let a counsellor's connection, wherever it is, know that she has signed out."""
        post = await self.house.visits.post(desk)
        if post is not None:
            self.house.relay.send(post.worker, Hint(pulse_of_desk(desk), "signed_out"))
