"""Every word that people read: `config/wording/<lang>.toml`, read once at the start.

Rules of this file:

1. All languages have the same keys and the same {places}; what is missing, unknown or different stops the start and names itself.
   One that is based on another (`base`) has only what differs.
2. `shared` goes to both sides, `child` to the frame, `loader` to the button on the host page, `staff` to the dashboard.
   North Sami is offered to children as a courtesy and has no `staff`.
3. Names of days and months come from Babel; a language's own way to put them together from its file.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import cast
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError

SECTIONS = ("shared", "child", "loader", "staff")
WITHOUT_STAFF = frozenset({"se", "nb-easy"})
UNCHECKED = frozenset({"se"})
"""Written by who does not speak it: offered only when the settings say that a native speaker has read it (`native_checked`)."""
WEEK = 7
_PLACE = re.compile(r"\{(\w+)\}")
_LOCALES = {"en": "en_GB", "nb-easy": "nb"}
_WANTED = re.compile(r"^\s*([A-Za-z-]{2,20})\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*$")

Words = Mapping[str, str]


class WordingError(Exception):
    """A wording file is not what it must be: which file, which key, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its code, its name in itself, and the words of each side."""

    code: str
    name: str
    child: Words
    """What the frame has from the start: a child whose line is bad never waits for words."""
    loader: Words
    staff: Words
    has_staff: bool
    """Whether the dashboard can be shown in it."""

    @property
    def spoken(self) -> str:
        """The language as a browser and a screen reader know it: easy words are of the language that they are based on."""
        return self.code.partition("-")[0]

    def say(self, key: str, **values: object) -> str:
        """Return a word of the child's side with its places filled."""
        return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), self.child[key])

    def day(self, when: datetime, now: datetime) -> str:
        """Return a day as it is said: today, tomorrow, on Wednesday, or the date. Both in local time."""
        days = (when.date() - now.date()).days
        weekday = self.child[f"weekday_{when.weekday()}"]
        if days in (0, 1):
            return self.child["day_today" if days == 0 else "day_tomorrow"]
        if days < WEEK:
            return self.say("day_week", weekday=weekday)
        return self.say("day_date", weekday=weekday, day=when.day, month=self.child[f"month_{when.month}"])

    def opens(self, when: datetime | None, now: datetime, zone: str) -> str:
        """Return when the chat opens next, in a sentence. Instants are aware; `zone` is the helpline's."""
        if when is None:
            return self.child["opens_unknown"]
        local = when.astimezone(ZoneInfo(zone))
        return self.say("opens", day=self.day(local, now.astimezone(ZoneInfo(zone))), time=self.clock(local))

    def standing(self, is_open: bool, opens_at: datetime | None, now: datetime, zone: str, shut: str = "") -> str:  # noqa: FBT001 - as it is told
        """Return in a sentence whether one can write now, and when otherwise. `shut`: said instead of that it is closed."""
        return self.loader["is_open"] if is_open else f"{shut or self.child['closed_title']}. {self.opens(opens_at, now, zone)}"

    def until(self, when: datetime | None, zone: str) -> str:
        """Return until when the chat is open, in a sentence; "" while no end is in sight. `when` is aware."""
        return self.say("open_until", time=self.clock(when.astimezone(ZoneInfo(zone)))) if when else ""

    def clock(self, local: datetime) -> str:
        """Return a time of day as it is written."""
        return self.say("clock", hour=f"{local:%H}", minute=f"{local:%M}")


Wording = Mapping[str, Tongue]


def read_wording(folder: Path) -> Wording:
    """Return every language in a folder, checked against each other. Raises WordingError."""
    files = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    if not files:
        msg = f"{folder}: no <lang>.toml in it"
        raise WordingError(msg)
    files = {code: _on_base(code, sections, files) for code, sections in files.items()}
    first = "nb" if "nb" in files else next(iter(files))
    for code, sections in files.items():
        _compare(code, sections, first, files[first])
    return MappingProxyType({code: _tongue(code, sections) for code, sections in files.items()})


def offered(wording: Wording, languages: tuple[str, ...], checked: tuple[str, ...] = ()) -> dict[str, Tongue]:
    """Return the languages that the settings offer, in that order. Raises WordingError for one without words or unchecked."""
    for code in languages:
        if code not in wording:
            msg = f"languages: no {code}.toml among the words"
            raise WordingError(msg)
        if code in UNCHECKED and code not in checked:
            msg = f"languages: {code}.toml was not read by a native speaker; native_checked says when it was"
            raise WordingError(msg)
    return {code: wording[code] for code in languages}


def choose(accept: str, codes: tuple[str, ...], default: str) -> str:
    """Return the language that a browser prefers among those offered; Norwegian of no kind, and whatever else, is the default."""
    wanted = [found for part in accept[:500].split(",") if (found := _WANTED.match(part))]
    for match in sorted(wanted, key=lambda found: -float(found[2] or 1)):
        code = match[1].lower()
        for candidate in (code, code.partition("-")[0]):
            if candidate in codes and not (match[2] and float(match[2]) == 0):
                return candidate
        if code.partition("-")[0] == "no":
            return default
    return default


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        msg = f"{path.name}: not TOML in UTF-8 ({error})"
        raise WordingError(msg) from error
    for section, words in raw.items():
        if section not in ("name", "base", *SECTIONS):
            msg = f"{path.name}: unknown section [{section}]"
            raise WordingError(msg)
        for key, text in words.items() if isinstance(words, dict) else [(section, words)]:
            if not isinstance(text, str) or not text.strip():
                msg = f"{path.name}: {key} is empty or not a text"
                raise WordingError(msg)
    return raw


def _on_base(code: str, sections: dict[str, dict[str, str]], files: dict[str, dict[str, dict[str, str]]]) -> dict[str, dict[str, str]]:
    """Return a language with the words of the one that it is based on, where it has none of its own. Raises WordingError."""
    base = cast("object", sections.get("base"))
    if base is None:
        return sections
    if not isinstance(base, str) or base == code or base not in files:
        msg = f"{code}.toml: base is no other language here"
        raise WordingError(msg)
    own = {section: files[base].get(section, {}) | sections.get(section, {}) for section in SECTIONS if section != "staff"}
    return {"name": sections["name"], **own} if "name" in sections else own


def _compare(code: str, sections: dict[str, dict[str, str]], first: str, expected: dict[str, dict[str, str]]) -> None:
    for section in ("name", *SECTIONS):
        if section == "staff" and code in WITHOUT_STAFF:
            continue
        ours, theirs = sections.get(section), expected.get(section)
        if (ours is None) != (theirs is None):
            msg = f"{code}.toml: [{section}] is {'missing' if ours is None else f'not in {first}.toml'}"
            raise WordingError(msg)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            _compare_words(code, ours, first, theirs)


def _compare_words(code: str, ours: dict[str, str], first: str, theirs: dict[str, str]) -> None:
    for key in sorted(ours.keys() ^ theirs.keys()):
        msg = f"{code}.toml: {key} is {'missing' if key in theirs else f'unknown: {first}.toml does not have it'}"
        raise WordingError(msg)
    for key, text in ours.items():
        if places(text) != places(theirs[key]):
            msg = f"{code}.toml: {key} has the places {sorted(places(text))}, {first}.toml has {sorted(places(theirs[key]))}"
            raise WordingError(msg)


def places(text: str) -> frozenset[str]:
    """Return the {places} of a text."""
    return frozenset(_PLACE.findall(text))


def _tongue(code: str, sections: dict[str, dict[str, str]]) -> Tongue:
    shared, calendar = sections.get("shared", {}), _calendar(code)
    return Tongue(
        code=code,
        name=str(sections.get("name", code)),
        child=MappingProxyType(shared | sections.get("child", {}) | calendar),
        loader=MappingProxyType(sections.get("loader", {})),
        staff=MappingProxyType(shared | calendar | sections.get("staff", {})),
        has_staff="staff" in sections,
    )


def _calendar(code: str) -> dict[str, str]:
    """Return the names of days and months, Monday first."""
    try:
        locale = Locale.parse(_LOCALES.get(code, code))
    except (UnknownLocaleError, ValueError) as error:
        msg = f"{code}.toml: Babel does not know the language"
        raise WordingError(msg) from error
    days = {f"weekday_{index}": name for index, name in locale.days["format"]["wide"].items()}
    return days | {f"month_{index}": name for index, name in locale.months["format"]["wide"].items()}
