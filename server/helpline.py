"""The helpline's own settings, `config/helpline.toml`: hours, limits, numbers. Read once, typed, frozen.

Rules of this file:

1. Whatever is wrong is a `SettingsError` that names the setting, what was expected and what came.
2. No unknown name passes: a typo would silently leave a default in force.
3. Nothing here is secret.
"""

import datetime as dt
import difflib
import re
import tomllib
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec

Window = tuple[str, str]
"""From and to, local time; a `to` that is not after `from` means the next day, `24:00` is midnight at the end."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d$")
_WINDOW = 'two times such as ["16:15", "22:45"]'

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Tongue = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}(-[a-z]+)?$")]
Web = Annotated[str, msgspec.Meta(pattern=r"^https://[a-z0-9.-]+(/[^\s]*)?$")]
Minutes = Annotated[int, msgspec.Meta(ge=0, le=24 * 60)]
SomeMinutes = Annotated[int, msgspec.Meta(ge=1, le=24 * 60)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=3600)]
Tel = Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9]{3,15}$")]


YellowRed = tuple[Annotated[int, msgspec.Meta(ge=1, le=1440)], Annotated[int, msgspec.Meta(ge=1, le=1440)]]
"""From how much on the light of a shift is yellow, and from how much on it is red."""


class SettingsError(Exception):
    """A setting is missing or wrong: `name`, what was `expected` and what `came`."""

    def __init__(self, name: str, expected: str, came: object) -> None:
        """Keep the facts; the message tells them in one line."""
        super().__init__(f"{name}: expected {expected}, got {came}")
        self.name = name
        self.expected = expected
        self.came = came


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A telephone number to show: as written, the wording key of its label, and what `tel:` dials."""

    number: Text
    label: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]+$")]
    tel: Tel


class OtherHelp(Number, frozen=True, forbid_unknown_fields=True):
    """Somebody else to ring, with hours of their own where they are known."""

    opening: dict[str, Window] | None = None
    """As the helpline's own; None: not known, and then nothing is said of it."""


class Helpline(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that a helpline decides for itself. Each field is told in `config/README.md`."""

    name: Text
    timezone: Text
    languages: Annotated[tuple[Tongue, ...], msgspec.Meta(min_length=1)]
    default_language: Tongue
    native_checked: tuple[Tongue, ...] = ()
    exit_url: Web
    site: Annotated[str, msgspec.Meta(max_length=80)] = ""
    opening: dict[str, Window]
    exceptions: dict[str, Window | None] = {}
    numbers: Annotated[tuple[Number, ...], msgspec.Meta(min_length=1)]
    other_help: tuple[OtherHelp, ...] = ()

    last_intake_minutes: Minutes = 0
    overrun_minutes: Minutes = 60
    closing_warning_minutes: Minutes = 10
    line_cap: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 200
    attack_starts: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 60
    light_each: YellowRed = (2, 4)
    light_minutes: YellowRed = (5, 15)
    attack_line: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 60
    room: Annotated[int, msgspec.Meta(ge=1, le=3)] = 3
    offer_seconds: Seconds = 45
    next_hidden: bool = False
    second_signature: bool = False
    absent_seconds: Seconds = 30
    waiting_grace_seconds: Seconds = 900
    talk_grace_seconds: Seconds = 600
    silence_minutes: SomeMinutes = 15
    counsellor_told_seconds: Seconds = 15
    counsellor_lost_seconds: Seconds = 45
    unregistered_hours: Annotated[int, msgspec.Meta(ge=1, le=23)] = 20
    registration_minutes: SomeMinutes = 30
    receipt_alarm_minutes: SomeMinutes = 15
    messages_cap: Annotated[int, msgspec.Meta(ge=10, le=100_000)] = 4000

    def of_others(self, other: OtherHelp) -> "Helpline":
        """Return these settings with the hours of others: in the same zone, to the end of their window, without exceptions."""
        return msgspec.structs.replace(self, opening=other.opening or {}, exceptions={}, last_intake_minutes=0)


def read_helpline(path: Path) -> Helpline:
    """Return the settings in the TOML file at `path`. Raises SettingsError."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(str(path), "a file that can be read", error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), "TOML in UTF-8", error) from error
    return convert(raw, path.name)


def as_raw(helpline: Helpline) -> dict[str, Any]:
    """Return what a TOML file would hold that says this: the other way of `convert`."""
    raw: dict[str, Any] = msgspec.to_builtins(helpline)
    raw["exceptions"] = {day: window or "closed" for day, window in raw["exceptions"].items()}
    raw["other_help"] = [{name: value for name, value in one.items() if value is not None} for one in raw["other_help"]]
    return raw


def convert(raw: dict[str, Any], file: str) -> Helpline:
    """Return the typed form of what a TOML file holds. Raises SettingsError."""
    _no_unknown_names(raw, file)
    ready = raw | {
        "opening": _windows(raw.get("opening"), f"{file}: opening", _day),
        "exceptions": _windows(raw.get("exceptions", {}), f"{file}: exceptions", _date, closed=True),
    }
    if isinstance(raw.get("other_help"), list):
        ready["other_help"] = [_with_hours(one, f"{file}: other_help[{at}].opening") for at, one in enumerate(raw["other_help"])]
    try:
        helpline = msgspec.convert(ready, Helpline)
    except msgspec.ValidationError as error:
        raise _named(error, ready, file) from error
    _check(helpline, file)
    return helpline


def _no_unknown_names(raw: dict[str, Any], file: str) -> None:
    known = Helpline.__struct_fields__
    for name in raw:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise SettingsError(f"{file}: {name}", f"a known setting{f' (`{near[0]}`?)' if near else ''}", f"the unknown name `{name}`")


def _with_hours(one: object, name: str) -> object:
    if not isinstance(one, dict) or "opening" not in one:
        return one
    return one | {"opening": _windows(one["opening"], name, _day)}


def _windows(table: object, name: str, check_key: Callable[[str, str], None], *, closed: bool = False) -> dict[str, Window | None]:
    if not isinstance(table, dict):
        raise SettingsError(name, "a table of windows", "nothing" if table is None else repr(table))
    for key in table:
        check_key(f"{name}.{key}", key)
    return {key: _window(f"{name}.{key}", value, closed=closed) for key, value in table.items()}


def _window(name: str, value: object, *, closed: bool) -> Window | None:
    if closed and value == "closed":
        return None
    expected = f'{_WINDOW} or "closed"' if closed else _WINDOW
    match value:
        case [str(start), str(end)] if _CLOCK.match(start) and (_CLOCK.match(end) or end == "24:00"):
            return start, end
    raise SettingsError(name, expected, repr(value))


def _day(name: str, key: str) -> None:
    if key not in DAYS:
        raise SettingsError(name, f"one of {' '.join(DAYS)}", f"`{key}`")


def _date(name: str, key: str) -> None:
    try:
        dt.date.fromisoformat(key)
    except ValueError as error:
        raise SettingsError(name, 'a date such as "2026-12-24"', f"`{key}`") from error


def _named(error: msgspec.ValidationError, raw: dict[str, Any], file: str) -> SettingsError:
    """Turn msgspec's sentence ('Expected `int`, got `str` - at `$.line_cap`') into the name and the value."""
    what, _, where = str(error).partition(" - at `$")
    path = where.rstrip("`").lstrip(".")
    if missing := re.search(r"missing required field `(\w+)`", what):
        return SettingsError(f"{file}: {'.'.join(filter(None, [path, missing.group(1)]))}", "a value", "nothing")
    if unknown := re.search(r"unknown field `(\w+)`", what):
        return SettingsError(f"{file}: {path}.{unknown.group(1)}", "a known setting", f"the unknown name `{unknown.group(1)}`")
    expected = what.partition(", got")[0].removeprefix("Expected ")
    return SettingsError(f"{file}: {path}", expected, repr(_at(raw, path)))


def _at(raw: Any, path: str) -> object:  # noqa: ANN401 - a walk through whatever the file held
    for step in re.findall(r"\w+", path):
        raw = raw[int(step)] if step.isdigit() else raw.get(step)
    return raw


def _check(helpline: Helpline, file: str) -> None:
    """Check what one field alone cannot show. Raises SettingsError."""
    if helpline.timezone not in zoneinfo.available_timezones():
        raise SettingsError(f"{file}: timezone", "a name of the time zone database, such as Europe/Oslo", repr(helpline.timezone))
    if helpline.default_language not in helpline.languages:
        raise SettingsError(f"{file}: default_language", f"one of {' '.join(helpline.languages)}", repr(helpline.default_language))
    if helpline.counsellor_lost_seconds < helpline.counsellor_told_seconds:
        raise SettingsError(f"{file}: counsellor_lost_seconds", "at least counsellor_told_seconds", helpline.counsellor_lost_seconds)
