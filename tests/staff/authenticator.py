"""A passkey in software, written from the WebAuthn specification: real keys, real signatures, and wrong where a test asks for it."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

UP, UV, ATTESTED = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    """Return unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Return what unpadded base64url means."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One device with one passkey. `count` rises by one with each use, or stays 0 when it does not count."""

    origin: str
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: bytes = b""
    count: int = 0
    counts: bool = False
    verifies: bool = True
    """The device asks for a finger or a code."""
    rp: str | None = None
    """The host that it believes to be asked by, instead of the one that asks."""

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what a browser sends for `navigator.credentials.create`."""
        self.user = unb64(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self.data(options["rp"]["id"], ATTESTED) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self.sent({"clientDataJSON": b64(self.client("webauthn.create", options)), "attestationObject": b64(statement)})

    def show(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what a browser sends for `navigator.credentials.get`."""
        self.count += int(self.counts)
        data, client = self.data(options["rpId"]), self.client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        return self.sent(
            {"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(self.user)}
        )

    def data(self, rp: str, more: int = 0) -> bytes:
        """Return the authenticator's data, without what is attested."""
        flags = UP | (UV if self.verifies else 0) | more
        return hashlib.sha256((self.rp or rp).encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def client(self, kind: str, options: dict[str, Any]) -> bytes:
        """Return what the browser adds: which page asked."""
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}).encode()

    def sent(self, response: dict[str, str]) -> dict[str, Any]:
        """Return a credential as it travels."""
        return {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}
