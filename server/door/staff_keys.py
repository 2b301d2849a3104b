"""Passkeys over HTTP: what a page's script asks for and sends back, at sign-in, behind an invitation, and on one's own page.

Rules of this file:

1. Every challenge belongs to one browser, by a cookie of its own, and is answered once.
2. A refusal says in the browser's language what to do, and no more: not whose key it was, not what was wrong with it.
3. Who adds a passkey has signed in lately or has an invitation; the auditor is told.
"""

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server import log
from server.door.staff_gate import SIGN_IN, account_of, give_session
from server.door.staff_me import Me
from server.door.staff_views import Views
from server.house import House
from server.staff import directory, people
from server.staff.chain import Deeds
from server.staff.directory import Account, StaffError
from server.staff.entrance import SignInRefused
from server.staff.keyring import Asked
from server.staff.party import Json, PasskeyRefused
from server.staff.roles import home
from server.staff.rules import is_name

CHALLENGE = "__Host-challenge"
WORDS_OF_REFUSAL = {"passkey": "passkey_unknown", "copied": "passkey_copied"}


class Given(msgspec.Struct, frozen=True):
    """What a script sends: the code of an invitation, what a passkey is called, the passkey."""

    code: str = ""
    name: str = ""
    credential: Json = {}


class Keys:
    """Passkeys over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Nothing is read before somebody comes."""
        self.house, self.views = house, views
        self.me = Me(house, views)

    # --- to sign in ----------------------------------------------------------------------------

    async def ask(self, _: Request) -> Response:
        """`POST`: what a browser is told, to show a passkey."""
        return asked(await self.house.keyring.ask_to_show())

    async def sign_in(self, request: Request) -> Response:
        """`POST`: a passkey that was shown. 200 and a session, or 403 and words."""
        given = await given_in(request)
        try:
            account, cookie = await self.house.keyring.sign_in(challenged(request), given.credential, self.house.clock())
        except (SignInRefused, StaffError) as refusal:
            return self.refuse(request, WORDS_OF_REFUSAL[getattr(refusal, "why", "passkey")])
        return give_session(answered({"to": self.views.to(home(account.roles), request).headers["location"]}), cookie)

    # --- behind an invitation ------------------------------------------------------------------

    async def ask_invited(self, request: Request) -> Response:
        """`POST` with the code of an invitation: what a browser is told, to make a passkey."""
        account = self.invited((await given_in(request)).code)
        return asked(await self.house.keyring.ask_to_make(account)) if account else self.refuse(request, "invitation_void")

    async def take_invited(self, request: Request) -> Response:
        """`POST` with the code and a passkey: from now on it opens the account, and the invitation nothing."""
        given = await given_in(request)
        account = self.invited(given.code)
        if account is None:
            return self.refuse(request, "invitation_void")
        now = self.house.clock()
        try:
            passkey = await self.house.keyring.take(
                challenged(request), account, given.credential, self.called(request, given, account), now
            )
            await asyncio.to_thread(people.accept_passkey, self.house.settings.staff_file, given.code, now, passkey)
        except PasskeyRefused:
            return self.refuse(request, "passkey_failed")
        except StaffError:
            return self.refuse(request, "invitation_void")
        log.event("invitation_used")
        await self.house.audit.note(Deeds("invitation_used", who=account.id, why="passkey"))
        return answered({"to": self.views.to(SIGN_IN, request).headers["location"]})

    def invited(self, code: str) -> Account | None:
        """Return whose invitation this is, while it is good."""
        account = people.invited(directory.read(self.house.settings.staff_file).accounts, code, self.house.clock())
        if account is None:
            log.event("sign_in_refused", why="invitation")
        return account

    # --- one's own -----------------------------------------------------------------------------

    async def ask_own(self, request: Request) -> Response:
        """`POST`: what a browser is told, to make one passkey more for who is signed in."""
        if not await self.me.is_fresh(request):
            return self.refuse(request, "passkey_sign_in_again")
        return asked(await self.house.keyring.ask_to_make(account_of(request)))

    async def take_own(self, request: Request) -> Response:
        """`POST` with a passkey and what it is called: from now on it opens the account too."""
        given, account, now = await given_in(request), account_of(request), self.house.clock()
        if not await self.me.is_fresh(request):
            return self.refuse(request, "passkey_sign_in_again")
        try:
            passkey = await self.house.keyring.take(
                challenged(request), account, given.credential, self.called(request, given, account), now
            )
            await asyncio.to_thread(people.add_passkey, self.house.settings.staff_file, account.name, passkey)
        except (PasskeyRefused, StaffError):
            return self.refuse(request, "passkey_failed")
        await self.house.audit.note(Deeds("passkey_added", who=account.id))
        return answered({"to": self.views.to("/staff/me", request).headers["location"]})

    # --- pieces --------------------------------------------------------------------------------

    def called(self, request: Request, given: Given, account: Account) -> str:
        """Return what the passkey is called: as she wrote, else the word for it and a number."""
        own = given.name.strip()
        return own if is_name(own) else f"{self.views.tongue(request).staff['passkey']} {len(account.passkeys) + 1}"

    def refuse(self, request: Request, why: str) -> Response:
        """Return 403 and words."""
        return answered({"words": self.views.tongue(request).staff[why]}, 403)


async def given_in(request: Request) -> Given:
    """Return what a script sent; what is none of ours is nothing."""
    try:
        return msgspec.json.decode(await request.body(), type=Given)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Given()


def challenged(request: Request) -> str:
    """Return the cookie of the browser that was asked."""
    return request.cookies.get(CHALLENGE, "")


def asked(ask: Asked) -> Response:
    """Return what a browser is told, and its cookie."""
    response = JSONResponse(ask.options)
    response.set_cookie(CHALLENGE, ask.cookie, path="/", secure=True, httponly=True, samesite="strict")
    return response


def answered(body: Json, status: int = 200) -> Response:
    """Return an answer to a challenge, which is used up: the browser forgets its cookie."""
    response = JSONResponse(body, status)
    response.delete_cookie(CHALLENGE, path="/", secure=True, httponly=True, samesite="strict")
    return response
