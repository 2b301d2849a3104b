"""The same device afterwards, with Firefox: its whole profile is searched, packed files too.

Promises S5 and S6, as `test_same_device.py` shows them for Chromium.
"""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import time
from pathlib import Path

import lz4.block
import psutil
import pytest

from e2e.conftest import Product, Rooms
from e2e.people.counsellor import Counsellor
from e2e.people.firefox_child import FirefoxChild, firefox
from e2e.test_same_device import ANSWER, CARD, DRAFT, FLUSH_SECONDS, PLANTED, SENT, shapes

PACKED = b"mozLz40\0"
LEFT = ("permissions.sqlite", "sessionstore.jsonlz4", "sessionstore-backups/recovery.jsonlz4")
"""Files in which the name of the host may stand, and nothing else: SECURITY.md says so."""
VISIT = """() => {
  const {visit} = document.querySelector("child-chat").client;
  const {token, conversation, epoch, counsellor} = visit;
  return JSON.stringify({token, conversation, epoch, "her key": counsellor.keyId, title: document.title});
}"""
REPLY = "() => fetch('/words/nb.json').then((answer) => answer.text()).then((text) => text.slice(40, 100))"
SESSION_SECONDS = 16.0
"""Firefox writes what it would restore every fifteen seconds."""


def unpacked(path: Path) -> bytes:
    """Return what a file holds, as it is and unpacked."""
    data = path.read_bytes()
    return data + lz4.block.decompress(data[len(PACKED) :]) if data.startswith(PACKED) else data


def found(folder: Path, words: dict[str, str]) -> list[str]:
    """Return which of these words stand in which files."""
    hits = []
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            data = unpacked(path) if path.is_file() and not path.is_symlink() else b""
            hits += [f"{name} in {path.relative_to(folder)}" for name, word in words.items() if any(one in data for one in shapes(word))]
    return hits


def history(folder: Path) -> list[str]:
    """Return every address in the browser's history."""
    copy = folder.parent / "history"
    copy.mkdir(exist_ok=True)
    for path in folder.glob("places.sqlite*"):
        shutil.copy(path, copy)
    with contextlib.closing(sqlite3.connect(copy / "places.sqlite")) as database:
        return [row[0] for row in database.execute("select url from moz_places where visit_count > 0")]


def kill(child: FirefoxChild) -> None:
    """`kill -9` every process of the browser."""
    for one in [*psutil.Process(child.process.pid).children(recursive=True), psutil.Process(child.process.pid)]:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.kill(one.pid, signal.SIGKILL)
    child.process.wait(10)


def a_whole_talk(child: FirefoxChild, product: Product, rooms: Rooms) -> dict[str, str]:
    """Wait, write, be answered, begin a draft; return every word that must not be found afterwards."""
    kari = Counsellor(rooms.page(phone=False), "Kari")
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.presses("Begynn å skrive")
    child.writes(SENT)
    child.sees("Sendt")
    name = kari.takes_next()
    kari.writes(name, ANSWER)
    child.sees(ANSWER)
    child.writes(CARD)
    kari.reads(name, CARD)
    child.types(DRAFT)
    visit: dict[str, str] = json.loads(child.does(VISIT))
    assert visit.pop("title") == "Side"
    return visit | {
        "sent": SENT,
        "draft": DRAFT,
        "received": ANSWER,
        "a card": CARD,
        "a cached reply": child.does(REPLY),
        "line": "Ingen leser det før noen kommer",
    }


@pytest.mark.parametrize("ending", ["close", "exit", "kill"])
def test_S5_nothing_of_a_talk_is_on_the_disk_of_firefox(product: Product, rooms: Rooms, tmp_path: Path, ending: str) -> None:
    """None of the canaries is found, packed or not; of the chat the history knows only the page that embeds it (S6)."""
    profile = tmp_path / "profile"
    with firefox(profile) as child:
        child.stands_in_for("www.yr.no")
        words = a_whole_talk(child, product, rooms)
        assert len(words) >= 10
        if ending == "exit":
            child.presses("Gå ut fort")
            child.until(lambda: "yr.no" in child.address())
        time.sleep(SESSION_SECONDS if ending == "kill" else FLUSH_SECONDS)
        if ending == "kill":
            kill(child)
        else:
            child.closes()

    assert found(profile, words) == []
    assert set(found(profile, {"the chat's host": product.chat})) <= {f"the chat's host in {file}" for file in LEFT}
    assert [address for address in history(profile) if address.startswith(product.chat)] == []
    assert product.child_page in history(profile)
    if ending == "kill":
        assert "the page in sessionstore-backups/recovery.jsonlz4" in found(profile, {"the page": product.child_page}), (
            "what is packed is read"
        )


def test_the_search_of_firefox_finds_what_a_page_of_another_kind_leaves(product: Product, tmp_path: Path) -> None:
    """The search itself can fail: what a page puts into its address is found."""
    profile = tmp_path / "profile"
    with firefox(profile) as child:
        child.said("browsingContext.navigate", context=child.tab, url=f"{product.child_page}#{PLANTED}", wait="complete")
        time.sleep(FLUSH_SECONDS)
        child.closes()

    assert found(profile, {"planted": PLANTED}) != []
