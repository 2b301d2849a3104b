"""A record: what one journal entry holds once it is opened. Its field names last as long as the journal does."""

from typing import Literal

import msgspec

from server.wire.frames import About, EndedBy, Language
from server.wire.package import Ending

Problem = Literal[
    "no_key",  # messages came, but no key of the talk
    "key_cannot_open",  # the key of the talk was wrapped for another registrar, or was changed
    "entries_missing",  # there is a hole in the numbers of the talk
    "entries_changed",  # some message could not be opened, or is not in its place
    "no_form",  # it was registered, but no form came
    "form_cannot_open",  # the form was sealed for another registrar, or was changed
    "form_unreadable",  # the form opened and is not a form of this version
    "form_of_another_talk",  # the form names another conversation
    "form_saw_less",  # the counsellor wrote it up before the last messages came
    "form_saw_other",  # the talk is not the one that the counsellor saw
]
"""What did not verify. The sealed package is kept in the record whenever there is one."""
LineProblem = Literal[
    "cannot_open",  # another key or place, or changed on its way
    "out_of_order",  # genuine, but it was here before, or comes too late
    "unknown_kind",  # a kind of message that this version cannot show
]


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message of the transcript: its text, or why there is none."""

    seq: int
    role: str
    at: int
    text: str | None = None
    problem: LineProblem | None = None
    kind: str = "text"
    """Of what kind it was, when it was more than words (docs/protocol.md section 3)."""


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One contact, opened. Times are whole minutes in milliseconds since 1970 UTC."""

    version: int
    conversation: str
    epoch: str
    ending: Ending
    ended_by: EndedBy | None
    language: Language
    about: About
    danger: bool
    arrived_at: int
    paired_at: int | None
    ended_at: int
    counsellor: str | None
    form: str | None = None
    """The form's JSON as the staff browser sealed it."""
    lines: list[Line] = []
    problems: list[Problem] = []
    sealed: bytes | None = None
    """The package as it came, kept when something in it did not verify."""


def write(record: Record) -> bytes:
    """Return a record's MessagePack form."""
    return msgspec.msgpack.encode(record)


def read(content: bytes) -> Record:
    """Return the record. Raises msgspec.DecodeError."""
    return msgspec.msgpack.decode(content, type=Record)
