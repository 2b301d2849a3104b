"""One who waits, as the line's books keep it: what the rooms `waiting` and `pairing` both speak of."""

import msgspec


class Wait(msgspec.Struct, frozen=True):
    """Since when a child waits (ms) and what the counsellors may know of it: nothing that names anyone."""

    since: int
    language: str
    about: str
    danger: bool
    lost: bool = False
    """This child has lost its counsellor and is at the front again."""


_wait: msgspec.json.Decoder[Wait] = msgspec.json.Decoder(Wait)


def dump_wait(wait: Wait) -> bytes:
    """Return the JSON that the books keep; the steps add the ticket to it."""
    return msgspec.json.encode(wait)


def parse_wait(text: bytes) -> Wait:
    """Return the one who waits from the books' JSON, without the ticket."""
    return _wait.decode(text)
