"""What the opening is while an order by hand stands: the pure part.

Rules of this file:

1. One order stands at a time, the last that was given. It ends by itself, after a day at the latest; then the hours count again.
2. Whatever is odd stays closed: an order opens nothing whose hours are odd.
3. A talk that runs is never cut by an order, but for a closing that was announced: that one gives it as long as ordinary closing would.
4. An order that the store has lost while it stood still closes what it has closed. One that has opened something opens nothing any more.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from server.waiting.rules import CLOSED, Hours, Opening, opening, run_until
from server.wire.order import Kept, Order, OrderKind

LONGEST = timedelta(days=1)
SHORTEST = timedelta(minutes=1)
MORNING = 6
"""Outside of opening hours an evening ends at this hour of the local clock."""


def opening_now(hours: Hours, order: Order | None, now: datetime) -> Opening:
    """Return whether a child may start now, by the hours and the order that stands."""
    by_hours = opening(hours, now)
    if order is None or now.utcoffset() is None or is_over(order, now) or order.kind == "lifted":
        return by_hours
    if hours.zone is None and not hours.always_open:
        return CLOSED
    return _ORDERED[order.kind](hours, order, now, by_hours)


def runs_until(hours: Hours, order: Order | None, now: datetime) -> datetime | None:
    """Return until when a running talk may go on; None: no end is in sight."""
    by_hours = run_until(hours, now)
    if order is None:
        return by_hours
    talks_until = _instant(order.talks_until) if order.talks_until is not None else None
    if order.kind == "closing" and not is_over(order, now):
        return talks_until
    if talks_until is None:
        return by_hours if is_over(order, now) else None
    return max(by_hours, talks_until) if by_hours is not None else None


def is_over(order: Order, now: datetime) -> bool:
    """Tell whether an order has ended by itself."""
    return now >= _instant(order.until)


def given(
    hours: Hours,
    before: Order | None,
    now: datetime,
    kind: OrderKind,
    by: tuple[str, str],
    until: datetime | None = None,
    closes_at: datetime | None = None,
) -> Order:
    """Return the order that a lead gives now. `by`: her desk, and why. `until` None: the end of this evening.

    What is out of bounds is brought within them: it lasts a minute at least and a day at most, a closing for longer than until it closes.
    """
    closing = max(now, closes_at or now) if kind == "closing" else None
    earliest = max(now, closing or now) + SHORTEST
    ends = min(max(until or evening_end(hours, now), earliest), now + LONGEST)
    desk, reason = by
    return Order(
        kind=kind,
        at=_ms(now),
        until=_ms(ends),
        talks_until=_talks_until(hours, before, now, kind, closing or ends),
        closes_at=_ms(min(closing, ends)) if closing else 0,
        by=desk,
        reason=reason,
    )


def lifted(hours: Hours, before: Order, now: datetime, by: tuple[str, str]) -> Order:
    """Return what is kept of an order that a lead takes back: the hours count, and no running talk is cut by that."""
    talks_until = _kept(runs_until(hours, before, now), now + hours.overrun)
    desk, reason = by
    return Order(kind="lifted", at=_ms(now), until=_ms(now), talks_until=talks_until, by=desk, reason=reason)


def lasts_until(order: Order) -> int:
    """Return until when (ms) the store keeps an order: until nothing of it counts any more, and a day at most."""
    day = order.at + int(LONGEST.total_seconds() * 1000)
    return min(day, max(order.until, order.talks_until or day))


def believed(held: Order | None, found: Order | None, now: datetime) -> Order | None:
    """Return the order that stands for a worker that held one and has now found this in the store.

    Nobody takes an order out of the store, so one that is gone before its time, or older than the one that was held, was lost.
    """
    if held is None or _ms(now) >= lasts_until(held) or (found is not None and found.at >= held.at):
        return found
    return None if held.kind == "open" else held


def shut(now: datetime) -> Order:
    """Return what stands where the store keeps an order that cannot be read: closed, for as long as it is there."""
    return Order(kind="close", at=_ms(now), until=_ms(now + SHORTEST), talks_until=None, by="", reason="")


def evening_end(hours: Hours, now: datetime) -> datetime:
    """Return when this evening is over: with the window that runs; without one in the morning, by the local clock."""
    closes_at = opening(hours, now).closes_at
    if closes_at is not None:
        return closes_at
    local = now.astimezone(hours.zone or UTC)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return (morning if morning > local else morning + timedelta(days=1)).astimezone(UTC)


# --- what each order does ---


def _closed(hours: Hours, order: Order, _: datetime, __: Opening) -> Opening:
    return Opening(open=False, closes_at=None, opens_at=_opens_next(hours, _instant(order.until)))


def _opened(hours: Hours, order: Order, now: datetime, _: Opening) -> Opening:
    until = _instant(order.until)
    then = opening(hours, until)
    if then.open and then.closes_at is None:
        return Opening(open=True, closes_at=None, opens_at=None)
    closes_at = then.closes_at or until
    if now < closes_at - hours.last_intake:
        return Opening(open=True, closes_at=closes_at, opens_at=None)
    return Opening(open=False, closes_at=closes_at, opens_at=_opens_next(hours, closes_at))


def _last_intake(hours: Hours, order: Order, _: datetime, by_hours: Opening) -> Opening:
    if not by_hours.serving:
        return by_hours
    until = _instant(order.until)
    return Opening(open=False, closes_at=by_hours.closes_at or until, opens_at=_opens_next(hours, until))


def _announced(hours: Hours, order: Order, now: datetime, by_hours: Opening) -> Opening:
    closes_at = _instant(order.closes_at)
    if now >= closes_at:
        return _closed(hours, order, now, by_hours)
    if not by_hours.serving:
        return by_hours
    closes_at = min(closes_at, by_hours.closes_at or closes_at)
    if by_hours.open and now < closes_at - hours.last_intake:
        return Opening(open=True, closes_at=closes_at, opens_at=None)
    return Opening(open=False, closes_at=closes_at, opens_at=_opens_next(hours, _instant(order.until)))


_ORDERED: dict[Kept, Callable[[Hours, Order, datetime, Opening], Opening]] = {
    "open": _opened,
    "close": _closed,
    "down": _closed,
    "last_intake": _last_intake,
    "closing": _announced,
}


def _opens_next(hours: Hours, instant: datetime) -> datetime | None:
    """Return the first instant from this one on at which the hours are open."""
    then = opening(hours, instant)
    return instant if then.open else then.opens_at


def _talks_until(hours: Hours, before: Order | None, now: datetime, kind: OrderKind, ends: datetime) -> int | None:
    """Return until when (ms) talks may run that run while this order stands. `ends`: when it closes, or when the order is over."""
    so_far = runs_until(hours, before, now)
    if kind == "closing":
        return _ms(min(ends + hours.overrun, so_far or ends + hours.overrun))
    if kind == "open":
        closes_at = opening(hours, ends).closes_at
        return _kept(so_far, (closes_at or ends) + hours.overrun)
    return _kept(so_far, now + hours.overrun)


def _kept(one: datetime | None, other: datetime) -> int | None:
    return None if one is None else _ms(max(one, other))


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
