"""T5 over the pages: from an invitation to a session with a password and the codes of an app."""

import re

import httpx
import pyotp
import pytest

from server.staff import people
from server.staff.directory import Directory
from tests.door.test_staff_matrix import Building, building
from tests.environ import ORIGIN

__all__ = ["building"]

GOOD = "a long enough one"


async def post(building: Building, path: str, **form: str) -> httpx.Response:
    """Send a form from our own page."""
    return await building.browser.post(path, data=form, headers={"origin": ORIGIN})


async def test_T5_from_an_invitation_to_a_session(building: Building) -> None:
    """The code leads to a password and an app; both together sign in, once per code; the invitation opens nothing any more."""
    code = people.invite(building.staff_file, "Nina", building.clock, roles=("counsellor",))
    choose = await post(building, "/staff/invitation", code=code)
    found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', choose.text)
    assert found is not None
    app = pyotp.TOTP(found[1].replace(" ", ""))
    assert app.secret not in building.staff_file.read_text("utf-8")
    step = building.house.clock() // 30_000

    wrong = await post(building, "/staff/invitation", code=code, password=GOOD, again=GOOD, shown="000000")
    assert (wrong.status_code, people.named(building.staff_file, "Nina").password_hash) == (403, "")
    short = await post(building, "/staff/invitation", code=code, password=GOOD[:6], again=GOOD[:6], shown=app.generate_otp(step))
    differs = await post(building, "/staff/invitation", code=code, password=GOOD, again=GOOD + "x", shown=app.generate_otp(step))
    assert (short.status_code, differs.status_code) == (403, 403)
    done = await post(building, "/staff/invitation", code=code, password=GOOD, again=GOOD, shown=app.generate_otp(step))
    assert (done.status_code, done.headers["location"]) == (303, "/staff/sign-in")
    assert (await post(building, "/staff/invitation", code=code)).status_code == 403

    used = await post(building, "/staff/sign-in", name="Nina", password=GOOD, code=app.generate_otp(step))
    none = await post(building, "/staff/sign-in", name="Nina", password=GOOD)
    assert (used.status_code, none.status_code) == (403, 403)
    right = await post(building, "/staff/sign-in", name="Nina", password=GOOD, code=app.generate_otp(step + 1))
    assert (right.status_code, right.headers["location"]) == (303, "/staff")


@pytest.mark.parametrize("code", ["", "x", "abcde-fghij-kmnpq-rstuv", "0" * 400])
async def test_T5_a_made_up_code_leads_nowhere(building: Building, code: str) -> None:
    """No account, no secret, no word about who was invited."""
    people.invite(building.staff_file, "Nina", building.clock)
    for form in ({"code": code}, {"code": code, "password": GOOD, "again": GOOD, "shown": "000000"}):
        answer = await post(building, "/staff/invitation", **form)
        assert answer.status_code == 403
        assert "secret" not in answer.text
        assert "Nina" not in answer.text
    account = Directory(building.staff_file).named("Nina")
    assert account is not None
    assert account.password_hash == ""


async def test_T5_the_link_carries_its_code_where_no_server_sees_it(building: Building) -> None:
    """The page takes no code from its address, and there is no account that somebody makes for herself."""
    code = people.invite(building.staff_file, "Nina", building.clock)
    page = await building.browser.get("/staff/invitation", params={"code": code})
    assert (page.status_code, code in page.text) == (200, False)
    accounts = len(Directory(building.staff_file).accounts())
    await post(building, "/staff/sign-in", name="Somebody New", password=GOOD)
    assert len(Directory(building.staff_file).accounts()) == accounts
