"""Whom a counsellor may call here and now: emergency numbers, and who is on call for a municipality. Only what somebody has confirmed.

Rules of this file:

1. A number whose source says that it must be confirmed is not shown. An on-call service is shown when its row says that it was confirmed.
2. What is wrong in the files stops the start and names itself.
"""

from pathlib import Path
from typing import Any

import msgspec

from server.helpline import SettingsError

UNCONFIRMED = ("skal bekreftes", "ubekreftet", "generell kunnskap")
EMERGENCY = (("police", "112"), ("ambulance", "113"), ("fire", "110"), ("out_of_hours_doctor", "116117"))
"""Who answers at which number, in the order in which they are shown."""


class Emergency(msgspec.Struct, frozen=True):
    """An emergency number."""

    who: str
    """As the form codes it: `police`, `ambulance`, `fire` or `out_of_hours_doctor`."""
    number: str


class OnCall(msgspec.Struct, frozen=True):
    """Who is on call for some municipalities."""

    name: str
    number: str
    municipalities: tuple[str, ...]


def read_emergency(path: Path) -> tuple[Emergency, ...]:
    """Return the emergency numbers that are confirmed. Raises SettingsError."""
    rows = _read(path).get("norge", [])
    known = {row.get("nummer"): str(row.get("kilde", UNCONFIRMED[0])) for row in rows}
    return tuple(
        Emergency(who, number) for who, number in EMERGENCY if number in known and not any(mark in known[number] for mark in UNCONFIRMED)
    )


def read_on_call(path: Path) -> tuple[OnCall, ...]:
    """Return the on-call services that are confirmed and have a number. Raises SettingsError."""
    rows = _read(path).get("vakter", [])
    return tuple(
        OnCall(row["navn"], row["telefon"], tuple(row["dekker"])) for row in rows if row.get("bekreftet") is True and row["telefon"]
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise SettingsError(str(path), "JSON that can be read", error) from error
    return found
