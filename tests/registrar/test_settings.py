"""The registrar's settings: a key that is missing, wrong, too open or out of date stops the start and names itself."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server import keyfiles
from server.registrar.settings import read_journal_key, read_registrar_settings
from server.settings import SettingsError, read_settings
from tests.registrar.conftest import ROOT, Environ

TODAY = date(2026, 11, 23)


def test_the_settings_are_read(environ: Environ, data: Path) -> None:
    """A folder as it was made is good, and nothing secret shows in the settings."""
    settings = read_registrar_settings(environ, TODAY)

    assert settings.journal_file == data / "journal.sqlite"
    assert settings.journal_key == keyfiles.read_p256_public(data / "journal.pub")
    shown = repr(settings)
    assert "redis" not in shown
    assert "Key" not in shown


def _exchange(data: Path, name: str) -> None:
    """Put the key file of another installation in place."""
    keyfiles.ensure(data / "other")
    (data / name).write_bytes((data / "other" / name).read_bytes())


def _p384(data: Path, name: str) -> None:
    key = generate_private_key(SECP384R1()).public_key()
    (data / name).write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _dated(data: Path, line: str) -> None:
    path = data / "registrar.pub"
    path.write_bytes(f"{line}\n".encode() + path.read_bytes())


BAD: dict[str, tuple[str, Callable[[Path], object]]] = {
    "registrar.pub of another pair": ("registrar.pub", lambda data: _exchange(data, "registrar.pub")),
    "registrar.key of another pair": ("registrar.pub", lambda data: _exchange(data, "registrar.key")),
    "receipt.pub of another pair": ("receipt.pub", lambda data: _exchange(data, "receipt.pub")),
    "no registrar.key": ("registrar.key", lambda data: (data / "registrar.key").unlink()),
    "no registrar.pub": ("registrar.pub", lambda data: (data / "registrar.pub").unlink()),
    "no receipt.key": ("receipt.key", lambda data: (data / "receipt.key").unlink()),
    "no journal.pub": ("journal.pub", lambda data: (data / "journal.pub").unlink()),
    "registrar.key for the group": ("registrar.key", lambda data: (data / "registrar.key").chmod(0o640)),
    "registrar.key for all": ("registrar.key", lambda data: (data / "registrar.key").chmod(0o644)),
    "receipt.key for all to write": ("receipt.key", lambda data: (data / "receipt.key").chmod(0o602)),
    "registrar.pub of another curve": ("registrar.pub", lambda data: _p384(data, "registrar.pub")),
    "journal.pub is an Ed25519 key": ("journal.pub", lambda data: (data / "journal.pub").write_bytes((data / "receipt.pub").read_bytes())),
    "registrar.key is a public key": (
        "registrar.key",
        lambda data: (data / "registrar.key").write_bytes((data / "registrar.pub").read_bytes()),
    ),
    "registrar.key is empty": ("registrar.key", lambda data: (data / "registrar.key").write_bytes(b"")),
    "registrar.pub is cut": (
        "registrar.pub",
        lambda data: (data / "registrar.pub").write_bytes((data / "registrar.pub").read_bytes()[:60]),
    ),
    "registrar.pub is out of date": ("registrar.pub", lambda data: _dated(data, "Valid until: 2026-11-22")),
    "registrar.pub has a date that is none": ("registrar.pub", lambda data: _dated(data, "Valid until: soon")),
}


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_key_file_stops_the_start(environ: Environ, data: Path, name: str) -> None:
    """The error names the file, what was expected and what came; never a key."""
    file, spoil = BAD[name]
    spoil(data)

    with pytest.raises(SettingsError) as raised:
        read_registrar_settings(environ, TODAY)

    assert raised.value.name == str(data / file)
    assert "PRIVATE" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_key_is_good_on_its_last_day(environ: Environ, data: Path) -> None:
    """Valid until a day means that whole day."""
    _dated(data, f"Valid until: {TODAY}")

    read_registrar_settings(environ, TODAY)
    with pytest.raises(SettingsError, match="valid until 2026-11-23"):
        read_registrar_settings(environ, TODAY + timedelta(days=1))


def test_a_worker_refuses_a_key_that_is_out_of_date(environ: Environ, data: Path) -> None:
    """No child may seal to it any more: a web worker does not start either."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    origins = dict.fromkeys(("ALARM_CHAT_ORIGIN", "ALARM_STAFF_ORIGIN", "ALARM_HOST_ORIGINS"), "https://chat.example.no")
    worker = {name: value for name, value in environ.items() if name in {"ALARM_DATA", "REDIS_URL"}} | origins

    read_settings(worker)
    _dated(data, f"Valid until: {yesterday}")
    with pytest.raises(SettingsError, match=r"registrar\.pub"):
        read_settings(worker)


@pytest.mark.parametrize("url", ["", "http://example.no", "localhost:6379"])
def test_a_store_must_be_named(environ: Environ, url: str) -> None:
    """Without an address of a store there is nothing to do."""
    with pytest.raises(SettingsError, match="REDIS_URL"):
        read_registrar_settings(environ | {"REDIS_URL": url}, TODAY)


def test_the_registrar_never_reads_the_journals_private_key(environ: Environ, data: Path) -> None:
    """It seals to the journal and cannot open it: the key may be elsewhere."""
    (data / "journal.key").unlink()

    read_registrar_settings(environ, TODAY)
    with pytest.raises(SettingsError, match=r"journal\.key"):
        read_journal_key(environ)


@pytest.mark.parametrize("name", ["registrar.pub of another pair", "no registrar.key", "registrar.key for all"])
def test_the_process_stops_with_one_line(environ: Environ, data: Path, name: str) -> None:
    """`python -m server registrar` says in one line what is wrong, and makes no journal."""
    file, spoil = BAD[name]
    spoil(data)
    ran = subprocess.run([sys.executable, "-m", "server", "registrar"], env=environ, cwd=ROOT, capture_output=True, timeout=60, check=False)

    assert ran.returncode == 1
    assert ran.stderr.decode().count("\n") == 1
    assert file in ran.stderr.decode()
    assert not (data / "journal.sqlite").exists()


def test_a_journal_that_cannot_be_written_stops_the_start(environ: Environ, data: Path) -> None:
    """Named in one line too."""
    (data / "journal.sqlite").mkdir()
    ran = subprocess.run([sys.executable, "-m", "server", "registrar"], env=environ, cwd=ROOT, capture_output=True, timeout=60, check=False)

    assert ran.returncode == 1
    assert "journal.sqlite" in ran.stderr.decode()
    assert ran.stderr.decode().count("\n") == 1
