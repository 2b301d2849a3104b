"""The journal: one entry for each package, durable, sealed at rest, opened by its key alone."""

import base64
import sqlite3
import stat
import threading
from pathlib import Path

import msgspec
import pytest

from server.registrar.journal import Journal, JournalError, JournalReader, NoSuchEntryError, NullJournal, SqliteJournal
from server.registrar.opener import open_package
from server.registrar.record import Record
from server.sealing import CannotOpenError, KeyShapeError
from server.wire.package import Package
from tests.handoff.talks import Keys, a_talk, point

KEYS = Keys()
CANARIES = ("kanarifugl-æøå-82731", "sammendrag-čáŋđ-55120", "navnet-Ola-Nordmann-90417")


def sample() -> tuple[Package, Record]:
    """Return a package and its record, with canary words in it."""
    talk = a_talk(KEYS).says("child", CANARIES[0] * 40)
    package = talk.package(form=talk.form(summary=CANARIES[1], counsellor=CANARIES[2]))
    return package, open_package(package, KEYS.registrar)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is."""
    return tmp_path / "journal.sqlite"


@pytest.fixture(params=["sqlite", "null"])
def journal(request: pytest.FixtureRequest, path: Path) -> Journal:
    """Each kind of journal."""
    return SqliteJournal(path, point(KEYS.journal)) if request.param == "sqlite" else NullJournal()


def test_a_package_is_one_entry(journal: Journal) -> None:
    """Added three times, a package has one number; others have their own, from 1."""
    packages = [sample(), sample()]
    numbers = [journal.add(*one, 0) for one in (packages[0], packages[0], packages[1], packages[0])]
    journal.close()

    assert numbers == [1, 1, 2, 1]


def test_another_package_of_the_same_contact_is_another_entry(journal: Journal) -> None:
    """What differs is never thrown away and never written over: it is added."""
    package, record = sample()
    second = msgspec.structs.replace(package, danger=True)

    assert [journal.add(package, record, 0), journal.add(second, record, 0), journal.add(package, record, 0)] == [1, 2, 1]
    journal.close()


def test_a_record_comes_back_whole(path: Path) -> None:
    """With the key, after the journal was closed and opened again."""
    package, record = sample()
    journal = SqliteJournal(path, point(KEYS.journal))
    journal.add(package, record, 60_000)
    journal.close()
    SqliteJournal(path, point(KEYS.journal)).close()

    with JournalReader(path, KEYS.journal) as reader:
        assert reader.numbers() == [(1, 1)]
        assert reader.open(1) == record
        with pytest.raises(NoSuchEntryError):
            reader.open(2)


def test_versions_of_a_contact_are_known(path: Path) -> None:
    """The reader learns which entry another one adds to."""
    package, record = sample()
    journal = SqliteJournal(path, point(KEYS.journal))
    for one in (package, sample()[0], msgspec.structs.replace(package, danger=True)):
        journal.add(one, record, 0)
    journal.close()

    with JournalReader(path, KEYS.journal) as reader:
        assert reader.numbers() == [(1, 1), (2, 2), (3, 1)]


def test_nothing_readable_is_on_disk(path: Path) -> None:
    """Canary words from talk and form, in any common writing, are in no file of the journal, while open and when closed."""
    package, record = sample()
    journal = SqliteJournal(path, point(KEYS.journal))
    journal.add(package, record, 0)
    open_files = b"".join(file.read_bytes() for file in path.parent.iterdir())
    journal.close()
    closed_files = b"".join(file.read_bytes() for file in path.parent.iterdir())

    assert len(closed_files) > 4096
    for word in (*CANARIES, package.conversation, package.epoch, package.counsellor or ""):
        for written in writings(word):
            assert written not in open_files
            assert written not in closed_files
    with JournalReader(path, KEYS.journal) as reader:
        shown = repr(reader.open(1))
    assert all(word in shown for word in CANARIES)


def writings(word: str) -> list[bytes]:
    """Return the bytes of a word in the ways that a file could hold it."""
    raw = word.encode()
    shifted = [base64.b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)]
    ways = [raw, word.encode("utf-16-le"), word.encode("utf-16-be"), word.encode("unicode_escape"), raw.hex().encode(), *shifted]
    return [way for way in ways if way]


def test_a_record_opens_only_in_its_place(path: Path) -> None:
    """Rows whose records, hashes or minutes were exchanged do not open."""
    journal = SqliteJournal(path, point(KEYS.journal))
    for minute in (0, 60_000):
        journal.add(*sample(), minute)
    journal.close()
    with sqlite3.connect(path) as db:
        (one,), (two,) = db.execute("SELECT record FROM entries ORDER BY entry")
        db.execute("UPDATE entries SET record = ? WHERE entry = 1", (two,))
        db.execute("UPDATE entries SET minute = 120000 WHERE entry = 2")
        db.execute("INSERT INTO entries SELECT 3, x'00', package, minute, ? FROM entries WHERE entry = 1", (one,))
    db.close()

    with JournalReader(path, KEYS.journal) as reader:
        for entry in (1, 2, 3):
            with pytest.raises(CannotOpenError):
                reader.open(entry)


def test_another_key_opens_nothing(path: Path) -> None:
    """Neither the registrar's own key nor a stranger's."""
    journal = SqliteJournal(path, point(KEYS.journal))
    journal.add(*sample(), 0)
    journal.close()

    for key in (KEYS.registrar, Keys().journal):
        with JournalReader(path, key) as reader, pytest.raises(CannotOpenError):
            reader.open(1)


def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    """Journal, write-ahead log and shared memory: mode 0600."""
    journal = SqliteJournal(path, point(KEYS.journal))
    journal.add(*sample(), 0)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    journal.close()

    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


def test_an_entry_is_durable_and_what_is_struck_is_overwritten(path: Path) -> None:
    """The file is written through to the disk at every commit, and freed pages are cleared."""
    journal = SqliteJournal(path, point(KEYS.journal))
    pragmas = [journal._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "secure_delete")]
    journal.close()
    assert pragmas == ["wal", 2, 1]


def test_registrars_that_share_a_journal_write_each_package_once(path: Path) -> None:
    """Four of them, each with the same thirty packages in another order."""
    packages = [sample() for _ in range(30)]
    numbers: list[dict[str, int]] = []

    def work(shift: int) -> None:
        journal = SqliteJournal(path, point(KEYS.journal))
        numbers.append({package.conversation: journal.add(package, record, 0) for package, record in packages[shift:] + packages[:shift]})
        journal.close()

    threads = [threading.Thread(target=work, args=(shift,)) for shift in (0, 7, 15, 22)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(numbers) == 4
    assert all(one == numbers[0] for one in numbers)
    assert sorted(numbers[0].values()) == list(range(1, 31))


def test_a_journal_that_cannot_be_written_says_so(path: Path, tmp_path: Path) -> None:
    """A folder in its place, a file that is no database, a disk that is full: JournalError, and no entry half written."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(JournalError):
        SqliteJournal(tmp_path / "folder", point(KEYS.journal))
    (tmp_path / "text").write_text("this is no database, however long it is" * 50)
    with pytest.raises(JournalError):
        SqliteJournal(tmp_path / "text", point(KEYS.journal))

    journal = SqliteJournal(path, point(KEYS.journal))
    first = sample()
    journal.add(*first, 0)
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count={pages}")
    kept = [1]
    with pytest.raises(JournalError):
        kept += (journal.add(*sample(), 0) for _ in range(20))
    assert journal.add(*first, 0) == 1
    journal._db.execute("PRAGMA max_page_count=1000000")
    assert journal.add(*sample(), 0) == kept[-1] + 1
    journal.close()
    with JournalReader(path, KEYS.journal) as reader:
        assert [entry for entry, _ in reader.numbers()] == [*kept, kept[-1] + 1]


def test_a_journal_wants_a_public_key(path: Path) -> None:
    """Nothing is written for bytes that are no key."""
    with pytest.raises(KeyShapeError):
        SqliteJournal(path, b"\4" + b"x" * 64)
    assert not path.exists()


def test_a_reader_wants_a_journal(tmp_path: Path) -> None:
    """What does not exist is not made by reading it, and another file is not taken for a journal."""
    with pytest.raises(JournalError):
        JournalReader(tmp_path / "none", KEYS.journal)
    assert not (tmp_path / "none").exists()
    sqlite3.connect(tmp_path / "other").close()
    with pytest.raises(JournalError):
        JournalReader(tmp_path / "other", KEYS.journal)
