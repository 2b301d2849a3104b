"""The journal: where opened contacts are kept for good. Interface, the SQLite one, and the Null twin.

Rules of this file:

1. Each record is sealed to the journal's public key before it reaches a disk; the registrar cannot read it back.
2. In the clear stand only: the entry's number, hashes that show whether a package was journalled before, and the minute.
3. `add` returns only when the entry is durable. Added twice, a package is one entry, with the same number.
4. Nothing is ever overwritten: another package of the same contact is another entry.
"""

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from server import sealing
from server.registrar import record as records
from server.registrar.record import Record
from server.wire.package import Package, digest

BUSY_SECONDS = 10.0
MOST_STEPS = 1 << 20
"""A record has no size of its own to keep to: 256 MiB is beyond any talk."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    contact BLOB NOT NULL,
    package BLOB NOT NULL,
    minute INTEGER NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (contact, package)
) STRICT
"""


class JournalError(Exception):
    """The journal cannot be written or read now."""


class NoSuchEntryError(JournalError):
    """The journal has no entry of this number."""


class Journal(Protocol):
    """What the registrar needs of a journal."""

    def add(self, package: Package, record: Record, minute: int) -> int:
        """Keep a record, durably; return its number, the same one for the same package. Raises JournalError."""

    def close(self) -> None:
        """Let go of it."""


class NullJournal:
    """Counts and keeps nothing: for tests of what stands around a journal."""

    def __init__(self) -> None:
        """Begin at 1."""
        self._numbers: dict[tuple[bytes, bytes], int] = {}

    def add(self, package: Package, record: Record, minute: int) -> int:  # noqa: ARG002 - it keeps nothing
        """Return a number, the same one for the same package."""
        return self._numbers.setdefault((contact_of(package), digest(package)), len(self._numbers) + 1)

    def close(self) -> None:
        """Nothing to let go of."""


class SqliteJournal:
    """One SQLite file of mode 0600; several registrars on one machine may share it."""

    def __init__(self, path: Path, journal_key: bytes) -> None:
        """Open the file, or make it; records are sealed to `journal_key` (65 bytes). Raises JournalError and KeyShapeError."""
        sealing.public_key(journal_key)
        self._key = journal_key
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = _opened(str(path), ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY"), SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"{path} cannot be opened for writing") from error

    def add(self, package: Package, record: Record, minute: int) -> int:
        """Keep a record, durably; return its number, the same one for the same package. Raises JournalError."""
        names = (contact_of(package), digest(package))
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                found = self._db.execute("SELECT entry FROM entries WHERE contact = ? AND package = ?", names).fetchone()
                return int(found[0]) if found else self._insert(*names, minute, record)
        except sqlite3.Error as error:
            raise JournalError("the entry could not be written") from error

    def _insert(self, contact: bytes, package: bytes, minute: int, record: Record) -> int:
        """Take a number, then seal the record for that number, in one transaction."""
        taken = self._db.execute("INSERT INTO entries (contact, package, minute, record) VALUES (?, ?, ?, x'')", (contact, package, minute))
        entry = taken.lastrowid or 0
        sealed = seal_record(record, self._key, entry, contact, minute)
        self._db.execute("UPDATE entries SET record = ? WHERE entry = ?", (sealed, entry))
        return entry

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class JournalReader:
    """Reads a journal file with the private key, and writes nothing."""

    def __init__(self, path: Path, private: EllipticCurvePrivateKey) -> None:
        """Open the file. Raises JournalError."""
        self._private = private
        try:
            self._db = _opened(f"{path.resolve().as_uri()}?mode=ro", (), "SELECT 1 FROM entries LIMIT 1")
        except sqlite3.Error as error:
            raise JournalError(f"{path} is not a journal that can be read") from error

    def __enter__(self) -> Self:
        """Begin to read."""
        return self

    def __exit__(self, *what: object) -> None:
        """Close the file."""
        self._db.close()

    def numbers(self) -> list[tuple[int, int]]:
        """Return each entry's number, and that of the first entry of the same contact (another one: it adds to that)."""
        first: dict[bytes, int] = {}
        rows = self._rows("SELECT entry, contact FROM entries ORDER BY entry", ())
        return [(entry, first.setdefault(contact, entry)) for entry, contact in rows]

    def written(self) -> list[tuple[int, bytes, int]]:
        """Return each entry's number, the name of its contact, and the minute of writing (ms)."""
        return [
            (entry, contact, minute)
            for entry, contact, minute in self._rows("SELECT entry, contact, minute FROM entries ORDER BY entry", ())
        ]

    def open(self, entry: int) -> Record:
        """Return one record, opened. Raises NoSuchEntryError, CannotOpenError (another key) or JournalError."""
        rows = self._rows("SELECT contact, minute, record FROM entries WHERE entry = ?", (entry,))
        if not rows:
            raise NoSuchEntryError(str(entry))
        contact, minute, record = rows[0]
        return open_record(record, self._private, entry, contact, minute)

    def _rows(self, query: str, values: tuple[int, ...]) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except (sqlite3.Error, OverflowError) as error:
            raise JournalError("the journal cannot be read") from error


def _opened(where: str, pragmas: Sequence[str], first: str) -> sqlite3.Connection:
    """Return a connection that has run its first statement. Raises sqlite3.Error, and then nothing stays open."""
    db = sqlite3.connect(where, uri=where.startswith("file:"), timeout=BUSY_SECONDS, isolation_level=None)
    try:
        for pragma in pragmas:
            db.execute(f"PRAGMA {pragma}")
        db.execute(first)
    except sqlite3.Error:
        db.close()
        raise
    return db


def contact_of(package: Package) -> bytes:
    """Return the hash by which a contact is known in the journal: of its conversation and epoch, both random."""
    return hashlib.sha256(sealing.bind("contact", package.conversation, package.epoch)).digest()


def seal_record(record: Record, journal_key: bytes, entry: int, contact: bytes, minute: int) -> bytes:
    """Seal a record for its place in the journal: it opens as no other entry."""
    return sealing.seal_hpke(sealing.pad(records.write(record), MOST_STEPS), journal_key, _place(entry, contact, minute))


def open_record(sealed: bytes, private: EllipticCurvePrivateKey, entry: int, contact: bytes, minute: int) -> Record:
    """Open a record in its place. Raises CannotOpenError."""
    return records.read(sealing.unpad(sealing.open_hpke(sealed, private, _place(entry, contact, minute))))


def _place(entry: int, contact: bytes, minute: int) -> bytes:
    return sealing.bind("journal", str(entry), contact.hex(), str(minute))
