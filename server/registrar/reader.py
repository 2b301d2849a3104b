"""The commands that read the journal with its key: `python -m server journal list` and `... show ID`."""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from server.registrar import page
from server.registrar.journal import JournalError, JournalReader, NoSuchEntryError
from server.registrar.record import Record
from server.registrar.settings import JOURNAL_FILE, read_journal_key
from server.registrar.words import LANGUAGES, Words, municipalities
from server.sealing import CannotOpenError
from server.settings import SettingsError, data_folder


class Stop(Exception):
    """What the reader is told instead."""


def journal(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run `list` or `show ID`; return the exit status. What cannot be done is one sentence."""
    asked = _parser().parse_args(arguments)
    words = Words(asked.language)
    try:
        with open_journal(environ, words) as reader:
            lines = _list(reader, words) if asked.what == "list" else _show(reader, asked.id, words)
            sys.stdout.writelines(f"{line}\n" for line in lines)
    except Stop as stop:
        sys.stderr.write(f"{stop}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server journal", description="Read the journal with journal.key.")
    what = parser.add_subparsers(dest="what", required=True)
    commands = (what.add_parser("list", help="every entry, one line each"), what.add_parser("show", help="one whole entry"))
    commands[1].add_argument("id", metavar="ID", help="the number of the entry")
    for command in commands:
        command.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="the language of the page (nb)")
    return parser


def open_journal(environ: Mapping[str, str], words: Words) -> JournalReader:
    """Return the journal, to be read with its key. Raises Stop with the sentence that says why not."""
    folder = data_folder(environ)
    try:
        key = read_journal_key(environ)
    except SettingsError as error:
        raise Stop(words.say("say", "no_key", reason=error)) from error
    path = Path(folder, JOURNAL_FILE)
    if not path.exists():
        raise Stop(words.say("say", "no_journal", folder=folder))
    try:
        return JournalReader(path, key)
    except JournalError as error:
        raise Stop(words.say("say", "journal_broken", folder=folder)) from error


def _list(reader: JournalReader, words: Words) -> Iterable[str]:
    numbers = reader.numbers()
    if not numbers:
        return [words.say("say", "empty")]
    found = [(entry, first, opened(reader, entry)) for entry, first in numbers]
    shut = sum(record is None for _, _, record in found)
    if shut == len(found):
        raise Stop(words.say("say", "wrong_key"))
    rows = [page.row(entry, first, record, words) if record else _shut(entry, words) for entry, first, record in found]
    title = words.say("say", "title_one" if len(rows) == 1 else "title", count=len(rows))
    notes = [words.say("say", "one_unreadable" if shut == 1 else "some_unreadable", count=shut)] if shut else []
    return [title, "", *page.table(rows, words), "", *notes, words.say("say", "how_to_show")]


def _show(reader: JournalReader, given: str, words: Words) -> Iterable[str]:
    if not given.isdecimal():
        raise Stop(words.say("say", "no_number", given=page.calm(given)))
    entry = int(given)
    try:
        record = opened(reader, entry)
    except (NoSuchEntryError, JournalError) as error:
        raise Stop(words.say("say", "no_such", entry=entry)) from error
    if record is None:
        raise Stop(words.say("say", "wrong_key"))
    return page.page(entry, dict(reader.numbers())[entry], record, words, municipalities())


def opened(reader: JournalReader, entry: int) -> Record | None:
    """Return a record; None when this key does not open it."""
    try:
        return reader.open(entry)
    except (CannotOpenError, msgspec.DecodeError):
        return None


def _shut(entry: int, words: Words) -> tuple[str, ...]:
    none = words.say("word", "none")
    return (str(entry), none, words.say("say", "unreadable"), none, none, none, "")
