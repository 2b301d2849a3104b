"""T5: recovery by a second administrator, over the page: never one's own account, told to the auditor, all that was before is void."""

import httpx
import pytest

from server.door.staff_gate import COOKIE
from server.staff import people
from server.staff.directory import Directory, StaffError
from tests.door.test_staff_matrix import NAMES, Building, building
from tests.environ import ORIGIN

__all__ = ["building"]


async def post(building: Building, cookie: str, **form: str) -> httpx.Response:
    """Send the form of the page."""
    return await building.browser.post("/staff/people", data=form, headers={"origin": ORIGIN, "cookie": f"{COOKIE}={cookie}"})


def desk(building: Building, name: str) -> str:
    """Return somebody's desk."""
    return people.named(building.staff_file, name).id


async def test_T5_who_has_lost_her_way_in_is_invited_by_an_administrator(building: Building) -> None:
    """The link is shown once; password, app and open sessions are void at once; desk and roles stay; the auditor sees who did it."""
    password = people.add(building.staff_file, "Kari")
    before, kari = desk(building, "Kari"), await building.cookie_of("Kari")
    ada = await building.cookie_of(NAMES["administrator"])

    shown = await post(building, ada, what="invite", whom=before)
    code = shown.text.partition("/staff/invitation#")[2].partition("<")[0]
    account = people.invited(Directory(building.staff_file).accounts(), code, building.clock)
    assert account is not None
    assert (account.id, account.roles, account.password_hash) == (before, ("counsellor",), "")
    assert await Directory(building.staff_file).check("Kari", password) is None
    assert (await building.ask("GET", "/staff", kari)).status_code == 303
    assert code not in (await building.ask("GET", "/staff/people", ada)).text
    deed = (await building.house.audit.latest(1))[0][0].deed
    assert (deed.what, deed.who, deed.whom) == ("invited", desk(building, NAMES["administrator"]), before)


@pytest.mark.parametrize("what", ["invite", "disable", "enable", "", "remove"])
async def test_T5_nobody_helps_herself(building: Building, what: str) -> None:
    """An administrator's own account is another administrator's; what does not exist cannot be done to anybody."""
    name = NAMES["administrator"]
    before, ada = people.named(building.staff_file, name), await building.cookie_of(name)
    for whom in (before.id, "", "D" * 22):
        assert (await post(building, ada, what=what, whom=whom)).status_code == 403
    assert people.named(building.staff_file, name) == before
    assert (await building.house.audit.latest(1))[0] == []


async def test_T5_disabled_and_enabled_by_hand(building: Building) -> None:
    """At once, and told to the auditor."""
    ada, kari = await building.cookie_of(NAMES["administrator"]), await building.cookie_of("Kari")
    assert (await post(building, ada, what="disable", whom=desk(building, "Kari"))).status_code == 303
    assert (await building.ask("GET", "/staff", kari)).status_code == 303
    assert (await post(building, ada, what="enable", whom=desk(building, "Kari"))).status_code == 303
    assert (await building.ask("GET", "/staff", kari)).status_code == 200
    assert [entry.deed.what for entry in (await building.house.audit.latest(9))[0]] == ["enabled", "disabled"]


async def test_T5_a_shift_lead_invites_a_counsellor_and_nobody_else(building: Building) -> None:
    """The link is shown once and told to the auditor; no other role is given, whatever is sent, and no name that exists is taken over."""
    lea = await building.cookie_of(NAMES["shift_lead"])
    shown = await post(building, lea, what="new", name="Nina", alias="Nina", role_counsellor="1", role_administrator="1")
    code = shown.text.partition("/staff/invitation#")[2].partition("<")[0]
    nina = people.invited(Directory(building.staff_file).accounts(), code, building.clock)
    assert nina is not None
    assert nina.roles == ("counsellor",)
    deed = (await building.house.audit.latest(1))[0][0].deed
    assert (deed.what, deed.whom) == ("invited", nina.id)

    before = Directory(building.staff_file).accounts()
    for name in (NAMES["administrator"], " nina ", "", "<b>"):
        assert (await post(building, lea, what="new", name=name, role_counsellor="1")).status_code == 400
    assert (await post(building, lea, what="new", name="Rolf")).status_code == 400
    assert Directory(building.staff_file).accounts() == before


async def test_T5_a_shift_lead_touches_no_account_with_more(building: Building) -> None:
    """Neither an administrator's nor another lead's nor the auditor's, nor her own: not disabled, not invited again; a counsellor's is."""
    people.add(building.staff_file, "Lars", roles=("counsellor", "shift_lead"))
    lea, before = await building.cookie_of(NAMES["shift_lead"]), Directory(building.staff_file).accounts()
    for name in (NAMES["administrator"], NAMES["auditor"], NAMES["shift_lead"], "Lars"):
        for what in ("invite", "disable", "enable"):
            assert (await post(building, lea, what=what, whom=desk(building, name))).status_code == 403
    assert Directory(building.staff_file).accounts() == before
    assert (await post(building, lea, what="disable", whom=desk(building, "Kari"))).status_code == 303
    assert people.named(building.staff_file, "Kari").disabled
    assert "/staff/invitation#" in (await post(building, lea, what="invite", whom=desk(building, "Kari"))).text


def test_T5_what_an_account_is_at_that_moment_decides(building: Building) -> None:
    """Made an administrator while somebody presses: the change is refused under the lock, and nothing is written."""
    before = people.named(building.staff_file, "Kari")
    with pytest.raises(StaffError):
        people.disable(building.staff_file, "Kari", unless=lambda account: account.id == before.id)
    with pytest.raises(StaffError):
        people.invite(building.staff_file, "Kari", building.clock, unless=lambda account: account is not None)
    assert people.named(building.staff_file, "Kari") == before
