"""How long a staff session and an invitation stand, and what an account may look like. Pure."""

import re
from dataclasses import dataclass

MINUTE = 60_000
IDLE = 30 * MINUTE
"""A session in which nobody did anything for this long is over (ms)."""
ABSOLUTE = 12 * 60 * MINUTE
"""No session stands longer than a shift (ms)."""
TOLD_BEFORE = 10 * MINUTE
"""So long before its end a counsellor is told that her session ends (ms)."""
INVITED_FOR = 24 * 60 * MINUTE
"""How long an invitation is good (ms)."""
TRIES = 5
"""Wrong passwords that one account may have in a minute."""

FRESH = 15 * MINUTE
"""So long after signing in somebody may change how she signs in (ms); later she signs in again first."""
PASSKEYS = 10
"""Passkeys that one account may have."""

SHORTEST, LONGEST = 12, 200
"""Characters of a password that somebody chooses."""

_NAME = re.compile(r"\w[\w .@-]{0,39}")


@dataclass(frozen=True, slots=True)
class Session:
    """A staff session: whose it is, since when, and when it was last used (ms since 1970)."""

    desk: str
    since: int
    seen: int


def stands(session: Session, now: int) -> bool:
    """Tell whether the session is still good: used within the idle time, and not older than a shift."""
    return now < ends(session)


def ends(session: Session) -> int:
    """Return the instant at which the session is over if nobody uses it again."""
    return min(session.seen + IDLE, session.since + ABSOLUTE)


def ends_soon(session: Session, now: int) -> int | None:
    """Return when the session is over, while that is so near that she is told; None before."""
    end = ends(session)
    return end if end - now <= TOLD_BEFORE else None


def is_last(session: Session, now: int) -> bool:
    """Tell whether the session ends soon whatever she does: she gets no new child."""
    return session.since + ABSOLUTE - now <= TOLD_BEFORE


def is_fresh(session: Session, now: int) -> bool:
    """Tell whether she has signed in so lately that she may change how she signs in."""
    return now - session.since <= FRESH


def is_copied(kept: int, given: int) -> bool:
    """Tell whether a passkey that counts its uses says a number that it has said before: there may be a second one like it."""
    return (kept > 0 or given > 0) and given <= kept


def is_name(name: str) -> bool:
    """Tell whether `name` can be an account's name: 1 to 40 letters, digits, spaces, dots, hyphens or @."""
    return _NAME.fullmatch(name) is not None


def is_password(password: str) -> bool:
    """Tell whether somebody may choose this password: long enough not to be guessed in the tries that there are."""
    return SHORTEST <= len(password) <= LONGEST and len(set(password)) > SHORTEST // 3


def same_name(one: str, other: str) -> bool:
    """Compare two names as people type them: without case, without spaces around."""
    return fold(one) == fold(other)


def fold(name: str) -> str:
    """Return the form in which names are compared."""
    return name.strip().casefold()
