"""The page of people: everybody who has an account, somebody new, and a new way in for somebody who has lost hers.

Rules of this file:

1. Nobody helps herself: one's own account is changed by somebody else only.
2. An administrator looks after all, a shift lead after those who are counsellors and nothing more: of others she is shown nothing to press,
   and what she sends all the same is refused, by the account as it is at that moment.
3. The auditor is told before an invitation is shown; what a person had before opens nothing from then on, and her sessions end.
"""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from server.door.guard import form_of
from server.door.staff_gate import account_of
from server.door.staff_views import Views
from server.house import House
from server.staff import directory, people
from server.staff.audit import AuditError
from server.staff.chain import Deed, Deeds
from server.staff.directory import Account, StaffError
from server.staff.roles import AT_A_DESK, may, may_change, may_give


class People:
    """The page over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Nothing is read before somebody comes."""
        self.house, self.views = house, views

    async def page(self, request: Request) -> Response:
        """`GET`: everybody. `POST`: `what` (invite, disable, enable) is done with the account `whom`, or somebody `new` is invited."""
        if request.method != "POST":
            return self.show(request)
        given = await form_of(request)
        if given.get("what") == "new":
            return await self.invite_new(request, given)
        accounts = directory.read(self.house.settings.staff_file).accounts
        whom = next((account for account in accounts if account.id == given.get("whom")), None)
        if whom is None or self.may_not(request, whom):
            return self.show(request, status=403, why="people_not_own")
        match given.get("what"):
            case "invite":
                return await self.invite(request, whom)
            case "disable" | "enable" as what:
                try:
                    await asyncio.to_thread(
                        people.disable,
                        self.house.settings.staff_file,
                        whom.name,
                        disabled=what == "disable",
                        unless=lambda account: self.may_not(request, account),
                    )
                except StaffError:
                    return self.show(request, status=403, why="people_not_own")
                await self.note(request, "disabled" if what == "disable" else "enabled", whom)
                return self.views.to("/staff/people", request)
            case _:
                return self.show(request, status=403, why="people_not_own")

    def may_not(self, request: Request, whom: Account) -> bool:
        """Tell whether this account is her own, or one that her roles do not let her change."""
        me = account_of(request)
        return whom.id == me.id or not may_change(me.roles, whom.roles)

    async def invite_new(self, request: Request, given: Mapping[str, str]) -> Response:
        """Invite somebody who has no account yet, with roles that she may give. A name that exists is refused: it is somebody's."""
        name, alias = given.get("name", "").strip(), given.get("alias", "").strip()
        roles = tuple(role for role in may_give(account_of(request).roles) if given.get(f"role_{role}"))
        try:
            code = await asyncio.to_thread(
                people.invite,
                self.house.settings.staff_file,
                name,
                self.house.clock(),
                alias or None,
                roles,
                lambda account: account is not None,
            )
        except StaffError:
            return self.show(request, status=400, why="people_wrong")
        try:
            await self.note(request, "invited", people.named(self.house.settings.staff_file, name))
        except AuditError:  # without the auditor nobody gets in: the invitation opens nothing
            people.remove(self.house.settings.staff_file, name)
            raise
        return self.show(request, name=name, link=self.link_of(code))

    def link_of(self, code: str) -> str:
        """Return the link of an invitation; the code stands where no server sees it."""
        return f"{self.house.settings.staff_origin}/staff/invitation#{code}"

    async def invite(self, request: Request, whom: Account) -> Response:
        """Invite somebody again who cannot get in: the link is shown once, to be given to that person alone."""
        await self.note(request, "invited", whom)
        try:
            code = await asyncio.to_thread(
                people.invite,
                self.house.settings.staff_file,
                whom.name,
                self.house.clock(),
                whom.alias,
                whom.roles,
                lambda account: account is None or self.may_not(request, account),
            )
        except StaffError:
            return self.show(request, status=403, why="people_not_own")
        for session in await self.house.sessions.of_desk(whom.id, self.house.clock()):
            await self.house.sessions.end(session)
        return self.show(request, name=whom.name, link=self.link_of(code))

    async def note(self, request: Request, what: Deed, whom: Account) -> None:
        """Tell the auditor who did it. Raises AuditError."""
        await self.house.audit.note(Deeds(what, who=account_of(request).id, whom=whom.id))

    def show(self, request: Request, *, status: int = 200, why: str = "", name: str = "", link: str = "") -> Response:
        """Return the page."""
        me = account_of(request)
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "alias": one.alias,
                "roles": one.roles,
                "standing": standing(one),
                "fixed": self.may_not(request, one),
            }
            for one in directory.read(self.house.settings.staff_file).accounts
        ]
        return self.views.page(
            "people.html",
            request,
            status=status,
            rows=rows,
            why=why,
            name=name,
            link=link,
            gives=may_give(me.roles),
            desk=may(me.roles, AT_A_DESK),
        )


def standing(account: Account) -> str:
    """Return how an account stands: disabled, invited or active."""
    return "disabled" if account.disabled else "invited" if account.invitation else "active"
