"""How a tag is made of an address, and who is shut out: the pure part.

Rules of this file:

1. A tag is an HMAC of a part of an address with a secret of this hour. Secrets are handed in, held in memory and never shown.
2. The same address in two hours has two tags, and nobody but this process could tell that they belong together.
3. An old secret is let go of when no talk of its hour can still run and no block needs it.
4. A block lasts for a day at the most, and for a week where the list of blocks says so, which only two persons can make it say.
   One that is not on the list any more is over. It ends with the process: what is forgotten is forgotten.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

HOUR_MS = 3_600_000
KEPT_HOURS = 4
"""So long a talk of that hour may still be ended as one with somebody who is no child."""
LONGEST = 24 * 3600
"""The longest block (s) that one person can make."""
LONGEST_LISTED = 7 * LONGEST
"""The longest (s) that the list of blocks can make of it."""
SETTLES_MS = 10_000
"""So long a fresh block need not be on the list."""
BLOCKED = "blocked"
LETTERS = "abcdefghijklmnopqrstuvwx"
"""One for each hour of a day: the first letter of a tag."""


def part_of(address: str) -> bytes:
    """Return the part of an address that a household or a school shares: all of IPv4, the first half of IPv6. Raises ValueError."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped.packed if found.ipv4_mapped else found.packed[:8]
    return found.packed


@dataclass(slots=True)
class Held:
    """A block: how the list names it, since and until when (ms)."""

    name: str
    since: int
    until: int


class Tags:
    """The tags of one process."""

    def __init__(self, fresh: Callable[[], bytes]) -> None:
        """`fresh` returns a new secret (32 bytes)."""
        self._fresh = fresh
        self._secrets: dict[int, bytes] = {}
        self._blocked: dict[int, dict[str, Held]] = {}

    def tag(self, address: str, now: int) -> str:
        """Return the tag of an address at `now` (ms), or `blocked`. Raises ValueError."""
        part, hour = part_of(address), now // HOUR_MS
        self._forget(hour, now)
        for then, tags in self._blocked.items():
            if self._made(part, then) in tags:
                return BLOCKED
        return self._made(part, hour)

    def block(self, tag: str, seconds: int, name: str, now: int) -> bool:
        """Shut an address out by its tag, for at most a day. False: the tag is none of the last hours."""
        this = now // HOUR_MS
        self._forget(this, now)
        hour = next((one for one in self._secrets if this - KEPT_HOURS < one <= this and tag[:1] == LETTERS[one % 24]), None)
        if hour is None:
            return False
        self._blocked.setdefault(hour, {})[tag] = Held(name, now, now + min(seconds, LONGEST) * 1000)
        return True

    def keep(self, listed: Mapping[str, int], now: int) -> None:
        """Let the blocks last until when the list says (ms), for a week at the most; one that is not on it is over."""
        for tags in self._blocked.values():
            for held in tags.values():
                if held.name in listed:
                    held.until = min(listed[held.name], held.since + LONGEST_LISTED * 1000)
                elif now - held.since > SETTLES_MS:
                    held.until = now
        self._forget(now // HOUR_MS, now)

    @property
    def secrets(self) -> int:
        """Return how many secrets are held."""
        return len(self._secrets)

    def _made(self, part: bytes, hour: int) -> str:
        secret = self._secrets.get(hour) or self._secrets.setdefault(hour, self._fresh())
        made = hmac.new(secret, part, hashlib.sha256).digest()
        return LETTERS[hour % 24] + base64.urlsafe_b64encode(made[:12]).decode()

    def _forget(self, hour: int, now: int) -> None:
        """Let go of what is over."""
        for then, tags in list(self._blocked.items()):
            left = {tag: held for tag, held in tags.items() if held.until > now}
            if left:
                self._blocked[then] = left
            else:
                del self._blocked[then]
        for then in list(self._secrets):
            if then not in self._blocked and not hour - KEPT_HOURS < then <= hour:
                del self._secrets[then]
