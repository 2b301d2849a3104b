"""The registrar's own settings: where the store is, and the keys that only this process has.

A private key comes from a file that only its owner can read. A pair whose halves do not fit is refused at the start:
children would seal to a key that nobody can open.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server import keyfiles
from server.settings import SettingsError, data_folder, redis_url

JOURNAL_FILE = "journal.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrarSettings:
    """What the registrar knows. No part of it shows itself."""

    redis_url: str = field(repr=False)
    opening_key: EllipticCurvePrivateKey = field(repr=False)
    """Opens what browsers seal to `registrar.pub`."""
    receipt_key: Ed25519PrivateKey = field(repr=False)
    """Signs receipts."""
    journal_key: bytes = field(repr=False)
    """The public key that journal records are sealed to (65 bytes)."""
    journal_file: Path


def read_registrar_settings(environ: Mapping[str, str], today: date) -> RegistrarSettings:
    """Read every setting. Raises SettingsError for the first that is missing, wrong or out of date."""
    data = data_folder(environ)
    try:
        return RegistrarSettings(
            redis_url=redis_url(environ),
            opening_key=_opening_key(data, today),
            receipt_key=_receipt_key(data),
            journal_key=keyfiles.read_p256_public(data / "journal.pub"),
            journal_file=data / JOURNAL_FILE,
        )
    except keyfiles.KeyFileError as error:
        raise SettingsError(str(error.path), error.expected, error.came) from error


def read_journal_key(environ: Mapping[str, str]) -> EllipticCurvePrivateKey:
    """Return the key that opens the journal; only the commands that read it ask for it. Raises SettingsError."""
    try:
        return keyfiles.read_p256_private(data_folder(environ) / "journal.key")
    except keyfiles.KeyFileError as error:
        raise SettingsError(str(error.path), error.expected, error.came) from error


def _opening_key(data: Path, today: date) -> EllipticCurvePrivateKey:
    public = data / "registrar.pub"
    point = keyfiles.read_p256_public(public)
    keyfiles.refuse_outdated(public, today)
    key = keyfiles.read_p256_private(data / "registrar.key")
    if key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) != point:
        raise SettingsError(str(public), "the public half of registrar.key", "the half of another pair")
    return key


def _receipt_key(data: Path) -> Ed25519PrivateKey:
    public = data / "receipt.pub"
    raw = keyfiles.read_ed25519_public(public)
    key = keyfiles.read_ed25519_private(data / "receipt.key")
    if key.public_key().public_bytes_raw() != raw:
        raise SettingsError(str(public), "the public half of receipt.key", "the half of another pair")
    return key
