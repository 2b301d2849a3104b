"""Mutations of every good frame: bytes, signs, fields, sizes, nesting. A seed gives the same ones again."""

import random
from collections.abc import Callable
from typing import Any

import msgspec

from server.wire import frames as f
from tests.wire.examples import EXAMPLES

PARSERS: dict[str, Callable[[bytes], f.Frame]] = {"child": f.parse_child, "staff": f.parse_staff}
SEEDS: dict[str, list[bytes]] = {side: [f.dump(frame) for frame in EXAMPLES[side]] for side in PARSERS}
STRANGE: list[Any] = [
    *(None, True, -1, 0, 2**31 + 1, 2**64, 1e308, -0.0, "", "\0", "\ud7ff", "a" * 3000, "é" * 600, [], {}, [[]], {"t": "hello"}),
    *("../../etc/passwd", "<script>", "%00", "AAAA", "====", "😀" * 50),
]
BYTES = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\0", b"\\u0000", b"\\ud800", b"1e999", b"NaN", *(bytes([one]) for one in b'"{}[],:-/')]


def mutated(chance: random.Random, side: str) -> bytes:
    """Return a good frame of this side with one to four things wrong, or one of the other side's."""
    message = chance.choice(SEEDS[side if chance.random() < 0.9 else chance.choice(sorted(SEEDS))])
    for _ in range(chance.randint(1, 4)):
        message = chance.choice((_field, _field, _bytes, _bytes, _cut, _nested))(chance, message)
    return message


def _field(chance: random.Random, message: bytes) -> bytes:
    """Another value, a field more, a field less, another name."""
    try:
        fields = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return message
    if not isinstance(fields, dict) or not fields:
        return message
    name = chance.choice(sorted(fields))
    match chance.randrange(4):
        case 0:
            fields[name] = chance.choice(STRANGE)
        case 1:
            fields[chance.choice(("x", "token", "conversation", "t ", "__proto__"))] = chance.choice(STRANGE)
        case 2:
            del fields[name]
        case _:
            fields[name + "s"] = fields.pop(name)
    return msgspec.json.encode(fields)


def _bytes(chance: random.Random, message: bytes) -> bytes:
    at = chance.randint(0, len(message))
    return message[:at] + chance.choice(BYTES) + message[at + chance.randint(0, 2) :]


def _cut(chance: random.Random, message: bytes) -> bytes:
    return message[: chance.randint(0, len(message))]


def _nested(chance: random.Random, message: bytes) -> bytes:
    depth = chance.choice((1, 3, 500, 5000))
    return b"[" * depth + message + b"]" * chance.choice((depth, depth - 1))
