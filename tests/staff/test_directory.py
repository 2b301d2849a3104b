"""Accounts: passwords shown once and kept as Argon2id; changed from the command line, seen at once by a running worker."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.staff import directory
from server.staff import people as desk
from server.staff.command import staff
from server.staff.directory import Directory, StaffError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the accounts are."""
    return tmp_path / "staff.json"


async def test_the_right_password_is_let_in(path: Path) -> None:
    """The fresh password opens its account, however the name is typed, and no other."""
    kari, ola = desk.add(path, "Kari"), desk.add(path, "Ola", alias="O")
    people = Directory(path)

    account = await people.check(" kari ", kari)
    assert account is not None
    assert (account.name, account.alias, account.roles) == ("Kari", "Kari", ("counsellor",))
    assert people.get(account.id) == account
    assert await people.check("Kari", ola) is None
    assert await people.check("Kari", "") is None
    assert await people.check("Nobody", kari) is None


def test_the_password_is_kept_nowhere(path: Path) -> None:
    """The file is its owner's alone, holds Argon2id hashes and shows none in its repr."""
    password = desk.add(path, "Kari")

    assert path.stat().st_mode & 0o777 == 0o600
    assert password not in path.read_text()
    assert directory.read(path).accounts[0].password_hash.startswith("$argon2id$")
    assert "argon2" not in repr(directory.read(path))


async def test_an_unknown_name_costs_as_much(path: Path) -> None:
    """A name that does not exist is checked against a real hash with the same parameters."""
    desk.add(path, "Kari")
    people = Directory(path)
    checked: list[str] = []
    verify = people._verify

    def watched(known: str, password: str) -> bool:
        checked.append(known)
        return verify(known, password)

    people._verify = watched  # type: ignore[method-assign]
    await people.check("Kari", "x")
    await people.check("Nobody", "x")
    one, other = (known.rpartition("$")[0].rpartition("$")[0] for known in checked)
    assert one == other


async def test_a_new_password_replaces_the_old_one_and_keeps_the_desk(path: Path) -> None:
    """`add` for a name that exists: the same desk, the old password is void."""
    old = desk.add(path, "Kari", alias="K")
    before = Directory(path).named("Kari")
    new = desk.add(path, "KARI")
    people = Directory(path)

    after = people.named("kari")
    assert before is not None
    assert after is not None
    assert (after.id, after.alias) == (before.id, "K")
    assert await people.check("kari", old) is None
    assert await people.check("kari", new) == after


def test_a_removed_account_is_gone_at_once(path: Path) -> None:
    """A running worker sees the change without a restart."""
    desk.add(path, "Kari")
    people = Directory(path)
    account = people.named("Kari")
    assert account is not None

    desk.remove(path, "kari")

    assert people.get(account.id) is None
    assert people.accounts() == ()


def test_no_file_is_no_accounts(path: Path) -> None:
    """Before the first account there is nobody, and afterwards somebody."""
    people = Directory(path)
    assert people.accounts() == ()

    desk.add(path, "Kari")
    assert [account.name for account in people.accounts()] == ["Kari"]


@pytest.mark.parametrize("content", ["", "[]", '{"accounts": [{"id": "x"}]}', '{"acounts": []}'])
def test_a_file_with_other_content_is_refused(path: Path, content: str) -> None:
    """A broken list lets nobody in, and says which file it is."""
    path.write_text(content)

    with pytest.raises(StaffError, match=r"staff\.json"):
        Directory(path).accounts()


@pytest.mark.parametrize("name", ["", "<b>", "x" * 41])
def test_a_name_that_nobody_has_is_refused(path: Path, name: str) -> None:
    """No account is made for it."""
    with pytest.raises(StaffError, match="name"):
        desk.add(path, name)
    assert not path.exists()


def test_an_alias_that_a_child_should_not_see_is_refused(path: Path) -> None:
    """The alias is shown to a child: the same bounds as a name."""
    with pytest.raises(StaffError, match="alias"):
        desk.add(path, "Kari", alias="<b>")


def test_passwords_are_long_random_and_easy_to_copy() -> None:
    """20 characters that nobody confuses, in groups; never the same one."""
    made = {desk.fresh_secret() for _ in range(1000)}

    assert len(made) == 1000
    assert all(len(password.replace("-", "")) == 20 for password in made)
    assert not set("".join(made)) & set("01iloIO ")


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`staff add` prints a password once, `list` never does, `remove` removes, and a wrong name is an error."""
    environ = {"ALARM_DATA": str(tmp_path / "data")}

    assert staff(["add", "Kari Nordmann", "--lead"], environ) == 0
    password = capsys.readouterr().out.split()[2]
    assert staff(["list"], environ) == 0
    listed = capsys.readouterr().out
    assert listed == "Kari Nordmann\tKari\tcounsellor shift_lead\tactive\n"
    assert len(password.replace("-", "")) == 20
    assert staff(["remove", "kari nordmann"], environ) == 0
    assert directory.read(tmp_path / "data" / "staff.json").accounts == ()
    with pytest.raises(StaffError):
        staff(["remove", "Kari"], environ)


def test_in_a_worker_the_file_is_looked_at_once_in_a_turn_of_its_loop(path: Path) -> None:
    """However many ask; who is removed is gone with the next turn."""
    desk.add(path, "Kari")
    people, next_turn = Directory(path), list[Callable[[], object]]()
    people.in_turns(next_turn.append)
    (kari,) = people.accounts()
    assert people.get(kari.id) == kari
    path.unlink()
    assert people.get(kari.id) == kari
    (begins,) = next_turn
    begins()
    assert people.get(kari.id) is None
