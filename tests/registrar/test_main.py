"""The registrar at work: one entry for each talk whatever happens, and no receipt that is not true."""

from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
import redis as sync_redis

from server import embedded, keys, log
from server.handoff.store import HandOffs, Settled
from server.link import Link
from server.registrar import main
from server.registrar.journal import Journal, JournalError, JournalReader, NullJournal, SqliteJournal
from server.registrar.main import PATIENCE, Office
from server.registrar.record import Record
from server.wire.package import Ending, Package
from tests.handoff.talks import MINUTE, NOW, Keys, Talk, a_talk, point

LATER = NOW + 60 * MINUTE
KEYS = Keys()


@pytest.fixture
def said() -> StringIO:
    """What the log says."""
    lines = StringIO()
    log.configure(strict=True, file=lines)
    return lines


class DiedError(BaseException):
    """The process is gone: nobody catches this."""


class Fate:
    """Lets a process die before or after its step number `at`; a step is a command to the store or a journal entry."""

    def __init__(self, at: int, *, after: bool) -> None:
        """`after`: the step is done, and its answer is lost."""
        self.at = at
        self.after = after
        self.steps = 0

    async def step(self, do: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - whatever the step gives
        """Do one step, or die."""
        self.steps += 1
        if self.steps == self.at and not self.after:
            raise DiedError
        given = await do()
        if self.steps == self.at:
            raise DiedError
        return given


class MortalLink:
    """A real link whose user may die."""

    def __init__(self, link: Link, fate: Fate) -> None:
        """Pass everything on to `link`."""
        self._link = link
        self._fate = fate

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        """Return the command as one step."""
        return lambda *args, **kwargs: self._fate.step(lambda: getattr(self._link, name)(*args, **kwargs))


class MortalJournal:
    """A real journal whose writer may die."""

    def __init__(self, journal: Journal, fate: Fate) -> None:
        """Pass everything on to `journal`."""
        self._journal = journal
        self._fate = fate

    def add(self, package: Package, record: Record, minute: int) -> int:
        """Add as one step."""
        self._fate.steps += 1
        if self._fate.steps == self._fate.at and not self._fate.after:
            raise DiedError
        number = self._journal.add(package, record, minute)
        if self._fate.steps == self._fate.at:
            raise DiedError
        return number

    def close(self) -> None:
        """Let go of it."""


class FullJournal(NullJournal):
    """A journal whose disk is full."""

    full = True

    def add(self, package: Package, record: Record, minute: int) -> int:
        """Fail until there is room."""
        if self.full:
            raise JournalError("full")
        return super().add(package, record, minute)


def office(redis: Link, journal: Journal, keys_: Keys = KEYS) -> Office:
    """Return a registrar's office."""
    return Office(HandOffs(redis), journal, keys_.registrar, keys_.receipt)


async def hand_off(redis: Link, journal: Journal, talk: Talk, ending: Ending, now: int) -> None:
    """The whole way: a worker seals, the registrar journals and gives its receipt, a worker settles."""
    form = talk.form() if ending == "registered" else None
    await HandOffs(redis).seal(talk.conversation, ending, form, now)
    await office(redis, journal).work(now)
    await HandOffs(redis).settle(KEYS.receipt_public)


async def put(redis: Link, ending: Ending) -> Talk:
    """Put a talk into the store that is about to end so."""
    talk = a_talk(KEYS)
    return await talk.is_written_up(redis) if ending == "registered" else await talk.left(redis, ending)


@pytest.mark.parametrize("ending", ["registered", "gave_up"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_crash_at_any_point_ends_in_one_entry(
    redis: Link, embedded_redis: embedded.Embedded, tmp_path: Path, ending: Ending, *, after: bool
) -> None:
    """Before and after each single step: what comes back finishes it, once, and every key is gone."""
    journal = SqliteJournal(tmp_path / "journal.sqlite", point(KEYS.journal))
    await hand_off(redis, NullJournal(), await put(redis, ending), ending, LATER)  # the scripts are known to the store now
    points = 0
    while True:
        talk, fate = await put(redis, ending), Fate(points + 1, after=after)
        try:
            await hand_off(cast("Link", MortalLink(redis, fate)), MortalJournal(journal, fate), talk, ending, LATER)
        except DiedError:
            points += 1
        else:
            break
        await HandOffs(redis).repair(LATER + 1)
        for turn in range(1, 4):
            await hand_off(redis, journal, talk, ending, LATER + turn * 10 * MINUTE)
        with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
            assert admin.keys("*") == [], f"crash at step {fate.at}"
    journal.close()

    with JournalReader(tmp_path / "journal.sqlite", KEYS.journal) as reader:
        assert reader.numbers() == [(entry, entry) for entry in range(1, points + 2)]
        records = [reader.open(entry) for entry in range(1, points + 2)]
    assert points > (15 if ending == "registered" else 12)
    assert all(record.problems == [] for record in records)
    assert {len(record.lines) for record in records} == ({3} if ending == "registered" else {0})


async def test_nothing_due_is_nothing_to_do(redis: Link) -> None:
    """An empty store: no work, no key."""
    assert not await office(redis, NullJournal()).work(LATER)


async def test_a_receipt_is_given_again_with_the_same_number(redis: Link, tmp_path: Path) -> None:
    """The workers did not come: the registrar comes back, journals nothing new, and says the same again."""
    journal = SqliteJournal(tmp_path / "journal.sqlite", point(KEYS.journal))
    talk = await put(redis, "gave_up")
    await HandOffs(redis).seal(talk.conversation, "gave_up", None, LATER)
    given = []
    for turn in range(3):
        assert await office(redis, journal).work(LATER + turn * 10 * MINUTE)
        given.append(await redis.hget(keys.RECEIPTS, talk.conversation))
    journal.close()

    assert given[0]
    assert given == [given[0]] * 3
    with JournalReader(tmp_path / "journal.sqlite", KEYS.journal) as reader:
        assert reader.numbers() == [(1, 1)]


async def test_a_full_journal_gives_no_receipt(redis: Link, said: StringIO) -> None:
    """Nothing is erased while the journal cannot be written; it is tried again, later each time, and then succeeds."""
    talk, journal = await put(redis, "registered"), FullJournal()
    await HandOffs(redis).seal(talk.conversation, "registered", talk.form(), LATER)
    desk = office(redis, journal)
    due = []
    for turn in range(5):
        assert await desk.work(LATER + turn * 10 * MINUTE)
        due.append((await redis.zscore(keys.DUE, talk.conversation) or 0) - LATER - turn * 10 * MINUTE)

    assert await HandOffs(redis).settle(KEYS.receipt_public) == Settled()
    assert due[0] < due[2] < due[4]
    assert "JournalError" in said.getvalue()

    journal.full = False
    await desk.work(LATER + 60 * MINUTE)
    assert await HandOffs(redis).settle(KEYS.receipt_public) == Settled(erased=1)


async def test_it_remembers_only_so_many_attempts(redis: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registrar that runs for years does not grow: beyond a limit all begin anew."""
    monkeypatch.setattr(main, "MOST_REMEMBERED", 2)
    desk = office(redis, NullJournal())
    for _ in range(5):
        talk = await put(redis, "gave_up")
        await HandOffs(redis).seal(talk.conversation, "gave_up", None, LATER)
        await desk.work(LATER)
        assert len(desk._attempts) <= 2


async def test_one_that_fails_does_not_hold_up_the_others(redis: Link, said: StringIO) -> None:
    """A talk that we wrote wrong waits; those behind it are registered."""
    broken, whole = await put(redis, "gave_up"), await put(redis, "gave_up")
    for at, talk in enumerate((broken, whole)):
        await HandOffs(redis).seal(talk.conversation, "gave_up", None, LATER + at)
    await redis.hset(keys.talk(broken.conversation), "language", "klingon")
    desk = office(redis, NullJournal())

    assert [await desk.work(LATER + 2), await desk.work(LATER + 2), await desk.work(LATER + 2)] == [True, True, False]
    assert await HandOffs(redis).settle(KEYS.receipt_public) == Settled(erased=1)
    assert await redis.exists(keys.talk(broken.conversation)) == 1
    assert "PackageError" in said.getvalue()


async def test_the_wrong_key_waits_and_erases_nothing(redis: Link, tmp_path: Path, said: StringIO) -> None:
    """A registrar whose key opens nothing gives no receipt for a day; then the package is journalled, still sealed and whole."""
    stranger = Keys()
    journal = SqliteJournal(tmp_path / "journal.sqlite", point(KEYS.journal))
    talk = await put(redis, "registered")
    await HandOffs(redis).seal(talk.conversation, "registered", talk.form(), LATER)
    package = await HandOffs(redis).package(talk.conversation)
    desk = office(redis, journal, Keys(stranger.registrar, KEYS.receipt, KEYS.journal))

    for now in (LATER, LATER + 30 * MINUTE, package.ended_at + PATIENCE - 1):
        assert await desk.work(now)
    assert await redis.hgetall(keys.RECEIPTS) == {}
    assert "WrongKeyError" in said.getvalue()
    assert '"alarm": "key_missing"' in said.getvalue()

    assert await desk.work(package.ended_at + PATIENCE + 10 * MINUTE)
    journal.close()
    assert await HandOffs(redis).settle(KEYS.receipt_public) == Settled(erased=1)
    with JournalReader(tmp_path / "journal.sqlite", KEYS.journal) as reader:
        kept = reader.open(1)
    assert kept.sealed
    assert [line.text for line in kept.lines] == [None] * 3


async def test_the_right_key_comes_in_time(redis: Link, tmp_path: Path) -> None:
    """A registrar was started with the wrong key for an hour: the right one then registers the talk, whole."""
    stranger = Keys()
    journal = SqliteJournal(tmp_path / "journal.sqlite", point(KEYS.journal))
    talk = await put(redis, "registered")
    await HandOffs(redis).seal(talk.conversation, "registered", talk.form(), LATER)
    await office(redis, journal, Keys(stranger.registrar, KEYS.receipt, KEYS.journal)).work(LATER)

    await office(redis, journal).work(LATER + 60 * MINUTE)
    journal.close()

    with JournalReader(tmp_path / "journal.sqlite", KEYS.journal) as reader:
        assert reader.numbers() == [(1, 1)]
        assert [line.text for line in reader.open(1).lines] == ["Hei", "Hei. Jeg er her.", "Takk"]


async def test_a_talk_that_is_not_sealed_yet_waits(redis: Link) -> None:
    """Announced, and still being written up: the registrar leaves it alone, and has it at once when it is sealed."""
    talk, desk = await put(redis, "registered"), office(redis, NullJournal())
    await HandOffs(redis).announce(talk.conversation, NOW)

    assert await desk.work(NOW)
    assert await redis.hgetall(keys.RECEIPTS) == {}
    await HandOffs(redis).seal(talk.conversation, "registered", talk.form(), LATER)
    assert await desk.work(LATER)
    assert await redis.hlen(keys.RECEIPTS) == 1


async def test_a_talk_that_was_lost_is_told(redis: Link, said: StringIO) -> None:
    """Sealed, and gone without a receipt: an error in the log, and no row is left."""
    talk = await put(redis, "gave_up")
    await HandOffs(redis).seal(talk.conversation, "gave_up", None, LATER)
    await redis.unlink(*keys.of_conversation(talk.conversation))

    assert await office(redis, NullJournal()).work(LATER)
    assert "GoneError" in said.getvalue()
    assert await redis.exists(keys.DUE, keys.SEALED) == 0


async def test_the_log_says_nothing_of_the_talk(redis: Link, said: StringIO) -> None:
    """A talk that is journalled is one event without a field."""
    talk = await put(redis, "registered")
    await HandOffs(redis).seal(talk.conversation, "registered", talk.form(), LATER)
    await office(redis, NullJournal()).work(LATER)

    logged = said.getvalue()
    assert "journalled" in logged
    assert talk.conversation not in logged
