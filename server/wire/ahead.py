"""A message as it is told to the other side, before the store has numbered it.

The step that stores a message puts `seq` and `at` at the end of this, and it is the frame that `frames.py` describes.
"""

import msgspec

from server.wire.frames import ChildSay, Role, StaffSay


class Ahead(msgspec.Struct, frozen=True, gc=False):
    """What is told when a message is stored: to which worker, under which pulse name there, and the frame without its numbers, as JSON."""

    worker: str
    to: str
    frame: bytes


class _OfChild(msgspec.Struct, frozen=True, gc=False, tag_field="t", tag="message"):
    conversation: str
    id: str
    n: int
    box: bytes
    role: Role = "child"


class _OfCounsellor(msgspec.Struct, frozen=True, gc=False, tag_field="t", tag="message"):
    id: str
    n: int
    box: bytes
    role: Role = "counsellor"


_encoder = msgspec.json.Encoder()


def of_child(conversation: str, said: ChildSay) -> bytes:
    """Return a child's message as its counsellor is told it (`StaffMessage`), without `seq` and `at`."""
    return _encoder.encode(_OfChild(conversation, said.id, said.n, said.box))


def of_counsellor(said: StaffSay) -> bytes:
    """Return a counsellor's message as the child is told it (`Message`), without `seq` and `at`."""
    return _encoder.encode(_OfCounsellor(said.id, said.n, said.box))
