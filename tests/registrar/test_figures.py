"""The commands of the numbers: from the journal to one file without a small number, and nothing of a word that anybody wrote."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server import keyfiles
from server.figures.published import parse
from server.registrar.figures import coded, figures
from server.registrar.journal import SqliteJournal
from server.registrar.opener import open_package
from server.wire.package import Package
from tests.handoff.talks import Keys, Talk, point
from tests.registrar.conftest import ROOT, Environ
from tests.registrar.test_reader import EVENING

MINUTE = 60_000
SECRET = "Ida-bor-i-Storgata-4"  # noqa: S105 - what a child wrote

Out = pytest.CaptureFixture[str]


def talks(keys_: Keys, count: int, **answers: object) -> list[Package]:
    """Return written-up talks of the evening; the words in them and in their forms are a secret."""
    made = [Talk(point(keys_.registrar), started=EVENING).says("child", SECRET) for _ in range(count)]
    return [one.package(form=one.form(summary=SECRET, notes=SECRET, counsellor=SECRET, **answers)) for one in made]


def left(keys_: Keys, count: int) -> list[Package]:
    """Return rows of children who left the line after seven minutes."""
    made = [Talk(point(keys_.registrar), started=EVENING + 60 * MINUTE).package("gave_up") for _ in range(count)]
    row: dict[str, Any] = {"entries": [], "wrapped_key": None, "paired_at": None, "ended_at": EVENING + 67 * MINUTE, "ended_by": "child"}
    return [msgspec.structs.replace(one, **row) for one in made]


def journalled(data: Path, keys_: Keys, packages: Sequence[Package], when: int = EVENING) -> None:
    """Put packages into the journal as the registrar does."""
    journal = SqliteJournal(data / "journal.sqlite", keyfiles.read_p256_public(data / "journal.pub"))
    for package in packages:
        journal.add(package, open_package(package, keys_.registrar), when)
    journal.close()


@pytest.fixture
def filled(data: Path, keys_: Keys, monkeypatch: pytest.MonkeyPatch) -> Environ:
    """A journal of one evening, three days later: 26 talks, 12 who left, 2 tests."""
    reasons = {"reasons": ["violence"], "outcomes": ["advice"]}
    journalled(data, keys_, [*talks(keys_, 20, **reasons), *talks(keys_, 6), *left(keys_, 12), *talks(keys_, 2, who="test")])
    monkeypatch.setattr("server.clock.now", lambda: EVENING + 20 * 24 * 60 * MINUTE)
    return {"ALARM_DATA": str(data)}


def test_the_journal_becomes_a_file_of_numbers(filled: Environ, data: Path, capsys: Out) -> None:
    """Contacts, who left and when, waits, hours, outcomes, reasons; by evening, and by month once it is over."""
    assert figures(["publish"], filled) == 0
    assert capsys.readouterr().out == f"1 kvelder og 1 måneder er lagt fram i {data / 'figures.json'}.\n"
    found = parse((data / "figures.json").read_bytes())
    (evening,), (month,) = found.evenings, found.months
    assert (evening.evening, evening.contacts, evening.hours["17"]) == ("2026-11-23", 38, 26)
    assert (month.answered, month.reasons["violence"]) == ({"answered": 26, "unanswered": 12}, 20)
    assert (month.unanswered_how["gave_up"], month.wait.p50, month.talk.p50) == (None, "0-1", "30-44")


def test_nothing_that_anybody_wrote_and_no_small_number_leaves_the_journal(filled: Environ, data: Path, capsys: Out) -> None:
    """Neither in the file nor in the sheet: words, names, ids, the two tests."""
    assert figures(["publish"], filled) == 0
    assert figures(["show", "--month", "2026-11", "--csv"], filled) == 0
    told = (data / "figures.json").read_text("utf-8") + capsys.readouterr().out
    assert SECRET not in told
    assert "kari" not in told
    assert not re.search(r'(?:: |;)[1-4](?=[,\s}])(?<!"evenings": 1)(?<!"version": 1)(?<!Kvelder;;1)', told)


def test_published_again_it_is_the_same_to_the_byte(filled: Environ, data: Path, capsys: Out) -> None:
    """Nothing in it hangs on when or how often it is made."""
    assert figures(["publish"], filled) == 0
    first = (data / "figures.json").read_bytes()
    assert figures(["publish"], filled) == 0
    assert (data / "figures.json").read_bytes() == first
    assert (data / "figures.json").stat().st_mode & 0o777 == 0o644
    capsys.readouterr()


def test_who_changes_what_was_published_is_told_and_nothing_is_written(filled: Environ, data: Path, keys_: Keys, capsys: Out) -> None:
    """An entry that pretends to have been there in time: the evening says something else, and stays."""
    journalled(data, keys_, left(keys_, 6), EVENING - 24 * 60 * MINUTE)
    assert figures(["publish"], filled) == 0
    earlier = [msgspec.structs.replace(one, arrived_at=EVENING - 3 * 24 * 60 * MINUTE) for one in left(keys_, 6)]
    journalled(data, keys_, earlier, EVENING - 3 * 24 * 60 * MINUTE)
    before = (data / "figures.json").read_bytes()
    capsys.readouterr()
    assert figures(["publish", "--language", "en"], filled) == 1
    assert capsys.readouterr().err.startswith("The journal says something else of 2026-11-20")
    assert (data / "figures.json").read_bytes() == before


def test_it_can_be_shown_without_the_key(filled: Environ, data: Path, capsys: Out) -> None:
    """One month as lines or as CSV; a month that is not there is a sentence."""
    assert figures(["publish"], filled) == 0
    (data / "journal.key").unlink()
    capsys.readouterr()
    assert figures(["show", "--month", "2026-11", "--language", "nn"], filled) == 0
    assert re.search(r"^2026-11 +Førespurnader +38$", capsys.readouterr().out, re.MULTILINE)
    assert figures(["show", "--month", "2026-11", "--csv"], filled) == 0
    assert "2026-11;Fikk de svar?;Fikk svar;26\r\n" in capsys.readouterr().out
    assert figures(["show", "--month", "2026-1"], filled) == 1
    assert capsys.readouterr() == ("", f"Ingen tall er lagt fram i {data / 'figures.json'} for 2026-1.\n")
    assert figures(["publish"], filled) == 1
    assert capsys.readouterr().err.startswith("Journalen kan bare leses med journal.key.")


def test_entries_of_another_key_are_told_and_a_spoilt_file_is_not_overwritten(
    filled: Environ, data: Path, keys_: Keys, capsys: Out
) -> None:
    """What cannot be opened cannot be counted; what is no file of numbers is left alone."""
    other = SqliteJournal(data / "journal.sqlite", point(Keys().journal))
    package = talks(keys_, 1)[0]
    other.add(package, open_package(package, keys_.registrar), EVENING)
    other.close()
    assert figures(["publish"], filled) == 0
    assert capsys.readouterr().err == "Én oppføring kunne ikke åpnes med denne nøkkelen.\n"
    (data / "figures.json").write_text('{"evenings": 3}')
    assert figures(["publish"], filled) == 1
    assert capsys.readouterr().err == f"{data / 'figures.json'} er ikke en fil med tall som kan leses.\n"
    assert (data / "figures.json").read_text() == '{"evenings": 3}'


def test_a_record_goes_on_as_codes_alone(keys_: Keys) -> None:
    """What is counted has no field for a text."""
    record = open_package(talks(keys_, 1, age="10-12", reasons=["violence"])[0], keys_.registrar)
    assert SECRET in str(record)
    assert SECRET not in str(coded(record))
    assert coded(record).reasons == ("violence",)


def test_the_command_is_there(data: Path, keys_: Keys) -> None:
    """`python -m server figures publish`, as the documentation says, with the clock of the machine."""
    journalled(data, keys_, talks(keys_, 1))
    command = [sys.executable, "-m", "server", "figures", "publish"]
    ran = subprocess.run(command, env={"ALARM_DATA": str(data)}, cwd=ROOT, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "0 kvelder og 0 måneder" in ran.stdout.decode()
