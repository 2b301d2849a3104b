"""What a package holds, and when the registrar tries again.

Rules of this file:

1. A package is made from the store alone, so that the registrar and the worker that checks its receipt make the same one.
2. Whoever once had a counsellor is handed off with the whole transcript; whoever never had one is a row without text.
3. Times leave as whole minutes.
"""

from collections.abc import Mapping
from typing import TypeVar, get_args

from server.wire.frames import About, EndedBy, Language
from server.wire.package import Ending, Entry, Package

SEALED = b"sealed"
"""The state of a talk that waits for its receipt."""
LEASE = 30_000
"""Milliseconds for which a leased hand-off is nobody else's."""
FIRST_PAUSE = 1_000
LONGEST_PAUSE = 300_000
MINUTE = 60_000

Fields = Mapping[bytes, bytes]
Word = TypeVar("Word", bound=str)


class HandOffError(Exception):
    """A hand-off cannot go on."""


class GoneError(HandOffError):
    """The talk is not in the store: it was confirmed and erased, or was never there."""


class NotSealedError(HandOffError):
    """The talk is there, and is not sealed for the registrar yet."""


class PackageError(HandOffError):
    """What the store holds of a sealed talk cannot be packed: we wrote it wrong. It names the field, never its value."""


class EndingError(HandOffError):
    """We sealed a talk with an ending that does not fit: a form belongs to `registered`, and only to it."""


def written_up(ending: Ending, *, has_form: bool) -> bool:
    """Tell whether an ending belongs to a talk that had a counsellor to the end. Raises EndingError when the form does not fit."""
    if has_form != (ending == "registered"):
        raise EndingError(f"{ending} {'with' if has_form else 'without'} a form")
    return ending in {"registered", "unregistered"}


def had_counsellor(fields: Fields) -> bool:
    """Tell whether a talk was ever paired: then its text is handed off, however it ended."""
    return bool(fields.get(b"paired"))


def whole_minute(at: int) -> int:
    """Return an instant (ms) rounded down to its minute."""
    return at - at % MINUTE


def backoff(attempt: int, chance: float) -> int:
    """Return the milliseconds to wait before try number `attempt` + 1: doubling, capped, with `chance` (0 to 1) as its jitter."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempt, 20))
    return int(longest * (0.5 + chance / 2))


def entry_of(name: bytes, fields: Fields) -> Entry:
    """Return one entry of the log as it is handed off. Raises PackageError."""
    try:
        return Entry(
            seq=int(name.split(b"-")[0]),
            role=fields[b"r"].decode("ascii"),
            id=fields[b"i"].decode("ascii"),
            n=int(fields[b"n"]),
            at=whole_minute(int(fields[b"t"])),
            box=fields[b"b"],
        )
    except (KeyError, ValueError) as error:
        raise PackageError("an entry of the log") from error


def package_of(conversation: str, fields: Fields, wrapped_key: bytes | None, entries: list[Entry]) -> Package:
    """Return the package of a sealed talk from its hash, its key wrapped for the registrar and its entries. Raises PackageError."""
    arrived = _instant(fields, b"created")
    return Package(
        conversation=conversation,
        epoch=_text(fields, b"epoch"),
        ending=_word(fields, b"ending", get_args(Ending)),
        ended_by=_word(fields, b"ended_by", get_args(EndedBy)) if fields.get(b"ended_by") else None,
        language=_word(fields, b"language", get_args(Language), "nb"),
        about=_word(fields, b"about", get_args(About), "unsaid"),
        danger=fields.get(b"danger") == b"1",
        arrived_at=arrived or 0,
        paired_at=_instant(fields, b"paired"),
        ended_at=_instant(fields, b"ended") or _instant(fields, b"sealed") or arrived or 0,
        counsellor=_text(fields, b"desk") or None,
        wrapped_key=wrapped_key,
        entries=entries,
        form=fields.get(b"form") or None,
    )


def _text(fields: Fields, name: bytes) -> str:
    try:
        return fields.get(name, b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackageError(name.decode()) from error


def _word(fields: Fields, name: bytes, words: tuple[Word, ...], unsaid: str = "") -> Word:
    said = _text(fields, name) or unsaid
    for word in words:
        if word == said:
            return word
    raise PackageError(name.decode())


def _instant(fields: Fields, name: bytes) -> int | None:
    said = _text(fields, name)
    if not said:
        return None
    try:
        return whole_minute(int(said))
    except ValueError as error:
        raise PackageError(name.decode()) from error
