"""What is counted, with which evening, and in which shape it is published."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.figures import rules
from server.figures.published import HOURS, STEPS, Figures, InEvening, Spread, Step, parse, write
from server.figures.rules import MINUTE, ChangedError, Coded, Written, figures, joined

OSLO = ZoneInfo("Europe/Oslo")
DAY = 24 * 60 * MINUTE


def at(day: str, clock: str = "18:00") -> int:
    """Return a local time in November 2026 or another month, as an instant."""
    return int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=OSLO).timestamp() * 1000)


LATER = at("2027-02-01")
_contacts = iter(range(1 << 30))


def came(when: int, *, wait: int = 3, talk: int | None = 40, late: int = 60, **more: object) -> Written:
    """One contact: how long it waited and talked (minutes; None: nobody came), and after how long it was written down."""
    paired = None if talk is None else when + wait * MINUTE
    ended = when + (wait + (talk or 0)) * MINUTE
    facts = {"ending": "registered" if talk is not None else "gave_up"} | more
    coded = msgspec.convert(facts | {"arrived_at": when, "paired_at": paired, "ended_at": ended}, Coded)
    return Written(str(next(_contacts)).encode(), when + late * MINUTE, coded)


def evening(day: str, answered: int, left: int = 0, clock: str = "18:00") -> list[Written]:
    """Some contacts of one hour of an evening."""
    when = at(day, clock)
    return [came(when) for _ in range(answered)] + [came(when, talk=None) for _ in range(left)]


def only(entries: Sequence[Written], now: int = LATER) -> InEvening:
    """Return the one evening that is told of these."""
    (one,) = figures(entries, now, OSLO).evenings
    return one


# --- which evening -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "day"), [("2026-11-24T05:59", "2026-11-23"), ("2026-11-24T06:00", "2026-11-24"), ("2026-11-24T00:10", "2026-11-23")]
)
def test_a_night_belongs_to_the_evening_before_it(clock: str, day: str) -> None:
    """From six to six, Oslo time."""
    assert rules.evening_of(at(*clock.split("T")), OSLO) == date.fromisoformat(day)


def test_an_evening_is_told_a_day_after_its_end_and_not_before() -> None:
    """Not while a contact of it may still be on its way to the journal."""
    entries = evening("2026-11-23", 8)
    settled = at("2026-11-25", "06:00")
    assert figures(entries, settled - 1, OSLO).evenings == []
    assert only(entries, settled).evening == "2026-11-23"


def test_what_comes_late_is_counted_later_and_changes_nothing_that_was_told() -> None:
    """A contact that reaches the journal after its evening was settled is counted with the first that is not."""
    entries = evening("2026-11-23", 8)
    before = figures(entries, at("2026-11-26"), OSLO)
    late = came(at("2026-11-23"), late=5 * 24 * 60)
    after = figures([*entries, late, *evening("2026-11-27", 5)], LATER, OSLO)
    assert after.evenings[0] == before.evenings[0]
    assert [(one.evening, one.contacts) for one in after.evenings] == [("2026-11-23", 8), ("2026-11-27", 6)]


def test_few_are_counted_with_the_next_evening() -> None:
    """Each evening that is told has five at least, and nobody is left out."""
    entries = [*evening("2026-11-20", 3), *evening("2026-11-21", 4), *evening("2026-11-22", 2), *evening("2026-11-23", 9)]
    assert [(one.evening, one.contacts) for one in figures(entries, LATER, OSLO).evenings] == [("2026-11-21", 7), ("2026-11-23", 11)]


def test_the_few_at_the_end_of_a_month_are_counted_in_the_next() -> None:
    """They wait for an evening with enough, whatever month that is of."""
    entries = [*evening("2026-11-28", 20), *evening("2026-11-30", 3), *evening("2026-12-01", 10)]
    assert [(one.month, one.contacts, one.evenings) for one in figures(entries, LATER, OSLO).months] == [
        ("2026-11", 20, 1),
        ("2026-12", 13, 1),
    ]


def test_a_month_is_told_once_it_is_over() -> None:
    """A month so far, less the month so far of yesterday, would be an evening."""
    entries = evening("2026-11-23", 9)
    assert figures(entries, at("2026-12-02", "05:59"), OSLO).months == []
    assert [one.month for one in figures(entries, at("2026-12-02", "06:00"), OSLO).months] == ["2026-11"]


def test_a_contact_counts_once_as_its_newest_entry_has_it() -> None:
    """Two entries of one contact are one; what came after the evening was settled does not change it."""
    entries = evening("2026-11-23", 9)
    first = entries[0]
    again = replace(first, at=first.at + MINUTE, coded=msgspec.convert({**vars_of(first.coded), "who": "test"}, Coded))
    late = replace(again, at=first.at + 4 * DAY)
    assert only([*entries, again]).contacts == 8
    assert only([*entries, late]).contacts == 9


def vars_of(coded: Coded) -> dict[str, object]:
    """Return a contact's fields."""
    return {name: getattr(coded, name) for name in Coded.__slots__}


# --- what is counted -----------------------------------------------------------------------------


def test_silent_ones_tests_and_abuse_are_no_contacts() -> None:
    """They are told by the month, as a number of their own, and are in no other."""
    entries = [
        *evening("2026-11-23", 9),
        *(came(at("2026-11-23"), who=who, reasons=("violence",)) for who in ("test", "silent", "abusive") * 2),
    ]
    (month,) = figures(entries, LATER, OSLO).months
    assert (month.contacts, month.no_contacts, month.reasons["violence"]) == (9, 6, None)
    assert only(entries).contacts == 9
    (fewer,) = figures(entries[:-2], LATER, OSLO).months
    assert fewer.no_contacts is None


def test_hours_are_oslos_in_the_order_of_an_evening() -> None:
    """By the hour of arrival, in winter and in summer."""
    assert HOURS[0] == "06"
    assert HOURS[-1] == "05"
    winter = only(
        [*evening("2026-11-23", 6, clock="17:59"), *evening("2026-11-23", 7, clock="23:10"), *evening("2026-11-23", 2, clock="20:00")]
    )
    assert {hour: n for hour, n in winter.hours.items() if n} == {"23": 7}
    assert (
        only(
            evening("2026-06-23", 3, clock="21:00") + evening("2026-06-23", 9, clock="22:30") + evening("2026-06-23", 2, clock="20:30")
        ).hours["22"]
        == 9
    )


def test_a_month_tells_how_and_when_those_without_an_answer_left() -> None:
    """By how it ended, and after how long; a number under five takes the next with it."""
    when = at("2026-11-23")
    left = [
        came(when, talk=None, wait=wait, ending=ending)
        for wait, ending, n in ((1, "gave_up", 12), (7, "cut_off", 9), (30, "closed", 8))
        for _ in range(n)
    ]
    (month,) = figures([*evening("2026-11-23", 20), *left], LATER, OSLO).months
    assert month.answered == {"answered": 20, "unanswered": 29}
    assert month.unanswered_how == {"gave_up": 12, "cut_off": 9, "closed": 8}
    assert month.unanswered_after == {"0-1": 12, "2-4": None, "5-9": 9, "10-19": None, "20+": None}


def test_where_the_unanswered_are_hidden_nothing_is_told_of_them() -> None:
    """Neither how it ended nor after how long: their sum would be the number that is hidden."""
    (month,) = figures(evening("2026-11-23", 20, 3), LATER, OSLO).months
    assert month.answered == {"answered": None, "unanswered": None}
    assert set(month.unanswered_how.values()) | set(month.unanswered_after.values()) == {None}


def test_outcomes_and_reasons_come_from_the_codes_of_the_form() -> None:
    """A contact may have several; said twice in one form it counts once."""
    some = [came(at("2026-11-23"), reasons=("violence", "violence", "mental_health"), outcomes=("advice",)) for _ in range(6)]
    (month,) = figures([*some, *evening("2026-11-23", 4)], LATER, OSLO).months
    assert {code: n for code, n in month.reasons.items() if n} == {"violence": 6, "mental_health": 6}
    assert {code: n for code, n in month.outcomes.items() if n} == {"advice": 6}


def test_weekdays_are_the_sums_of_their_evenings() -> None:
    """Nothing that the evenings do not tell; a day without one is not there."""
    (month,) = figures([*evening("2026-11-16", 9), *evening("2026-11-18", 6), *evening("2026-11-23", 7)], LATER, OSLO).months
    assert month.weekdays == {"1": 16, "3": 6}


# --- middles -------------------------------------------------------------------------------------


def test_a_middle_is_told_when_five_are_on_either_side() -> None:
    """The half from ten, the ninth tenth from fifty: never one child's own wait."""
    told: list[tuple[int, Step | None, Step | None]] = [(9, None, None), (10, "2-4", None), (49, "2-4", None), (50, "2-4", "2-4")]
    for count, p50, p90 in told:
        assert only(evening("2026-11-23", count, 20)).wait == Spread(p50, p90)


def test_middles_are_told_in_steps() -> None:
    """The 26th and the 45th of fifty, no finer than their steps."""
    when = at("2026-11-23")
    one = only([came(when, wait=minute, talk=minute * 2) for minute in range(50)] + evening("2026-11-23", 0, 9))
    assert one.wait == Spread("20-29", "30-44")
    assert one.talk == Spread("45-59", "60-89")
    assert [rules.step(minute, STEPS) for minute in (0, 1, 2, 89, 90, 500)] == ["0-1", "0-1", "2-4", "60-89", "90+", "90+"]


def test_a_middle_does_not_tell_how_many_were_not_answered() -> None:
    """While that is hidden, what is told hangs on the published sum alone."""
    for left in range(5):
        assert only(evening("2026-11-23", 50 - left, left)).wait.p90 is None
        assert only(evening("2026-11-23", 54 - left, left)).wait.p90 == "2-4"
    assert only(evening("2026-11-23", 3, 60)).wait == Spread()


# --- what is published stays ---------------------------------------------------------------------


def test_the_file_takes_no_number_under_five() -> None:
    """Whatever made it: a smaller one is not read, nor an unknown code."""
    whole = json.loads(write(figures(evening("2026-11-23", 30, 9), LATER, OSLO)))
    assert parse(json.dumps(whole).encode()).evenings[0].contacts == 39
    for name, value in (("contacts", 4), ("hours", {"18": 1}), ("answered", {"kari": 9})):
        spoilt = json.loads(json.dumps(whole))
        spoilt["evenings"][0][name] = value
        with pytest.raises(msgspec.ValidationError):
            parse(json.dumps(spoilt).encode())


def test_what_was_published_is_added_to_and_never_changed() -> None:
    """The same again is the same; a journal that says otherwise is not published."""
    entries = [*evening("2026-11-23", 9), *evening("2026-11-24", 9), *evening("2026-11-25", 9)]
    first, whole = figures(entries, at("2026-11-26", "12:00"), OSLO), figures(entries, LATER, OSLO)
    assert [len(one.evenings) for one in (first, whole)] == [2, 3]
    assert joined(Figures(), first) == first
    assert joined(first, Figures()) == first
    assert joined(first, whole) == whole
    assert joined(whole, whole) == whole
    with pytest.raises(ChangedError, match="2026-11-24"):
        joined(whole, figures([*entries, came(at("2026-11-24"))], LATER, OSLO))
    with pytest.raises(ChangedError, match="2026-11-22"):
        joined(whole, figures([*evening("2026-11-22", 9), *entries], LATER, OSLO))


def test_a_journal_without_its_beginning_adds_evenings_and_no_month_that_it_knows_in_part() -> None:
    """Older entries were deleted: what was published of them stays."""
    entries = [*evening("2026-11-23", 9), *evening("2026-11-24", 9), *evening("2026-11-25", 9)]
    before = figures(entries, at("2026-11-27", "06:00"), OSLO)
    kept = [*entries[10:], *evening("2026-11-26", 9), *evening("2026-12-01", 9)]
    after = joined(before, figures(kept, LATER, OSLO))
    assert [one.contacts for one in after.evenings] == [9] * 5
    assert [one.month for one in after.months] == ["2026-12"]


days = st.integers(0, 20)
some = st.lists(st.tuples(days, st.integers(0, 23), st.booleans(), st.integers(0, 4 * 24)), max_size=60)


@settings(max_examples=60, deadline=None)
@given(some, st.integers(0, 60))
def test_nobody_is_lost_and_nothing_is_ever_told_otherwise(contacts: list[tuple[int, int, bool, int]], day: int) -> None:
    """Whenever it is asked: what was told stands, and in the end all are counted but the last few."""
    start = at("2026-11-01", "06:00")
    entries = [came(start + d * DAY + h * 60 * MINUTE, talk=10 if ok else None, late=60 * late) for d, h, ok, late in contacts]
    whole = figures(entries, start + 200 * DAY, OSLO)
    known = [one for one in entries if one.at <= start + day * DAY]
    early = figures(known, start + day * DAY, OSLO)
    assert early.evenings == whole.evenings[: len(early.evenings)]
    assert early.months == whole.months[: len(early.months)]
    assert 0 <= len(entries) - sum(one.contacts for one in whole.evenings) < 5
    assert all(n is None or n >= 5 for one in whole.evenings for n in (*one.answered.values(), *one.hours.values()))
    assert parse(write(whole)) == whole


def test_a_settled_evening_is_six_in_the_morning_two_days_on() -> None:
    """Oslo time, on the nights when the clock is turned too."""
    for day in ("2026-03-27", "2026-03-28", "2026-10-24", "2026-11-23"):
        local = datetime.fromtimestamp(rules.settled_at(date.fromisoformat(day), OSLO) / 1000, UTC).astimezone(OSLO)
        assert (local.date(), local.hour) == (date.fromisoformat(day) + timedelta(days=2), 6)
