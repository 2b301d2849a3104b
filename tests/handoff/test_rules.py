"""The rules of hand-off: what a package is made of, and when it is tried again."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.handoff import rules
from server.wire.package import Ending, Entry

FIELDS = {
    b"state": b"sealed",
    b"epoch": b"e" * 22,
    b"created": b"1790000012345",
    b"paired": b"1790000070000",
    b"ended": b"1790002400999",
    b"sealed": b"1790002500000",
    b"ending": b"registered",
    b"ended_by": b"child",
    b"language": b"se",
    b"about": b"other",
    b"danger": b"1",
    b"desk": b"kari-1",
    b"form": b"sealed form",
}


def test_a_package_holds_the_facts_in_whole_minutes() -> None:
    """Every fact of the talk is in its package, and no time is finer than a minute."""
    package = rules.package_of("c" * 22, FIELDS, b"wrapped", [])

    assert (package.conversation, package.epoch) == ("c" * 22, "e" * 22)
    assert (package.ending, package.ended_by, package.language, package.about) == ("registered", "child", "se", "other")
    assert (package.danger, package.counsellor, package.form, package.wrapped_key) == (True, "kari-1", b"sealed form", b"wrapped")
    assert [at % 60_000 for at in (package.arrived_at, package.paired_at or 1, package.ended_at)] == [0, 0, 0]
    assert package.arrived_at <= 1790000012345 < package.arrived_at + 60_000


def test_a_package_of_little_is_a_package() -> None:
    """A child that said nothing about itself and left is still a contact."""
    package = rules.package_of("c" * 22, {b"created": b"1790000012345", b"ending": b"gave_up"}, None, [])

    assert (package.language, package.about, package.danger) == ("nb", "unsaid", False)
    assert (package.paired_at, package.counsellor, package.form, package.ended_by) == (None, None, None, None)
    assert package.ended_at == package.arrived_at


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"ending", b"forgotten"),
        (b"ending", b""),
        (b"language", b"klingon"),
        (b"about", b"\xff"),
        (b"created", b"yesterday"),
        (b"ended_by", b"nobody"),
    ],
)
def test_a_fact_that_we_wrote_wrong_is_named(name: bytes, value: bytes) -> None:
    """The error says which field, and not what is in it."""
    with pytest.raises(rules.PackageError, match=f"^{name.decode()}$"):
        rules.package_of("c" * 22, FIELDS | {name: value}, None, [])


def test_an_entry_is_handed_off_in_whole_minutes() -> None:
    """An entry of the log keeps its place and its box; its time is rounded down."""
    row = {b"r": b"child", b"i": b"i" * 22, b"n": b"4", b"t": b"1790000059999", b"b": b"box"}

    assert rules.entry_of(b"7-0", row) == Entry(7, "child", "i" * 22, 4, 1790000040000, b"box")
    for broken in ({k: v for k, v in row.items() if k != b"b"}, row | {b"n": b"x"}, row | {b"r": b"\xff"}):
        with pytest.raises(rules.PackageError):
            rules.entry_of(b"7-0", broken)


@pytest.mark.parametrize("ending", get_args(Ending))
def test_a_form_belongs_to_registered_alone(ending: Ending) -> None:
    """With a form it is registered; every other ending has none; the first two had a counsellor to the end."""
    with pytest.raises(rules.EndingError):
        rules.written_up(ending, has_form=ending != "registered")
    assert rules.written_up(ending, has_form=ending == "registered") == (ending in {"registered", "unregistered"})


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_tries_are_spread_and_never_stop(attempt: int, chance: float) -> None:
    """Each pause is at least half a second and at most five minutes."""
    assert 500 <= rules.backoff(attempt, chance) <= 300_000


def test_tries_grow_apart() -> None:
    """Pauses double until they reach five minutes."""
    pauses = [rules.backoff(attempt, 1.0) for attempt in range(12)]
    assert pauses == [1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000, 256000, 300000, 300000, 300000]


@given(st.integers(0, 2**45))
def test_a_whole_minute_is_not_later(at: int) -> None:
    """Rounding goes down, by less than a minute."""
    assert 0 <= at - rules.whole_minute(at) < 60_000
    assert rules.whole_minute(at) % 60_000 == 0
