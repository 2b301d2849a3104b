"""The data folder and its key files: made on first start, read by those who may.

Rules of this file:

1. The folder is 0700, every file in it 0600.
2. A pair is made only when both halves are missing: a worker that was given a public key alone must keep it.
3. Web workers read public halves, `token.secret` and `audit.secret`; the registrar reads its private keys; nobody else does.
"""

import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

MAKE = "python -m server keys"
SECRET = "token.secret"  # noqa: S105 - a file name
AUDIT_SECRET = "audit.secret"  # noqa: S105 - a file name
SECRET_BYTES = 32
PAIRS = {"registrar": "P-256", "receipt": "Ed25519", "journal": "P-256"}
"""Pairs of files, `<name>.key` (private) and `<name>.pub`, both PEM."""
_VALID_UNTIL = re.compile(rb"^Valid until:[ \t]*([^\r\n]*?)[ \t]*$", re.MULTILINE)


class KeyFileError(Exception):
    """A key file is missing or not what it should be: `path`, what was `expected` and what `came`."""

    def __init__(self, path: Path, expected: str, came: str) -> None:
        """Keep the facts; the message tells them in one line."""
        super().__init__(f"{path}: expected {expected}, got {came}")
        self.path = path
        self.expected = expected
        self.came = came


def ensure(folder: Path) -> list[str]:
    """Make the data folder and the key files that are missing. Return the names of those made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made: list[str] = []
    with locked(folder):
        for secret in (SECRET, AUDIT_SECRET):
            if not (folder / secret).exists():
                write_private(folder / secret, secrets.token_hex(SECRET_BYTES).encode())
                made.append(secret)
        for name, kind in PAIRS.items():
            made += _ensure_pair(folder, name, kind)
    return made


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time make files in the folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _ensure_pair(folder: Path, name: str, kind: str) -> list[str]:
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    if public.exists():
        return []
    if private.exists():
        write_private(public, _public_pem(_read_private(private)))
        return [public.name]
    key = generate_private_key(SECP256R1()) if kind == "P-256" else Ed25519PrivateKey.generate()
    write_private(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_private(public, _public_pem(key))
    return [private.name, public.name]


def write_private(path: Path, content: bytes) -> None:
    """Put a file of mode 0600 in place whole, durably: never half a key, never readable in between."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def put_after(descriptor: int, size: int, text: bytes) -> None:
    """Write all of `text` after the first `size` bytes of a file, durably, or leave those bytes as they were. Raises OSError."""
    os.ftruncate(descriptor, size)
    try:
        while text:
            text = text[os.write(descriptor, text) :]  # a disk that is full takes a part, and then raises
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def read_secret(path: Path) -> bytes:
    """Return the secret in a file of hexadecimal digits. Raises KeyFileError, also when others may read the file."""
    content = _read(path, private=True)
    try:
        secret = bytes.fromhex(content.decode("ascii"))
    except ValueError as error:
        raise KeyFileError(path, f"{2 * SECRET_BYTES} hexadecimal digits", "something else") from error
    if len(secret) != SECRET_BYTES:
        raise KeyFileError(path, f"{2 * SECRET_BYTES} hexadecimal digits", f"{2 * len(secret)}")
    return secret


def read_p256_public(path: Path) -> bytes:
    """Return the uncompressed point (65 bytes) of a P-256 public key in PEM. Raises KeyFileError."""
    key = _load(path, load_pem_public_key, _read(path), "public")
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise KeyFileError(path, "a P-256 public key in PEM", "another kind of key")
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def refuse_outdated(path: Path, today: date) -> None:
    """Refuse a public key after the last day that its file names: a line `Valid until: 2027-12-31` before the PEM.

    Raises KeyFileError.
    """
    found = _VALID_UNTIL.search(_read(path))
    if found is None:
        return
    try:
        last = date.fromisoformat(found.group(1).decode("ascii"))
    except ValueError as error:
        raise KeyFileError(path, "a day such as 2027-12-31 after `Valid until:`", "something else") from error
    if today > last:
        raise KeyFileError(path, "a key that is still valid", f"one that was valid until {last}")


def read_ed25519_public(path: Path) -> bytes:
    """Return the 32 bytes of an Ed25519 public key in PEM. Raises KeyFileError."""
    key = _load(path, load_pem_public_key, _read(path), "public")
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(path, "an Ed25519 public key in PEM", "another kind of key")
    return key.public_bytes_raw()


def read_p256_private(path: Path) -> EllipticCurvePrivateKey:
    """Return a P-256 private key in PEM: the registrar's, or the journal reader's. Raises KeyFileError."""
    key = _read_private(path)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise KeyFileError(path, "a P-256 private key in PEM", "another kind of key")
    return key


def read_ed25519_private(path: Path) -> Ed25519PrivateKey:
    """Return an Ed25519 private key in PEM: the one that signs receipts. Raises KeyFileError."""
    key = _read_private(path)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(path, "an Ed25519 private key in PEM", "another kind of key")
    return key


def _read(path: Path, *, private: bool = False) -> bytes:
    try:
        if private and path.stat().st_mode & 0o077:
            raise KeyFileError(path, "a file that only its owner can read (chmod 600)", f"mode {path.stat().st_mode & 0o777:04o}")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KeyFileError(path, f"a key file ({MAKE} makes those that are missing)", "no file") from error
    except OSError as error:
        raise KeyFileError(path, "a file that can be read", error.strerror or "an error") from error


def _read_private(path: Path) -> EllipticCurvePrivateKey | Ed25519PrivateKey:
    key = _load(path, lambda pem: load_pem_private_key(pem, None), _read(path, private=True), "private")
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise KeyFileError(path, "a P-256 or Ed25519 private key in PEM", "another kind of key")


def _load(path: Path, load: Callable[[bytes], object], pem: bytes, half: str) -> object:
    try:
        return load(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(path, f"a {half} key in PEM", "something else") from error


def _public_pem(key: EllipticCurvePrivateKey | Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
