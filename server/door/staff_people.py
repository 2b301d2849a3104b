"""The administrator's page: everybody who has an account, and a new way in for somebody who has lost hers.

Rules of this file:

1. Nobody helps herself: an administrator's own account is changed by another administrator only.
2. The auditor is told before an invitation is shown; what a person had before opens nothing from then on, and her sessions end.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from server.door.guard import form_of
from server.door.staff_gate import account_of
from server.door.staff_views import Views
from server.house import House
from server.staff import directory, people
from server.staff.chain import Deed, Deeds
from server.staff.directory import Account, StaffError


class People:
    """The page over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Nothing is read before somebody comes."""
        self.house, self.views = house, views

    async def page(self, request: Request) -> Response:
        """`GET`: everybody. `POST`: `what` (invite, disable, enable) is done with the account `whom`."""
        if request.method != "POST":
            return self.show(request)
        given = await form_of(request)
        accounts = directory.read(self.house.settings.staff_file).accounts
        whom = next((account for account in accounts if account.id == given.get("whom")), None)
        if whom is None or whom.id == account_of(request).id:
            return self.show(request, status=403, why="people_not_own")
        match given.get("what"):
            case "invite":
                return await self.invite(request, whom)
            case "disable" | "enable" as what:
                await asyncio.to_thread(people.disable, self.house.settings.staff_file, whom.name, disabled=what == "disable")
                await self.note(request, "disabled" if what == "disable" else "enabled", whom)
                return self.views.to("/staff/people", request)
            case _:
                return self.show(request, status=403, why="people_not_own")

    async def invite(self, request: Request, whom: Account) -> Response:
        """Invite somebody again who cannot get in: the link is shown once, to be given to that person alone."""
        await self.note(request, "invited", whom)
        try:
            code = await asyncio.to_thread(
                people.invite, self.house.settings.staff_file, whom.name, self.house.clock(), whom.alias, whom.roles
            )
        except StaffError:
            return self.show(request, status=403, why="people_not_own")
        for session in await self.house.sessions.of_desk(whom.id, self.house.clock()):
            await self.house.sessions.end(session)
        link = f"{self.house.settings.staff_origin}/staff/invitation#{code}"
        return self.show(request, name=whom.name, link=link)

    async def note(self, request: Request, what: Deed, whom: Account) -> None:
        """Tell the auditor who did it. Raises AuditError."""
        await self.house.audit.note(Deeds(what, who=account_of(request).id, whom=whom.id))

    def show(self, request: Request, *, status: int = 200, why: str = "", name: str = "", link: str = "") -> Response:
        """Return the page."""
        own = account_of(request).id
        rows = [
            {"id": one.id, "name": one.name, "roles": one.roles, "standing": standing(one), "own": one.id == own}
            for one in directory.read(self.house.settings.staff_file).accounts
        ]
        return self.views.page("people.html", request, status=status, rows=rows, why=why, name=name, link=link)


def standing(account: Account) -> str:
    """Return how an account stands: disabled, invited or active."""
    return "disabled" if account.disabled else "invited" if account.invitation else "active"
