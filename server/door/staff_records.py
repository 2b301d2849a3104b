"""The auditor's page: the newest entries of the audit log, and whether the log is what was written."""

from starlette.requests import Request
from starlette.responses import Response

from server import clock
from server.door.staff_gate import account_of
from server.door.staff_views import Views
from server.house import House
from server.staff import directory
from server.staff.chain import Deeds, Entry

SHOWN = 500
CONTACT = 16
"""Hexadecimal digits of a contact's hash that are shown: enough to find its journal entry."""


class Records:
    """The page over one house."""

    def __init__(self, house: House, views: Views) -> None:
        """Nothing is read before somebody comes."""
        self.house, self.views = house, views

    async def page(self, request: Request) -> Response:
        """`GET`: who did what, newest first. To read it is an entry too."""
        if request.method == "GET":
            await self.house.audit.note(Deeds("audit_read", who=account_of(request).id))
        entries, faults = await self.house.audit.latest(SHOWN)
        names = {account.id: account.name for account in directory.read(self.house.settings.staff_file).accounts}
        marked = await self.house.reasons.marked()
        rows = [shown(entry, names, marked) for entry in entries]
        return self.views.page("audit.html", request, rows=rows, faults=len(faults), line=faults[0].line if faults else 0)


def shown(entry: Entry, names: dict[str, str], marked: dict[str, str]) -> dict[str, str | int]:
    """Return an entry as a row: people by their names while they have accounts, reasons while they are kept and fit their mark."""
    deed = entry.deed
    return {
        "n": entry.n,
        "at": clock.instant(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
        "deed": f"deed_{deed.what}",
        "who": names.get(deed.who, deed.who),
        "whom": names.get(deed.whom, deed.whom),
        "contact": deed.contact[:CONTACT],
        "why": marked.get(deed.why, deed.why),
    }
