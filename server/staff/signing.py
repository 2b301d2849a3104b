"""What our requests to a provider are signed with: read at the start, where a provider is named."""

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from server.helpline import SettingsError
from server.staff.providers import Provider

RSA_BITS = 2048


class Signer(msgspec.Struct, frozen=True):
    """What our requests to a provider are signed with: the key (PEM), how, and what the header says beside."""

    pem: bytes
    alg: str
    header: dict[str, str]

    def __repr__(self) -> str:
        """Return how it signs, without the key."""
        return f"Signer({self.alg})"


def signer(provider: Provider) -> Signer:
    """Return what requests to this provider are signed with. Raises SettingsError."""
    path = Path(provider.key)
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsError(str(path), "a file that only its owner can read (chmod 600)", f"mode {path.stat().st_mode & 0o777:04o}")
        pem = path.read_bytes()
        key = load_pem_private_key(pem, None)
        header = {"kid": provider.key_id} if provider.key_id else {}
        if provider.certificate:
            found = load_pem_x509_certificate(Path(provider.certificate).read_bytes()).fingerprint(SHA256())
            header["x5t#S256"] = msgspec.json.encode(found).decode().strip('"').rstrip("=").replace("+", "-").replace("/", "_")
    except OSError as error:
        raise SettingsError(str(error.filename or path), "a file that can be read", error.strerror) from error
    except (ValueError, TypeError) as error:
        raise SettingsError(str(path), "a private key in PEM (and a certificate, where one is named)", "something else") from error
    match key:
        case EllipticCurvePrivateKey(curve=SECP256R1()):
            return Signer(pem, "ES256", header)
        case RSAPrivateKey() if key.key_size >= RSA_BITS:
            return Signer(pem, "PS256" if provider.certificate else "RS256", header)
    raise SettingsError(str(path), f"a P-256 key, or an RSA key of {RSA_BITS} bits or more", "another kind of key")
