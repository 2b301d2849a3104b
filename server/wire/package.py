"""The package: all that leaves the live store for the registrar when a talk is over, still sealed."""

import hashlib
from typing import Literal

import msgspec

from server.wire.frames import About, EndedBy, Language

Ending = Literal["registered", "unregistered", "gave_up", "closed", "cut_off"]
"""How it ended for the record: with a form; without one in time; the child left the line; the line was emptied at closing
time; the child's connection was lost in the line. The last three are rows without text, unless the child once had a counsellor."""


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One sealed entry of the talk."""

    seq: int
    role: str
    id: str
    n: int
    at: int
    """Whole minutes, in milliseconds since 1970 UTC: a transcript needs no seconds."""
    box: bytes


class Package(msgspec.Struct, frozen=True, array_like=True):
    """One finished contact. Times are whole minutes in milliseconds since 1970 UTC."""

    conversation: str
    epoch: str
    ending: Ending
    ended_by: EndedBy | None
    language: Language
    about: About
    danger: bool
    arrived_at: int
    paired_at: int | None
    ended_at: int
    counsellor: str | None
    """The pseudonymous desk id of the one who held the talk last."""
    wrapped_key: bytes | None
    """The conversation key wrapped for the registrar; None in a row without text."""
    entries: list[Entry]
    form: bytes | None


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """The registrar's word that a package is in the journal, signed (docs/protocol.md section 3)."""

    conversation: str
    epoch: str
    digest: bytes
    entry: int
    signature: bytes


def pack(package: Package) -> bytes:
    """Return the MessagePack form of a package."""
    return msgspec.msgpack.encode(package)


def digest(package: Package) -> bytes:
    """Return the SHA-256 of a package's MessagePack form (32 bytes)."""
    return hashlib.sha256(pack(package)).digest()


def receipt_text(receipt: Receipt) -> bytes:
    """Return the bytes that a receipt's signature covers."""
    parts = ("alarmtelefonen.v1", "receipt", receipt.conversation, receipt.epoch, receipt.digest.hex(), str(receipt.entry))
    return "|".join(parts).encode()
