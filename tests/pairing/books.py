"""The books of the line and the desks, read whole from Redis, and what must be true of them at every instant."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from server import keys

BAND = 10**12

READ: list[tuple[str, ...]] = [
    ("ZRANGE", keys.LINE, "0", "-1", "WITHSCORES"),
    ("ZRANGE", keys.PRESENT, "0", "-1", "WITHSCORES"),
    ("GET", keys.TICKETS),
    ("HGETALL", keys.WAITS),
    ("HGETALL", keys.WHERE),
    ("SMEMBERS", keys.ABSENT),
    ("ZRANGE", keys.OFFERS, "0", "-1", "WITHSCORES"),
    ("ZRANGE", keys.READY, "0", "-1", "WITHSCORES"),
    ("HGETALL", keys.DESKS),
    ("ZRANGE", keys.CLAIMS, "0", "-1", "WITHSCORES"),
]
"""The commands that read every book, in the order of `keys.BOOKS` (answers as RESP 2 has them)."""


@dataclass(slots=True)
class Books:
    """Every book, as plain values."""

    line: dict[str, int] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    tickets: int = 0
    waits: dict[str, dict[str, Any]] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    offers: dict[str, int] = field(default_factory=dict)
    ready: dict[str, int] = field(default_factory=dict)
    desks: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)


def books_from(answers: list[Any]) -> Books:
    """Return the books from the answers to READ."""
    line, present, tickets, waits, where, absent, offers, ready, desks, claims = answers
    return Books(
        line=_scores(line),
        present=_scores(present),
        tickets=int(tickets or 0),
        waits={name: msgspec.json.decode(text) for name, text in _pairs(waits)},
        where={name: text.decode() for name, text in _pairs(where)},
        absent={name.decode() for name in absent},
        offers=_scores(offers),
        ready=_scores(ready),
        desks={name: msgspec.json.decode(text) for name, text in _pairs(desks)},
        claims=_scores(claims),
    )


def _pairs(flat: list[bytes]) -> list[tuple[str, bytes]]:
    return [(name.decode(), text) for name, text in zip(flat[::2], flat[1::2], strict=True)]


def _scores(flat: list[bytes]) -> dict[str, int]:
    return {name: int(score) for name, score in _pairs(flat)}


def band_of(wait: dict[str, Any]) -> int:
    """Return 0 for one who lost its counsellor, 1 for danger, 2 for the others."""
    return 0 if wait["lost"] else 1 if wait["danger"] else 2


def check(books: Books) -> None:
    """Check that the books agree: nobody in two places, nobody lost, no desk over its room, `ready` right."""
    waiting = {name for name, place in books.where.items() if not place.startswith("held:")}
    _check_line(books, waiting)
    _check_places(books, waiting)
    for name, desk in books.desks.items():
        _check_desk(books, name, desk)
    assert books.ready.keys() <= books.desks.keys()
    claimed = {name for desk in books.desks.values() for name, stage in desk["talks"].items() if stage == "claimed"}
    assert books.claims.keys() == claimed


def _check_line(books: Books, waiting: set[str]) -> None:
    assert books.waits.keys() == books.where.keys()
    assert books.line.keys() == waiting
    assert books.line == {name: band_of(books.waits[name]) * BAND + books.waits[name]["ticket"] for name in waiting}
    able = {name for name in waiting if books.where[name] == "line"} - books.absent
    assert books.present == {name: books.line[name] for name in able}
    assert books.absent <= waiting
    given = [wait["ticket"] for wait in books.waits.values()]
    assert len(set(given)) == len(given)
    assert max(given, default=0) <= books.tickets


def _check_places(books: Books, waiting: set[str]) -> None:
    ringing = {desk["offer"]: name for name, desk in books.desks.items() if desk.get("offer")}
    held = [(name, desk) for desk, row in books.desks.items() for name in row["talks"]]
    assert books.offers.keys() == ringing.keys()
    assert {name: place for name, place in books.where.items() if place.startswith("offer:")} == {
        name: f"offer:{desk}" for name, desk in ringing.items()
    }
    assert len(held) == len(books.where) - len(waiting)
    assert {name: f"held:{desk}" for name, desk in held} == {name: books.where[name] for name in books.where.keys() - waiting}


def _check_desk(books: Books, name: str, desk: dict[str, Any]) -> None:
    talks = desk["talks"]
    assert len(talks) <= desk["room"]
    room = len(talks) < desk["room"] and "wrapping" not in talks.values()
    ringing = bool(desk.get("offer"))
    assert not ringing or (desk["free"] and room)
    assert (name in books.ready) == (desk["free"] and room and not ringing)
    assert desk["free"] or talks, "a bare desk is forgotten"
