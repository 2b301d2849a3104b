"""The clock, read at the edges only: everything further in is given `now`."""

import time
from datetime import UTC, datetime


def now() -> int:
    """Return this instant in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def utc() -> datetime:
    """Return this instant as an aware datetime in UTC."""
    return instant(now())


def instant(milliseconds: int) -> datetime:
    """Return milliseconds since 1970 UTC as an aware datetime in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def ms(when: datetime) -> int:
    """Return an aware datetime as whole milliseconds since 1970 UTC."""
    return round(when.timestamp() * 1000)
