"""Keys are made once, for their owner alone, and never replaced."""

import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server import keyfiles


def test_the_first_start_makes_every_key_for_its_owner_alone(tmp_path: Path) -> None:
    """Folder 0700, files 0600, and each public half belongs to its private one."""
    folder = tmp_path / "data"
    keyfiles.ensure(folder)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == dict.fromkeys(
        ["token.secret", "audit.secret", "registrar.key", "registrar.pub", "receipt.key", "receipt.pub", "journal.key", "journal.pub"],
        0o600,
    )
    for name in ("registrar", "journal"):
        private = keyfiles.read_p256_private(folder / f"{name}.key").public_key()
        assert private.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) == keyfiles.read_p256_public(folder / f"{name}.pub")
    receipt = keyfiles.read_ed25519_private(folder / "receipt.key").public_key().public_bytes_raw()
    assert receipt == keyfiles.read_ed25519_public(folder / "receipt.pub")


def test_a_second_start_replaces_nothing(tmp_path: Path) -> None:
    """What exists stays as it is."""
    keyfiles.ensure(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert keyfiles.ensure(tmp_path) == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_worker_with_only_the_public_key_keeps_it(tmp_path: Path) -> None:
    """No new pair is made beside a public key that was given: talks would be sealed to a key that nobody watches."""
    keyfiles.ensure(tmp_path)
    (tmp_path / "registrar.key").unlink()
    public = (tmp_path / "registrar.pub").read_bytes()

    assert keyfiles.ensure(tmp_path) == []
    assert (tmp_path / "registrar.pub").read_bytes() == public
    assert not (tmp_path / "registrar.key").exists()


def test_a_lost_public_half_is_made_from_the_private_one(tmp_path: Path) -> None:
    """The same pair again, not another one."""
    keyfiles.ensure(tmp_path)
    public = (tmp_path / "journal.pub").read_bytes()
    (tmp_path / "journal.pub").unlink()

    assert keyfiles.ensure(tmp_path) == ["journal.pub"]
    assert (tmp_path / "journal.pub").read_bytes() == public


def test_processes_that_start_together_make_one_set(tmp_path: Path) -> None:
    """Eight at once: each file is made once."""
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.extend(keyfiles.ensure(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == sorted(path.name for path in tmp_path.iterdir())
    assert len(made) == 8


def test_a_private_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The registrar does not start on a key that may have been copied."""
    keyfiles.ensure(tmp_path)
    (tmp_path / "registrar.key").chmod(0o640)

    with pytest.raises(keyfiles.KeyFileError, match="mode 0640"):
        keyfiles.read_p256_private(tmp_path / "registrar.key")


@pytest.mark.parametrize(("read", "file"), [(keyfiles.read_p256_private, "receipt.key"), (keyfiles.read_ed25519_private, "registrar.key")])
def test_another_kind_of_private_key_is_refused(tmp_path: Path, read: "object", file: str) -> None:
    """A receipt key cannot open, a registrar's key cannot sign."""
    keyfiles.ensure(tmp_path)
    assert callable(read)

    with pytest.raises(keyfiles.KeyFileError, match="another kind of key"):
        read(tmp_path / file)
