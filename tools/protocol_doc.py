"""Writes the tables of docs/protocol.md: every frame with its fields, bounds and an example, the sealed structs, the close codes.

    python tools/protocol_doc.py          write what stands between the markers
    python tools/protocol_doc.py --check  fail when the committed page is stale

Fields, types and words come from server/wire/*.py, examples from tests/wire/golden/, and what is written by hand stays.
"""

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect as shape

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from server import keys, serve  # noqa: E402 - the tool runs from a checkout, not from an installation
from server.door import guard, pace, socket, stream  # noqa: E402 - the same
from server.helpline import Helpline  # noqa: E402 - the same
from server.session.rules import TOKEN_AGE  # noqa: E402 - the same
from server.wire import form, frames, package  # noqa: E402 - the same
from server.wire import stream as bodies  # noqa: E402 - the same
from server.wire.closes import CLOSES, REST_SECONDS, Then  # noqa: E402 - the same
from tools.drawn import table, write_or_check  # noqa: E402 - the same

PAGE = ROOT / "docs" / "protocol.md"
GOLDEN = ROOT / "tests" / "wire" / "golden"
SHORT = 48
"""A text of an example that is longer than this is shortened on the page; the file has it whole."""
SIDES = {"child": frames.ChildFrame, "to_child": frames.ToChild, "staff": frames.StaffFrame, "to_staff": frames.ToStaff}
PARTS = (
    frames.Puzzle,
    frames.Offer,
    frames.Held,
    frames.InLine,
    frames.BoxFor,
    frames.Colleague,
    frames.Asked,
    frames.Reader,
    frames.HelpCall,
)
"""Structs that stand inside of frames."""
TYPES = (
    "Id",
    "Token",
    "Count",
    "Hex",
    "Box",
    "WrappedKey",
    "PublicKey",
    "SealedForm",
    "AsideBox",
    "Room",
    "Language",
    "About",
    "Role",
    "EndedBy",
    "Refusal",
)
FORM_TYPES = (
    *("Who", "AgeBand", "Gender", "Reason", "Urgency", "Outcome", "ImmediateHelp", "Considered"),
    *("Municipality", "Words", "Phrase", "Notes", "Called", "Told"),
)
PACKAGE_TYPES = ("Ending",)
THEN: dict[Then, str] = {
    "again": "connects again",
    "rest": f"rests {REST_SECONDS} s, then connects again",
    "forget": "forgets the token; a new visit begins only when the child wants it",
    "final": "is at an end, and says why",
}


# --- words of the source -----------------------------------------------------------------------


@cache
def told(module: ModuleType) -> dict[str, str]:
    """Return what the source says under each field (`Struct.field`), under each name, and beside each value of a choice."""
    source = inspect.getsource(module)
    found = dict(re.findall(r'^    "(\w+)",  # (.*)$', source, re.MULTILINE))
    tree = ast.parse(source)
    bodies = [("", tree.body), *((f"{node.name}.", node.body) for node in tree.body if isinstance(node, ast.ClassDef))]
    for prefix, body in bodies:
        for line, below in pairwise(body):
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(line, ast.Assign | ast.AnnAssign):
                target = line.targets[0] if isinstance(line, ast.Assign) else line.target
                found[prefix + ast.unparse(target)] = inspect.cleandoc(str(below.value.value)).replace("\n", " ")
    return found


def plain(text: str | None) -> str:
    """Return a docstring as one line."""
    return " ".join(inspect.cleandoc(text or "").split())


# --- types -------------------------------------------------------------------------------------


def named(hint: object) -> str:
    """Return a field's type in words: a name of the tables of types where it has one, else its bounds."""
    for module, names in ((frames, TYPES), (form, FORM_TYPES), (package, PACKAGE_TYPES)):
        for name in names:
            if getattr(module, name) == hint:
                return f"`{name}`"
    if get_origin(hint) is list:
        return f"list of {named(get_args(hint)[0])}"
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        tag = hint.__struct_config__.tag
        return f"`{tag}` frames" if tag else f"`{hint.__name__}`"
    parts = get_args(hint)
    if parts and type(None) in parts:
        return " or ".join([named(part) for part in parts if part is not type(None)] + ["null"])
    return bounds(hint)


def bounds(hint: object) -> str:
    """Return a plain type with its bounds in words."""
    if get_origin(hint) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(hint))
    kind = shape.type_info(hint)
    while isinstance(kind, shape.Metadata):
        kind = kind.type
    match kind:
        case shape.IntType(ge=least, le=most):
            return f"integer{span(least, most)}"
        case shape.StrType(pattern=pattern, min_length=least, max_length=most):
            return f"text that fits `{pattern}`" if pattern else f"text{span(least, most, 'characters')}"
        case shape.BytesType(min_length=least, max_length=most):
            return f"bytes{span(least, most)}"
        case shape.ListType(min_length=least, max_length=most):
            return f"list{span(least, most)}"
        case shape.BoolType():
            return "`true` or `false`"
    raise TypeError(f"no words for {kind}")


def span(least: int | None, most: int | None, of: str = "") -> str:
    """Return bounds in words."""
    unit = f" {of}" if of else ""
    if least is None and most is None:
        return ""
    if least == most:
        return f", {most}{unit}"
    if most is None:
        return f", {least}{unit} or more"
    return f", {least or 0} to {most}{unit}"


def types(module: ModuleType, names: tuple[str, ...]) -> str:
    """Return the named types of a file as a table."""
    return table(
        "type", "what it is", "", rows=[(f"`{name}`", bounds(getattr(module, name)), told(module).get(name, "")) for name in names]
    )


# --- structs -----------------------------------------------------------------------------------


def fields(struct: type[msgspec.Struct], module: ModuleType = frames) -> str:
    """Return the fields of a struct as a table; what may be left out has the value that is then meant."""
    hints = get_type_hints(struct, include_extras=True)
    rows = [
        (
            f"`{field.encode_name}`",
            named(hints[field.name]),
            default(struct, field),
            told(module).get(f"{struct.__name__}.{field.name}", ""),
        )
        for field in msgspec.structs.fields(struct)
    ]
    return table("field", "type", "left out means", "", rows=rows)


def default(struct: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> str:
    """Return what is meant by a field that is left out; empty: it must be there."""
    if field.required:
        return ""
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    words = f"`{json.dumps(value)}`"
    return words if struct.__struct_config__.omit_defaults or struct is form.Form else f"{words}, always there"


def side(name: str) -> str:
    """Return every frame of one side of one socket: what it is for, its fields, an example."""
    return "\n\n".join(one for struct in get_args(SIDES[name]) for one in frame(name, struct))


def frame(side_name: str, struct: type[msgspec.Struct]) -> Iterator[str]:
    """Return the paragraphs of one frame."""
    tag = struct.__struct_config__.tag
    file = f"{side_name}-{tag}.json"
    example = json.dumps(shortened(json.loads((GOLDEN / file).read_text("utf-8"))), ensure_ascii=False)
    yield f"#### `{tag}`"
    yield plain(struct.__doc__)
    if msgspec.structs.fields(struct):
        yield fields(struct)
    yield f"```json\n{example}\n```"


def shortened(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return an example whose long texts end in an ellipsis and how long they are."""
    match value:
        case dict():
            return {name: shortened(one) for name, one in value.items()}
        case list():
            return [shortened(one) for one in value]
        case str() if len(value) > SHORT:
            return f"{value[: SHORT // 2]}... ({len(value)} characters)"
    return value


def structs(module: ModuleType, *wanted: type[msgspec.Struct]) -> str:
    """Return structs that are no frames."""
    return "\n\n".join(f"#### `{one.__name__}`\n\n{plain(one.__doc__)}\n\n{fields(one, module)}" for one in wanted)


# --- the page ----------------------------------------------------------------------------------


def refusals() -> str:
    """Return every reason of `refused`."""
    return table("why", "what it means", rows=[(f"`{why}`", told(frames)[why]) for why in get_args(frames.Refusal)])


def codes() -> str:
    """Return every close code, what it means and what a client does."""
    rows = [(str(code), close.reason, close.meaning, THEN[close.then]) for code, close in CLOSES.items()]
    return table("code", "reason", "what has happened", "the client", rows=rows)


def limits() -> str:
    """Return what bounds a connection, with what lies beyond."""
    cap = next(field.default for field in msgspec.structs.fields(Helpline) if field.name == "messages_cap")
    rows = [
        ("the first frame", f"within {socket.HELLO_SECONDS:g} s, {kib(frames.MAX_FIRST_FRAME)}", "4508, 1009"),
        ("a frame of a client", kib(frames.MAX_FRAME), "1009"),
        ("frames of one connection", f"{pace.BURST} at once, then {pace.PER_SECOND:g} a second", "read later, never refused"),
        ("what waits for a client that does not read", kib(socket.MOST_BYTES), "4008"),
        ("how long a client may take nothing of what is sent", f"{socket.SEND_SECONDS:g} s", "the connection is cut"),
        ("an answer to a WebSocket ping, which goes as often", f"{serve.PING:g} s", "the connection is cut"),
        ("without a WebSocket: what is posted and not yet looked at", kib(stream.MOST_POSTED), "not taken: posted again"),
        ("a POST", f"{kib(guard.MOST_BODY)}, {bodies.MOST_FRAMES} frames", "413, 400"),
        ("POSTs of one stream", f"{pace.BURST} at once, then {pace.PER_SECOND:g} a second, one at a time", "held back, 429"),
        (f"an answer to a `beat`, which comes every {stream.BEAT:g} s", f"{stream.SILENT:g} s", "the connection is cut"),
        ("an answer to `hello`", f"{socket.ANSWER_SECONDS:g} s", "4013"),
        ("messages of one talk", f"{cap} (a setting)", "`refused too_many`"),
        ("a child's token", f"{TOKEN_AGE // 3600} h, and not longer than its talk", "4503, 4010"),
        ("a counsellor's ticket", f"{keys.KINDS['ticket'].ttl} s, one socket", "4501"),
    ]
    return table("what", "how much", "beyond it", rows=rows)


def kib(size: int) -> str:
    """Return a size in words."""
    return f"{size // 1024} KiB"


def drawings() -> dict[str, str]:
    """Return every drawing of the page by its name."""
    return {
        "codes": codes(),
        "limits": limits(),
        "stream": structs(bodies, bodies.Opening, bodies.Post),
        "types": types(frames, TYPES),
        "refusals": refusals(),
        **{name: side(name) for name in SIDES},
        "parts": structs(frames, *PARTS),
        "form": f"{fields(form.Form, form)}\n\n{structs(form, form.Call)}\n\n{types(form, FORM_TYPES)}",
        "package": f"{structs(package, package.Package, package.Entry, package.Receipt)}\n\n{types(package, PACKAGE_TYPES)}",
    }


def main() -> int:
    """Write the page, or check that it is not stale."""
    return write_or_check(PAGE, drawings(), sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
