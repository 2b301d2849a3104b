"""The life of a conversation: every state with every event, and what a child is told of it."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.conversation.rules import LIFE, OVER, Event, News, NotAllowedError, State, Talk, after, news, recovers, sources, too_quiet

WAITING = Talk(State.WAITING, "epoch", 0)
TALKING = Talk(State.TALKING, "epoch", 0, desk="desk", key_id="key")


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_event_in_every_state_is_in_the_table_or_refused(state: State, event: Event) -> None:
    """An event that the table does not hold is refused, and names what was and what came."""
    if (state, event) in LIFE:
        assert LIFE[state, event] is after(state, event)
    else:
        with pytest.raises(NotAllowedError) as refused:
            after(state, event)

        assert (state, event) == (refused.value.state, refused.value.event)


def test_every_state_can_be_reached_and_leads_to_the_end() -> None:
    """Nobody is stuck: from every state that can be reached, there is a way to gone."""
    reached = {State.ARRIVED}
    while True:
        more = {result for (state, _), result in LIFE.items() if state in reached} - reached
        if not more:
            break
        reached |= more
    ends = {State.GONE}
    while True:
        more = {state for (state, _), result in LIFE.items() if result in ends} - ends
        if not more:
            break
        ends |= more

    assert set(State) == reached == ends


def test_nothing_is_erased_without_confirmation() -> None:
    """The only way from a talk that was joined to gone leads through sealed and confirmed."""
    into_gone = {state for (state, _), result in LIFE.items() if result is State.GONE}

    assert {State.ARRIVED, State.CONFIRMED} == into_gone
    assert {State.SEALED} == {state for (state, _), result in LIFE.items() if result is State.CONFIRMED}


def test_the_talks_own_books_know_no_offers() -> None:
    """`offered` is a place in the line's books: a step on the talk never expects it."""
    for event, to in product(Event, State):
        assert State.OFFERED not in sources(event, to=to)

    assert {State.WAITING} == set(sources(Event.TAKE, to=State.TALKING))


def test_a_child_is_told_when_a_counsellor_comes() -> None:
    """From waiting to talking: somebody is here."""
    assert News.PAIRED is news(WAITING, TALKING)


def test_a_child_is_told_once() -> None:
    """The same again is no news."""
    assert news(TALKING, TALKING) is None
    assert news(WAITING, WAITING) is None
    assert news(Talk(State.ARRIVED, "epoch", 0), Talk(State.ARRIVED, "epoch", 0)) is None


def test_a_child_is_told_of_another_key() -> None:
    """A colleague, or the same counsellor with another browser: the key is to be wrapped again."""
    assert News.PAIRED is news(TALKING, replace(TALKING, key_id="other"))
    assert News.PAIRED is news(TALKING, replace(TALKING, desk="other"))


def test_a_child_is_told_when_the_counsellor_is_away_and_back() -> None:
    """Away, not told twice, and here again."""
    away = replace(TALKING, counsellor_gone=True)

    assert News.LOST_AWHILE is news(TALKING, away)
    assert news(away, away) is None
    assert News.PAIRED is news(away, TALKING)


def test_a_child_that_comes_back_hears_that_the_counsellor_is_away() -> None:
    """Told nothing yet, and she is away: that is said first."""
    assert News.LOST_AWHILE is news(Talk(State.ARRIVED, "epoch", 0), replace(TALKING, counsellor_gone=True))


def test_a_child_is_told_that_it_waits_again() -> None:
    """The counsellor is gone for good: back in the line."""
    assert News.LOST_FOR_GOOD is news(TALKING, WAITING)


@pytest.mark.parametrize("state", sorted(OVER))
def test_a_child_is_told_of_the_end(state: State) -> None:
    """Whatever was before, over is over."""
    assert News.ENDED is news(TALKING, replace(TALKING, state=state))


@given(held=st.integers(0, 50), stored=st.integers(0, 50), same=st.booleans())
def test_a_resume_is_whole_or_not_at_all(held: int, stored: int, same: bool) -> None:  # noqa: FBT001 - drawn
    """A browser goes on only in the same epoch, and only when the store has all that it holds."""
    assert (same and held <= stored) is recovers(Talk(State.TALKING, "now", 0, seq=stored), "now" if same else "before", held)


def test_quiet_is_measured_from_the_last_word() -> None:
    """Fifteen minutes to the millisecond."""
    assert not too_quiet(0, 15 * 60_000 - 1, 15)
    assert too_quiet(0, 15 * 60_000, 15)
