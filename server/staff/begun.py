"""What a browser has begun on the way to signing in, in Redis: bound to a cookie of its own, good once, gone after ten minutes."""

import hashlib
import secrets

from server import keys
from server.ids import new_id
from server.link import Link
from server.scripts import load


class Begun:
    """Keep something for one browser until it comes back with its cookie."""

    def __init__(self, redis: Link) -> None:
        """Use this link."""
        self._redis = redis

    async def keep(self, what: str) -> str:
        """Keep `what`; return the cookie under which it is found again, which is kept nowhere else."""
        cookie = secrets.token_urlsafe(32)
        await self._redis.set(_key(cookie), f":{what}", ex=keys.KINDS["begun"].ttl)
        return cookie

    async def spend(self, cookie: str) -> str | None:
        """Return what was kept for the browser with this cookie, once; None when it is unknown, too old or was used."""
        found = await load("staff", "spend")(self._redis, [_key(cookie)], [new_id()])
        return found.decode() or None


def _key(cookie: str) -> str:
    return keys.begun(hashlib.sha256(cookie.encode()).hexdigest())
