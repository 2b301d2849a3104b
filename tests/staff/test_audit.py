"""T7: the audit log: what tampering shows, what only an anchor shows, and many writers of one file."""

import asyncio
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import keyfiles
from server.__main__ import main
from server.staff import people
from server.staff.audit import Audit, AuditError, append, contents, verify
from server.staff.chain import Anchor, Broken, Deeds, broken, link, read

SECRET = b"s" * 32
NOW = 1_800_000_000_000
DESK = "D" * 22
ROOT = Path(__file__).resolve().parents[2]


def written(count: int, secret: bytes = SECRET) -> list[bytes]:
    """Return a log of so many lines."""
    lines: list[bytes] = []
    for n in range(1, count + 1):
        lines.append(link(n, NOW + n, Deeds("took", who=DESK, contact=f"{n:064x}"), lines[-1] if lines else b"", secret))
    return lines


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log is."""
    return tmp_path / "audit.log"


@given(st.integers(0, 30))
def test_T7_what_was_written_is_whole(count: int) -> None:
    """A log that nobody touched has no fault, and its own end is an anchor that holds."""
    lines = written(count)
    anchors = [Anchor(n, read(line).mac) for n, line in enumerate(lines, 1)]  # type: ignore[union-attr]
    assert broken(lines, SECRET, anchors) == []


@given(st.data())
def test_T7_a_changed_byte_shows(data: st.DataObject) -> None:
    """Any bit of any line, the last one too."""
    lines = written(5)
    at = data.draw(st.integers(0, 4))
    line = bytearray(lines[at])
    line[data.draw(st.integers(0, len(line) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    lines[at] = bytes(line)
    assert {fault.line for fault in broken(lines, SECRET)} & {at + 1, at + 2}


@given(st.integers(0, 4))
def test_T7_a_line_taken_out_shows(at: int) -> None:
    """Wherever it stood, but for the last one: see the anchors."""
    lines = written(6)
    del lines[at]
    assert Broken(at + 1, "moved") in broken(lines, SECRET)


@given(st.permutations(range(6)))
def test_T7_lines_in_another_order_show(order: list[int]) -> None:
    """Every order but the one that was written."""
    lines = written(6)
    assert bool(broken([lines[at] for at in order], SECRET)) == (order != sorted(order))


@given(st.integers(0, 5), st.integers(0, 5))
def test_T7_a_line_put_in_twice_shows(source: int, at: int) -> None:
    """A real line in a place that is not its own."""
    lines = written(6)
    lines.insert(at, lines[source])
    assert broken(lines, SECRET)


def test_T7_a_log_written_anew_without_the_secret_shows() -> None:
    """Who has the file alone cannot make one line that fits, the last one neither."""
    lines = written(3)
    lines[2] = link(3, NOW, Deeds("took", who="E" * 22), lines[1], b"another secret")
    assert broken(lines, SECRET) == [Broken(3, "changed")]


@pytest.mark.parametrize("kept", range(5))
def test_T7_only_an_anchor_tells_of_a_cut_end(kept: int) -> None:
    """Without one a shorter log is whole; with one, noted elsewhere, the cut shows."""
    lines = written(5)
    last = read(lines[-1])
    assert last is not None
    assert broken(lines[:kept], SECRET) == []
    assert broken(lines[:kept], SECRET, [Anchor(5, last.mac[:16])]) == [Broken(5, "cut")]


def test_T7_only_an_anchor_tells_of_a_log_written_anew_with_the_secret() -> None:
    """Who has the secret too can write another log, but not one that ends in the anchor."""
    last = read(written(3)[-1])
    assert last is not None
    other = [link(1, NOW, Deeds("took"), b"", SECRET)]
    other += [link(2, NOW, Deeds("took"), other[0], SECRET)]
    other += [link(3, NOW, Deeds("took"), other[1], SECRET)]
    assert broken(other, SECRET) == []
    assert broken(other, SECRET, [Anchor(3, last.mac)]) == [Broken(3, "replaced")]


@pytest.mark.parametrize("text", ["", "1", "1:", "x:0123456789abcdef", "1:0123", "1:0123456789abcdeg", "-1:0123456789abcdef"])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    """An anchor that says nothing must not look as if it held."""
    assert Anchor.read(text) is None


async def test_T7_many_at_once_are_one_chain(path: Path) -> None:
    """A hundred entries at the same moment in one process: each is there once, in one whole chain, in a file of its owner alone."""
    log = Audit(path, SECRET, lambda: NOW)
    await asyncio.gather(*(log.note(Deeds("read", who=DESK, contact=f"{n:064x}")) for n in range(100)))

    entries, faults = await log.latest(1000)
    assert faults == []
    assert sorted(entry.deed.contact for entry in entries) == sorted(f"{n:064x}" for n in range(100))
    assert path.stat().st_mode & 0o777 == 0o600  # noqa: ASYNC240 - a test may look


def test_T7_many_processes_are_one_chain(path: Path) -> None:
    """Six processes write fifty entries each: 300 lines, none lost, none torn, one chain."""
    code = (
        "import sys; from pathlib import Path; from server.staff.audit import append; from server.staff.chain import Deeds\n"
        "for n in range(50): append(Path(sys.argv[1]), b's' * 32, n, [Deeds('took', who=sys.argv[2], why=str(n))])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(path), f"p{one}"], cwd=ROOT, stderr=subprocess.DEVNULL) for one in range(6)
    ]
    assert [one.wait(60) for one in running] == [0] * 6

    lines, finished = contents(path)
    assert finished
    assert broken(lines, SECRET) == []
    told = [entry.deed for line in lines if (entry := read(line))]
    assert sorted((deed.who, int(deed.why)) for deed in told) == [(f"p{one}", n) for one in range(6) for n in range(50)]


def test_T7_a_line_that_a_power_cut_left_is_seen_and_never_part_of_the_chain(path: Path) -> None:
    """It was not acknowledged; the next entry follows the last whole one."""
    append(path, SECRET, NOW, [Deeds("took"), Deeds("read")])
    with path.open("ab") as file:
        file.write(b'{"n":3,"at":18')
    assert verify(path, SECRET)[1] == [Broken(3, "unfinished")]
    append(path, SECRET, NOW, [Deeds("read")])
    count, faults, end = verify(path, SECRET)
    assert (count, faults, end.n if end else 0) == (3, [], 3)


def test_T7_a_spoilt_line_stays_a_fault_and_the_log_goes_on(path: Path) -> None:
    """Nobody is kept from working by it, and nobody gets rid of it by going on."""
    append(path, SECRET, NOW, [Deeds("took"), Deeds("read")])
    first, _ = contents(path)[0]
    path.write_bytes(first + b"\nspoilt\n")
    append(path, SECRET, NOW, [Deeds("registered")])
    assert verify(path, SECRET)[:2] == (3, [Broken(2, "unreadable")])


def test_T7_a_full_disk_leaves_the_log_as_it_was(path: Path) -> None:
    """An entry that does not fit is an error for the one who writes it, and half a line is never left."""
    append(path, SECRET, NOW, [Deeds("took")])
    before = path.read_bytes()
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from server.staff.audit import AuditError, append; from server.staff.chain import Deeds\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); size = Path(sys.argv[1]).stat().st_size\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, size + 20))\n"
        "try: append(Path(sys.argv[1]), b's' * 32, 1, [Deeds('took')])\n"
        "except AuditError: sys.exit(7)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False).returncode == 7
    assert path.read_bytes() == before


async def test_T7_who_waits_for_an_entry_is_told_that_it_could_not_be_written(tmp_path: Path) -> None:
    """All of those who wait."""
    log = Audit(tmp_path / "missing" / "audit.log", SECRET, lambda: NOW)
    told = await asyncio.gather(*(log.note(Deeds("signed_in")) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in told] == [AuditError] * 3


def test_T7_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What an administrator does is an entry; verify says whole and gives an anchor, and exits with 1 when the end was cut off."""
    environ, log = {"ALARM_DATA": str(tmp_path)}, tmp_path / "audit.log"
    keyfiles.ensure(tmp_path)
    for words in (
        ["add", "Kari"],
        ["roles", "Kari", "auditor"],
        ["disable", "Kari"],
        ["enable", "Kari"],
        ["invite", "Ola"],
        ["remove", "Ola"],
    ):
        assert main(["staff", *words], environ) == 0
    desk = people.named(tmp_path / "staff.json", "Kari").id
    capsys.readouterr()

    assert main(["audit", "verify"], environ) == 0
    told = capsys.readouterr().out
    anchor = told.rpartition(" ")[2].strip()
    assert told.startswith("6 entries, whole.")
    assert main(["audit", "verify", "--anchor", anchor], environ) == 0

    assert main(["audit", "list"], environ) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines() if "\t" in line]
    assert [row[2] for row in rows] == ["password_given", "roles_given", "disabled", "enabled", "invited", "removed", "audit_read"]
    assert rows[1][3:5] == ["command", "Kari"]
    assert (rows[1][6], desk in log.read_text("utf-8"), "Kari" in log.read_text("utf-8")) == ("auditor", True, False)

    log.write_bytes(b"".join(line + b"\n" for line in contents(log)[0][:5]))
    assert main(["audit", "verify"], environ) == 0
    assert main(["audit", "verify", "--anchor", anchor], environ) == 1
    assert "line 6 is an anchor's, and not there: the end was cut off" in capsys.readouterr().out


def test_the_first_line_follows_nothing() -> None:
    """Its `before` is the hash of no bytes at all."""
    first = read(written(1)[0])
    assert first is not None
    assert first.before == hashlib.sha256(b"").hexdigest()
