"""The commands of the evening and the month in numbers: `python -m server figures publish` and `... show`.

Rules of this file:

1. `publish` reads the journal with its key, as `journal` does. Of a record it keeps times and codes; what somebody wrote goes no further.
2. It writes one file, `figures.json`, in which no number is under five. That file may go to where the chat's workers are.
3. What was published stays as it was: only what has come since is added.
4. `show` reads that file alone, and needs no key.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from server import clock
from server.figures import rules
from server.figures.published import Figures, parse, write
from server.figures.sheet import rows, sheet
from server.keyfiles import locked
from server.registrar import page
from server.registrar.journal import JournalReader
from server.registrar.reader import Stop, open_journal, opened
from server.registrar.record import Record
from server.registrar.words import LANGUAGES, Words
from server.settings import FIGURES_FILE, ROOT, data_folder
from server.words import read_wording


def figures(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run `publish` or `show`; return the exit status. What cannot be done is one sentence."""
    asked = _parser().parse_args(arguments)
    words, path = Words(asked.language), data_folder(environ) / FIGURES_FILE
    try:
        sys.stdout.write(_publish(path, environ, words) if asked.what == "publish" else _show(_read(path, words), asked, path, words))
    except Stop as stop:
        sys.stderr.write(f"{stop}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server figures", description="The evening and the month in numbers; none under five.")
    what = parser.add_subparsers(dest="what", required=True)
    publish = what.add_parser("publish", help="read the journal with journal.key and add what is settled to figures.json")
    show = what.add_parser("show", help="one month of figures.json")
    show.add_argument("--month", metavar="YYYY-MM", required=True, help="which month")
    show.add_argument("--csv", action="store_true", help="as CSV, for a spreadsheet")
    for command in (publish, show):
        command.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="the language of the words (nb)")
    return parser


# --- publish -------------------------------------------------------------------------------------


def _publish(path: Path, environ: Mapping[str, str], words: Words) -> str:
    with open_journal(environ, words) as reader, locked(path.parent):
        before = _read(path, words)
        try:
            found = rules.joined(before, rules.figures(list(_entries(reader, words)), clock.now(), page.OSLO))
        except rules.ChangedError as error:
            raise Stop(words.say("say", "figures_changed", evening=error)) from error
        _keep(path, write(found))
    return words.say("say", "figures_published", evenings=len(found.evenings), months=len(found.months), path=path) + "\n"


def _entries(reader: JournalReader, words: Words) -> Iterator[rules.Written]:
    """Yield what can be opened, by its codes; tell how many could not."""
    shut = 0
    for entry, contact, minute in reader.written():
        record = opened(reader, entry)
        if record is None:
            shut += 1
        else:
            yield rules.Written(contact, minute, coded(record))
    if shut:
        sys.stderr.write(f"{words.say('say', 'one_unreadable' if shut == 1 else 'some_unreadable', count=shut)}\n")


def coded(record: Record) -> rules.Coded:
    """Return a record without a word that somebody wrote."""
    form = page.form_of(record)
    return rules.Coded(
        arrived_at=record.arrived_at,
        paired_at=record.paired_at,
        ended_at=record.ended_at,
        ending=record.ending,
        who=form.who if form else None,
        reasons=tuple(form.reasons) if form else (),
        outcomes=tuple(form.outcomes) if form else (),
    )


def _keep(path: Path, content: bytes) -> None:
    """Put a whole file in the place of the one before: a worker that reads it meanwhile has one or the other."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(0o644)
    fresh.replace(path)


# --- show ----------------------------------------------------------------------------------------


def _read(path: Path, words: Words) -> Figures:
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        return Figures()
    except (OSError, msgspec.MsgspecError) as error:
        raise Stop(words.say("say", "figures_broken", path=path)) from error


def _show(found: Figures, asked: argparse.Namespace, path: Path, words: Words) -> str:
    staff = read_wording(ROOT / "config" / "wording")[asked.language].staff
    lines = [tuple(map(str, row)) for row in rows(found, asked.month, staff)]
    if not lines:
        raise Stop(words.say("say", "figures_none", path=path, month=page.calm(asked.month)))
    if asked.csv:
        return sheet(found, asked.month, staff)
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    return "".join("  ".join((*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3])) + "\n" for line in lines)
