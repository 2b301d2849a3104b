"""The file of the shift lead's changes: whole or not at all, seen by every worker, and closed where it cannot be read."""

import asyncio
import os
from pathlib import Path

import pytest

from server import metrics
from server.helpline import SettingsError
from server.house_rules.rules import Change
from server.house_rules.store import ChangedMeanwhile, HouseRules, HouseRulesError, append, faults
from tests.house_rules.test_rules import EVENING, HELPLINE, REPLIES, SECRET

CLOSED = {"2026-12-24": "closed"}


def change(value: object, who: str = "lea") -> Change:
    """Return a change of the exceptions."""
    return Change(who, 1_800_000_000_000, "exceptions", value)


def rules(path: Path) -> HouseRules:
    """Return what one worker holds."""
    return HouseRules(path, SECRET, HELPLINE, REPLIES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to be."""
    return tmp_path / "house.log"


@pytest.fixture
def alarms() -> list[float]:
    """How often the alarm was raised: at the beginning, and whenever it is asked."""
    counter = metrics.ALARMS.labels("settings_lost")
    return [counter._value.get()]


def content(path: Path) -> bytes:
    """Return what the file holds."""
    return path.read_bytes()


def put(path: Path, whole: bytes | None) -> None:
    """Let the file hold this; None: let it be gone."""
    if whole is None:
        path.unlink()
    else:
        path.write_bytes(whole)


def mode(path: Path) -> int:
    """Return who may read it."""
    return path.stat().st_mode & 0o777


def raised(alarms: list[float]) -> float:
    """Return how often the alarm was raised since."""
    return float(metrics.ALARMS.labels("settings_lost")._value.get() - alarms[0])


async def test_a_change_is_seen_by_every_worker_at_its_next_look(path: Path) -> None:
    """Without a start and without a message; what was given back to the file is the file's."""
    one, two = rules(path), rules(path)
    assert two.now().helpline.exceptions == {}
    entry = await one.change(change(CLOSED), 0)
    assert (entry.n, entry.change.who) == (1, "lea")
    assert two.now().helpline.exceptions == {"2026-12-24": None}
    assert (two.revision("exceptions"), two.revision("opening")) == (1, 0)
    await two.change(change(None), 1)
    assert one.now().helpline == HELPLINE
    assert one.value("exceptions", 1) == CLOSED
    assert mode(path) == 0o600


async def test_who_did_not_see_the_last_change_is_told_and_writes_nothing(path: Path) -> None:
    """Twenty at once, all standing on the same: one is written, nineteen are told by whom; another part is another matter."""
    houses = [rules(path) for _ in range(20)]
    done = await asyncio.gather(
        *(one.change(change({f"2026-12-{at + 1:02}": "closed"}, f"lead{at}"), 0) for at, one in enumerate(houses)), return_exceptions=True
    )
    written = [one for one in done if not isinstance(one, BaseException)]
    refused = [one for one in done if isinstance(one, ChangedMeanwhile)]
    assert (len(written), len(refused)) == (1, 19)
    assert all(one.entry == written[0] for one in refused)
    assert len(houses[0].entries) == 1
    assert (await houses[0].change(Change("lea", 1, "opening", {"mon": EVENING}), 0)).n == 2


async def test_what_is_wrong_is_named_and_nothing_is_written(path: Path) -> None:
    """Half a day that exists and half that does not: no half of it holds."""
    one = rules(path)
    with pytest.raises(SettingsError, match=r"opening\.tue"):
        await one.change(Change("lea", 1, "opening", {"mon": ["10:00", "12:00"], "tue": ["10:00", "x"]}), 0)
    with pytest.raises(SettingsError, match="part"):
        one.trial("name", "x")  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="n: expected"):
        one.undone(1)
    assert one.entries == ()
    assert one.now().helpline == HELPLINE


async def test_going_back_is_a_change_too(path: Path) -> None:
    """What was before a change is written anew; the history keeps all."""
    one = rules(path)
    await one.change(change(CLOSED), 0)
    await one.change(change({}), 1)
    part, value = one.undone(2)
    assert (part, value) == ("exceptions", CLOSED)
    await one.change(Change("lea", 1, part, value, undoes=2), 2)
    assert one.undone(1) == ("exceptions", None)
    assert one.now().helpline.exceptions == {"2026-12-24": None}
    assert [entry.change.undoes for entry in one.entries] == [0, 0, 2]


async def test_a_file_that_was_touched_is_an_alarm_and_what_was_read_holds_on(path: Path, alarms: list[float]) -> None:
    """Changed, emptied or gone while a worker runs: it keeps the hours that it knows; a change is refused; mended, it reads again."""
    one = rules(path)
    await one.change(change(CLOSED), 0)
    held, whole = one.now(), content(path)
    for other in (whole.replace(b"closed", b"ajar!!"), b"", None, whole[:-1] + b"x\n"):
        put(path, other)
        assert one.now() is held
        assert one.now() is held
    assert raised(alarms) == 1
    with pytest.raises(HouseRulesError):
        await one.change(change({}), 1)
    put(path, whole)
    assert one.now().helpline.exceptions == {"2026-12-24": None}
    assert (await one.change(change({}), 1)).n == 2


async def test_who_starts_without_being_able_to_read_it_is_closed(path: Path, alarms: list[float]) -> None:
    """No guess from the file of the settings: closed, with an alarm, until it can be read."""
    await rules(path).change(change(CLOSED), 0)
    whole = content(path)
    put(path, b"{}\n")
    one = rules(path)
    assert not one.now().hours_known
    assert raised(alarms) == 1
    assert faults(path, SECRET, HELPLINE, REPLIES) == [f"{path}: line 1: expected what was written, got something else"]
    put(path, whole)
    assert one.now().hours_known
    assert faults(path, SECRET, HELPLINE, REPLIES) == []


async def test_a_change_that_fits_the_settings_no_more_is_an_alarm(path: Path, alarms: list[float]) -> None:
    """The file of the settings was changed since: the replies are the file's again, and who starts the service is told."""
    append(path, SECRET, Change("lea", 1, "replies", [{"short": "hei", "xx": "?"}]), 0)
    assert rules(path).now().replies == REPLIES
    assert raised(alarms) == 1
    assert "reply[0]" in faults(path, SECRET, HELPLINE, REPLIES)[0]
    assert faults(path.with_name("none"), SECRET, HELPLINE, REPLIES) == []


async def test_a_power_cut_leaves_whole_lines(path: Path) -> None:
    """What was not finished was never acknowledged: it is not read, and the next change takes its place."""
    one = rules(path)
    await one.change(change(CLOSED), 0)
    with path.open("ab") as file:
        file.write(b'{"n":2,"change":{"who"')
    assert rules(path).now().helpline.exceptions == {"2026-12-24": None}
    assert (await one.change(change({}), 1)).n == 2
    assert rules(path).now().helpline.exceptions == {}


async def test_a_disk_that_is_full_keeps_what_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line is taken away again, and the lead is told."""
    one = rules(path)
    await one.change(change(CLOSED), 0)
    before, write = content(path), os.write

    def full(descriptor: int, text: bytes) -> int:
        if len(text) < 20:
            raise OSError(28, "No space left on device")
        return write(descriptor, text[: len(text) // 2])

    with monkeypatch.context() as patched:
        patched.setattr("server.keyfiles.os.write", full)
        with pytest.raises(HouseRulesError, match="No space left"):
            await one.change(change({}), 1)
    assert content(path) == before
    assert (await one.change(change({}), 1)).n == 2


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file where the folder should be: who starts the service is told, and it is closed."""
    (tmp_path / "house.log").mkdir()
    path = tmp_path / "house.log"
    assert not rules(path).now().hours_known
    assert "expected a file that can be read" in faults(path, SECRET, HELPLINE, REPLIES)[0]
    with pytest.raises(HouseRulesError):
        append(path, SECRET, change({}), 0)
    blocked = rules(tmp_path / "house.log" / "x" / "y")
    assert blocked.now().hours_known
