"""What the shift lead may change beside the files of the settings, how a change is written down, and what it changes. Pure.

Rules of this file:

1. A change passes the same checks as the file that it stands before; what is wrong names itself, and nothing of it is taken.
2. A change says what the whole part is from now on, or that the file holds again (`value` is None). Going back is a change too.
3. Each line bears its number and the SHA-256 of the line before it, and ends with an HMAC: what is changed or taken out is seen.
4. Hours that cannot be told are closed. Replies and other help that cannot be told are those of the files.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import msgspec

from server.helpline import DAYS, Helpline, SettingsError, as_raw, convert
from server.replies import Reply, parse_replies

Part = Literal["opening", "exceptions", "other_help", "replies"]
PARTS: tuple[Part, ...] = get_args(Part)
HOURS: frozenset[Part] = frozenset({"opening", "exceptions"})
FILE = "house"
"""How a fault names where it is: `house: opening.mon`."""

MOST: Mapping[Part, int] = {"opening": len(DAYS), "exceptions": 400, "other_help": 12, "replies": 100}
"""The most that a part may hold."""
FIRST = hashlib.sha256(b"").hexdigest()
_MAC = b',"mac":"'
_TAIL = len(_MAC) + 64 + len(b'"}')


class ChainError(Exception):
    """A line is not what was written: which (from 1)."""

    def __init__(self, line: int) -> None:
        """Keep the number."""
        super().__init__(f"line {line}: expected what was written, got something else")
        self.line = line


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody (`who`, a desk) made of a part at `at` (ms since 1970).

    `value`: as the file of the settings would say it, in JSON; None: what that file says.
    `undoes`: the number of the change that this one takes back, 0 for none.
    """

    who: str
    at: int
    part: Part
    value: Any = None
    undoes: int = 0


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line: its number (from 1), the change, the hash of the line before, the HMAC."""

    n: int
    change: Change
    before: str
    mac: str


class _Body(msgspec.Struct, frozen=True):
    n: int
    change: Change
    before: str


@dataclass(frozen=True, slots=True)
class Told:
    """What holds now: the helpline's settings and replies with the changes; `hours_known` is False where the hours cannot be told."""

    helpline: Helpline
    replies: tuple[Reply, ...]
    hours_known: bool
    faults: tuple[SettingsError, ...] = ()
    """Changes that do not fit the files any more."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is another one than before: its name, what it was and what it is; None: it was not there, or is not any more."""

    name: str
    before: str | None
    after: str | None


# --- the chain ---------------------------------------------------------------------------------


def link(n: int, change: Change, last: bytes, secret: bytes) -> bytes:
    """Return line `n`, which follows the line `last` (b"" before the first), without its newline."""
    body = msgspec.json.encode(_Body(n, change, hashlib.sha256(last).hexdigest()))
    return body[:-1] + _MAC + _mac(body, secret).encode() + b'"}'


def read(lines: Sequence[bytes], secret: bytes) -> tuple[Entry, ...]:
    """Return what the lines say. Raises ChainError for the first that was not written so."""
    found: list[Entry] = []
    before = FIRST
    for number, line in enumerate(lines, 1):
        try:
            entry = msgspec.json.decode(line, type=Entry)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise ChainError(number) from None
        right = hmac.compare_digest(_mac(line[:-_TAIL] + b"}", secret).encode(), entry.mac.encode())
        if not right or entry.n != number or entry.before != before:
            raise ChainError(number)
        found.append(entry)
        before = hashlib.sha256(line).hexdigest()
    return tuple(found)


def _mac(body: bytes, secret: bytes) -> str:
    return hmac.new(secret, b"alarmtelefonen.v1|house|" + body, hashlib.sha256).hexdigest()


# --- what holds --------------------------------------------------------------------------------


def revision(entries: Iterable[Entry], part: Part) -> int:
    """Return the number of the last change to a part; 0: it was never changed."""
    return max((entry.n for entry in entries if entry.change.part == part), default=0)


def value_at(entries: Iterable[Entry], part: Part, n: int | None = None) -> Any:  # noqa: ANN401 - as the file would say it
    """Return what was made of a part, up to change `n` (None: all); None: nothing, the file holds."""
    value = None
    for entry in entries:
        if entry.change.part == part and (n is None or entry.n <= n):
            value = entry.change.value
    return value


def values(entries: Iterable[Entry]) -> dict[Part, Any]:
    """Return what was made of each part that is not as the file says."""
    entries = tuple(entries)
    return {part: value for part in PARTS if (value := value_at(entries, part)) is not None}


def applied(helpline: Helpline, replies: tuple[Reply, ...], changes: Mapping[Part, Any]) -> tuple[Helpline, tuple[Reply, ...]]:
    """Return the settings of the files with these parts in place of theirs. Raises SettingsError."""
    for part, value in changes.items():
        if isinstance(value, dict | list) and len(value) > MOST[part]:
            raise SettingsError(f"{FILE}: {part}", f"at most {MOST[part]}", len(value))
    ours = {part: value for part, value in changes.items() if part != "replies"}
    changed = convert(as_raw(helpline) | ours, FILE) if ours else helpline
    if "replies" in changes:
        replies = parse_replies(changes["replies"], FILE, helpline.languages, helpline.default_language)
    return changed, replies


def told(helpline: Helpline, replies: tuple[Reply, ...], changes: Mapping[Part, Any]) -> Told:
    """Return what holds. A change that does not fit the files any more is left out, and closes the hours if it is one of theirs."""
    known, faults = True, []
    now = (helpline, replies)
    for part in PARTS:
        if part in changes:
            try:
                now = applied(*now, {part: changes[part]})
            except SettingsError as error:
                faults.append(error)
                known = known and part not in HOURS
    return Told(*now, known, tuple(faults))


def as_file(helpline: Helpline, replies: tuple[Reply, ...], part: Part) -> Any:  # noqa: ANN401 - as the file would say it
    """Return a part as the file would say it, to be changed."""
    if part == "replies":
        return [{"short": reply.short, **reply.texts} for reply in replies]
    return as_raw(helpline)[part]


# --- what it changes ---------------------------------------------------------------------------


def differences(part: Part, before: Any, after: Any) -> list[Difference]:  # noqa: ANN401 - as the file would say it
    """Return what is another one, in the order of the new; what is gone comes last."""
    old, new = _facts(part, before), _facts(part, after)
    names = [*new, *(name for name in old if name not in new)]
    if part in HOURS:
        names.sort(key=lambda name: (DAYS.index(name) if name in DAYS else 0, name))
    found = [Difference(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]
    if not found and part not in HOURS and before != after:
        found = [Difference("order", ", ".join(old), ", ".join(new))]
    return found


def _facts(part: Part, value: Any) -> dict[str, str]:  # noqa: ANN401 - as the file would say it
    if part in HOURS:
        return {name: _window(window) for name, window in value.items()}
    if part == "replies":
        return {f"/{row['short']} ({code})": text for row in value for code, text in row.items() if code != "short"}
    facts: dict[str, str] = {}
    for row in value:
        facts |= {row["label"]: row["number"] if row["tel"] in row["number"].replace(" ", "") else f"{row['number']} ({row['tel']})"}
        facts |= {f"{row['label']} {day}": _window(window) for day, window in row.get("opening", {}).items()}
    return facts


def _window(window: Sequence[str] | str) -> str:
    return window if isinstance(window, str) else "-".join(window)
