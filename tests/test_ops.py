"""What a worker tells those who run it: on a listener of its own, truly, and nothing that names anybody."""

import asyncio
import contextlib
import math
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import redis as sync_redis
from prometheus_client.parser import text_string_to_metric_families

from server import embedded, keyfiles, metrics, ops
from server.settings import Listener, SettingsError
from server.wire import frames as f
from tests.environ import ORIGIN, worker_environ
from tests.people import Child, Place, gone_after

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0


@dataclass
class Worker:
    """One worker on a store of its own, on Unix sockets."""

    folder: Path
    store: embedded.Embedded
    process: "subprocess.Popen[bytes]"

    @property
    def place(self) -> Place:
        """Where a child goes."""
        return Place("ws://127.0.0.1", ORIGIN, keyfiles.read_p256_public(self.folder / "registrar.pub"), str(self.folder / "web"))

    async def asks(self, path: str, *, door: str = "ops") -> httpx.Response:
        """Ask the operator's listener (`ops`), or the public one (`web`)."""
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(self.folder / door)), timeout=30) as client:
            return await client.get(f"http://worker{path}")

    async def figures(self) -> dict[tuple[str, str], float]:
        """Return every sample of ours by its name and its label's value."""
        text = (await self.asks("/metrics")).text
        samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
        return {(one.name, next(iter(one.labels.values()), "")): one.value for one in samples if one.name.startswith("chat_")}

    async def until_ready(self, *, ready: bool = True) -> dict[str, Any]:
        """Wait until it says that it is ready, or is not."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    answer = await self.asks("/readyz")
                    if (answer.status_code == 200) is ready:
                        return dict(answer.json())
                await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """A worker that runs."""
    with TemporaryDirectory(prefix="alarm-") as name, embedded.running(Path(name) / "store") as store:
        folder = Path(name)
        keyfiles.ensure(folder)
        around = worker_environ(store.url, folder, ALARM_OPEN="always", ALARM_OPS=f"unix:{folder}/ops")
        with (folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "server", "serve", "--uds", str(folder / "web")]
            process = subprocess.Popen(command, cwd=ROOT, env=around, stderr=log, stdout=log)
        yield Worker(folder, store, process)
        process.kill()
        process.wait()


@pytest.fixture
async def ready(worker: Worker) -> Worker:
    """The worker, once it is ready."""
    assert await worker.until_ready() == {"ready": True, "faults": []}
    return worker


async def test_it_lives_and_is_ready(ready: Worker) -> None:
    """`/healthz` on both listeners, `/readyz` and `/metrics` on the operator's only."""
    assert [(await ready.asks("/healthz", door=door)).text for door in ("ops", "web")] == ["alive\n"] * 2
    assert [(await ready.asks(path, door="web")).status_code for path in ("/readyz", "/metrics")] == [404, 404]


async def test_it_counts_what_happens(ready: Worker) -> None:
    """A child who arrives, waits, writes and leaves is seen in the figures, as a number."""
    before = await ready.figures()
    child = Child(ready.place)
    async with gone_after(child):
        await child.waits()
        await child.says("hei")
        await child.send(f.ChildSay(child.seals("x").id, 99, child.seals("x").box))
        await child.sees(f.Refused)
        during = await ready.figures()
        await child.send(f.ChildEnd())
        assert await child.is_closed_with() == 4504
    async with asyncio.timeout(PATIENCE):
        while (after := await ready.figures())["chat_sockets", "child"]:
            await asyncio.sleep(0.05)

    assert (before["chat_sockets", "child"], during["chat_sockets", "child"]) == (0, 1)
    assert (before["chat_waiting", ""], during["chat_waiting", ""], after["chat_waiting", ""]) == (0, 1, 0)
    assert during["chat_messages_stored_total", "child"] == before.get(("chat_messages_stored_total", "child"), 0) + 1
    assert during["chat_refused_total", "out_of_order"] == before.get(("chat_refused_total", "out_of_order"), 0) + 1
    assert after["chat_closes_total", "4504"] == before.get(("chat_closes_total", "4504"), 0) + 1
    assert (after["chat_handoffs_waiting", ""], after["chat_keeper", ""], after["chat_store_up", ""]) == (1, 1, 1)
    assert 0 <= after["chat_oldest_unconfirmed_seconds", ""] < 60
    assert after["chat_loop_lag_seconds_count", ""] > 0
    assert abs(after["chat_clock_offset_seconds", ""]) < 2


async def test_A11_no_label_has_many_values_and_none_names_anybody(ready: Worker) -> None:
    """A label's values are words, codes and bounds."""
    text = (await ready.asks("/metrics")).text
    values: dict[tuple[str, str], set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for label, value in sample.labels.items():
                values.setdefault((sample.name, label), set()).add(value)

    assert max(len(found) for found in values.values()) <= metrics.MOST_VALUES
    ours = {value for (name, _), found in values.items() if name.startswith("chat_") for value in found}
    assert all(re.fullmatch(r"[a-z_]{1,16}|\d{4}|[0-9.]+|\+Inf", value) for value in ours)


async def test_a_store_that_is_lost_is_told(ready: Worker) -> None:
    """The process lives, it is not ready, and the figures of the whole service are not guessed."""
    ready.store.process.send_signal(signal.SIGSTOP)
    try:
        facts = await ready.until_ready(ready=False)
        alive = (await ready.asks("/healthz")).status_code
        figures = await ready.figures()
    finally:
        ready.store.process.send_signal(signal.SIGCONT)

    assert facts == {"ready": False, "faults": ["store lost"]}
    assert alive == 200
    assert figures["chat_store_up", ""] == 0
    assert math.isnan(figures["chat_waiting", ""])
    assert sum(value for (name, _), value in figures.items() if name == "chat_store_errors_total") > 0
    await ready.until_ready()
    log = (ready.folder / "log").read_text("utf-8")
    assert '"event": "store_lost"' in log
    assert '"event": "store_back"' in log
    assert '"alarm": "store_lost"' in log


async def test_a_store_that_is_full_is_told(ready: Worker) -> None:
    """Before a child finds out."""
    with sync_redis.Redis.from_url(ready.store.admin_url) as admin:
        admin.config_set("maxmemory", "1mb")
        try:
            facts = await ready.until_ready(ready=False)
            async with asyncio.timeout(PATIENCE):
                while '"alarm": "store_full"' not in (ready.folder / "log").read_text("utf-8"):
                    await asyncio.sleep(0.1)
        finally:
            admin.config_set("maxmemory", "0")

    assert facts == {"ready": False, "faults": ["store full"]}
    await ready.until_ready()


def test_a_place_that_is_taken_stops_the_start(tmp_path: Path) -> None:
    """Two workers with one `ALARM_OPS`: the second says which setting is wrong. What a dead worker left behind is replaced."""
    with ops.bind(Listener(port=0)) as taken:
        taken.listen()
        with pytest.raises(SettingsError) as caught:
            ops.bind(Listener(port=taken.getsockname()[1]))
    assert "ALARM_OPS" in str(caught.value)
    ops.bind(Listener(path=str(tmp_path / "ops"))).close()
    ops.bind(Listener(path=str(tmp_path / "ops"))).close()


async def test_a_worker_that_was_told_to_stop_is_not_ready(ready: Worker) -> None:
    """While somebody who does not read holds it up, a balancer sends nobody there any more. The last test: the worker ends."""
    reader, writer = await asyncio.open_unix_connection(ready.place.uds)
    upgrade = ["GET /ws HTTP/1.1", "Host: x", f"Origin: {ORIGIN}", "Upgrade: websocket", "Connection: Upgrade"]
    upgrade += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", f"Sec-WebSocket-Protocol: {f.PROTOCOL}", "", ""]
    writer.write("\r\n".join(upgrade).encode())
    assert b"101" in await reader.readline()
    ready.process.send_signal(signal.SIGTERM)
    facts = await ready.until_ready(ready=False)
    assert facts == {"ready": False, "faults": ["draining"]}
    assert await asyncio.to_thread(ready.process.wait, 20) is not None
    writer.close()
