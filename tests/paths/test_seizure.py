"""A whole talk with canary words; then everything that the service holds is taken and searched.

Promises A1, A3 (in part) and A8: nothing readable in the store's memory, its files, what it was told (MONITOR), the logs or
the memory of the web workers; all of it in the journal, with the key.
"""

import asyncio
import base64
import contextlib
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import redis as sync_redis

from server.wire import frames as f
from tests.paths.conftest import Service
from tests.paths.staff import signed_in
from tests.paths.test_the_path import erased
from tests.people import Child, Counsellor, canary, gone_after

CANARIES = {
    name: canary(name)
    for name in (
        "waiting-æøå",
        "child",
        "counsellor",
        "long",
        "emoji-🦊",
        "summary",
        "duty",
        "avert",
        "left",
        "quote-\"'",
        "sámi-čđŋ",
        "last",
    )
}


def shapes(word: str) -> dict[str, bytes]:
    """Return a word as it could be written: UTF-8, UTF-16, in JSON, in base64 (whatever stands before it)."""
    utf8 = word.encode()
    found = {"utf-8": utf8, "utf-16": word.encode("utf-16-le"), "json": json.dumps(word)[1:-1].encode()}
    for skip in range(3):
        encoded = base64.b64encode(b"\0" * skip + utf8)
        found[f"base64+{skip}"] = encoded[4 if skip else 0 : -4]
    return found


def found_in(where: bytes) -> list[str]:
    """Return the canaries that stand in these bytes."""
    return [f"{name} as {shape}" for name, word in CANARIES.items() for shape, text in shapes(word).items() if text in where]


def memory(pid: int) -> Iterator[bytes]:
    """Return every readable page of a process, region by region."""
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb", 0) as pages:
        for line in maps:
            span, rights = line.split()[:2]
            if "r" not in rights or line.rstrip().endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            with contextlib.suppress(OSError, ValueError):
                pages.seek(start)
                yield pages.read(end - start)


class Monitor(threading.Thread):
    """Writes down every command that the store is given."""

    def __init__(self, url: str) -> None:
        """Begin when started."""
        super().__init__(daemon=True)
        self.client = sync_redis.Redis.from_url(url, decode_responses=False)
        self.told: list[bytes] = []
        self.ready = threading.Event()

    def run(self) -> None:
        """Listen until the connection goes."""
        with contextlib.suppress(Exception), self.client.monitor() as monitor:  # type: ignore[no-untyped-call]
            self.ready.set()
            while True:
                self.told.append(monitor.connection.read_response(disable_decoding=True))


def test_the_search_finds_what_is_there() -> None:
    """The search itself can fail: each shape of each canary is found in bytes that hold it."""
    for name, word in CANARIES.items():
        for shape, text in shapes(word).items():
            assert f"{name} as {shape}" in found_in(b"before" + text + b"after")


async def test_A1_a_whole_talk_leaves_no_word_but_in_the_journal(service: Service) -> None:
    """Searched while the talk runs, when it is sealed, and when it is gone."""
    monitor = Monitor(service.redis.admin_url)
    monitor.start()
    assert monitor.ready.wait(10)
    child, gave_up, kari = Child(service.place(0)), Child(service.place(1)), Counsellor(service.place(1))
    async with gone_after(child, gave_up, kari):
        await kari.signs_on(await signed_in(service, "Kari", worker=1))
        await child.waits()
        await child.says(CANARIES["waiting-æøå"])
        conversation = await kari.takes(child.conversation)
        await child.opens_for(await child.sees(f.Paired))
        await kari.has_key(conversation)
        for name in ("child", "emoji-🦊", "quote-\"'", "sámi-čđŋ"):
            await child.says(CANARIES[name])
        await child.says("ord " * 400 + CANARIES["long"])
        await kari.says(conversation, CANARIES["counsellor"])
        await gave_up.waits()
        await gave_up.says(CANARIES["left"])
        await child.says(CANARIES["last"])

        await asyncio.to_thread(searched, service, monitor, "while the talk runs")
        await gave_up.send(f.ChildEnd())
        await gave_up.is_closed_with()
        await kari.send(f.StaffEnd(conversation))
        await child.is_closed_with()
        await kari.registers(
            conversation,
            summary=CANARIES["summary"],
            duty_to_report="considered_yes",
            duty_to_report_reason=CANARIES["duty"],
            duty_to_avert="considered_no",
            duty_to_avert_reason=CANARIES["avert"],
        )
        await asyncio.to_thread(searched, service, monitor, "when it is sealed")
        await erased(service, conversation)
        await erased(service, gave_up.conversation)
        await asyncio.to_thread(searched, service, monitor, "when it is gone")

    numbers = re.findall(r"^\s*(\d+)\s+\d", service.journal("list"), re.MULTILINE)
    journal = "\n".join(service.journal("show", number) for number in numbers)
    assert [] == [name for name, word in CANARIES.items() if name != "left" and word not in journal]
    assert CANARIES["left"] not in journal
    assert found_in((service.data / "journal.sqlite").read_bytes()) == []


def searched(service: Service, monitor: Monitor, when: str) -> None:
    """Search all that the service holds now."""
    with sync_redis.Redis.from_url(service.redis.admin_url) as admin:
        admin.save()
    places: dict[str, bytes] = {path.name: path.read_bytes() for path in service.redis.folder.rglob("*") if path.is_file()}
    places |= {path.name: path.read_bytes() for path in service.data.glob("*.log")}
    places["MONITOR"] = b"\n".join(monitor.told)
    assert len(places["MONITOR"]) > 1000
    assert any(name.endswith(".rdb") for name in places)
    assert any("aof" in name for name in places)
    for name, content in places.items():
        assert found_in(content) == [], f"{name}, {when}"
    assert not re.search(
        rb"\b(?:\d{1,3}\.){3}\d{1,3}\b",
        b"".join(content for name, content in places.items() if name.endswith(".log") and name != "redis.log"),
    )
    for process in ("one", "two"):
        for region in memory(service.running[process].pid):
            assert found_in(region) == [], f"memory of worker {process}, {when}"
    for region in memory(service.redis.process.pid):
        assert found_in(region) == [], f"memory of the store, {when}"
