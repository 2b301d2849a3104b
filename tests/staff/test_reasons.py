"""Why something was done by hand: kept, marked, and gone after its time."""

from pathlib import Path

import pytest

from server.staff.reasons import KEPT_MS, Given, Reasons, mark_of

NOW = 1_795_633_200_000


def given(reason: str, at: int = NOW) -> Given:
    """Return a reason that Lea gives."""
    return Given(mark_of(at, reason), at, "lea-1", "closed_by_hand", reason)


async def test_a_reason_is_kept_for_its_owner_alone_and_read_newest_first(tmp_path: Path) -> None:
    """The file is for the worker's user only; no reason that is young goes."""
    reasons = Reasons(tmp_path / "reasons.log")
    assert await reasons.latest(5) == []
    for text in ("one", "two", "three"):
        await reasons.keep(given(text))
    assert [one.reason for one in await reasons.latest(2)] == ["three", "two"]
    assert (tmp_path / "reasons.log").stat().st_mode & 0o777 == 0o600


async def test_a_reason_that_was_changed_fits_no_entry(tmp_path: Path) -> None:
    """The mark in the audit log is of the words and the instant: other words have another one."""
    path = tmp_path / "reasons.log"
    reasons = Reasons(path)
    await reasons.keep(given("the heating is out"))
    assert await reasons.marked() == {mark_of(NOW, "the heating is out"): "the heating is out"}
    path.write_text(path.read_text("utf-8").replace("heating", "weather") + "not a line\n", "utf-8")
    assert await reasons.marked() == {}
    assert mark_of(NOW, "a") != mark_of(NOW + 1, "a")


async def test_a_reason_goes_after_its_time_with_the_next_one(tmp_path: Path) -> None:
    """No file of reasons grows for ever."""
    reasons = Reasons(tmp_path / "reasons.log")
    await reasons.keep(given("old", NOW - KEPT_MS))
    await reasons.keep(given("young", NOW - KEPT_MS + 1))
    await reasons.keep(given("new"))
    assert [one.reason for one in await reasons.latest(5)] == ["new", "young"]


async def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    """Whoever keeps a reason learns that it was not kept."""
    with pytest.raises(OSError, match="No such file"):
        await Reasons(tmp_path / "nowhere" / "reasons.log").keep(given("lost"))
