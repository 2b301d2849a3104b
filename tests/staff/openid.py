"""OpenID providers for a test: each a process of its own, and the file that tells our workers of them."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from joserfc.jwk import ECKey

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
HIGH = "idporten-loa-high"
START_SECONDS = 30


@dataclass
class Op:
    """One provider that runs."""

    id: str
    port: int
    host: str = "127.0.0.1"

    @property
    def issuer(self) -> str:
        """Its name."""
        return f"http://{self.host}:{self.port}"

    def control(self, **asked: Any) -> None:  # noqa: ANN401 - whatever the provider's process understands
        """Tell it who signs in next and how its next word is spoilt; forget what it has seen."""
        httpx.post(f"http://127.0.0.1:{self.port}/control", json=asked, timeout=30).raise_for_status()

    def seen(self, door: str) -> list[dict[str, Any]]:
        """Return what came to one of its doors since then."""
        came = httpx.get(f"http://127.0.0.1:{self.port}/control", timeout=30).json()
        return [one for one in came if one["door"] == door]

    def sign(self, claims: dict[str, Any], how: str = "RS256") -> str:
        """Return claims that it has signed."""
        return httpx.post(f"http://127.0.0.1:{self.port}/sign", json={"claims": claims, "sign": how}, timeout=30).text


def new_op(name: str, host: str = "127.0.0.1") -> Op:
    """Return a provider that does not run yet."""
    return Op(name, free_port(), host)


def write_file(folder: Path, *ops: Op, more: str = "") -> Path:
    """Write our key and the file of providers; return the file's path."""
    key = folder / "sign-in.pem"
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(pem)
    key.chmod(0o600)
    path = folder / "sign_in.toml"
    path.write_text(
        "\n".join(
            f'[[provider]]\nid = "{op.id}"\nname = "{op.id.title()}"\nissuer = "{op.issuer}"\nclient_id = "chat"\nkey = "{key}"\n'
            f'key_id = "ours"\nacr = ["{HIGH}"]\n{more}'
            for op in ops
        ),
        "utf-8",
    )
    return path


@contextlib.contextmanager
def running(op: Op, file: Path, origin: str, back_channel: str = "") -> Iterator[Op]:
    """Run a provider that knows our client by its public key."""
    private = load_pem_private_key((file.parent / "sign-in.pem").read_bytes(), None)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = {**ECKey.import_key(pem).as_dict(private=False), "kid": "ours"}
    ours = f"{origin}/staff/elsewhere/{op.id}"
    client = {
        "issuer": op.issuer,
        "client_id": "chat",
        "redirect_uris": [f"{ours}/back"],
        "post_logout_redirect_uris": [f"{origin}/staff/sign-in"],
        "backchannel_logout_uri": f"{back_channel or origin}/staff/elsewhere/{op.id}/says-out",
        "jwks": {"keys": [public]},
    }
    command = [sys.executable, "-m", "tests.staff.provider", str(op.port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT)
    assert process.stdin is not None
    process.stdin.write(json.dumps(client).encode())
    process.stdin.close()
    try:
        _wait(op, process)
        yield op
    finally:
        process.terminate()
        process.wait(20)


def _wait(op: Op, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{op.port}/jwks.json", timeout=5).status_code == 200:
                return
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
