"""The file of providers: whatever is wrong stops the start and names itself; what signs our requests is what the file says."""

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from server.settings import SettingsError
from server.staff import people
from server.staff.command import staff
from server.staff.directory import StaffError, Subject, read
from server.staff.providers import read_providers
from server.staff.signing import signer
from tests.staff.authenticator import b64

PKCS8 = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A P-256 key of ours."""
    return kept(tmp_path / "key.pem", generate_ec(SECP256R1()).private_bytes(*PKCS8))


def kept(path: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a file."""
    path.write_bytes(content)
    path.chmod(mode)
    return path


def file(folder: Path, ours: Path, *, more: str = "", **other: str) -> Path:
    """Write a file with one provider, some of whose values are others."""
    fields = {"id": "op", "name": "Op", "issuer": "https://op.example.no", "client_id": "chat", "key": str(ours), **other}
    text = "[[provider]]\n" + "\n".join(f'{name} = "{value}"' for name, value in fields.items()) + f"\n{more}\n"
    return kept(folder / "sign_in.toml", text.encode())


def test_no_file_is_no_provider(tmp_path: Path, key: Path) -> None:
    """And one with what must be set is one, with careful defaults."""
    assert read_providers(None) == ()
    [one] = read_providers(file(tmp_path, key, more='acr = ["high"]'))
    assert (one.audience, one.scope, one.subject, one.acr, one.role_claim) == ("issuer", "openid", "sub", ("high",), "")
    assert signer(one).alg == "ES256"
    assert "BEGIN" not in repr(signer(one))


@pytest.mark.parametrize(
    ("other", "more", "named"),
    [
        ({"issuer": "http://op.example.no"}, "", "issuer"),
        ({"issuer": "op.example.no"}, "", "issuer"),
        ({"id": "Op/1"}, "", "id"),
        ({"audience": "anybody"}, "", "audience"),
        ({}, "isuer = 1", "isuer"),
        ({}, "acr = 1", "acr"),
        ({"role_claim": "roles"}, "", "role_claim and roles"),
        ({"role_claim": "roles"}, 'roles = { "A" = "everything" }', "everything"),
        ({}, '[[provider]]\nid = "op"\nname = "x"\nissuer = "https://x"\nclient_id = "x"\nkey = "KEY"', "id: expected another one"),
        ({"key": "/nowhere.pem"}, "", "/nowhere.pem"),
        ({"certificate": "/nowhere.crt"}, "", "/nowhere.crt"),
        ({}, "= =", "TOML"),
    ],
)
def test_T2_what_is_wrong_in_the_file_stops_the_start(tmp_path: Path, key: Path, other: dict[str, str], more: str, named: str) -> None:
    """One line that says what was expected."""
    with pytest.raises(SettingsError, match=named):
        read_providers(file(tmp_path, key, more=more.replace("KEY", str(key)), **other))


SHORT = generate_rsa(65537, 1024)  # noqa: S505 - that it is too short is the point


@pytest.mark.parametrize("content", [b"x", generate_ec(SECP384R1()).private_bytes(*PKCS8), SHORT.private_bytes(*PKCS8)])
def test_T2_a_weak_key_or_none_stops_the_start(tmp_path: Path, content: bytes) -> None:
    """What is no key, another curve, or RSA that is too short."""
    with pytest.raises(SettingsError, match=r"key\.pem: expected a"):
        read_providers(file(tmp_path, kept(tmp_path / "key.pem", content)))


def test_T2_a_key_that_others_can_read_stops_the_start(tmp_path: Path, key: Path) -> None:
    """As with every other key of the service."""
    key.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_providers(file(tmp_path, key))


def test_T2_a_certificate_is_named_by_its_thumbprint(tmp_path: Path) -> None:
    """As Entra ID wants it: PS256 and `x5t#S256` in the header."""
    private = generate_rsa(65537, 2048)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chat")])
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(private.public_key()).serial_number(1)
    certificate = made.not_valid_before(now).not_valid_after(now + dt.timedelta(days=9)).sign(private, SHA256())
    kept(tmp_path / "chat.crt", certificate.public_bytes(Encoding.PEM))
    rsa = kept(tmp_path / "rsa.pem", private.private_bytes(*PKCS8))
    [one] = read_providers(file(tmp_path, rsa, certificate=str(tmp_path / "chat.crt")))
    assert (signer(one).alg, signer(one).header) == ("PS256", {"x5t#S256": b64(certificate.fingerprint(SHA256()))})


def test_T2_an_administrator_links_an_account_to_a_name(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a provider of the file, and a name that nobody else has."""
    environ = {"ALARM_DATA": str(tmp_path), "ALARM_SIGN_IN": str(file(tmp_path, key))}
    for name in ("Kari", "Ola"):
        people.invite(tmp_path / "staff.json", name, 0)
    staff(["link", "Kari", "op", "k-1"], environ)
    assert capsys.readouterr().out == "Kari: signs in with Op\n"
    account = people.named(tmp_path / "staff.json", "Kari")
    assert (account.subject, account.invitation) == (Subject("https://op.example.no", "k-1"), None)
    for wrong in (["link", "Ola", "op", "k-1"], ["link", "Ola", "other", "k-2"], ["link", "Nobody", "op", "k-3"]):
        with pytest.raises(StaffError):
            staff(wrong, environ)
    assert [one.subject for one in read(tmp_path / "staff.json").accounts if one.name == "Ola"] == [None]
