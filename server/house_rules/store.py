"""The changes of the shift lead: one file beside the accounts, to which workers add and from which nobody takes.

Rules of this file:

1. One writer at a time, under a lock on the file itself; a change is there when the disk has it, whole or not at all.
2. Who changes says on which change she stands. Another one in between is told to her, and nothing is written.
3. Every worker looks at the file before it says what holds: a change needs no restart, and no message between workers.
4. A file that cannot be read is an alarm. Who has read it keeps what it read; who has not is closed.
"""

import asyncio
import fcntl
import os
from pathlib import Path
from typing import Any

from server import keyfiles, metrics
from server.helpline import Helpline, SettingsError
from server.house_rules.rules import (
    PARTS,
    ChainError,
    Change,
    Entry,
    Part,
    Told,
    applied,
    as_file,
    link,
    read,
    revision,
    told,
    value_at,
    values,
)
from server.replies import Reply

Stamp = tuple[int, ...] | None
"""By what one sees that a file is another one than before; None: there is none."""


class HouseRulesError(Exception):
    """The file of the changes cannot be read or written."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the same part since: the entry of it."""

    def __init__(self, entry: Entry) -> None:
        """Keep the entry."""
        super().__init__(f"revision: expected {entry.n}, got another one")
        self.entry = entry


class HouseRules:
    """What holds now, for one process."""

    def __init__(self, path: Path, secret: bytes, helpline: Helpline, replies: tuple[Reply, ...]) -> None:
        """`helpline`, `replies`: what the files say. The file of the changes is made with the first of them."""
        self.path = path
        self._secret = secret
        self._files = (helpline, replies)
        self._stamp: Stamp = ()
        """What was last looked at, whether or not it could be read."""
        self._entries: tuple[Entry, ...] = ()
        self._told = told(helpline, replies, {})
        self._readable = True
        self.look()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every change, oldest first."""
        self.look()
        return self._entries

    def now(self) -> Told:
        """Return what holds."""
        self.look()
        return self._told

    @property
    def lately(self) -> Told:
        """What held when it was last looked at: a second ago at the most, where a second hand looks."""
        return self._told

    def look(self) -> None:
        """Read the file if it is another one than before. What cannot be read is an alarm, once."""
        stamp = _stamp(self.path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            entries = () if stamp is None else read(_lines(self.path), self._secret)
        except (OSError, ChainError):
            self._lose()
            return
        if len(entries) < len(self._entries):  # it was there, and is not any more
            self._lose()
            return
        self._entries, self._readable = entries, True
        self._told = told(*self._files, values(entries))
        if self._told.faults:
            metrics.alarm("settings_lost", len(self._told.faults))

    def _lose(self) -> None:
        if self._readable:
            metrics.alarm("settings_lost", 1)
        self._readable = False
        if not self._entries:
            self._told = Told(*self._files, hours_known=False)

    def in_file(self, part: Part) -> Any:  # noqa: ANN401 - as the file would say it
        """Return what the settings' own file says of a part."""
        return as_file(*self._files, part)

    def trial(self, part: Part, value: Any) -> Told:  # noqa: ANN401 - whatever somebody sent
        """Return what would hold with another value of a part (None: the file's). Raises SettingsError, and changes nothing."""
        if part not in PARTS:
            raise SettingsError("part", f"one of {' '.join(PARTS)}", repr(part))
        wished = values(self.entries) | {part: value}
        alone = {part: value} if value is not None else {}
        applied(*self._files, alone)
        return told(*self._files, {name: one for name, one in wished.items() if one is not None})

    def value(self, part: Part, n: int | None = None) -> Any:  # noqa: ANN401 - as the file would say it
        """Return what a part says now, or said after change `n`."""
        value = value_at(self.entries, part, n)
        return self.in_file(part) if value is None else value

    def revision(self, part: Part) -> int:
        """Return the number of the last change to a part; 0: none."""
        return revision(self.entries, part)

    async def change(self, change: Change, stands_on: int) -> Entry:
        """Write a change by somebody who has seen change `stands_on` of this part.

        Raises SettingsError, ChangedMeanwhile, HouseRulesError; then nothing has changed.
        """
        self.trial(change.part, change.value)
        entry = await asyncio.to_thread(append, self.path, self._secret, change, stands_on)
        self.look()
        return entry

    def undone(self, n: int) -> tuple[Part, Any]:
        """Return which part change `n` was made to, and what it said before. Raises SettingsError when there is no such change."""
        entry = next((one for one in self.entries if one.n == n), None)
        if entry is None:
            raise SettingsError("n", f"a change from 1 to {len(self.entries)}", n)
        return entry.change.part, value_at(self.entries, entry.change.part, n - 1)


def append(path: Path, secret: bytes, change: Change, stands_on: int) -> Entry:
    """Add a change to the file, durably. Raises ChangedMeanwhile, HouseRulesError."""
    descriptor = -1
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        lines = _lines(path)
        entries = read(lines, secret)
        last = revision(entries, change.part)
        if last != stands_on:
            raise ChangedMeanwhile(entries[last - 1])
        line = link(len(lines) + 1, change, lines[-1] if lines else b"", secret)
        keyfiles.put_after(descriptor, sum(len(one) + 1 for one in lines), line + b"\n")
        return read([*lines, line], secret)[-1]
    except OSError as error:
        raise HouseRulesError(f"{path}: expected a disk that takes a change, got {error.strerror}") from error
    except ChainError as error:
        raise HouseRulesError(f"{path}: {error}") from error
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def faults(path: Path, secret: bytes, helpline: Helpline, replies: tuple[Reply, ...]) -> list[str]:
    """Return what is wrong with the file of the changes, for who starts or checks the service."""
    try:
        found = told(helpline, replies, values(read(_lines(path), secret))) if path.exists() else None
    except OSError as error:
        return [f"{path}: expected a file that can be read, got {error.strerror}"]
    except ChainError as error:
        return [f"{path}: {error}"]
    return [f"{path}: {one}" for one in found.faults] if found else []


def _stamp(path: Path) -> Stamp:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        return (error.errno or 0,)
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_size


def _lines(path: Path) -> list[bytes]:
    """Return every whole line; one that a power cut left unfinished was never acknowledged. Raises OSError."""
    whole = path.read_bytes().rpartition(b"\n")[0]
    return whole.split(b"\n") if whole else []
