"""A8: whatever goes wrong, no log says who it was: canaries in every place that a request has, wrong frames, a store that is away."""

import asyncio
import contextlib
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from server import log
from server.wire import frames as f
from tests.paths.conftest import Service
from tests.people import Child, gone_after

CANARY = "kanarifugl-a8"
ADDRESS = re.compile(r"\b(?!127\.0\.0\.1\b)\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\b")
NAMES = {
    "user-agent": f"Mozilla/5.0 {CANARY}",
    "referer": f"https://{CANARY}.example.no/",
    "x-forwarded-for": "198.51.100.23",
    "x-real-ip": "2001:db8::dead",
    "cookie": f"__Host-staff={CANARY}",
    "alarm-bucket": f"b{CANARY}",
}
PATHS = [f"/{CANARY}", f"/w?{CANARY}", f"/static/{CANARY}", f"/words/{CANARY}.json", f"/staff/{CANARY}", f"/answers?{CANARY}"]
PATHS += ["/staff", "/%ff%00"]
WRONG: list[str | bytes] = [
    f'{{"t":"{CANARY}"}}',
    f'{{"t":"hello","token":"{CANARY * 3}"}}',
    f'{{"t":"say","id":"{CANARY}"}}',
    CANARY,
    CANARY * 2000,
]


@pytest.mark.parametrize("store_is_away", [False, True], ids=["store here", "store away"])
async def test_A8_no_log_says_who_it_was_whatever_goes_wrong(service: Service, *, store_is_away: bool) -> None:
    """Each path and method, each wrong frame, also while the store is frozen: no canary, no address, no token, and only listed events."""
    child = Child(service.place(0))
    async with gone_after(child):
        await child.waits()
        with frozen(service) if store_is_away else contextlib.nullcontext():
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{service.ports[0]}", headers=NAMES, timeout=30) as browser:
                for path in PATHS:
                    for method in ("GET", "POST", "PUT", "TRACE"):
                        await browser.request(method, path, content=f"name={CANARY}&password={CANARY}")
            for wrong in [*WRONG, CANARY.encode()]:
                await says(service, wrong)
        if not store_is_away:
            await child.says(CANARY)
    logs = service.logs()
    assert child.token is not None
    assert logs.count("\n") > 2
    for secret in (CANARY, child.token, child.conversation, child.epoch or CANARY, "Mozilla", "198.51.100", "2001:db8"):
        assert secret not in logs
    assert ADDRESS.findall(logs) == []


def test_A9_every_line_of_every_log_is_of_the_closed_list(service: Service) -> None:
    """JSON, with an event and fields of the list, and no log is there that nobody knows of."""
    files = sorted(path.name for path in Path(service.data).rglob("*.log"))
    assert set(files) - {"audit.log"} == {"one.log", "registrar.log", "two.log"}
    lines = [line for name in files if name != "audit.log" for line in (service.data / name).read_text("utf-8").splitlines()]
    assert lines
    for line in lines:
        log.check(json.loads(line))


async def says(service: Service, wrong: str | bytes) -> None:
    """Say something wrong at the child's door, with every canary in the handshake."""
    with contextlib.suppress(WebSocketException, TimeoutError, OSError):
        more = {name: value for name, value in NAMES.items() if name != "user-agent"}
        where = f"{service.place().url}/ws?{CANARY}"
        offered = [Subprotocol(f.PROTOCOL)]
        more |= {"origin": service.origin}
        seen = NAMES["user-agent"]
        async with (
            asyncio.timeout(10),
            connect(where, additional_headers=more, user_agent_header=seen, subprotocols=offered, proxy=None) as ws,
        ):
            await ws.send(wrong)
            while True:
                await ws.recv()


@contextlib.contextmanager
def frozen(service: Service) -> Iterator[None]:
    """Let the store answer nobody for a while."""
    service.redis.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        service.redis.process.send_signal(signal.SIGCONT)
