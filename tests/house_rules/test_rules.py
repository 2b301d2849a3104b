"""What the shift lead may change: the same checks as the files, one chain, and what is another one since."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.helpline import SettingsError, as_raw, convert, read_helpline
from server.house_rules.rules import (
    FIRST,
    PARTS,
    ChainError,
    Change,
    Difference,
    Entry,
    Part,
    applied,
    as_file,
    differences,
    link,
    read,
    revision,
    told,
    value_at,
    values,
)
from server.replies import read_replies

ROOT = Path(__file__).resolve().parents[2]
HELPLINE = read_helpline(ROOT / "config" / "helpline.toml")
REPLIES = read_replies(ROOT / "config" / "replies.toml", HELPLINE.languages, HELPLINE.default_language)
SECRET = b"s" * 32
EVENING = ["16:15", "22:45"]


def lines(*changes: Change) -> list[bytes]:
    """Return the lines of these changes."""
    found: list[bytes] = []
    for n, change in enumerate(changes, 1):
        found.append(link(n, change, found[-1] if found else b"", SECRET))
    return found


def change(part: Part, value: Any, who: str = "lea") -> Change:  # noqa: ANN401 - as the file would say it
    """Return a change."""
    return Change(who, 1_800_000_000_000, part, value)


THREE = (change("opening", {"mon": EVENING}), change("exceptions", {"2026-12-24": "closed"}), change("opening", None))


# --- the chain ---------------------------------------------------------------------------------


def test_what_was_written_is_read() -> None:
    """Each with its number, in order, on the line before; nothing is read from nothing."""
    entries = read(lines(*THREE), SECRET)
    assert [(one.n, one.change) for one in entries] == list(enumerate(THREE, 1))
    assert entries[0].before == FIRST
    assert read([], SECRET) == ()


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_line_that_was_touched_is_seen(line: int) -> None:
    """Changed, taken out, put in another place, written with another secret, or no line at all: the first such line is named."""
    whole = lines(*THREE)
    changed = [one.replace(b"1800000000000", b"1800000000001") if n == line else one for n, one in enumerate(whole, 1)]
    forged = [
        link(n, Change("eve", 1, "replies", []), whole[n - 2] if n > 1 else b"", b"x" * 32) if n == line else one
        for n, one in enumerate(whole, 1)
    ]
    for touched in (
        changed,
        forged,
        [b"{}" if n == line else one for n, one in enumerate(whole, 1)],
        [*whole[: line - 1], b"\xff", *whole[line:]],
    ):
        with pytest.raises(ChainError) as caught:
            read(touched, SECRET)
        assert caught.value.line == line
    if line < 3:
        with pytest.raises(ChainError) as caught:
            read([one for n, one in enumerate(whole, 1) if n != line], SECRET)
        assert caught.value.line == line
    with pytest.raises(ChainError):
        read([*whole, link(5, THREE[0], whole[-1], SECRET)], SECRET)


# --- what holds --------------------------------------------------------------------------------


def test_the_last_change_of_each_part_holds() -> None:
    """And before a change what was made of the part until then; what was given back to the file is the file's."""
    entries = read(lines(*THREE), SECRET)
    assert values(entries) == {"exceptions": {"2026-12-24": "closed"}}
    assert (revision(entries, "opening"), revision(entries, "exceptions"), revision(entries, "replies")) == (3, 2, 0)
    assert value_at(entries, "opening", 2) == {"mon": EVENING}
    assert value_at(entries, "opening", 0) is None


def test_what_the_settings_say_can_be_said_back() -> None:
    """As a file would: read again it is the same, with dates that are closed and numbers without hours."""
    helpline = msgspec.structs.replace(HELPLINE, exceptions={"2026-12-24": ("16:15", "20:00"), "2027-01-01": None})
    assert convert(as_raw(helpline), "x") == helpline
    for part in PARTS:
        assert applied(helpline, REPLIES, {part: as_file(helpline, REPLIES, part)}) == (helpline, REPLIES)
    assert applied(helpline, REPLIES, {}) == (helpline, REPLIES)


@pytest.mark.parametrize(
    ("part", "value", "name"),
    [
        ("opening", {"mon": ["16:15", "25:00"]}, "house: opening.mon"),
        ("opening", {"mon": "closed"}, "house: opening.mon"),
        ("opening", {"monday": EVENING}, "house: opening.monday"),
        ("opening", [], "house: opening"),
        ("exceptions", {"24. december": "closed"}, "house: exceptions.24. december"),
        ("exceptions", {"2026-02-30": "closed"}, "house: exceptions.2026-02-30"),
        ("exceptions", {f"2026-01-{day}": "closed" for day in range(401)}, "house: exceptions"),
        ("other_help", [{"number": "116 123", "label": "number_mental_health", "tel": "ring"}], "house: other_help[0].tel"),
        (
            "other_help",
            [{"number": "1", "label": "number_alarm", "tel": "116111", "opening": {"mon": []}}],
            "house: other_help[0].opening.mon",
        ),
        ("other_help", "none", "house: other_help"),
        ("replies", [{"short": "hei", "en": "Hi"}], "house: reply[0].nb"),
        ("replies", [{"short": "Hei!", "nb": "Hei"}], "house: reply[0]"),
        ("replies", [{"short": "hei", "nb": "Hei"}, {"short": "hei", "nb": "Hallo"}], "house: short"),
        ("replies", "none", "house"),
    ],
)
def test_what_is_wrong_is_named_as_at_the_start(part: Part, value: Any, name: str) -> None:  # noqa: ANN401 - whatever somebody sent
    """The same checks as for the files; what comes afterwards shows the file's, and closed where it is about hours."""
    with pytest.raises(SettingsError) as caught:
        applied(HELPLINE, REPLIES, {part: value})
    assert caught.value.name == name

    held = told(HELPLINE, REPLIES, {part: value})
    assert (held.helpline, held.replies) == (HELPLINE, REPLIES)
    assert [fault.name for fault in held.faults] == [name]
    assert held.hours_known == (part not in ("opening", "exceptions"))


def test_one_change_that_does_not_fit_any_more_takes_no_other_with_it() -> None:
    """Replies that lost their language: the hours of the shift lead hold all the same."""
    held = told(HELPLINE, REPLIES, {"replies": [{"short": "hei", "xx": "?"}], "exceptions": {"2026-12-24": "closed"}})
    assert held.helpline.exceptions == {"2026-12-24": None}
    assert held.hours_known
    assert len(held.faults) == 1


# --- what it changes ---------------------------------------------------------------------------


def test_differences_of_hours_are_told_by_the_day() -> None:
    """In the order of the week and of the calendar: another window, one that is new, one that is gone."""
    before, after = {"mon": EVENING, "tue": EVENING, "sun": EVENING}, {"sun": ["12:00", "22:45"], "sat": EVENING, "mon": EVENING}
    assert differences("opening", before, after) == [
        Difference("tue", "16:15-22:45", None),
        Difference("sat", None, "16:15-22:45"),
        Difference("sun", "16:15-22:45", "12:00-22:45"),
    ]
    dates = differences("exceptions", {"2027-01-01": "closed"}, {"2026-12-31": EVENING, "2026-12-24": "closed"})
    assert [one.name for one in dates] == ["2026-12-24", "2026-12-31", "2027-01-01"]


def test_differences_of_texts_and_numbers_are_told_by_their_names() -> None:
    """A reply by its short name and language, a number by its label and day; another order is a difference too."""
    hei, ha = {"short": "hei", "nb": "Hei"}, {"short": "ha", "nb": "Ha det", "en": "Bye"}
    assert differences("replies", [hei], [hei | {"nb": "Hei du"}, ha]) == [
        Difference("/hei (nb)", "Hei", "Hei du"),
        Difference("/ha (nb)", None, "Ha det"),
        Difference("/ha (en)", None, "Bye"),
    ]
    assert differences("replies", [hei, ha], [ha, hei]) == [
        Difference("order", "/hei (nb), /ha (nb), /ha (en)", "/ha (nb), /ha (en), /hei (nb)")
    ]
    one = {"number": "116 123", "label": "number_mental_health", "tel": "116123"}
    assert differences("other_help", [one], [one]) == []
    assert differences("other_help", [one], [one | {"tel": "4711", "opening": {"mon": EVENING}}]) == [
        Difference("number_mental_health", "116 123", "116 123 (4711)"),
        Difference("number_mental_health mon", None, "16:15-22:45"),
    ]


def test_an_entry_names_its_facts() -> None:
    """What is read is typed."""
    assert isinstance(read(lines(THREE[0]), SECRET)[0], Entry)
