"""Whom a counsellor may call: only numbers that somebody has confirmed."""

import json
from pathlib import Path

import pytest

from server.helpline import SettingsError
from server.numbers import Emergency, OnCall, read_emergency, read_on_call

DATA = Path(__file__).resolve().parents[1] / "config" / "data"


def test_the_emergency_numbers_are_those_that_have_a_source() -> None:
    """Police, ambulance, fire and the doctor on call, in this order."""
    assert [(one.who, one.number) for one in read_emergency(DATA / "hjelpenumre.json")] == [
        ("police", "112"),
        ("ambulance", "113"),
        ("fire", "110"),
        ("out_of_hours_doctor", "116117"),
    ]


def test_a_number_that_must_be_confirmed_first_is_not_shown(tmp_path: Path) -> None:
    """Nor one that the file does not have."""
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps({"norge": [{"nummer": "112", "kilde": "nkom.no"}, {"nummer": "113", "kilde": "funn, skal bekreftes"}]}))
    assert read_emergency(path) == (Emergency("police", "112"),)


def test_nobody_on_call_is_shown_before_somebody_has_confirmed_it(tmp_path: Path) -> None:
    """The sample that comes with the program has none confirmed; a confirmed row without a number is not shown either."""
    assert read_on_call(DATA / "barnevernvakter.json") == ()
    rows = json.loads((DATA / "barnevernvakter.json").read_text("utf-8"))
    first = next(row for row in rows["vakter"] if row["telefon"])
    first["bekreftet"] = True
    silent = next(row for row in rows["vakter"] if not row["telefon"])
    silent["bekreftet"] = True
    path = tmp_path / "on_call.json"
    path.write_text(json.dumps(rows))
    assert read_on_call(path) == (OnCall(first["navn"], first["telefon"], tuple(first["dekker"])),)


def test_every_municipality_on_call_exists() -> None:
    """The numbers of the sample are those of the list of municipalities."""
    known = {line.split(",")[0] for line in (DATA / "kommuner.csv").read_text("utf-8").splitlines()}
    rows = json.loads((DATA / "barnevernvakter.json").read_text("utf-8"))["vakter"]
    assert {number for row in rows for number in row["dekker"]} - {"2100"} <= known


def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    """Missing or broken, it names itself."""
    with pytest.raises(SettingsError):
        read_on_call(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(SettingsError):
        read_emergency(tmp_path / "bad.json")
