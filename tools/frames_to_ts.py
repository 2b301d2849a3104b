"""Writes browser/frames.ts from server/wire/frames.py, so that the two halves of the wire cannot drift.

    python tools/frames_to_ts.py          write the file
    python tools/frames_to_ts.py --check  fail when the committed file is stale

A field with a default may be left out of a frame, so it is optional in TypeScript. Bytes are base64 text.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import inspect as shape

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from server.wire import frames  # noqa: E402 - the tool runs from a checkout, not from an installation
from server.wire.closes import CLOSES, Then  # noqa: E402 - the same

TARGET = ROOT / "browser" / "frames.ts"
SIDES = ("ChildFrame", "ToChild", "StaffFrame", "ToStaff")
NAMED = ("Language", "About", "Role", "EndedBy", "Refusal")
NUMBERS = ("MAX_FRAME", "STEP", "MAX_BOX", "MAX_SEALED_FORM")
HEAD = """\
/**
 * Every frame of both sockets. Written by tools/frames_to_ts.py from server/wire/frames.py: change it there.
 */

/** Bytes as a frame carries them: standard base64 with padding. */
export type Base64 = string;
"""


def main(arguments: list[str]) -> int:
    """Write or check the file; return the exit code."""
    text = render()
    if "--check" in arguments:
        return 0 if TARGET.read_text("utf-8") == text else 1
    TARGET.write_text(text, "utf-8")
    return 0


def render() -> str:
    """Return the text of browser/frames.ts."""
    return "\n".join([HEAD, *_constants(), *_names(), *_interfaces(), *_unions()])


def _constants() -> Iterator[str]:
    yield f'export const PROTOCOL = "{frames.PROTOCOL}";'
    for name in NUMBERS:
        yield f"export const {name} = {getattr(frames, name)};"
    yield "\n/** Every close code, and what a client does then: docs/protocol.md section 4. */"
    yield f"export const CLOSES: Readonly<Record<number, {_literals(Then)}>> = {{"
    yield from (f'  {code}: "{close.then}",' for code, close in CLOSES.items())
    yield "};\n"


def _names() -> Iterator[str]:
    for name in NAMED:
        yield f"export type {name} = {_literals(getattr(frames, name))};"
    yield ""


def _literals(literal: Any) -> str:  # noqa: ANN401 - a typing.Literal form has no type of its own
    return " | ".join(f'"{value}"' for value in get_args(literal))


def structs() -> list[type[msgspec.Struct]]:
    """Return every struct of the wire in the order of the file, without the base class."""
    found = [thing for thing in vars(frames).values() if inspect.isclass(thing) and issubclass(thing, msgspec.Struct)]
    return [struct for struct in found if struct not in (frames.Frame, msgspec.Struct)]


def _interfaces() -> Iterator[str]:
    for struct in structs():
        yield f"/** {inspect.cleandoc(struct.__doc__ or '')} */"
        yield f"export interface {struct.__name__} {{"
        if struct.__struct_config__.tag_field:
            yield f'  t: "{struct.__struct_config__.tag}";'
        yield from (f"  {line};" for line in _fields(struct))
        yield "}\n"


def _fields(struct: type[msgspec.Struct]) -> Iterator[str]:
    left_out = struct.__struct_config__.omit_defaults
    for field in msgspec.structs.fields(struct):
        mark = "" if field.required or not left_out else "?"
        yield f"{field.encode_name}{mark}: {_type(shape.type_info(field.type))}"


def _type(kind: shape.Type) -> str:
    match kind:
        case shape.Metadata():
            return _type(kind.type)
        case shape.LiteralType():
            return _literal_name(kind.values)
        case shape.UnionType():
            return " | ".join(_type(part) for part in kind.types)
        case shape.ListType():
            return f"{_type(kind.item_type)}[]"
        case shape.StructType():
            return kind.cls.__name__
    return _PLAIN[type(kind)]


_PLAIN: dict[type[shape.Type], str] = {
    shape.StrType: "string",
    shape.IntType: "number",
    shape.BoolType: "boolean",
    shape.BytesType: "Base64",
    shape.NoneType: "null",
}


def _literal_name(values: Iterable[object]) -> str:
    """Return the name of a shared set of words, or the words themselves."""
    wanted = sorted(map(str, values))
    for name in NAMED:
        if sorted(get_args(getattr(frames, name))) == wanted:
            return name
    return " | ".join(f'"{value}"' for value in values)


def _unions() -> Iterator[str]:
    for side in SIDES:
        parts = [part.__name__ for part in get_args(getattr(frames, side))]
        yield f"export type {side} = {' | '.join(parts)};"
    yield ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
