"""The whole shift as a shift lead sees it: how many wait, who is at work, what stands. It names no child and holds no word of a talk."""

from collections import Counter
from collections.abc import Sequence

from server.by_hand.rules import is_over
from server.clock import instant, ms
from server.colleagues.rules import Beside
from server.conversation.rules import State, Talk
from server.house import House
from server.light.rules import Counts, light, rules
from server.pairing.store import DeskState
from server.waiting.rules import Took
from server.wire import frames as f

HOUR_MS = 3_600_000
OF_HERS = {State.TALKING: "talking", State.WRAPPING_UP: "wrapping_up"}


async def overview(house: House, found: Beside, line: f.Line, late: int) -> f.Overview:
    """Return the shift as it is now. `late`: talks that were not written up in time, as they were last counted."""
    now, opening = house.clock(), house.opening()
    at_work = await desks_of(house, found)
    takers = sum(one.here and one.free for one in at_work)
    talks = [talk for one in at_work for talk in one.talks]
    counts = Counts(
        serving=opening.serving,
        takers=takers,
        waiting=line.count,
        waited=max(0, now - line.longest) if line.longest else 0,
        danger=sum(one.danger for one in line.first),
        unhelped=sum(not call.coming for desk, call in found.calls.items() if desk in found.rows),
        unconfirmed=line.unconfirmed,
        late=late,
        attack=line.attack,
    )
    seen = rules(counts, house.helpline)
    return f.Overview(
        light=light(seen),
        rules=seen,
        open=opening.open,
        serving=opening.serving,
        closes_at=ms(opening.closes_at) if opening.closes_at else None,
        opens_at=ms(opening.opens_at) if opening.opens_at else None,
        waiting=line.count,
        longest=line.longest,
        talking=sum(talk.state == "talking" for talk in talks),
        wrapping_up=sum(talk.state == "wrapping_up" for talk in talks),
        late=late,
        unconfirmed=line.unconfirmed,
        attack=line.attack,
        at_work=at_work,
        answered=by_hour(await house.waiting.recent(now)),
        order=standing(house, now),
    )


async def desks_of(house: House, found: Beside) -> list[f.AtWork]:
    """Return who is at work, and who has talks though she is not heard, by name."""
    names = {*found.rows, *await house.pairing.desks()}
    states = await house.pairing.many(sorted(names))
    talks = [conversation for state in states.values() for conversation in state.talks]
    read = dict(zip(talks, await house.conversations.read_many(talks), strict=True))
    rows = []
    for desk, state in states.items():
        account = house.directory.get(desk)
        if account is not None:
            named = (desk, account.name, account.alias)
            rows.append(at_work(named, state, read, here=desk in found.rows))
    return sorted(rows, key=lambda one: (one.name, one.desk))


def at_work(named: tuple[str, str, str], state: DeskState, read: dict[str, Talk | None], *, here: bool) -> f.AtWork:
    """Return one desk as a shift lead sees it."""
    hers = [(name, talk) for name in state.talks if (talk := read.get(name)) is not None and talk.state in OF_HERS]
    talks = [
        f.SomeTalk(name, "talking" if talk.state is State.TALKING else "wrapping_up", talk.paired, talk.ended or None, talk.danger)
        for name, talk in sorted(hers, key=lambda one: (one[1].paired, one[0]))
    ]
    return f.AtWork(*named, free=state.free, here=here, room=state.room, rings=state.offer is not None, talks=talks)


def by_hour(recent: Sequence[Took]) -> list[f.Answered]:
    """Return how many were answered in each hour of the last three, oldest first."""
    hours = Counter(one.at // HOUR_MS * HOUR_MS for one in recent)
    return [f.Answered(hour, count) for hour, count in sorted(hours.items())]


def standing(house: House, now: int) -> f.Stands | None:
    """Return the order that stands; None: the hours count."""
    order = house.by_hand.last
    if order is None or order.kind == "lifted" or is_over(order, instant(now)):
        return None
    giver = house.directory.get(order.by)
    return f.Stands(order.kind, giver.name if giver else "", order.reason, order.at, order.until, order.closes_at or None)
