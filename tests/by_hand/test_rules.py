"""What the opening is while an order by hand stands: each order, its end, and what becomes of running talks."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from server.by_hand.rules import believed, evening_end, given, is_over, lasts_until, lifted, opening_now, runs_until, shut
from server.clock import ms
from server.waiting.rules import CLOSED, Opening, hours_of, opening, run_until
from server.wire.order import Order, OrderKind, dump_order, parse_order
from tests.waiting.test_opening import EVENING, MINUTE, Plan, utc, vectors

HOURS = hours_of(EVENING)
ALWAYS = hours_of(EVENING, always_open=True)
ODD = hours_of(Plan(timezone="Europe/Nowhere"))
EVENING_AT = utc("2026-11-25T20:00+01:00")
CLOSES = utc("2026-11-25T22:45+01:00")
OVERRUN_ENDS = utc("2026-11-25T23:45+01:00")
OPENS_NEXT = utc("2026-11-26T16:15+01:00")
NIGHT = utc("2026-11-26T02:00+01:00")
HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
LEA = ("lea-1", "the heating is out")
KINDS: tuple[OrderKind, ...] = ("open", "close", "last_intake", "closing", "down")


def order(
    kind: OrderKind,
    now: dt.datetime = EVENING_AT,
    until: dt.datetime | None = None,
    closes_at: dt.datetime | None = None,
    before: Order | None = None,
) -> Order:
    """Return an order that Lea gives."""
    return given(HOURS, before, now, kind, LEA, until, closes_at)


# --- no order ---------------------------------------------------------------------------------


@pytest.mark.parametrize("row", vectors(), ids=lambda row: row["tilfelle"])
def test_without_an_order_the_hours_count(row: dict[str, str]) -> None:
    """All 24 vectors say the same with no order, with one that is over, and with one that was taken back."""
    now = utc(row["utc"])
    gone = order("close", now - 25 * HOUR, now - 24 * HOUR)
    for stands in (None, gone, lifted(HOURS, gone, now, LEA)):
        assert opening_now(HOURS, stands, now) == opening(HOURS, now)


# --- each order -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["close", "down"])
def test_closed_by_hand_is_closed_until_its_end_and_open_after_it(kind: OrderKind) -> None:
    """Closed from the instant it is given; the page can say when it opens; then the hours count again, by themselves."""
    until = EVENING_AT + HOUR
    stands = order(kind, until=until)
    assert opening_now(HOURS, stands, EVENING_AT) == Opening(open=False, closes_at=None, opens_at=until)
    assert not opening_now(HOURS, stands, until - SECOND).serving
    assert opening_now(HOURS, stands, until) == Opening(open=True, closes_at=CLOSES, opens_at=None)


def test_closed_for_the_rest_of_the_evening_opens_with_the_next_window() -> None:
    """Without a time chosen it is the end of this window, and the next opening is the next window's."""
    stands = order("close")
    assert (stands.until, opening_now(HOURS, stands, EVENING_AT).opens_at) == (ms(CLOSES), OPENS_NEXT)
    assert opening_now(HOURS, stands, OPENS_NEXT).open


def test_nobody_new_while_those_in_the_line_are_served() -> None:
    """After a last intake by hand nobody comes in; the line is served until the window ends."""
    stands = order("last_intake")
    assert opening_now(HOURS, stands, EVENING_AT) == Opening(open=False, closes_at=CLOSES, opens_at=OPENS_NEXT)
    assert opening_now(HOURS, stands, EVENING_AT).serving
    assert not opening_now(HOURS, stands, CLOSES).serving
    assert opening_now(HOURS, order("last_intake", NIGHT), NIGHT) == opening(HOURS, NIGHT)


def test_a_last_intake_that_ends_early_lets_in_again() -> None:
    """With a time chosen it is open again from then on, and that is what those are told who come meanwhile."""
    stands = order("last_intake", until=EVENING_AT + HOUR)
    assert opening_now(HOURS, stands, EVENING_AT).opens_at == EVENING_AT + HOUR
    assert opening_now(HOURS, stands, EVENING_AT + HOUR).open
    always = given(ALWAYS, None, EVENING_AT, "last_intake", LEA, EVENING_AT + HOUR)
    assert opening_now(ALWAYS, always, EVENING_AT) == Opening(open=False, closes_at=EVENING_AT + HOUR, opens_at=EVENING_AT + HOUR)


def test_an_announced_closing_is_ordinary_closing_moved_forward() -> None:
    """Open until its instant, which is told; closed after it until the window would have ended."""
    at = EVENING_AT + 30 * MINUTE
    stands = order("closing", closes_at=at)
    assert opening_now(HOURS, stands, EVENING_AT) == Opening(open=True, closes_at=at, opens_at=None)
    assert opening_now(HOURS, stands, at) == Opening(open=False, closes_at=None, opens_at=OPENS_NEXT)
    last = hours_of(msgspec.structs.replace(EVENING, last_intake_minutes=40))
    assert opening_now(last, stands, EVENING_AT) == Opening(open=False, closes_at=at, opens_at=OPENS_NEXT)
    assert opening_now(HOURS, order("closing", NIGHT, closes_at=NIGHT + MINUTE), NIGHT) == opening(HOURS, NIGHT)


def test_a_closing_after_the_windows_end_changes_nothing_of_the_window() -> None:
    """Who announces a closing for later than the hours say does not open the chat for longer."""
    stands = order("closing", closes_at=CLOSES + HOUR, until=CLOSES + 2 * HOUR)
    assert opening_now(HOURS, stands, EVENING_AT).closes_at == CLOSES
    assert not opening_now(HOURS, stands, CLOSES).serving


def test_opened_by_hand_at_night_closes_by_itself() -> None:
    """Open at once, until its end, which is told; with a last intake as on any evening."""
    until = NIGHT + HOUR
    stands = order("open", NIGHT, until)
    assert opening_now(HOURS, stands, NIGHT) == Opening(open=True, closes_at=until, opens_at=None)
    assert opening_now(HOURS, stands, until) == Opening(open=False, closes_at=None, opens_at=OPENS_NEXT)
    last = hours_of(msgspec.structs.replace(EVENING, last_intake_minutes=15))
    assert opening_now(last, stands, until - 10 * MINUTE) == Opening(open=False, closes_at=until, opens_at=OPENS_NEXT)


def test_opened_by_hand_into_a_window_goes_on_until_that_window_ends() -> None:
    """Open from before the hours until within them is one opening."""
    stands = order("open", EVENING_AT - 6 * HOUR, EVENING_AT)
    assert opening_now(HOURS, stands, EVENING_AT - 6 * HOUR).closes_at == CLOSES
    assert opening_now(ALWAYS, given(ALWAYS, None, NIGHT, "open", LEA), NIGHT) == Opening(open=True, closes_at=None, opens_at=None)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_odd_stays_closed(kind: OrderKind) -> None:
    """No order opens a chat whose hours are odd, nor answers an instant without a zone."""
    stands = given(ODD, None, EVENING_AT, kind, LEA)
    assert opening_now(ODD, stands, EVENING_AT) == CLOSED
    assert opening_now(HOURS, order(kind), dt.datetime(2026, 11, 25, 20)) == CLOSED  # noqa: DTZ001 - naive on purpose


# --- an end of its own ------------------------------------------------------------------------


@settings(max_examples=300)
@drawn(
    kind=st.sampled_from(KINDS),
    now=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    until=st.none() | st.timedeltas(-dt.timedelta(days=3), dt.timedelta(days=3)),
    closes=st.none() | st.timedeltas(-dt.timedelta(days=3), dt.timedelta(days=3)),
)
def test_no_order_lasts_for_ever(kind: OrderKind, now: dt.datetime, until: dt.timedelta | None, closes: dt.timedelta | None) -> None:
    """Whatever is asked for, it ends after a minute at the earliest and a day at the latest, and the store forgets it within a day."""
    now = now.replace(microsecond=0)
    stands = order(kind, now, now + until if until is not None else None, now + closes if closes is not None else None)
    assert ms(now + MINUTE) <= stands.until <= ms(now + 24 * HOUR)
    assert stands.at <= lasts_until(stands) <= ms(now + 24 * HOUR)
    assert is_over(stands, now + 24 * HOUR)
    assert (stands.closes_at > 0) is (kind == "closing")
    if kind == "closing":
        assert stands.at <= stands.closes_at <= stands.until
    after = now + 24 * HOUR
    assert opening_now(HOURS, stands, after) == opening(HOURS, after)


def test_the_evening_ends_with_its_window_or_in_the_morning() -> None:
    """At night it is six o'clock by the local clock, also before midnight."""
    assert evening_end(HOURS, EVENING_AT) == CLOSES
    assert evening_end(HOURS, NIGHT) == utc("2026-11-26T06:00+01:00")
    assert evening_end(HOURS, CLOSES + HOUR / 2) == utc("2026-11-26T06:00+01:00")
    assert evening_end(ODD, NIGHT) == utc("2026-11-26T06:00+00:00")


# --- running talks ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["close", "down", "last_intake"])
def test_what_is_closed_by_hand_cuts_no_talk(kind: OrderKind) -> None:
    """A running talk has as long as the hours give it."""
    assert runs_until(HOURS, order(kind), EVENING_AT) == OVERRUN_ENDS == run_until(HOURS, EVENING_AT)
    assert runs_until(ALWAYS, given(ALWAYS, None, EVENING_AT, kind, LEA), EVENING_AT) is None


def test_an_announced_closing_gives_a_talk_as_long_as_ordinary_closing_would() -> None:
    """The overrun counts from the instant that was announced, and never beyond what the hours give."""
    stands = order("closing", closes_at=EVENING_AT + 30 * MINUTE)
    assert runs_until(HOURS, stands, EVENING_AT) == EVENING_AT + 90 * MINUTE
    assert runs_until(HOURS, order("closing", closes_at=CLOSES + HOUR), EVENING_AT) == OVERRUN_ENDS
    always = given(ALWAYS, None, EVENING_AT, "closing", LEA, closes_at=EVENING_AT)
    assert runs_until(ALWAYS, always, EVENING_AT) == EVENING_AT + HOUR
    assert runs_until(HOURS, stands, CLOSES) == OVERRUN_ENDS


def test_a_talk_that_began_while_it_was_opened_by_hand_is_not_cut_by_what_follows() -> None:
    """At its own end, when it is taken back, and when it is closed by hand: the talk has the overrun."""
    stands = order("open", NIGHT, NIGHT + 2 * HOUR)
    later = NIGHT + HOUR
    assert runs_until(HOURS, stands, later) == NIGHT + 3 * HOUR
    assert runs_until(HOURS, stands, NIGHT + 2 * HOUR) == NIGHT + 3 * HOUR
    assert runs_until(HOURS, lifted(HOURS, stands, later, LEA), later) == NIGHT + 3 * HOUR
    closed = order("close", later, before=stands)
    assert runs_until(HOURS, closed, later) == NIGHT + 3 * HOUR
    assert runs_until(HOURS, order("open", EVENING_AT - 6 * HOUR, EVENING_AT), EVENING_AT) == OVERRUN_ENDS


def test_with_no_end_in_sight_none_is_made_up() -> None:
    """Always open: an order that closes, and one that is taken back, set no limit to a talk."""
    stands = given(ALWAYS, None, EVENING_AT, "close", LEA, EVENING_AT + HOUR)
    back = lifted(ALWAYS, stands, EVENING_AT + MINUTE, LEA)
    assert back.talks_until is None
    assert runs_until(ALWAYS, back, EVENING_AT + 2 * MINUTE) is None
    assert runs_until(ALWAYS, order("close"), EVENING_AT) is None


# --- a store that loses it --------------------------------------------------------------------


def test_what_was_closed_stays_closed_when_the_store_has_lost_it() -> None:
    """A worker believes the order that it held over nothing, and over an older one, until it is over."""
    closed, older = order("close"), order("open", EVENING_AT - HOUR)
    now = EVENING_AT + MINUTE
    assert believed(closed, None, now) == closed
    assert believed(closed, older, now) == closed
    assert believed(closed, None, EVENING_AT + 24 * HOUR) is None
    assert believed(None, closed, now) == closed
    assert believed(older, closed, now) == closed


def test_what_was_opened_is_not_open_any_more_when_the_store_has_lost_it() -> None:
    """Lost orders only ever close: it fails closed."""
    assert believed(order("open"), None, EVENING_AT + MINUTE) is None


def test_an_order_that_cannot_be_read_closes() -> None:
    """For a minute from each look at it; no talk is cut meanwhile."""
    assert parse_order(b"{") is None
    assert parse_order(b'{"kind":"party"}') is None
    assert not opening_now(HOURS, shut(EVENING_AT), EVENING_AT).serving
    assert runs_until(HOURS, shut(EVENING_AT), EVENING_AT) is None
    stands = order("down")
    assert parse_order(dump_order(stands)) == stands
