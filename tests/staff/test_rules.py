"""A staff session ends when nobody uses it, and after a shift at the latest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.staff.rules import ABSOLUTE, IDLE, TOLD_BEFORE, Session, ends, ends_soon, fold, is_last, is_name, is_password, same_name, stands

HOUR = 60 * 60_000


@pytest.mark.parametrize(
    ("since", "seen", "now", "good"),
    [
        (0, 0, 0, True),
        (0, 0, IDLE - 1, True),
        (0, 0, IDLE, False),
        (0, 11 * HOUR, 11 * HOUR + IDLE - 1, True),
        (0, ABSOLUTE - 1, ABSOLUTE - 1, True),
        (0, ABSOLUTE - 1, ABSOLUTE, False),
    ],
)
def test_a_session_stands(since: int, seen: int, now: int, *, good: bool) -> None:
    """30 minutes without use, or 12 hours in all, end it to the millisecond."""
    assert stands(Session("d", since, seen), now) is good


@given(st.integers(0, 2**41), st.integers(0, 2**41), st.integers(0, 2**42))
def test_it_never_stands_past_a_shift_nor_past_idleness(since: int, used: int, now: int) -> None:
    """Whatever the times: a standing session is younger than a shift and was used within the idle time."""
    session = Session("d", since, since + used)
    assert stands(session, now) == (now < since + ABSOLUTE and now < since + used + IDLE)
    assert ends(session) <= since + ABSOLUTE


@pytest.mark.parametrize("name", ["Kari", "Øystein Ådland", "kari.nordmann@example.no", "K", "Ánde Eira-Sara", "x" * 40])
def test_names_that_people_have(name: str) -> None:
    """Letters of any language, digits, spaces, dots, hyphens and @."""
    assert is_name(name)


@pytest.mark.parametrize("name", ["", " Kari", "x" * 41, "Kari\n", "<b>", "-x", "a\tb", "Kari\x00"])
def test_names_that_nobody_has(name: str) -> None:
    """No markup, no control characters, nothing empty, nothing endless."""
    assert not is_name(name)


def test_names_are_compared_as_typed() -> None:
    """Case and spaces around do not matter."""
    assert same_name(" KARI ", "kari")
    assert not same_name("kari", "ola")
    assert fold("ÅSE") == "åse"


@pytest.mark.parametrize(
    ("password", "good"), [("x" * 11, False), ("abcdefghijk", False), ("abcdefghijkl", True), ("a" * 50, False), ("abcde" * 41, False)]
)
def test_a_password_that_somebody_chooses(password: str, *, good: bool) -> None:
    """12 to 200 characters, and not one character over and over."""
    assert is_password(password) is good


@pytest.mark.parametrize(
    ("since", "seen", "now", "told", "last"),
    [
        (0, 0, IDLE - TOLD_BEFORE - 1, None, False),
        (0, 0, IDLE - TOLD_BEFORE, IDLE, False),
        (0, ABSOLUTE - TOLD_BEFORE - 1, ABSOLUTE - TOLD_BEFORE - 1, None, False),
        (0, ABSOLUTE - TOLD_BEFORE, ABSOLUTE - TOLD_BEFORE, ABSOLUTE, True),
    ],
)
def test_T4_the_end_of_a_session_is_told_in_time(since: int, seen: int, now: int, told: int | None, *, last: bool) -> None:
    """Ten minutes before, whichever end comes first; only the end of a shift is one that nothing prolongs."""
    session = Session("d", since, seen)
    assert (ends_soon(session, now), is_last(session, now)) == (told, last)
