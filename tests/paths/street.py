"""A worker on a Unix socket, as behind a proxy, with the edge beside it; and those who come in crowds."""

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from websockets.asyncio.client import unix_connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from server import keyfiles
from server.wire import frames as f
from tests.people import Child, Place

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
AT_ONCE = 40
"""So many of a crowd come at the same time."""


@dataclass
class Street:
    """Where the worker and the edge listen, and what they log."""

    worker: Path
    edge: Path
    place: Place
    log: Path

    def child(self, bucket: str) -> Child:
        """Return a child of whom the edge says this."""
        child = Child(self.place)
        child.bucket = bucket
        return child

    async def tag(self, address: str) -> str:
        """Ask the edge as the proxy does."""
        return (await self.tags(address))[0]

    async def tags(self, *addresses: str) -> list[str]:
        """Ask for several."""
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(self.edge)), base_url="http://edge") as proxy:
            answers = [await proxy.get("/bucket", headers={"x-real-ip": one}) for one in addresses]
        assert {answer.status_code for answer in answers} == {204}
        return [str(answer.headers.get("alarm-bucket", "")) for answer in answers]


@contextlib.contextmanager
def opened(environ: Mapping[str, str], data: Path, folder: Path, mark: str) -> Iterator[Street]:
    """Start both; `mark` makes the sockets' short folder this test's own."""
    short = Path(f"/tmp/alarm-street-{mark}")  # noqa: S108 - a socket's path must be short
    short.mkdir(mode=0o700)
    worker, edge, log = short / "worker", short / "edge", folder / "log"
    environ = {**environ, "ALARM_EDGE": f"unix:{edge}"}
    with log.open("wb") as out, contextlib.ExitStack() as stack:
        for words in (["edge", "--uds", str(edge)], ["serve", "--uds", str(worker)]):
            process = subprocess.Popen([sys.executable, "-m", "server", *words], cwd=ROOT, env=environ, stderr=out, stdout=out)
            stack.callback(process.wait, 20)
            stack.callback(process.terminate)
        deadline = time.monotonic() + START_SECONDS
        while not (answers(worker) and answers(edge)):
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.05)
        origin, key = environ["ALARM_CHAT_ORIGIN"], keyfiles.read_p256_public(data / "registrar.pub")
        yield Street(worker, edge, Place("ws://chat", origin, key, str(worker)), log)
    for left in short.iterdir():
        left.unlink()
    short.rmdir()


def answers(path: Path) -> bool:
    """Tell whether somebody listens there."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


async def hurl(street: Street, bucket: str, hello: str = '{"t":"hello"}') -> str:
    """Say hello as somebody does who solves nothing; return what came, or the code of the close."""
    async with unix_connect(
        str(street.worker),
        "ws://chat/ws",
        origin=Origin(street.place.origin),
        subprotocols=[Subprotocol(f.PROTOCOL)],
        compression=None,
        proxy=None,
        additional_headers={"alarm-bucket": bucket},
    ) as ws:
        with contextlib.suppress(ConnectionClosed):
            await ws.send(hello)
            return str(await ws.recv())
        return str(ws.close_code)


async def crowd(street: Street, bucket: str, visits: int, seconds: float) -> dict[str, int]:
    """Hurl from one bucket in a process of its own, spread over so many seconds; return how often what came."""
    words = [str(street.worker), street.place.origin, bucket, str(visits), str(seconds)]
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", __name__, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return dict(json.loads(said))


async def main(worker: Path, origin: str, bucket: str, visits: int, seconds: float) -> Counter[str]:
    """The flooder's own process."""
    street = Street(worker, worker, Place("ws://chat", origin, b"", str(worker)), worker)
    gate, came, begun = asyncio.Semaphore(AT_ONCE), Counter[str](), time.monotonic()

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, begun + number * seconds / visits - time.monotonic()))
        async with gate:
            got = await hurl(street, bucket)
            came[str(json.loads(got)["t"]) if got.startswith("{") else got] += 1

    await asyncio.gather(*(one(number) for number in range(visits)))
    return came


async def many(street: Street, buckets: Sequence[str]) -> list[str]:
    """Hurl once from each bucket, forty at a time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(bucket: str) -> str:
        async with gate:
            return await hurl(street, bucket)

    return await asyncio.gather(*(one(bucket) for bucket in buckets))


if __name__ == "__main__":
    _, uds, chat, tag, times, spread = sys.argv
    sys.stdout.write(json.dumps(asyncio.run(main(Path(uds), chat, tag, int(times), float(spread)))))
