"""Where staff may sign in elsewhere: the providers (OpenID Connect) in the file that `ALARM_SIGN_IN` names, read once at the start.

Each field is told in `config/README.md`. Whatever is wrong stops the start and names itself.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from server.helpline import SettingsError
from server.staff.roles import Role

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Address = Annotated[str, msgspec.Meta(pattern=r"^(https://[^\s?#]+|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?)$")]
RSA_BITS = 2048


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One place where staff may sign in."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,20}$")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    issuer: Address
    client_id: Words
    key: Words
    key_id: Annotated[str, msgspec.Meta(max_length=200)] = ""
    certificate: Annotated[str, msgspec.Meta(max_length=200)] = ""
    audience: Literal["issuer", "token_endpoint"] = "issuer"
    scope: Words = "openid"
    acr: tuple[Words, ...] = ()
    amr: tuple[Words, ...] = ()
    subject: Words = "sub"
    role_claim: Annotated[str, msgspec.Meta(max_length=200)] = ""
    roles: dict[str, Role] = {}


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: Annotated[tuple[Provider, ...], msgspec.Meta(min_length=1)]


class Signer(msgspec.Struct, frozen=True):
    """What our requests to a provider are signed with: the key (PEM), how, and what the header says beside."""

    pem: bytes
    alg: str
    header: dict[str, str]

    def __repr__(self) -> str:
        """Return how it signs, without the key."""
        return f"Signer({self.alg})"


def read_providers(path: Path | None) -> tuple[Provider, ...]:
    """Return the providers in the file; no file named is none. Raises SettingsError."""
    if path is None:
        return ()
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File).provider
    except OSError as error:
        raise SettingsError(str(path), "a file that can be read", error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), "TOML in UTF-8", error) from error
    except msgspec.ValidationError as error:
        raise SettingsError(str(path), "providers as config/README.md tells them", error) from error
    if len({one.id for one in found}) < len(found):
        raise SettingsError(f"{path}: id", "another one for each provider", "the same twice")
    for one in found:
        if bool(one.role_claim) != bool(one.roles):
            raise SettingsError(f"{path}: {one.id}", "both role_claim and roles, or neither", "one of them")
        signer(one)
    return found


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
