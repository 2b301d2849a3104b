"""The page behind an invitation: somebody who was invited chooses how she signs in from now on.

The code of an invitation stands behind the `#` of its link, which a browser sends to nobody; a script puts it into the form.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from server import log
from server.door.guard import form_of
from server.door.staff_gate import SIGN_IN
from server.door.staff_views import Views
from server.house import House
from server.staff import directory, people
from server.staff.chain import Deeds
from server.staff.codes import address_of, secret_of, step_of
from server.staff.directory import Account, StaffError
from server.staff.rules import is_password

GROUP = 4
"""Letters of a secret that stand together, for those who type it."""


class Invitations:
    """The page over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Nothing is read before somebody comes."""
        self.house, self.views = house, views

    async def page(self, request: Request) -> Response:
        """`GET`: the form for the code. `POST` with it: the form for what is chosen, then that it is chosen."""
        if request.method != "POST":
            return self.views.page("invitation.html", request, script="invitation.js", why="")
        given = await form_of(request)
        code, password, again, shown = (given.get(name, "") for name in ("code", "password", "again", "shown"))
        accounts, now = directory.read(self.house.settings.staff_file).accounts, self.house.clock()
        account = people.invited(accounts, code, now)
        if account is None:
            return self.void(request)
        if "password" not in given:
            return self.choose(request, account, code, "")
        secret = secret_of(code, self.house.settings.token_secret.value)
        step = step_of(secret, shown, now)
        if not is_password(password):
            return self.choose(request, account, code, "password_short")
        if password != again:
            return self.choose(request, account, code, "password_differs")
        if step is None or not await self.house.sessions.use_code(account.id, step):
            return self.choose(request, account, code, "app_code_wrong")
        try:
            await asyncio.to_thread(people.accept, self.house.settings.staff_file, code, now, password, secret)
        except StaffError:
            return self.void(request)
        log.event("invitation_used")
        await self.house.audit.note(Deeds("invitation_used", who=account.id, why="password"))
        return self.views.to(SIGN_IN, request)

    def void(self, request: Request) -> Response:
        """Return the form for the code, and that this one was not good."""
        log.event("sign_in_refused", why="invitation")
        return self.views.page("invitation.html", request, status=403, script="invitation.js", why="invitation_void")

    def choose(self, request: Request, account: Account, code: str, why: str) -> Response:
        """Return the form for a password and an app."""
        secret = secret_of(code, self.house.settings.token_secret.value)
        return self.views.page(
            "invited.html",
            request,
            status=403 if why else 200,
            script=self.views.passkeys,
            name=account.name,
            code=code,
            secret=" ".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP)),
            address=address_of(secret, account.name, self.house.helpline.name),
            why=why,
        )
