"""The chain of the audit log: how an entry is written, and how one sees that the file is what was written. Pure.

Rules of this file:

1. An entry names a deed of a closed list, desks by their ids, a talk by the hash that the journal knows it by. No text, no name.
2. Each line bears its number and the SHA-256 of the whole line before it, so that nothing can be changed, taken out or moved unseen.
3. Each line ends with an HMAC: who has the file and not the secret cannot write one that fits, the last one neither.
4. A file that was cut at its end is whole as far as it goes. Only an anchor tells: a number and its HMAC, kept somewhere else.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

Deed = Literal[
    "signed_in",
    "sign_in_refused",
    "signed_out",
    "session_ended",
    "took",
    "read",
    "registered",
    "given_back",
    "shut_out",
    "asked_in",
    "looked_in",
    "help_called",
    "came",
    "handed_over",
    "signed",
    "opened_by_hand",
    "closed_by_hand",
    "last_intake_by_hand",
    "closing_announced",
    "taken_down",
    "order_lifted",
    "talk_ended",
    "talk_moved",
    "invited",
    "invitation_used",
    "password_given",
    "roles_given",
    "disabled",
    "enabled",
    "removed",
    "factor_suspect",
    "linked",
    "passkey_added",
    "passkey_removed",
    "audit_read",
    "house_changed",
    "block_asked",
    "block_agreed",
    "block_refused",
    "block_lifted",
]
Fault = Literal["unreadable", "changed", "moved", "unfinished", "cut", "replaced"]

FIRST = hashlib.sha256(b"").hexdigest()
_MAC = b',"mac":"'
_TAIL = len(_MAC) + 64 + len(b'"}')


class Deeds(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was done: `who` did it (a desk, or `command`), `whom` it concerns (a desk), which talk, and why."""

    what: Deed
    who: str = ""
    whom: str = ""
    contact: str = ""
    why: str = ""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the log."""

    n: int
    at: int
    deed: Deeds
    before: str
    mac: str


class _Body(msgspec.Struct, frozen=True):
    n: int
    at: int
    deed: Deeds
    before: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """An entry that somebody has noted elsewhere: its number and its HMAC (or the beginning of it)."""

    n: int
    mac: str

    @classmethod
    def read(cls, text: str) -> "Anchor | None":
        """Return the anchor that `N:MAC` tells; None: it is none."""
        n, _, mac = text.partition(":")
        good = n.isascii() and n.isdigit() and len(mac) >= 16 and set(mac) <= set("0123456789abcdef")  # noqa: PLR2004 - hex digits: 64 bits
        return cls(int(n), mac) if good else None


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain is broken, and how."""

    line: int
    fault: Fault


def link(n: int, at: int, deed: Deeds, last: bytes, secret: bytes) -> bytes:
    """Return line `n`, which follows the line `last` (b"" before the first), without its newline."""
    body = msgspec.json.encode(_Body(n, at, deed, hashlib.sha256(last).hexdigest()))
    return body[:-1] + _MAC + _mac(body, secret).encode() + b'"}'


def read(line: bytes) -> Entry | None:
    """Return what a line says; None: it cannot be read."""
    try:
        return msgspec.json.decode(line, type=Entry)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def broken(lines: Sequence[bytes], secret: bytes, anchors: Iterable[Anchor] = (), *, finished: bool = True) -> list[Broken]:
    """Return every place where the chain is broken, in order; nothing: the file is whole as far as it goes."""
    found: list[Broken] = []
    before, macs = FIRST, {}
    for number, line in enumerate(lines, 1):
        entry = read(line)
        if entry is None:
            found.append(Broken(number, "unreadable"))
        elif not hmac.compare_digest(_mac(line[:-_TAIL] + b"}", secret).encode(), entry.mac.encode()):
            found.append(Broken(number, "changed"))
        elif entry.n != number or entry.before != before:
            found.append(Broken(number, "moved"))
        macs[number] = entry.mac if entry else ""
        before = hashlib.sha256(line).hexdigest()
    if not finished:
        found.append(Broken(len(lines) + 1, "unfinished"))
    for anchor in anchors:
        if anchor.n not in macs:
            found.append(Broken(anchor.n, "cut"))
        elif not macs[anchor.n].startswith(anchor.mac):
            found.append(Broken(anchor.n, "replaced"))
    return found


def _mac(body: bytes, secret: bytes) -> str:
    return hmac.new(secret, b"alarmtelefonen.v1|audit|" + body, hashlib.sha256).hexdigest()
