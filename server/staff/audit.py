"""The audit log: one file beside the accounts, to which every worker and command of this machine adds, and from which nobody takes.

Rules of this file:

1. One writer at a time, under a lock on the file itself; what waits meanwhile is written together, with one fsync.
2. An entry is there when `note` returns. A line that a power cut left unfinished was never acknowledged; the next writer takes it away.
3. A disk that takes no more raises: who signs in waits for the auditor's entry, a child does not (`House.note`).
"""

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from server import keyfiles, log
from server.staff.chain import Anchor, Broken, Deeds, Entry, broken, link, read

FILE = "audit.log"
TAIL = 8192
"""No line is longer."""
TOLD_EACH = 100
"""So often is the end of the chain told to the log of events, which is kept elsewhere: an anchor."""
TOLD = 16
"""Hexadecimal digits of an HMAC that make an anchor."""


class AuditError(Exception):
    """The audit log cannot be written or read."""


class Audit:
    """The audit log, for one process."""

    def __init__(self, path: Path, secret: bytes, clock: Callable[[], int]) -> None:
        """The file is made with its first entry."""
        self.path = path
        self._secret, self._clock = secret, clock
        self._waiting: list[tuple[Deeds, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def note(self, deed: Deeds) -> None:
        """Write an entry; when this returns it is on the disk. Raises AuditError."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((deed, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        while self._waiting:
            leaving, self._waiting = self._waiting, []
            error: AuditError | None = None
            try:
                await asyncio.to_thread(append, self.path, self._secret, self._clock(), [deed for deed, _ in leaving])
            except AuditError as caught:
                error = caught
            for _, written in leaving:
                if not written.done():
                    written.set_result(None) if error is None else written.set_exception(error)

    async def latest(self, count: int) -> tuple[list[Entry], list[Broken]]:
        """Return the newest entries, newest first, and where the chain is broken. Raises AuditError."""
        lines, finished = await asyncio.to_thread(contents, self.path)
        faults = await asyncio.to_thread(broken, lines, self._secret, finished=finished)
        return [entry for line in reversed(lines[-count:]) if (entry := read(line))], faults


def append(path: Path, secret: bytes, now: int, deeds: Sequence[Deeds]) -> None:
    """Add entries to the file, all or none, durably. Raises AuditError."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise AuditError(f"{path}: expected a file that can be written, got {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size, last = _last(descriptor)
        n = _number(descriptor, last)
        lines = []
        for deed in deeds:
            n, last = n + 1, link(n + 1, now, deed, last, secret)
            lines.append(last + b"\n")
        keyfiles.put_after(descriptor, size, b"".join(lines))
    except OSError as error:
        raise AuditError(f"{path}: expected a disk that takes an entry, got {error.strerror}") from error
    finally:
        os.close(descriptor)
    if n // TOLD_EACH != (n - len(deeds)) // TOLD_EACH or n == len(deeds):
        tell(n, last)


def contents(path: Path) -> tuple[list[bytes], bool]:
    """Return every whole line, and whether there is nothing unfinished after them. Raises AuditError."""
    try:
        whole, _, rest = path.read_bytes().rpartition(b"\n")
    except FileNotFoundError:
        return [], True
    except OSError as error:
        raise AuditError(f"{path}: expected a file that can be read, got {error.strerror}") from error
    return whole.split(b"\n") if whole else [], not rest


def verify(path: Path, secret: bytes, anchors: Iterable[Anchor] = ()) -> tuple[int, list[Broken], Anchor | None]:
    """Return how many lines there are, where the chain is broken, and the anchor of its end. Raises AuditError."""
    lines, finished = contents(path)
    last = read(lines[-1]) if lines else None
    return len(lines), broken(lines, secret, anchors, finished=finished), Anchor(last.n, last.mac) if last else None


def tell(n: int, line: bytes) -> None:
    """Tell the end of the chain to the log of events: whoever cuts or rewrites the file cannot reach what was told."""
    entry = read(line)
    log.event("audit_anchor", count=n, mac=entry.mac[:TOLD] if entry else "0" * TOLD)


def _last(descriptor: int) -> tuple[int, bytes]:
    """Return the size of what is whole, and its last line; what a power cut left unfinished is taken away."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, TAIL, max(0, size - TAIL))
    whole, newline, rest = tail.rpartition(b"\n")
    if rest:
        size -= len(rest)
        os.ftruncate(descriptor, size)
    return size, whole.rpartition(b"\n")[2] if newline else b""


def _number(descriptor: int, last: bytes) -> int:
    """Return the number of the last line. One that cannot be read any more still has a place, and the chain goes on from its bytes."""
    entry = read(last)
    if entry is not None or not last:
        return entry.n if entry else 0
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(0)
        return sum(1 for _ in file)
