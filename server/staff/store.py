"""Staff sessions in Redis: only hashes of cookies and tickets, and the desk they stand for."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server import keys
from server.ids import new_id
from server.link import Link
from server.scripts import load
from server.staff.rules import ABSOLUTE, TRIES, Session, fold, stands


@dataclass(frozen=True, slots=True)
class Entered:
    """Who came in with a ticket: the desk, and the session (by its hash) that must go on standing."""

    desk: str
    session: str


class Sessions:
    """Sign in, be known, sign out; tickets for sockets; how often a password may be tried."""

    def __init__(self, redis: Link) -> None:
        """Use this link."""
        self._redis = redis

    async def sign_in(self, desk: str, now: int) -> str:
        """Begin a session and return its cookie, which is kept nowhere else."""
        cookie = _secret()
        session = _hash(cookie)
        await load("staff", "enlist")(self._redis, [keys.sessions(desk)], [session, now, now - ABSOLUTE])
        await load("staff", "begin")(self._redis, [keys.session(session)], [desk, now])
        return cookie

    async def remember(self, cookie: str, desk: str, provider: str, names: Mapping[str, str]) -> None:
        """Keep, by hashes, what a provider calls a session (`sid`) and whose it is (`sub`), so that it can be ended from there."""
        for kind, held in {"sid": _hash(cookie), "sub": desk}.items():
            if kind in names:
                await self._redis.set(_elsewhere(provider, kind, names[kind]), held, ex=keys.KINDS["elsewhere"].ttl)

    async def of_sid(self, provider: str, sid: str) -> dict[str, str]:
        """Return the session that a provider calls so, by its hash, and its desk; nothing when there is none."""
        held = await self._redis.get(_elsewhere(provider, "sid", sid))
        found = await self.kept(held.decode()) if held else None
        return {held.decode(): found.desk} if held and found else {}

    async def of_sub(self, provider: str, sub: str, now: int) -> dict[str, str]:
        """Return every session of the one whom a provider calls so, by their hashes, and her desk."""
        held = await self._redis.get(_elsewhere(provider, "sub", sub))
        return dict.fromkeys(await self.of_desk(held.decode(), now), held.decode()) if held else {}

    async def who(self, cookie: str, now: int) -> str | None:
        """Return the desk whose session this is, and count it as used; None when it is over."""
        return await self.keep(_hash(cookie), now)

    async def keep(self, session: str, now: int) -> str | None:
        """Do as `who` for a session by its hash: an open socket says in this way that its counsellor is at work."""
        desk = await self.look(session, now)
        if desk is None or not await load("staff", "keep")(self._redis, [keys.session(session)], [now]):
            return None
        return desk

    async def look(self, session: str, now: int) -> str | None:
        """Return the desk of a session by its hash without counting it as used; None when it is over."""
        standing = await self.standing(session, now)
        return standing.desk if standing else None

    async def standing(self, session: str, now: int) -> Session | None:
        """Return how a session stands, by its hash, without counting it as used; None when it is over."""
        found = await self.kept(session)
        if found is not None and not stands(found, now):
            await self.end(session)
            return None
        return found

    async def kept(self, session: str) -> Session | None:
        """Return what is kept of a session, whether it still stands or has just run out; None when somebody has ended it."""
        desk, since, seen = await self._redis.hmget(keys.session(session), ["desk", "since", "seen"])
        return Session(desk.decode(), int(since), int(seen)) if desk and since and seen else None

    async def kept_many(self, sessions: Sequence[str]) -> list[Session | None]:
        """Return what is kept of several sessions, with one round trip."""
        if not sessions:
            return []
        async with self._redis.pipeline(transaction=False) as pipe:
            for session in sessions:
                pipe.hmget(keys.session(session), ["desk", "since", "seen"])
            rows = await pipe.execute()
        return [Session(desk.decode(), int(since), int(seen)) if desk and since and seen else None for desk, since, seen in rows]

    async def of_desk(self, desk: str, now: int) -> dict[str, Session]:
        """Return every session of a desk that stands, by its hash, the oldest first."""
        names = [name.decode() for name in await self._redis.zrange(keys.sessions(desk), 0, -1)]
        found = {name: await self.standing(name, now) for name in names}
        return {name: session for name, session in found.items() if session is not None and session.desk == desk}

    async def end(self, session: str) -> None:
        """End a session by its hash. Its tickets end with it, and its socket within a second."""
        await self._redis.delete(keys.session(session))

    async def sign_out(self, cookie: str) -> None:
        """End a session. Its tickets end with it."""
        await self.end(_hash(cookie))

    async def ticket(self, cookie: str) -> str | None:
        """Return a ticket for one socket, good once and for 30 s; None when there is no such session."""
        session = _hash(cookie)
        if not await self._redis.exists(keys.session(session)):
            return None
        ticket = _secret()
        await self._redis.set(keys.ticket(_hash(ticket)), f":{session}", ex=keys.KINDS["ticket"].ttl)
        return ticket

    async def redeem(self, ticket: str) -> str | None:
        """Return the desk that this ticket lets in, once; None when it is unknown, used, too old or its session is over."""
        entered = await self.enter(ticket)
        return entered.desk if entered else None

    async def enter(self, ticket: str) -> Entered | None:
        """Do as `redeem`, and tell the session too, so that the socket can see it end."""
        session = (await load("staff", "spend")(self._redis, [keys.ticket(_hash(ticket))], [new_id()])).decode()
        if not session:
            return None
        desk = await self._redis.hget(keys.session(session), "desk")
        return Entered(desk.decode(), session) if desk else None

    async def may_try(self, account: str) -> bool:
        """Count a try to sign in, for a name that may not exist; False when this minute has had too many."""
        key = keys.tries(_hash(fold(account)))
        return int(await load("staff", "try_once")(self._redis, [key], [keys.KINDS["tries"].ttl])) <= TRIES

    async def use_code(self, desk: str, step: int) -> bool:
        """Use the code of a half minute, once; False when it was used before."""
        key = keys.used(_hash(f"{desk}|{step}"))
        return bool(await load("staff", "use_once")(self._redis, [key], [new_id(), keys.KINDS["used"].ttl]))

    async def forgive(self, account: str) -> None:
        """Forget the tries of an account: its password was right."""
        await self._redis.delete(keys.tries(_hash(fold(account))))


def session_of(cookie: str) -> str:
    """Return the hash by which the session of a cookie is known."""
    return _hash(cookie)


def _elsewhere(provider: str, kind: str, name: str) -> str:
    return keys.elsewhere(_hash(f"{provider}|{kind}|{name}"))


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
