"""What a shift lead has decided by hand about the opening, as the store keeps it for every worker."""

from typing import Literal

import msgspec

OrderKind = Literal["open", "close", "last_intake", "closing", "down"]
"""`open`: whatever the hours say. `close`: closed at once. `last_intake`: nobody new, those in the line are served. `closing`: closed
from an instant that is told now. `down`: closed, and the pages say that the chat does not work."""
Kept = OrderKind | Literal["lifted"]
"""`lifted`: the hours count again; only how long running talks may go on is still remembered."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One order. Instants in ms; nothing of it counts after `until`, but for `talks_until`."""

    kind: Kept
    at: int
    """When it was given."""
    until: int
    """When it ends by itself."""
    talks_until: int | None
    """How long talks may run that run now; None: no end is in sight."""
    closes_at: int = 0
    """`closing`: when it closes."""
    by: str
    """The desk of who has given it."""
    reason: str
    """Why, in her words: shown to shift leads only."""


_order: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)


def dump_order(order: Order) -> bytes:
    """Return the JSON that the store keeps."""
    return msgspec.json.encode(order)


def parse_order(text: bytes) -> Order | None:
    """Return the order that the store keeps; None: it cannot be read."""
    try:
        return _order.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
