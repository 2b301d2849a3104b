"""What the service has kept, read without it: the talks' real logs in the store, the journal with its key, the books."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

import msgspec
import redis as sync_redis

from server import keyfiles, keys, sealing
from server.registrar.journal import JournalReader
from server.registrar.record import Record
from server.sealing import CannotOpenError
from server.wire.frames import Role
from tests.faults.counsellor import SteadyCounsellor
from tests.faults.history import Books, Line, Truth
from tests.faults.stage import Stage
from tests.faults.verdict import books_agree

OVER = {"sealed", "left", "confirmed", ""}
SETTLED_SECONDS = 8.0


@dataclass
class Archive:
    """Reads a stage's store and journal; keeps the journal's entries, which never change."""

    stage: Stage
    records: dict[int, Record] = field(default_factory=dict)

    async def truth(self, talks: Mapping[str, bytes], *, ended: bool = False, contacts: set[str] | None = None) -> Truth:
        """Return what is kept of these talks (conversation -> its key). `ended`: everybody has gone home."""
        with self.stage.admin() as admin:
            found = stored_truth(admin, talks, ended=ended)
            found.books = await self._books(admin)
        self.read_journal()
        found.contacts = contacts or set()
        add_records(found, self.records.values(), talks)
        return found

    async def _books(self, admin: "sync_redis.Redis") -> Books:
        """Return the books once they agree with each other, or as they are after a while."""
        deadline = asyncio.get_running_loop().time() + SETTLED_SECONDS
        while not books_agree(books := read_books(admin)) and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.2)
        return books

    def read_journal(self) -> None:
        """Read what is new in the journal."""
        data = self.stage.data
        if not (data / "journal.sqlite").exists():
            return
        with JournalReader(data / "journal.sqlite", keyfiles.read_p256_private(data / "journal.key")) as reader:
            for entry, _ in reader.numbers():
                if entry not in self.records:
                    self.records[entry] = reader.open(entry)


def stored_truth(admin: "sync_redis.Redis", talks: Mapping[str, bytes], *, ended: bool) -> Truth:
    """Return what the store keeps of these talks."""
    found = Truth()
    for conversation, key in talks.items():
        lines = stored(admin, conversation, key)
        if lines is not None:
            found.talks[conversation] = lines
    found.forever = sorted(name.decode() for name in admin.scan_iter() if admin.ttl(name) == -1)
    if ended:
        found.left_over = left_over(admin)
    return found


def excuse(admin: "sync_redis.Redis", counsellors: Iterable[SteadyCounsellor]) -> None:
    """Close the screens of talks that ended before the child's browser wrapped the key: she could not see them."""
    for her in counsellors:
        for pane in her.blind:
            if pane.held.state == "wrapping_up" and not admin.hexists(keys.wraps(pane.view.conversation), her.key_id):
                pane.view.close()


def unseen(admin: "sync_redis.Redis", counsellors: Iterable[SteadyCounsellor]) -> list[str]:
    """Return whose screens do not show all that the store keeps of their talks. What nobody could have read is excused."""
    excuse(admin, counsellors)
    views = [pane.view for her in counsellors if her.over is None for pane in her.panes.values() if not pane.view.screen.closed]
    kept = [(view, int(cast("bytes | None", admin.hget(keys.talk(view.conversation), "seq")) or 0)) for view in views]
    return [f"{view.who}: shows {view.drawn} of {seq} of {view.conversation}" for view, seq in kept if view.drawn < seq]


def add_records(found: Truth, records: Iterable[Record], talks: Mapping[str, bytes]) -> None:
    """Add what the journal keeps. Whoever never had a counsellor is a row without text."""
    found.journalled = []
    for record in records:
        found.journalled.append(record.conversation)
        found.problems += [f"{record.conversation}: {problem}" for problem in record.problems]
        if record.paired_at is not None and record.conversation in talks:
            found.talks.setdefault(record.conversation, [Line(line.seq, line.role, line.text) for line in record.lines])


def stored(admin: "sync_redis.Redis", conversation: str, key: bytes) -> list[Line] | None:
    """Return a talk's real log, opened; None when it is not in the store.

    The log is read first: a talk that is erased between two looks has either all its words here or is not here.
    """
    rows = cast("list[tuple[bytes, dict[bytes, bytes]]]", admin.xrange(keys.log(conversation)))
    if not rows and not admin.exists(keys.talk(conversation)):
        return None
    return [_line(conversation, key, name, fields) for name, fields in rows]


def _line(conversation: str, key: bytes, name: bytes, fields: dict[bytes, bytes]) -> Line:
    role, message, n = cast("Role", fields[b"r"].decode()), fields[b"i"].decode(), int(fields[b"n"])
    try:
        text = sealing.open_message(key, (conversation, role, message, n), fields[b"b"]).text
    except CannotOpenError:
        text = None
    return Line(int(name.split(b"-")[0]), role, text, message, n)


class _Row(msgspec.Struct):
    room: int = 1
    talks: dict[str, str] = {}


def read_books(admin: "sync_redis.Redis") -> Books:
    """Return the line, the desks and the talks' states, as the store has them now."""
    where = {name.decode(): place.decode() for name, place in cast("dict[bytes, bytes]", admin.hgetall(keys.WHERE)).items()}
    rows = cast("dict[bytes, bytes]", admin.hgetall(keys.DESKS))
    desks = {name.decode(): msgspec.json.decode(row, type=_Row) for name, row in rows.items()}
    states = {}
    for name in admin.scan_iter(keys.talk("*").replace("{", "[{]").replace("}", "[}]")):
        state = cast("bytes | None", admin.hget(name, "state")) or b""
        states[re.split("[:}]", name.decode())[1]] = state.decode()
    return Books(
        where,
        [name.decode() for name in cast("list[bytes]", admin.zrange(keys.LINE, 0, -1))],
        {name: (row.room, list(row.talks)) for name, row in desks.items()},
        {name: state for name, state in states.items() if state not in OVER | {"arrived"}},
    )


def left_over(admin: "sync_redis.Redis") -> list[str]:
    """Return the keys that nobody needs once all have gone home: of talks, of the line, of hand-offs.

    One who only arrived has written nothing: it is forgotten after a while, or expires.
    """
    kept = {keys.TICKETS, keys.KEEPER, keys.PULSE, keys.POSTS, keys.COLLEAGUES, keys.RECENT}
    names = {name.decode() for name in admin.scan_iter()}
    arrived = {name for name in names if name.endswith(":talk") and admin.hget(name, "state") == b"arrived"}
    beating = {member.decode() for member in cast("list[bytes]", admin.zrange(keys.PULSE, 0, -1))}
    waiting = {f"pulse of {member}" for member in beating if member.startswith("y:") and keys.talk(member[2:]) not in arrived}
    confirmed = {name for name in names if name == keys.copied(name[1 : name.index("}")])}
    left = names - kept - arrived - confirmed
    talks = {f"{name} ({admin.hget(name, 'state')!r})" for name in left if name.endswith(":talk")}
    return sorted({name for name in left if name.startswith(("{c:", "{q}"))} | talks | waiting)
