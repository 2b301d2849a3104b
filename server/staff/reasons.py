"""Why shift leads did something by hand, in their own words: one file beside the accounts, one line each.

The audit log holds no text. Its entry bears the mark of the reason, so that a reason that was changed afterwards fits no entry any more.
"""

import asyncio
import fcntl
import hashlib
import os
from pathlib import Path

import msgspec

FILE = "reasons.log"
MARK = 16
"""Hexadecimal digits of the SHA-256 of a reason and of when it was given."""
KEPT_MS = 400 * 24 * 3_600_000
"""So long a reason is kept: what a year's review looks at. It goes with the next one that is written after that."""


class Given(msgspec.Struct, frozen=True):
    """A reason that was given: its mark, when (ms), by which desk, for what, and the words."""

    mark: str
    at: int
    who: str
    what: str
    reason: str


def mark_of(at: int, reason: str) -> str:
    """Return the mark of a reason."""
    return hashlib.sha256(f"alarmtelefonen.v1|reason|{at}|{reason}".encode()).hexdigest()[:MARK]


class Reasons:
    """The file, for one process."""

    def __init__(self, path: Path) -> None:
        """The file is made with its first reason."""
        self._path = path

    async def keep(self, given: Given) -> None:
        """Write a reason down, durably; those that are too old go. Raises OSError."""
        await asyncio.to_thread(_keep, self._path, given)

    async def latest(self, count: int) -> list[Given]:
        """Return the newest, newest first; what cannot be read is left out."""
        return list(reversed((await asyncio.to_thread(_read, self._path))[-count:]))

    async def marked(self) -> dict[str, str]:
        """Return mark -> reason, of all that are kept and that their mark still fits."""
        found = await asyncio.to_thread(_read, self._path)
        return {one.mark: one.reason for one in found if mark_of(one.at, one.reason) == one.mark}


def _keep(path: Path, given: Given) -> None:
    with path.with_suffix(".lock").open("a", encoding="ascii") as lock:
        path.with_suffix(".lock").chmod(0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = [one for one in _read(path) if one.at > given.at - KEPT_MS]
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(b"".join(msgspec.json.encode(one) + b"\n" for one in (*kept, given)))
            out.flush()
            os.fsync(descriptor)
        fresh.replace(path)


def _read(path: Path) -> list[Given]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    return [one for line in lines if (one := _line(line)) is not None]


def _line(line: bytes) -> Given | None:
    try:
        return msgspec.json.decode(line, type=Given)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
