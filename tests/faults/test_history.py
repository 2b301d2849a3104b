"""The checker itself: it is content with good histories, and sees each kind of harm in bad ones."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.history import Books, History, Line, Said, Screen, Take, Truth, Wait
from tests.faults.verdict import Kind, check, overtaken

C, D = "talk-c", "talk-d"


def told(history: History, who: str, role: str, text: str, seq: int | None, conversation: str = C) -> Line:
    """Somebody writes; with a number it is acknowledged. Return the line that the log then has."""
    n = sum(said.role == role and said.conversation == conversation for said in history.said)
    history.says(Said(who, conversation, role, f"id-{text}", text))
    if seq is not None:
        history.hears(f"id-{text}", seq)
    return Line(seq or 0, role, text, f"id-{text}", n)


def a_good_run() -> tuple[History, Truth]:
    """A talk of three messages on two screens, and another talk."""
    history = History()
    lines = [
        told(history, "anna", "child", "hei", 1),
        told(history, "kari", "counsellor", "hei, anna", 2),
        told(history, "anna", "child", "jeg er redd", 3),
    ]
    history.screens += [Screen("anna", C, list(lines)), Screen("kari", C, list(lines))]
    other = told(history, "bo", "child", "noe annet", 1, D)
    history.screens.append(Screen("bo", D, [other]))
    return history, Truth({C: lines, D: [other]}, journalled=[C, D], contacts={C, D})


def test_a_good_run_is_clean() -> None:
    """Nothing is found where nothing is wrong; also when one stopped looking, and one message is still shown as not sent."""
    history, truth = a_good_run()
    told(history, "anna", "child", "ikke sendt", None)
    history.screens.append(Screen("anna", C, truth.talks[C][:2], closed=True))

    assert check(history, truth).clean
    assert str(check(history, truth)) == "clean"


def harm(change: Callable[[History, Truth], object]) -> list[Kind]:
    """Return what is found once a good run was changed."""
    history, truth = a_good_run()
    change(history, truth)
    return [finding.kind for finding in check(history, truth).findings]


def without_second(_: History, truth: Truth) -> None:
    """The store lost an acknowledged message; the rest is numbered on."""
    first, _second, third = truth.talks[C]
    truth.talks[C] = [first, replace(third, seq=2)]


def twice(_: History, truth: Truth) -> None:
    """The store holds a message twice."""
    truth.talks[C].append(replace(truth.talks[C][0], seq=4, n=2))


def elsewhere(_: History, truth: Truth) -> None:
    """A message of another talk is in this one."""
    truth.talks[C].append(replace(truth.talks[D][0], seq=4, n=2))


def made_up(history: History, truth: Truth) -> None:
    """Nobody wrote this, and everybody reads it."""
    line = Line(4, "counsellor", "kom hit", "id-x", 1)
    truth.talks[C].append(line)
    for screen in history.screens[:2]:
        screen.lines.append(line)


def not_opened(history: History, _: Truth) -> None:
    """A line could not be opened on a screen."""
    history.screens[1].lines[2] = replace(history.screens[1].lines[2], text=None)


def swapped(_: History, truth: Truth) -> None:
    """Two messages of the child changed places."""
    first, second, third = truth.talks[C]
    truth.talks[C] = [replace(third, seq=1, n=0), second, replace(first, seq=3, n=1)]


def other_number(history: History, _: Truth) -> None:
    """The writer was told one number twice and another one once."""
    history.hears("id-hei", 2)


def wrong_number(history: History, _: Truth) -> None:
    """The writer was told a number that the message does not have."""
    history.acknowledged[0] = ("id-hei", 7)


def hole(_: History, truth: Truth) -> None:
    """The sender's counter has a hole."""
    truth.talks[C][2] = replace(truth.talks[C][2], n=5)


def never_shown(history: History, _: Truth) -> None:
    """A counsellor, who looks, was never shown the last message."""
    history.screens[1].lines.pop()


def shown_twice(history: History, _: Truth) -> None:
    """A child was shown a message twice."""
    history.screens[0].lines.append(history.screens[0].lines[1])


def shown_late(history: History, _: Truth) -> None:
    """A screen shows all, in another order."""
    history.screens[0].lines.reverse()


def not_a_beginning(history: History, _: Truth) -> None:
    """Who stopped looking had been shown the second message without the first."""
    history.screens.append(Screen("kari", C, history.screens[1].lines[1:], closed=True))


def swallowed(history: History, _: Truth) -> None:
    """A message is neither acknowledged nor shown as not sent."""
    told(history, "anna", "child", "borte", None)
    history.pending.clear()


def ghost(history: History, _: Truth) -> None:
    """Something was acknowledged that nobody wrote."""
    history.hears("id-ghost", 9)


def as_the_other(_: History, truth: Truth) -> None:
    """A child's words are kept as the counsellor's."""
    truth.talks[C][0] = replace(truth.talks[C][0], role="counsellor")


def stray(history: History, _: Truth) -> None:
    """A counsellor got a frame of a talk that was never hers."""
    history.strays.add(("kari", D))


def too_many(history: History, _: Truth) -> None:
    """A desk was shown more talks than it has room for."""
    history.desks.append(("kari", 4, 3))


def twice_in_the_journal(_: History, truth: Truth) -> None:
    """A contact was registered twice."""
    assert truth.journalled is not None
    truth.journalled.append(C)


def not_in_the_journal(_: History, truth: Truth) -> None:
    """A contact was not registered."""
    truth.journalled = [D]


def not_verified(_: History, truth: Truth) -> None:
    """The registrar could not open what it was given."""
    truth.problems.append(f"{C}: entries_missing")


def for_ever(_: History, truth: Truth) -> None:
    """A key has no expiry, another one outlives its talk."""
    truth.forever.append("{q}:x")
    truth.left_over.append("{c:x}:talk")


def cross_frame(history: History, _: Truth) -> None:
    """A browser was told something about another conversation."""
    history.faults.append("anna was welcomed to another talk")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (without_second, {"lost", "disordered", "invented"}),
        (twice, {"doubled", "lost"}),
        (elsewhere, {"crossed", "lost"}),
        (made_up, {"invented"}),
        (not_opened, {"invented", "lost"}),
        (swapped, {"disordered", "invented", "lost"}),
        (other_number, {"doubled", "disordered"}),
        (wrong_number, {"disordered"}),
        (hole, {"disordered"}),
        (never_shown, {"lost"}),
        (shown_twice, {"doubled"}),
        (shown_late, {"disordered"}),
        (not_a_beginning, {"disordered"}),
        (swallowed, {"unsaid"}),
        (ghost, {"invented"}),
        (as_the_other, {"crossed", "disordered", "invented", "lost"}),
        (stray, {"crossed"}),
        (too_many, {"misplaced"}),
        (twice_in_the_journal, {"doubled"}),
        (not_in_the_journal, {"lost"}),
        (not_verified, {"disordered"}),
        (for_ever, {"left_over"}),
        (cross_frame, {"crossed"}),
    ],
)
def test_it_sees_harm(change: Callable[[History, Truth], None], found: set[Kind]) -> None:
    """Each way in which a run can be wrong is found, and called what it is."""
    assert set(harm(change)) == found


# --- the line ----------------------------------------------------------------------------------


def wait(conversation: str, joined: float, *, band: int = 2, away: tuple[float, float] | None = None) -> Wait:
    """Somebody who was told its place half a second after it asked."""
    return Wait(conversation, band, joined, joined + 0.5, joined + 0.5, away=[away] if away else [])


def passed_over(waits: list[Wait], takes: list[Take]) -> int:
    """Return how many were overtaken."""
    return len(overtaken(History(waits=waits, takes=takes)))


def test_who_came_first_is_taken_first() -> None:
    """In order nobody is overtaken; the other way round somebody is."""
    waits = [wait("a", 0), wait("b", 1)]
    assert passed_over(waits, [Take("kari", 5, 5.1, "a"), Take("kari", 6, 6.1, "b")]) == 0
    assert passed_over(waits, [Take("kari", 5, 5.1, "b"), Take("kari", 6, 6.1, "a")]) == 1


@pytest.mark.parametrize(
    ("early", "late", "count"),
    [
        (wait("a", 0), wait("b", 0.2), 0),  # both asked before either had a place: no order between them
        (wait("a", 0), wait("b", 1, band=1), 0),  # danger goes first
        (wait("a", 2, band=1), wait("b", 1), 1),  # and an ordinary one not before it
        (wait("a", 2, band=0), wait("b", 1, band=1), 1),  # nor anybody before one who lost its counsellor
        (wait("a", 0, away=(1, 4.9)), wait("b", 1), 1),  # a short break keeps the place
        (wait("a", 0, away=(1, 20)), wait("b", 1), 0),  # who is long away may be passed over
        (Wait("a", 2, 0, 0.5, 0.5, gone=4), wait("b", 1), 0),  # it had left
    ],
)
def test_when_somebody_is_overtaken(early: Wait, late: Wait, count: int) -> None:
    """Only one who surely stood before the other, and was surely there, counts."""
    assert passed_over([early, late], [Take("kari", 5, 5.1, "b")]) == count


def test_two_at_once_overtake_nobody() -> None:
    """Two counsellors who ask at the same moment may be answered in any order."""
    waits = [wait("a", 0), wait("b", 1)]
    assert passed_over(waits, [Take("kari", 5, 5.3, "b"), Take("ola", 5.2, 5.4, "a")]) == 0


def test_who_comes_back_to_the_line_is_taken_again() -> None:
    """One that lost its counsellor stands twice; its second wait is judged by itself, with its old ticket."""
    again = Wait("a", 0, 0, 0.5, 10)
    waits = [wait("a", 0), wait("b", 1), again]
    takes = [Take("kari", 2, 2.1, "a"), Take("ola", 11, 11.1, "b")]
    assert passed_over(waits, takes) == 1
    assert passed_over(waits, [takes[0], Take("ola", 11, 11.1, "a"), Take("per", 12, 12.1, "b")]) == 0


# --- the books ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "books",
    [
        Books({"a": "held:kari"}, [], {"kari": (1, ["a"]), "ola": (1, ["a"])}, {"a": "talking"}),  # held twice
        Books({"a": "line"}, ["a"], {"kari": (1, ["a"])}, {"a": "waiting"}),  # in two places
        Books(dict.fromkeys("abcd", "held:kari"), [], {"kari": (1, list("abcd"))}, dict.fromkeys("abcd", "talking")),  # no room
        Books({}, [], {}, {"a": "waiting"}),  # waits nowhere
        Books({}, [], {}, {"a": "talking"}),  # talks with nobody
        Books({"a": "line"}, ["a"], {}, {"a": "wrapping_up"}),  # over, and still in the line
        Books({"a": "line"}, ["a"], {}, {}),  # in the line without a talk
    ],
)
def test_books_that_disagree_are_found(books: Books) -> None:
    """A child in two places, in none, or a desk with too many."""
    assert set(harm(lambda _, truth: setattr(truth, "books", books))) == {"misplaced"}


def test_books_that_agree_are_clean() -> None:
    """One waits, one rings, one talks, one is written up."""
    books = Books(
        {"a": "line", "b": "offer:ola", "c": "held:kari", "d": "held:kari"},
        ["b", "a"],
        {"kari": (2, ["c", "d"]), "ola": (1, [])},
        {"a": "waiting", "b": "waiting", "c": "talking", "d": "wrapping_up"},
    )
    assert harm(lambda _, truth: setattr(truth, "books", books)) == []
