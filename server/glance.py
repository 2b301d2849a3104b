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
class Glance:
    """One desk, as it was read together with the others."""

    post: Post | None
    session: Session | None
    desk: DeskState
    talks: Mapping[str, Talk | None]
    """Each talk of the desk."""
    looks: int
    """How often its connection had looked for itself before this was read: what it has seen since is newer."""


async def glances(house: House, desks: Mapping[str, DeskState], whose: Sequence[tuple[str, str, int]]) -> list[Glance]:
    """Return what is read for each desk, given with its session and how often it has looked. `desks`: as they were just read."""
    ids = [desk for desk, _, _ in whose]
    posts = await house.visits.posts(ids)
    sessions = await house.sessions.kept_many([session for _, session, _ in whose])
    names = list(dict.fromkeys(name for desk in ids for name in desks[desk].talks))
    talks = dict(zip(names, await house.conversations.read_many(names), strict=True))
    return [
        Glance(post, session, desks[desk], {name: talks[name] for name in desks[desk].talks}, looks)
        for (desk, _, looks), post, session in zip(whose, posts, sessions, strict=True)
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
