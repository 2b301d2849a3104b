"""The words of the commands that read the journal: `config/wording/journal/<lang>.toml`."""

import csv
import re
import tomllib
from pathlib import Path

from server.settings import ROOT

FOLDER = ROOT / "config" / "wording" / "journal"
MUNICIPALITIES = ROOT / "config" / "data" / "kommuner.csv"
LANGUAGES = ("nb", "nn", "en")
_PLACE = re.compile(r"\{(\w+)\}")


class Words:
    """The words of one language, by section and key."""

    def __init__(self, language: str) -> None:
        """Read the file of a language in LANGUAGES."""
        self.language = language
        self.sections: dict[str, dict[str, str]] = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))

    def say(self, section: str, key: str, **values: object) -> str:
        """Return a word with its places filled. A code that is younger than this version shows itself."""
        word = self.sections[section].get(key, key)
        return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), word)


def municipalities(path: Path = MUNICIPALITIES) -> dict[str, str]:
    """Return the municipalities' names by number."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["kommunenummer"]: row["navn"] for row in csv.DictReader(file)}
