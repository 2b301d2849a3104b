"""Invitations, and what an administrator does with accounts: each change whole, each way in good once."""

from pathlib import Path

import pytest

from server.staff import people
from server.staff.command import staff
from server.staff.directory import Directory, StaffError, read
from server.staff.rules import INVITED_FOR

NOW = 1_800_000_000_000
GOOD = "a long enough one"
APP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the accounts are."""
    return tmp_path / "staff.json"


async def test_T5_an_invitation_is_good_once(path: Path) -> None:
    """The one who has the code chooses the password; the code is nowhere in the file and opens nothing afterwards."""
    code = people.invite(path, "Kari", NOW, roles=("auditor",))
    assert code not in repr(read(path))
    assert people.hash_of(code) in str(read(path).accounts[0].invitation)
    assert await Directory(path).check("Kari", "") is None

    people.accept(path, f" {code} ", NOW + INVITED_FOR - 1, GOOD, APP)

    account = await Directory(path).check("kari", GOOD)
    assert account is not None
    assert (account.roles, account.invitation) == (("auditor",), None)
    with pytest.raises(StaffError, match="invitation"):
        people.accept(path, code, NOW, "another long one", APP)
    assert await Directory(path).check("Kari", GOOD) == account


@pytest.mark.parametrize("late", [0, 1, 10**9])
def test_T5_an_invitation_ends_after_a_day(path: Path, late: int) -> None:
    """To the millisecond."""
    code = people.invite(path, "Kari", NOW)
    with pytest.raises(StaffError, match="invitation"):
        people.accept(path, code, NOW + INVITED_FOR + late, GOOD, APP)


def test_T5_another_code_is_nobodys(path: Path) -> None:
    """Nor is none at all, nor the code of somebody who was disabled."""
    code = people.invite(path, "Kari", NOW)
    people.add(path, "Ola")
    for wrong in ("", "x", people.hash_of(code), people.fresh_secret()):
        with pytest.raises(StaffError, match="invitation"):
            people.accept(path, wrong, NOW, GOOD, APP)
    people.disable(path, "Kari")
    with pytest.raises(StaffError, match="invitation"):
        people.accept(path, code, NOW, GOOD, APP)


def test_T5_a_weak_password_is_not_taken(path: Path) -> None:
    """The invitation stays good."""
    code = people.invite(path, "Kari", NOW)
    with pytest.raises(StaffError, match="password"):
        people.accept(path, code, NOW, "short", APP)
    assert people.accept(path, code, NOW, GOOD, APP).name == "Kari"


async def test_T5_a_new_invitation_voids_all_that_was_before(path: Path) -> None:
    """Password and older invitation alike; the desk and what a child sees stay."""
    password = people.add(path, "Kari", alias="K")
    before = Directory(path).named("Kari")
    first = people.invite(path, "Kari", NOW)
    people.invite(path, "Kari", NOW)

    after = Directory(path).named("Kari")
    assert before is not None
    assert after is not None
    assert (after.id, after.alias) == (before.id, "K")
    assert await Directory(path).check("Kari", password) is None
    with pytest.raises(StaffError, match="invitation"):
        people.accept(path, first, NOW, GOOD, APP)


async def test_T3_a_disabled_account_lets_nobody_in(path: Path) -> None:
    """Until it is enabled again; nothing of it is lost meanwhile."""
    password, directory = people.add(path, "Kari"), Directory(path)
    account = directory.named("Kari")
    assert account is not None
    people.disable(path, "Kari")
    assert (directory.get(account.id), await directory.check("Kari", password)) == (None, None)
    people.disable(path, "Kari", disabled=False)
    assert await directory.check("Kari", password) == account


def test_nobody_is_without_a_role(path: Path) -> None:
    """Who shall not get in is disabled."""
    people.add(path, "Kari")
    with pytest.raises(StaffError, match="roles"):
        people.give_roles(path, "Kari", ())
    with pytest.raises(StaffError, match="roles"):
        people.add(path, "Ola", roles=())


def test_the_administrators_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Invite prints a link whose code stands behind the `#`; disable, enable and roles do what they say; list tells how each stands."""
    environ = {"ALARM_DATA": str(tmp_path), "ALARM_STAFF_ORIGIN": "https://chat.example.no"}
    path = tmp_path / "staff.json"
    staff(["invite", "Ada", "--role", "administrator", "--role", "auditor"], environ)
    told = capsys.readouterr().out
    assert told.startswith("Ada: https://chat.example.no/staff/invitation#")
    staff(["list"], environ)
    assert capsys.readouterr().out == "Ada\tAda\tadministrator auditor\tinvited\n"
    staff(["roles", "Ada", "counsellor"], environ)
    staff(["disable", "ada"], environ)
    assert (read(path).accounts[0].roles, read(path).accounts[0].disabled) == (("counsellor",), True)
    staff(["enable", "ada"], environ)
    assert not read(path).accounts[0].disabled
    with pytest.raises(StaffError):
        staff(["disable", "Ola"], environ)
    with pytest.raises(SystemExit):
        staff(["roles", "Ada", "king"], environ)
