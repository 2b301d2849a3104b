"""The commands that read the journal: calm pages in three languages, and one clear sentence when they cannot."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from server import keyfiles
from server.registrar import page, record
from server.registrar.journal import SqliteJournal
from server.registrar.opener import open_package
from server.registrar.reader import journal
from server.registrar.words import LANGUAGES, Words, municipalities
from server.wire import form, frames
from server.wire import package as packages
from server.words import places
from tests.handoff.talks import Keys, Talk, point
from tests.registrar.conftest import ROOT, Environ

EVENING = 1_795_452_240_000
"""Monday 23 November 2026, 17:44 in Oslo."""


NONE = "\u2013"
"""What stands where there is nothing to say."""


def talk_of(keys_: Keys) -> Talk:
    """Return a talk in the evening."""
    talk = Talk(point(keys_.registrar), started=EVENING)
    return talk.says("child", "Hei.\nEr det noen der? 💛").says("counsellor", "Hei, jeg er her.")


@pytest.fixture
def filled(data: Path, keys_: Keys) -> Environ:
    """A journal with four entries: written up, left the line, tampered with, and another version of the first."""
    talk = talk_of(keys_)
    answers = {
        "age": "10-12",
        "stay_municipality": "4204",
        "home_municipality": "0301",
        "reasons": ["violence", "mental_health"],
        "urgency": "now",
        "outcomes": ["immediate_help", "concern_report"],
        "immediate_help": ["police"],
        "duty_to_report": "considered_yes",
        "duty_to_report_reason": "Vold hjemme",
        "summary": "Første linje.\nAndre linje.",
        "notes": "Søster heter Ida",
        "calls": [{"who": "police", "at": EVENING, "number": "112", "told": "told"}, {"who": "other", "at": EVENING + 60_000}],
        "second": "Ola",
        "counsellor": "Kari",
    }
    whole = talk.package(form=talk.form(**answers))
    row = msgspec.structs.replace(talk_of(keys_).package("gave_up"), entries=[], wrapped_key=None, paired_at=None, ended_by="child")
    broken = talk_of(keys_).package("unregistered")
    broken = msgspec.structs.replace(broken, entries=[broken.entries[0], msgspec.structs.replace(broken.entries[1], n=4)])
    second = msgspec.structs.replace(whole, danger=True)
    journal_ = SqliteJournal(data / "journal.sqlite", keyfiles.read_p256_public(data / "journal.pub"))
    for package in (whole, row, broken, second):
        journal_.add(package, open_package(package, keys_.registrar), EVENING)
    journal_.close()
    return {"ALARM_DATA": str(data)}


Out = pytest.CaptureFixture[str]


def test_the_list_has_a_line_for_each_contact(filled: Environ, capsys: Out) -> None:
    """Number, when in Oslo time, how it ended, who, outcomes, messages; and a mark where something is not as it should be."""
    assert journal(["list"], filled) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == "Journalen har 4 oppføringer."
    assert re.split(r"\s{2,}", lines[2]) == ["Nr", "Kom", "Slik endte det", "Hvem", "Utfall", "Meldinger", "Merknad"]
    rows = [re.split(r"\s{2,}", line) for line in lines[3:7]]
    outcomes = "Hjelp her og nå, Bekymringsmelding"
    assert rows == [
        ["1", "23.11.2026 17:44", "Registrert", "Barn om seg selv", outcomes, "2"],
        ["2", "23.11.2026 17:44", "Gikk ut av køen", NONE, NONE, "0"],
        ["3", "23.11.2026 17:44", "Ikke skrevet opp", NONE, NONE, "2", "Se på dette"],
        ["4", "23.11.2026 17:44", "Registrert", "Barn om seg selv", outcomes, "2", "= 1"],
    ]


def test_an_entry_shows_the_form_and_the_transcript(filled: Environ, capsys: Out) -> None:
    """Everything that was written, with times and roles, municipalities by name."""
    assert journal(["show", "1"], filled) == 0
    shown = capsys.readouterr().out

    assert shown.startswith("Oppføring 1\n")
    for line in (
        r"Kom +mandag 23\. november 2026 17:44",
        r"Fikk svar +mandag 23\. november 2026 17:45",
        r"Slik endte det +Registrert",
        r"Alder +10\u201312 år",
        r"Oppholdskommune +Kristiansand \(4204\)",
        r"Hjemkommune +Oslo \(0301\)",
        r"Tema +Vold og overgrep, Psykisk helse",
        r"Hastegrad +Haster nå",
        r"Hjelp her og nå +Politiet kontaktet",
        r"Meldeplikt \(bvl\. § 13-2\) +Vurdert: ja\n +Vold hjemme",
        r"Avvergingsplikt \(strl\. § 196\) +Ikke vurdert",
        r"Oppsummering +Første linje\.\n +Andre linje\.",
        r"Hvem ble ringt +17:4\d  Politiet  112  barnet visste det først\n +17:4\d  Andre  ikke sagt om barnet visste det",
        r"Notater +Søster heter Ida",
        r"Skrevet av +Kari",
        r"Medunderskrevet av +Ola",
        r"Samtalen, 2 meldinger\n\n17:44  Barnet\n    Hei\.\n    Er det noen der\? 💛\n\n17:44  Rådgiveren\n    Hei, jeg er her\.\n",
    ):
        assert re.search(line, shown), line
    assert "Se på dette" not in shown


def test_a_talk_over_midnight_names_the_new_day(keys_: Keys) -> None:
    """Times of another date than the arrival stand under that date."""
    talk = Talk(point(keys_.registrar), started=EVENING + 375 * 60_000).says("child", "a").says("child", "b")
    talk.entries = [msgspec.structs.replace(entry, at=entry.at // 60_000 * 60_000 + entry.n * 60_000) for entry in talk.entries]
    shown = "\n".join(page.page(1, 1, open_package(talk.package(), keys_.registrar), Words("en"), municipalities()))

    assert "\n23:59  The child\n    a\n\nTuesday, 24 November 2026\n00:00  The child\n    b" in shown


def test_a_talk_without_a_word_says_so(keys_: Keys) -> None:
    """A counsellor came and nobody wrote: a talk of no messages, not a row without text."""
    package = Talk(point(keys_.registrar)).package("unregistered")
    shown = "\n".join(page.page(1, 1, open_package(package, keys_.registrar), Words("en"), municipalities()))

    assert shown.endswith("The talk, 0 messages\n    No messages.")


def test_a_row_without_text_says_so(filled: Environ, capsys: Out) -> None:
    """One who left the line: when, how, and that there was no talk."""
    assert journal(["show", "2", "--language", "nn"], filled) == 0
    shown = capsys.readouterr().out

    assert re.search(r"Slik enda det +Gjekk ut av køen", shown)
    assert re.search(r"Avslutta av +Barnet", shown)
    assert "Ei rad utan tekst." in shown
    assert "Skjema" not in shown


def test_what_could_not_be_opened_is_told(filled: Environ, capsys: Out) -> None:
    """In the reader's language, with a mark in place of the text."""
    assert journal(["show", "3", "--language", "en"], filled) == 0
    shown = capsys.readouterr().out

    assert "Some messages could not be opened, or are not in their place." in shown
    assert "Messages are missing from the talk." in shown
    assert "What came is kept, sealed, in this entry" in shown
    assert "The counsellor\n    [could not be opened]\n" in shown
    assert "jeg er her" not in shown


def test_another_version_names_the_first(filled: Environ, capsys: Out) -> None:
    """An entry that adds to another one says to which."""
    assert journal(["show", "4"], filled) == 0
    assert "Hører til samme henvendelse som oppføring 1" in capsys.readouterr().out


@pytest.mark.parametrize("given", ["5", "0", "99999999999999999999999"])
def test_a_number_that_is_not_there_is_told(filled: Environ, capsys: Out, given: str) -> None:
    """One sentence, and a status that a script sees."""
    assert journal(["show", given], filled) == 1
    assert capsys.readouterr() == ("", f"Journalen har ingen oppføring {given}.\n")


@pytest.mark.parametrize("given", ["x", "1.5", "", "-"])
def test_what_is_no_number_is_told(filled: Environ, capsys: Out, given: str) -> None:
    """The same."""
    assert journal(["show", given], filled) == 1
    assert capsys.readouterr() == ("", f"{given} er ikke nummeret på en oppføring.\n")


@pytest.mark.parametrize("arguments", [["list"], ["show", "1"]])
def test_a_wrong_key_is_one_sentence(filled: Environ, data: Path, capsys: Out, arguments: list[str]) -> None:
    """The key of another journal: nothing is shown."""
    keyfiles.ensure(data / "other")
    (data / "journal.key").write_bytes((data / "other" / "journal.key").read_bytes())

    assert journal(arguments, filled) == 1
    assert capsys.readouterr() == ("", "journal.key passer ikke til denne journalen. Den ble skrevet for en annen nøkkel.\n")


@pytest.mark.parametrize("spoil", ["missing", "open to others", "no key"])
def test_a_missing_key_is_one_sentence(filled: Environ, data: Path, capsys: Out, spoil: str) -> None:
    """Missing, readable by others, or not a key: the sentence names the file and what was expected."""
    path = data / "journal.key"
    if spoil == "missing":
        path.unlink()
    elif spoil == "no key":
        path.write_text("x")
    else:
        path.chmod(0o644)

    assert journal(["list"], filled) == 1
    out, told = capsys.readouterr()
    assert out == ""
    assert told.startswith("Journalen kan bare leses med journal.key.")
    assert str(path) in told
    assert told.count("\n") == 1


def test_no_journal_yet_is_one_sentence(data: Path, capsys: Out) -> None:
    """Before the first entry, and when the file is something else; and an empty one is empty."""
    environ = {"ALARM_DATA": str(data)}
    assert journal(["list"], environ) == 1
    assert capsys.readouterr().err == f"Det er ingen journal i {data} ennå.\n"

    (data / "journal.sqlite").write_text("nothing of the kind" * 100)
    assert journal(["list"], environ) == 1
    assert capsys.readouterr().err == f"Journalen i {data} kan ikke leses.\n"

    (data / "journal.sqlite").unlink()
    SqliteJournal(data / "journal.sqlite", keyfiles.read_p256_public(data / "journal.pub")).close()
    assert journal(["list"], environ) == 0
    assert capsys.readouterr().out == "Journalen er tom.\n"


def test_some_entries_of_another_key_are_told(filled: Environ, data: Path, keys_: Keys, capsys: Out) -> None:
    """After a change of the journal's key, the entries of the old one are listed as shut."""
    other = Keys()
    journal_ = SqliteJournal(data / "journal.sqlite", point(other.journal))
    package = talk_of(keys_).package()
    journal_.add(package, open_package(package, keys_.registrar), EVENING)
    journal_.close()

    assert journal(["list"], filled) == 0
    shown = capsys.readouterr().out
    assert re.search(r"^5 +\u2013 +kan ikke åpnes med denne nøkkelen", shown, re.MULTILINE)
    assert "Én oppføring kunne ikke åpnes med denne nøkkelen." in shown


def test_a_child_cannot_steer_the_terminal(data: Path, keys_: Keys, capsys: Out) -> None:
    """Escape sequences and characters that turn writing round are shown as marks; emoji and letters stay."""
    talk = talk_of(keys_).says("child", "\x1b[2J\x1b]0;x\x07 \u202eabc \u2066d \x9b31m \r x 👩‍👧 æøåŋ")
    package = talk.package()
    journal_ = SqliteJournal(data / "journal.sqlite", keyfiles.read_p256_public(data / "journal.pub"))
    journal_.add(package, open_package(package, keys_.registrar), EVENING)
    journal_.close()

    assert journal(["show", "1"], {"ALARM_DATA": str(data)}) == 0
    shown = capsys.readouterr().out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert "👩‍👧 æøåŋ" in shown


def test_the_command_is_there(filled: Environ) -> None:
    """`python -m server journal show 1`, as the documentation says."""
    ran = subprocess.run([sys.executable, "-m", "server", "journal", "show", "1"], env=filled, cwd=ROOT, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "Er det noen der?" in ran.stdout.decode()


@pytest.mark.parametrize("words", [("list",), ("show", "1")])
def test_a_reader_who_has_seen_enough_leaves_no_trace(filled: Environ, words: tuple[str, ...]) -> None:
    """As `| head` does: nothing of the inside is shown, and the status is what a shell knows."""
    ear, mouth = os.pipe()
    os.close(ear)
    command = [sys.executable, "-m", "server", "journal", *words]
    done = subprocess.run(command, cwd=ROOT, env=filled, stdout=mouth, stderr=subprocess.PIPE, check=False)
    os.close(mouth)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


# --- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_languages_have_the_same_words(language: str) -> None:
    """The same keys and {places}, none empty, no exclamation mark."""
    ours, first = Words(language).sections, Words("nb").sections

    assert {section: set(words) for section, words in ours.items()} == {section: set(words) for section, words in first.items()}
    for section, words in ours.items():
        for key, word in words.items():
            assert word.strip()
            assert "!" not in word
            assert places(word) == places(first[section][key]), key


@pytest.mark.parametrize(
    ("section", "codes"),
    [
        ("ending", packages.Ending),
        ("ended_by", frames.EndedBy),
        ("about", frames.About),
        ("language", frames.Language),
        ("role", frames.Role),
        ("who", form.Who),
        ("age", form.AgeBand),
        ("gender", form.Gender),
        ("reason", form.Reason),
        ("urgency", form.Urgency),
        ("outcome", form.Outcome),
        ("immediate_help", form.ImmediateHelp),
        ("considered", form.Considered),
        ("called", form.Called),
        ("told", form.Told),
        ("problem", record.Problem),
        ("line", record.LineProblem),
    ],
)
def test_every_code_has_a_word(section: str, codes: object) -> None:
    """Whatever a record can hold is said in words, and there is no word for nothing."""
    assert set(Words("nb").sections[section]) == set(get_args(codes))


def test_a_younger_code_shows_itself() -> None:
    """A journal outlives its readers: a code that this version does not know is shown as it is."""
    assert Words("en").say("outcome", "rocket_science") == "rocket_science"


def test_a_younger_form_is_shown_as_it_came(keys_: Keys) -> None:
    """A form that this version cannot read is not hidden."""
    whole = open_package(talk_of(keys_).package(), keys_.registrar)
    younger = msgspec.structs.replace(whole, form='{"who":"robot","new":"field"}')
    shown = "\n".join(page.page(1, 1, younger, Words("en"), municipalities()))
    assert '{"who":"robot","new":"field"}' in shown
