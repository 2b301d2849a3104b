"""Who is beside whom, as pure rules: who may read, who is at work, who is in a talk."""

import pytest

from server.colleagues.rules import HERE_MS, Asked, Beside, Call, Row, here, in_talk, may_read

ROW = Row("k" * 22, b"\x04" * 65)


def test_a_talk_is_read_only_while_the_one_who_asked_has_it() -> None:
    """Not before she was asked, not when nobody or another one has it, and not one's own."""
    asked = Asked("kari", 1, ROW.key_id)
    assert may_read("kari", asked, "ola")
    assert not may_read("kari", None, "ola")
    assert not may_read("", asked, "ola")
    assert not may_read("berit", asked, "ola")
    assert not may_read("kari", asked, "kari")


def test_who_was_asked_in_is_found_from_both_sides_longest_ago_first() -> None:
    """By desk and by talk."""
    found = Beside(asked={("b", "ola"): Asked("kari", 2, "k"), ("a", "ola"): Asked("kari", 1, "k"), ("a", "eva"): Asked("kari", 3, "k")})
    assert found.reads("ola") == ["a", "b"]
    assert found.readers("a") == ["ola", "eva"]
    assert (found.reads("kari"), found.readers("c")) == ([], [])


@pytest.mark.parametrize(("heard", "is_here"), [(100, True), (100 - HERE_MS, True), (99 - HERE_MS, False), (None, False)])
def test_who_was_not_heard_lately_is_not_at_work(heard: int | None, *, is_here: bool) -> None:
    """Whatever the books say of her."""
    assert (here({"kari": ROW}, {"kari": heard}, 100) == {"kari": ROW}) is is_here


def test_those_in_a_talk_are_its_holder_and_its_readers() -> None:
    """A talk that nobody has has nobody in it but them."""
    assert in_talk("kari", ["ola"]) == {"kari", "ola"}
    assert in_talk("", ["ola"]) == {"ola"}


def test_a_call_says_who_comes_only_when_somebody_does() -> None:
    """Nobody, at first."""
    assert Call("c", 1).coming == ""
