"""What is known of a desk: the pure part."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.pairing.rules import HELD, NO_DESK, OFFER, DeskState, NotTaken, Stage, desk_from, desk_in, standings_of
from server.wire.wait import Wait, dump_wait, parse_wait

WAIT = Wait(1, "nb", "me", danger=True)
STAGES: tuple[Stage, ...] = ("claimed", "talking", "wrapping")


@given(
    st.booleans(),
    st.integers(1, 3),
    st.booleans(),
    st.dictionaries(st.text(), st.sampled_from(STAGES), max_size=3),
)
def test_a_desk_is_ready_only_when_all_allows_it(free: bool, room: int, ringing: bool, talks: dict[str, Stage]) -> None:  # noqa: FBT001 - drawn
    """Free, nothing rings, room left, nothing to be written up: all four, and no more."""
    desk = DeskState(free, room, ("c", 1, WAIT) if ringing else None, talks)

    assert desk.has_room == (len(talks) < room and not any(stage == "wrapping" for stage in talks.values()))
    assert desk.ready == (free and not ringing and desk.has_room)


def test_a_desk_is_read_from_the_books() -> None:
    """With and without a child that rings; what the books keep for themselves is left out."""
    quiet = b'{"free":true,"room":2,"since":17,"once":"x","talks":{"c":"talking"}}'
    ringing = b'{"free":true,"room":2,"since":17,"once":"x","offer":"d","talks":{}}'

    assert desk_from([quiet]) == DeskState(free=True, room=2, offer=None, talks={"c": "talking"})
    assert desk_from([ringing, b"1764000000123", dump_wait(WAIT)]) == DeskState(
        free=True, room=2, offer=("d", 1_764_000_000_123, WAIT), talks={}
    )


def test_a_desk_that_the_books_cannot_have_written_is_refused() -> None:
    """An unknown stage of a talk is an error, not a guess."""
    with pytest.raises(msgspec.ValidationError):
        desk_from([b'{"free":true,"room":2,"talks":{"c":"sleeping"}}'])


def test_a_refusal_keeps_its_reason() -> None:
    """Whoever says it in words reads it from the error."""
    refusal = NotTaken("at_capacity")

    assert refusal.reason == str(refusal) == "at_capacity"


def test_nobody_is_not_ready() -> None:
    """A desk of which nothing is written could take a child, but none rings there."""
    assert NO_DESK.has_room
    assert not NO_DESK.ready


@pytest.mark.parametrize(
    ("place", "kind", "desk"),
    [
        (None, OFFER, None),
        (b"line", OFFER, None),
        (b"line", HELD, None),
        (b"offer:anna", OFFER, "anna"),
        (b"offer:anna", HELD, None),
        (b"held:anna", HELD, "anna"),
        (b"held:offer:anna", HELD, "offer:anna"),
    ],
)
def test_the_desk_in_a_place(place: bytes | None, kind: str, desk: str | None) -> None:
    """`where` names a desk for an offer and for a held child, each in its own way."""
    assert desk_in(place, kind) == desk


@given(st.builds(Wait, st.integers(0, 2**52), st.text(), st.text(), st.booleans(), st.booleans()))
def test_a_wait_comes_back_as_it_was(wait: Wait) -> None:
    """What is written in the books is what is read from them."""
    assert parse_wait(dump_wait(wait)) == wait


def test_the_books_tell_how_each_talk_stands() -> None:
    """What the figures count: each talk of a desk, and how it stands there."""
    row = b'{"room":2,"free":true,"since":5,"talks":{"one":"talking","two":"wrapping"}}'

    assert {"one": "talking", "two": "wrapping"} == standings_of(row)
