"""Opens a package with the registrar's private key and checks everything that is bound in it.

Rules of this file:

1. What does not verify is never shown as text: it becomes a problem, and the sealed package stays in the record.
2. Nothing is dropped silently: each entry that came is a line, and a hole between two is a problem.
3. It never raises for what is in a package. A bad one must not keep the others from being journalled.
"""

from collections import Counter

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from server import sealing
from server.registrar.record import Line, LineProblem, Problem, Record
from server.wire.form import Form, parse_form
from server.wire.package import Entry, Package, pack

VERSION = 1
KINDS = {"child": {"text", "who_where"}, "counsellor": {"text", "must_tell"}}
"""What each side may send."""


def open_package(package: Package, private: EllipticCurvePrivateKey) -> Record:
    """Return the record of a package, with every problem that it has."""
    key, key_problem = _conversation_key(package, private)
    lines, holes = _transcript(package, key)
    form, form_problems = _form(package, private)
    changed: list[Problem] = ["entries_changed"] if key and any(line.problem for line in lines) else []
    problems = [*key_problem, *holes, *changed, *form_problems]
    return Record(
        version=VERSION,
        conversation=package.conversation,
        epoch=package.epoch,
        ending=package.ending,
        ended_by=package.ended_by,
        language=package.language,
        about=package.about,
        danger=package.danger,
        arrived_at=package.arrived_at,
        paired_at=package.paired_at,
        ended_at=package.ended_at,
        counsellor=package.counsellor,
        form=form,
        lines=lines,
        problems=problems,
        sealed=pack(package) if problems else None,
    )


def sealed_elsewhere(record: Record) -> bool:
    """Tell whether nothing in a package opens with this registrar's key: it was probably sealed for another one."""
    opened = record.form is not None or any(line.text is not None for line in record.lines)
    return not opened and not {"key_cannot_open", "form_cannot_open"}.isdisjoint(record.problems)


def _conversation_key(package: Package, private: EllipticCurvePrivateKey) -> tuple[bytes | None, list[Problem]]:
    if package.wrapped_key is None:
        return None, ["no_key"] if package.entries else []
    try:
        return sealing.unwrap_key(package.wrapped_key, private, sealing.REGISTRAR, package.conversation), []
    except sealing.SealError:
        return None, ["key_cannot_open"]


def _transcript(package: Package, key: bytes | None) -> tuple[list[Line], list[Problem]]:
    """Return a line for each entry; each side's counter and the talk's numbers must run without a hole."""
    lines: list[Line] = []
    next_seq, next_n, holes = 1, Counter[str](), False
    for entry in package.entries:
        late = entry.seq < next_seq or entry.n < next_n[entry.role]
        holes = holes or entry.seq > next_seq or entry.n > next_n[entry.role]
        next_seq = max(next_seq, entry.seq + 1)
        next_n[entry.role] = max(next_n[entry.role], entry.n + 1)
        lines.append(_line(package.conversation, entry, key, late=late))
    return lines, ["entries_missing"] if holes else []


def _line(conversation: str, entry: Entry, key: bytes | None, *, late: bool) -> Line:
    content, problem = _content(conversation, entry, key)
    if late and content is not None:
        content, problem = None, "out_of_order"
    if content is None:
        return Line(seq=entry.seq, role=entry.role, at=entry.at, problem=problem)
    return Line(seq=entry.seq, role=entry.role, at=entry.at, text=content.text, kind=content.kind)


def _content(conversation: str, entry: Entry, key: bytes | None) -> tuple[sealing.Content | None, LineProblem | None]:
    if key is None or entry.role not in KINDS:
        return None, "cannot_open"
    try:
        content = sealing.open_message(key, (conversation, entry.role, entry.id, entry.n), entry.box)
    except sealing.SealError:
        return None, "cannot_open"
    return (content, None) if content.kind in KINDS[entry.role] else (None, "unknown_kind")


def _form(package: Package, private: EllipticCurvePrivateKey) -> tuple[str | None, list[Problem]]:
    if package.form is None:
        return None, ["no_form"] if package.ending == "registered" else []
    try:
        content = sealing.open_form(package.form, private, package.conversation)
        form = parse_form(content)
    except sealing.SealError:
        return None, ["form_cannot_open"]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, ["form_unreadable"]
    if form.conversation != package.conversation:
        return None, ["form_of_another_talk"]
    return content.decode("utf-8"), _what_the_form_saw(package, form)


def _what_the_form_saw(package: Package, form: Form) -> list[Problem]:
    """Compare the digest in the form with the talk as it came here."""
    seen = [entry.box for entry in package.entries[: form.seq]]
    if len(seen) < form.seq or sealing.talk_digest(package.conversation, seen).hex() != form.digest:
        return ["form_saw_other"]
    return ["form_saw_less"] if len(seen) < len(package.entries) else []
