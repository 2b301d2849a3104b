"""Quick replies: what counsellors say often. The helpline's own in `config/replies.toml`, and those that each of them keeps for herself.

Rules of this file:

1. A reply is put into the writing field to be changed; nothing here is ever sent by itself.
2. What is wrong in the helpline's file stops the start and names itself. No file: there are none.
3. A counsellor's own replies are hers alone, and about nobody: they say what she says often, not what a child has said.
"""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec

from server.helpline import SettingsError

Short = Annotated[str, msgspec.Meta(pattern=r"^[a-zæøå0-9-]{1,20}$")]
"""What is typed after a stroke."""
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
MOST_OWN = 50
MOST_BYTES = 128 * 1024


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reply: its short name, and its text by language."""

    short: Short
    texts: dict[str, Text]


class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One that a counsellor keeps for herself, in the language in which she wrote it."""

    short: Short
    text: Text


Owns = Annotated[list[Own], msgspec.Meta(max_length=MOST_OWN)]


def read_replies(path: Path, languages: tuple[str, ...], default: str) -> tuple[Reply, ...]:
    """Return the helpline's replies; each has the default language. Raises SettingsError."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(path.name, "TOML in UTF-8", error) from error
    rows = raw.get("reply", [])
    if raw.keys() - {"reply"} or not isinstance(rows, list):
        raise SettingsError(path.name, "nothing but [[reply]]", ", ".join(raw))
    return parse_replies(rows, path.name, languages, default)


def parse_replies(rows: Any, file: str, languages: tuple[str, ...], default: str) -> tuple[Reply, ...]:  # noqa: ANN401 - whatever the file held
    """Return the replies of these rows; each has the default language. Raises SettingsError."""
    if not isinstance(rows, list):
        raise SettingsError(file, "a list of replies", repr(rows))
    replies = tuple(_reply(row, f"{file}: reply[{at}]", (*languages, "se"), default) for at, row in enumerate(rows))
    shorts = [reply.short for reply in replies]
    if twice := {short for short in shorts if shorts.count(short) > 1}:
        raise SettingsError(f"{file}: short", "each only once", ", ".join(sorted(twice)))
    return replies


def _reply(row: Any, name: str, languages: tuple[str, ...], default: str) -> Reply:  # noqa: ANN401 - whatever the file held
    if not isinstance(row, dict) or default not in row:
        raise SettingsError(f"{name}.{default}", "a text in the helpline's own language", "nothing")
    if unknown := row.keys() - {"short", *languages}:
        raise SettingsError(name, f"short and languages ({' '.join(languages)})", ", ".join(sorted(unknown)))
    texts = {code: text for code, text in row.items() if code != "short"}
    try:
        return msgspec.convert({"short": row.get("short"), "texts": texts}, Reply)
    except msgspec.ValidationError as error:
        raise SettingsError(name, "short: small letters; each text 1 to 1000 characters", error) from error


def parse_own(text: str) -> list[Own]:
    """Return the replies that a counsellor's browser sent. Raises msgspec.MsgspecError."""
    return msgspec.json.decode(text, type=Owns)


class OwnReplies:
    """What each counsellor keeps for herself: one file for each desk, in a folder beside the accounts."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made before somebody keeps something."""
        self._folder = folder

    def of(self, desk: str) -> list[Own]:
        """Return hers; what cannot be read is none."""
        try:
            return parse_own(self._file(desk).read_text("utf-8"))
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return []

    def keep(self, desk: str, replies: list[Own]) -> None:
        """Keep these instead of those before: whole, or not at all. Raises OSError."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        file = self._file(desk)
        fresh = file.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(msgspec.json.encode(replies))
            out.flush()
            os.fsync(descriptor)
        fresh.replace(file)

    def _file(self, desk: str) -> Path:
        return self._folder / f"{desk}.json"
