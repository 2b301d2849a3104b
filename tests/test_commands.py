"""The commands: each does one thing, loads only what it needs, and says in one line what somebody can mend."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis as sync_redis
import time_machine

from server import address, embedded, keyfiles
from server.__main__ import COMMANDS, USAGE, main
from server.check import check, line_to
from server.staff import people
from server.staff.directory import Passkey
from tests.environ import worker_environ

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def environ(tmp_path: Path, embedded_redis: embedded.Embedded) -> dict[str, str]:
    """Everything that a worker needs, right, and an account."""
    keyfiles.ensure(tmp_path / "data")
    people.add(tmp_path / "data" / "staff.json", "Kari")
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "manifest.json").touch()
    return worker_environ(embedded_redis.url, tmp_path / "data", ALARM_BUILT=str(tmp_path / "built"))


@pytest.mark.parametrize("argv", [[], ["help"], ["serv"]])
def test_an_unknown_command_is_told_which_there_are(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and every command with what it does."""
    assert main(argv, {}) == 2
    assert USAGE in capsys.readouterr().err
    assert all(f"\n  {name} " in USAGE for name in COMMANDS)


def test_keys_makes_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first time each file is named; the second time there is nothing to make."""
    environ = {"ALARM_DATA": str(tmp_path / "data")}

    assert main(["keys"], environ) == 0
    assert f"{tmp_path}/data/registrar.key: made" in capsys.readouterr().out
    assert main(["keys"], environ) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_wrong_setting_is_one_line(environ: dict[str, str], command: str) -> None:
    """The setting's name, what was expected and what came; no traceback."""
    words = {"serve": ["serve", "--port", "0"], "check": ["check"]}[command]
    done = subprocess.run(
        [sys.executable, "-m", "server", *words],
        cwd=ROOT,
        env=environ | {"ALARM_CHAT_ORIGIN": "chat"},
        capture_output=True,
        text=True,
        check=False,
    )

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "ALARM_CHAT_ORIGIN: expected an origin such as https://chat.example.no" in said
    assert said.count("\n") == 1


def test_check_is_content(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing wrong: one line, status 0."""
    assert check(environ) == 0
    assert capsys.readouterr().out.startswith("All settings are right")


def test_check_names_everything_that_is_missing(environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not only the first fault: built files, words, accounts."""
    (tmp_path / "built" / "manifest.json").unlink()
    (tmp_path / "data" / "staff.json").unlink()
    (tmp_path / "helpline.toml").write_bytes((ROOT / "config" / "helpline.toml").read_bytes())

    assert check(environ | {"ALARM_CONFIG": str(tmp_path / "helpline.toml")}) == 1
    said = capsys.readouterr().out
    assert "expected the built browser files (make build), got none" in said
    assert "nb.toml: expected the words of nb, got no file" in said
    assert "expected an account (python -m server staff add NAME), got none" in said


REAL = {
    "ALARM_CHAT_ORIGIN": "https://chat.example.no",
    "ALARM_STAFF_ORIGIN": "https://staff.example.no",
    "ALARM_HOST_ORIGINS": "https://www.example.no",
}


def faults_of(environ: dict[str, str], capsys: pytest.CaptureFixture[str], **more: str) -> str:
    """Return what `check` says of these settings on a real origin."""
    capsys.readouterr()
    assert check(environ | REAL | more) == 1
    return capsys.readouterr().out


def test_check_names_what_is_unsafe_on_a_real_origin(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """What is for trying out, pages without TLS, one host for both sides, a host page of the chat's own origin, keys in the wrong place."""
    said = faults_of(environ, capsys, ALARM_OPEN="always", ALARM_STORE="weak", ALARM_HOST_ORIGINS="http://127.0.0.1:8117")
    for name in ("ALARM_OPEN", "ALARM_STORE", "ALARM_HOST_ORIGINS: expected https://", "registrar.key: expected no private key"):
        assert name in said
    both = faults_of(environ, capsys, ALARM_STAFF_ORIGIN=REAL["ALARM_CHAT_ORIGIN"], ALARM_HOST_ORIGINS=REAL["ALARM_CHAT_ORIGIN"])
    assert "ALARM_STAFF_ORIGIN: expected a host of its own" in both
    assert "ALARM_HOST_ORIGINS: expected pages of another origin" in both


def test_check_names_files_that_others_can_read(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The folder, and what in it is secret."""
    data = Path(environ["ALARM_DATA"])
    data.chmod(0o755)
    (data / "staff.json").chmod(0o644)
    said = faults_of(environ, capsys)

    assert f"{data}: expected a folder of its owner alone" in said
    assert "staff.json: expected a file of its owner alone" in said


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://10.0.0.5:6379", ["TLS", "password"]),
        ("redis://u:p@10.0.0.5:6379", ["TLS"]),
        ("rediss://u:p@10.0.0.5:6379", []),
        ("redis://u:p@127.0.0.1:6379", []),
        ("unix://u:p@/run/redis.sock", []),
        ("unix:///run/redis.sock", ["password"]),
        ("redis+sentinel://u:p@127.0.0.1:1,10.0.0.5:2/chat", ["TLS"]),
        ("rediss+cluster://u:p@10.0.0.5:2", []),
    ],
)
def test_check_knows_a_way_to_the_store_that_others_can_listen_to(url: str, expected: list[str]) -> None:
    """Without TLS to another machine, or without a password; the address is never shown."""
    faults = line_to(address.parse(url))

    assert [word for word in ("TLS", "password") if any(word in fault for fault in faults)] == expected
    assert not any("10.0.0.5" in fault for fault in faults)


@pytest.mark.parametrize(("ahead", "said"), [(0, False), (30, True)])
def test_check_knows_a_clock_that_differs(environ: dict[str, str], capsys: pytest.CaptureFixture[str], ahead: int, *, said: bool) -> None:
    """More than two seconds from the store's is told, with how much."""
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=ahead)):
        assert ("the clock: expected" in faults_of(environ, capsys)) is said


@pytest.mark.parametrize(("kept", "said"), [("0", False), ("128", True)])
def test_P2_check_knows_a_store_that_keeps_what_it_was_told(
    environ: dict[str, str], embedded_redis: embedded.Embedded, capsys: pytest.CaptureFixture[str], kept: str, *, said: bool
) -> None:
    """A slow log holds commands with all that was in them: on a real origin it has to be of length 0."""
    with sync_redis.Redis.from_url(embedded_redis.admin_url) as admin:
        before = admin.config_get("slowlog-max-len")["slowlog-max-len"]
        admin.config_set("slowlog-max-len", kept)
        try:
            told = faults_of(environ, capsys)
        finally:
            admin.config_set("slowlog-max-len", before)
    assert before == "0"
    assert (f"slowlog-max-len: expected 0, since it keeps what it was told, got {kept}" in told) is said


def test_T5_check_counts_those_without_a_second_step(environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a real origin: each account that a password alone would open. An app, a passkey, an invitation and a locked door are none."""
    path = tmp_path / "data" / "staff.json"
    for name in ("Alone", "Locked", "Key"):
        people.add(path, name)
    people.disable(path, "Locked")
    people.add_passkey(path, "Key", Passkey("id", b"key", 0, "Phone", 0))
    people.accept(path, people.invite(path, "App", 0), 0, "a long enough one", "JBSWY3DPEHPK3PXP")
    people.invite(path, "Invited", 0)

    assert check(environ | {"ALARM_STAFF_ORIGIN": "https://staff.example.no"}) == 1
    said = capsys.readouterr().out
    assert "expected a passkey or a second step for each account (staff invite NAME), got 2 without" in said
    people.remove(path, "Alone")
    people.remove(path, "Kari")
    check(environ | {"ALARM_STAFF_ORIGIN": "https://staff.example.no"})
    assert "second step" not in capsys.readouterr().out


def test_a_broken_list_of_accounts_is_named(environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By `check` and by `staff` alike."""
    (tmp_path / "data" / "staff.json").write_text("canary")

    assert check(environ) == 1
    assert main(["staff", "list"], environ) == 1
    told = capsys.readouterr()
    assert "staff.json: expected accounts" in told.out
    assert "stopped: " in told.err
    assert "canary" not in told.out + told.err


def test_a_web_worker_has_no_registrar_in_it() -> None:
    """The code that opens talks is not even loaded where the internet can reach."""
    text = "import sys, server.serve; print([name for name in sys.modules if name.startswith('server.registrar')])"
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_registrar_has_no_door() -> None:
    """And the registrar serves nobody: no web server is loaded there."""
    text = "import sys, server.registrar.main; print([name for name in ('uvicorn', 'starlette', 'server.app') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
