"""What the second hand reads for all desks of a worker at once: a few calls, however many desks there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.colleagues.rules import Beside
from server.conversation.rules import Talk
from server.house import House
from server.pairing.store import DeskState
from server.session.store import Post
from server.staff.rules import Session
from server.wire import frames as f


@dataclass(frozen=True, slots=True)
class Whose:
    """A connection that is to be shown its desk: which desk, which session, how often it has looked for itself by now."""

    desk: str
    session: str
    looks: int
    reads: bool = True
    """Its talks are read this time."""


@dataclass(frozen=True, slots=True)
class Glance:
    """One desk, as it was read together with the others."""

    post: Post | None
    session: Session | None
    desk: DeskState
    talks: Mapping[str, Talk | None] | None
    """Each talk of the desk; None: they were not read this time."""
    looks: int
    """How often its connection had looked for itself before this was read: what it has seen since is newer."""


async def glances(house: House, desks: Mapping[str, DeskState], whose: Sequence[Whose]) -> list[Glance]:
    """Return what is read for each connection. `desks`: as they were read since it was noted how often each has looked."""
    ids = [one.desk for one in whose]
    posts = await house.visits.posts(ids)
    sessions = await house.sessions.kept_many([one.session for one in whose])
    names = list(dict.fromkeys(name for one in whose if one.reads for name in desks[one.desk].talks))
    talks = dict(zip(names, await house.conversations.read_many(names), strict=True))
    return [
        Glance(post, session, desks[one.desk], {name: talks[name] for name in desks[one.desk].talks} if one.reads else None, one.looks)
        for one, post, session in zip(whose, posts, sessions, strict=True)
    ]


def at_work(house: House, found: Beside, desks: Mapping[str, DeskState]) -> list[f.Colleague]:
    """Return everybody who is at work as a colleague sees them, by name."""
    rows = [(desk, row, house.directory.get(desk)) for desk, row in found.rows.items() if desk in desks]
    everybody = [
        f.Colleague(desk, account.name, row.key_id, row.key, desks[desk].ready, len(desks[desk].talks))
        for desk, row, account in rows
        if account is not None
    ]
    return sorted(everybody, key=lambda one: (one.name, one.desk))


def same(found: list[f.Colleague], before: list[f.Colleague]) -> list[f.Colleague]:
    """Return the list of before where nothing has changed: who has seen it sees by that alone that there is nothing new."""
    return before if found == before else found
