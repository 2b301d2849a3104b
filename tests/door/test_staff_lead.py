"""What the staff's pages give a shift lead and the auditor of what is decided by hand, and nobody else."""

import json
import re

import pytest

from server.staff.chain import Deeds
from server.staff.reasons import Given, mark_of
from server.staff.roles import Role
from tests.door.test_staff_matrix import NAMES, Building, building

__all__ = ["building"]


@pytest.mark.parametrize(("role", "leads"), [("counsellor", False), ("shift_lead", True)])
async def test_the_page_says_who_leads(building: Building, role: Role, leads: bool) -> None:  # noqa: FBT001 - the fact itself
    """The bar of the lead's views is drawn from what the server has put into the page, by the roles as they are now."""
    page = await building.ask("GET", "/staff", await building.cookie_of(NAMES[role]))
    facts = re.search(r'id="page">(.*?)</script>', page.text, re.DOTALL)
    assert facts is not None
    assert json.loads(facts[1])["lead"] is leads


async def test_the_auditor_reads_the_reason_that_fits_its_mark(building: Building) -> None:
    """A deed by hand is shown with why; where the words were changed afterwards, the mark alone stands there."""
    at = building.clock
    for reason in ("the heating is out", "another one"):
        mark = mark_of(at, reason)
        await building.house.reasons.keep(Given(mark, at, "lea-1", "closed_by_hand", reason))
        await building.house.note_deed(Deeds("closed_by_hand", who="lea-1", why=mark))
    path = building.house.settings.reasons_file
    path.write_text(path.read_text("utf-8").replace("another one", "one that sounds better"), "utf-8")

    page = (await building.ask("GET", "/staff/audit", await building.cookie_of(NAMES["auditor"]))).text
    assert "(the heating is out)" in page
    assert "sounds better" not in page
    assert f"({mark_of(at, 'another one')})" in page
