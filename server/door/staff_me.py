"""One's own page: who is signed in and where, and the passkeys that open the account."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from server import clock
from server.door.guard import form_of
from server.door.staff_gate import COOKIE, account_of
from server.door.staff_views import Views
from server.house import House
from server.staff import people
from server.staff.chain import Deeds
from server.staff.directory import StaffError
from server.staff.rules import is_fresh
from server.staff.store import session_of


def when(instant: int) -> str:
    """Return an instant as the page shows it."""
    return f"{clock.instant(instant):%Y-%m-%d %H:%M}"


class Me:
    """The page over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Nothing is read before somebody comes."""
        self.house, self.views = house, views

    async def page(self, request: Request, *, status: int = 200, why: str = "") -> Response:
        """`GET`: her name, her roles, where else she is, and her passkeys."""
        account, own = account_of(request), session_of(request.cookies[COOKIE])
        now = self.house.clock()
        sessions = await self.house.sessions.of_desk(account.id, now)
        rows = [
            {"name": name, "since": when(one.since), "seen": when(one.seen), "own": name == own} for name, one in reversed(sessions.items())
        ]
        works = self.house.keyring.party.works
        return self.views.page(
            "me.html",
            request,
            status=status,
            script=self.views.passkeys,
            name=account.name,
            roles=account.roles,
            sessions=rows,
            passkeys=[{"id": one.id, "name": one.name, "since": when(one.since)} for one in account.passkeys],
            works=works,
            fresh=own in sessions and is_fresh(sessions[own], now),
            why=why,
        )

    async def end_sessions(self, request: Request) -> Response:
        """`POST`: end one of her own sessions, or all but this one. What a session of somebody else is called has no effect."""
        account, own = account_of(request), session_of(request.cookies[COOKIE])
        given = (await form_of(request)).get("session", "")
        for name in await self.house.sessions.of_desk(account.id, self.house.clock()):
            if name == given or (given == "others" and name != own):
                await self.house.sessions.end(name)
                await self.house.audit.note(Deeds("session_ended", who=account.id, why="by hand"))
        return self.views.to("/staff/me", request)

    async def remove_passkey(self, request: Request) -> Response:
        """`POST`: let one of her passkeys open nothing any more, if she has signed in lately and has another way in."""
        account = account_of(request)
        given = (await form_of(request)).get("passkey", "")
        if given not in {one.id for one in account.passkeys}:
            return self.views.to("/staff/me", request)
        if not await self.is_fresh(request):
            return await self.page(request, status=403, why="passkey_sign_in_again")
        try:
            await asyncio.to_thread(
                people.remove_passkey, self.house.settings.staff_file, account.name, given, alone=self.house.entrance.trying_out
            )
        except StaffError:
            return await self.page(request, status=403, why="passkey_last")
        await self.house.audit.note(Deeds("passkey_removed", who=account.id))
        return self.views.to("/staff/me", request)

    async def is_fresh(self, request: Request) -> bool:
        """Tell whether she has signed in lately with this browser."""
        now = self.house.clock()
        session = await self.house.sessions.standing(session_of(request.cookies[COOKIE]), now)
        return session is not None and is_fresh(session, now)
