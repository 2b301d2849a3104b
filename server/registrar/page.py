"""How a record is shown: lines of text, made from the record alone. Nothing in it can steer the terminal."""

import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date

from server import clock
from server.registrar.record import Line, Record
from server.registrar.words import Words
from server.wire.form import Call, Form, parse_form

OSLO = ZoneInfo("Europe/Oslo")
WIDTH = 100
INDENT = "    "
LOCALES = {"en": "en_GB"}
COLUMNS = ("entry", "arrived", "ending", "who", "outcomes", "messages", "notice")
JOINERS = "\u200c\u200d"
"""Format characters that belong to words and emoji; the others could turn a line round or hide it."""


def local(at: int) -> datetime:
    """Return an instant (ms) in Oslo time."""
    return clock.instant(at).astimezone(OSLO)


def calm(text: str) -> str:
    """Return text without what steers a terminal or turns the writing round; each such character is shown as a mark."""

    def shown(character: str) -> str:
        if character in "\n\t" or character in JOINERS:
            return character
        return "\ufffd" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character

    return "".join(map(shown, text.replace("\r\n", "\n")))


def form_of(record: Record) -> Form | None:
    """Return the form of a record, when this version can read it."""
    try:
        return parse_form(record.form.encode()) if record.form is not None else None
    except msgspec.DecodeError:
        return None


# --- the list ----------------------------------------------------------------------------------


def row(entry: int, first: int, record: Record, words: Words) -> tuple[str, ...]:
    """Return the cells of one entry, in the order of COLUMNS."""
    form = form_of(record)
    arrived = local(record.arrived_at)
    note = [words.say("say", "notice")] if record.problems else []
    note += [f"= {first}"] if first != entry else []
    return (
        str(entry),
        f"{arrived:%d.%m.%Y %H:%M}",
        words.say("ending", record.ending),
        words.say("who", form.who) if form else words.say("word", "none"),
        _several("outcome", form.outcomes if form else [], words),
        str(len(record.lines)),
        " ".join(note),
    )


def table(rows: Sequence[tuple[str, ...]], words: Words) -> Iterator[str]:
    """Yield the list, its columns under each other."""
    head = tuple(words.say("column", name) for name in COLUMNS)
    widths = [max(len(cells[column]) for cells in (head, *rows)) for column in range(len(COLUMNS))]
    for cells in (head, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


# --- one entry ---------------------------------------------------------------------------------


def page(entry: int, first: int, record: Record, words: Words, places: Mapping[str, str]) -> Iterator[str]:
    """Yield one whole entry: its facts, what did not verify, the form and the transcript."""
    yield words.say("say", "entry", entry=entry)
    yield ""
    yield from _facts(record, words)
    yield from _notices(entry, first, record, words)
    if record.form is not None:
        yield from ("", words.say("label", "form"), *_form(record, words, places))
    yield from ("", *_transcript(record, words))


def _facts(record: Record, words: Words) -> Iterator[str]:
    facts = {
        "arrived": _moment(record.arrived_at, words),
        "paired": _moment(record.paired_at, words) if record.paired_at else words.say("word", "no"),
        "ended": _moment(record.ended_at, words),
        "ending": words.say("ending", record.ending),
        "ended_by": words.say("ended_by", record.ended_by) if record.ended_by else words.say("word", "unsaid"),
        "language": words.say("language", record.language),
        "about": words.say("about", record.about),
        "danger": words.say("word", "yes" if record.danger else "no"),
        "counsellor": record.counsellor or words.say("word", "none"),
    }
    yield from _labelled(facts, words)


def _notices(entry: int, first: int, record: Record, words: Words) -> Iterator[str]:
    if record.problems or first != entry:
        yield from ("", words.say("say", "notice"))
    if first != entry:
        yield from _wrapped(words.say("say", "adds_to", entry=first))
    for problem in record.problems:
        yield from _wrapped(words.say("problem", problem))
    if record.sealed is not None:
        yield from _wrapped(words.say("say", "sealed_kept", bytes=len(record.sealed)))


def _form(record: Record, words: Words, places: Mapping[str, str]) -> Iterator[str]:
    form = form_of(record)
    if form is None:
        yield from _wrapped(words.say("problem", "form_unreadable"))
        yield from _wrapped(record.form or "")
        return
    nothing = words.say("word", "none")
    facts = {
        "who": words.say("who", form.who),
        "age": words.say("age", form.age),
        "gender": words.say("gender", form.gender),
        "stay_municipality": _place(form.stay_municipality, words, places),
        "home_municipality": _place(form.home_municipality, words, places),
        "reasons": _several("reason", form.reasons, words),
        "urgency": words.say("urgency", form.urgency),
        "outcomes": _several("outcome", form.outcomes, words),
        "immediate_help": _several("immediate_help", form.immediate_help, words),
        "duty_to_report": _duty(form.duty_to_report, form.duty_to_report_reason, words),
        "duty_to_avert": _duty(form.duty_to_avert, form.duty_to_avert_reason, words),
        "summary": form.summary or nothing,
        "calls": "\n".join(_call(call, words) for call in form.calls) or nothing,
        "notes": form.notes or nothing,
        "form_counsellor": form.counsellor or nothing,
        "second": form.second or nothing,
    }
    yield from _labelled(facts, words)


def _transcript(record: Record, words: Words) -> Iterator[str]:
    if record.paired_at is None and not record.lines:
        yield words.say("say", "no_talk")
        return
    count = len(record.lines)
    yield words.say("say", "message_one" if count == 1 else "messages", count=count)
    if not count:
        yield from _wrapped(words.say("say", "no_messages"))
    day = local(record.arrived_at).date()
    for line in record.lines:
        when = local(line.at)
        yield ""
        if when.date() != day:
            day = when.date()
            yield _day(when, words)
        kind = f"  [{words.say('kind', line.kind)}]" if line.kind != "text" else ""
        yield f"{when:%H:%M}  {words.say('role', line.role)}{kind}"
        yield from _wrapped(_said(line, words))


def _said(line: Line, words: Words) -> str:
    if line.text is not None:
        return line.text
    return words.say("line", line.problem or "cannot_open")


# --- pieces ------------------------------------------------------------------------------------


def _labelled(facts: Mapping[str, str], words: Words) -> Iterator[str]:
    labels = {name: words.say("label", name) for name in facts}
    width = max(map(len, labels.values()))
    for name, value in facts.items():
        lines = list(_wrapped(value, WIDTH - width - len(INDENT) - 2, ""))
        yield f"{INDENT}{labels[name].ljust(width)}  {lines[0]}"
        yield from (f"{INDENT}{' ' * width}  {line}" for line in lines[1:])


def _wrapped(text: str, width: int = WIDTH - len(INDENT), indent: str = INDENT) -> Iterator[str]:
    for paragraph in calm(text).split("\n"):
        yield from (indent + line for line in textwrap.wrap(paragraph, width) or [""])


def _moment(at: int, words: Words) -> str:
    return f"{_day(local(at), words)} {local(at):%H:%M}"


def _day(when: datetime, words: Words) -> str:
    return format_date(when, "full", locale=LOCALES.get(words.language, words.language))


def _place(number: str | None, words: Words, places: Mapping[str, str]) -> str:
    if number is None:
        return words.say("word", "unsaid")
    return f"{places[number]} ({number})" if number in places else number


def _several(section: str, codes: Sequence[str], words: Words) -> str:
    return ", ".join(words.say(section, code) for code in codes) or words.say("word", "none")


def _call(call: Call, words: Words) -> str:
    parts = (f"{local(call.at):%H:%M}", words.say("called", call.who), call.number, words.say("told", call.told))
    return "  ".join(filter(None, parts))


def _duty(considered: str, reason: str, words: Words) -> str:
    said = words.say("considered", considered)
    return f"{said}\n{reason}" if reason else said
