"""The same device afterwards: the whole profile of a browser is searched for what a child wrote, read and was given.

Promises S5 and S6: after a normal close, after "leave quickly" and after the browser was killed, in Chromium. What must be
found is found too: the page that embeds the chat stays in the history, and the search itself finds what is planted.
"""

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, Frame, Page, Playwright, WebSocket, expect

from e2e.conftest import CHROMIUM, FLAGS, PHONE, Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor

FLUSH_SECONDS = 4.0
"""So long a browser may take until it has written down what it writes down anyhow."""
SENT, DRAFT, ANSWER = "kanarifugl-sendt-9c41", "kanarifugl-kladd-77ab", "kanarifugl-svar-03de"
CARD, PLANTED = "kanarifugl-hvem-58f0", "kanarifugl-plantet-1b2c"
LEAST = 12
LEFT = r" in Default/(Sessions/(Session|Tabs)_\d+|Code Cache/js/[0-9a-f]{16}_0|Preferences|History)$"
"""Files in which the chat's own host may stand: see the test that reads it."""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """An empty profile."""
    return tmp_path / "profile"


def launch(playwright: Playwright, folder: Path) -> BrowserContext:
    """Start a browser as a person does: with a profile on the disk."""
    return playwright.chromium.launch_persistent_context(
        folder,
        executable_path=CHROMIUM,
        args=FLAGS,
        viewport=PHONE,  # type: ignore[arg-type]
        locale="nb-NO",
        reduced_motion="reduce",
    )


class Heard:
    """What travelled on the child's socket: its token, its ids, its sealed boxes."""

    def __init__(self, page: Page) -> None:
        """Listen from now on."""
        self.frames: list[str] = []
        page.on("websocket", self.on)

    def on(self, socket: WebSocket) -> None:
        """Keep what comes and goes."""
        socket.on("framereceived", lambda data: self.frames.append(str(data)))
        socket.on("framesent", lambda data: self.frames.append(str(data)))

    def canaries(self) -> dict[str, str]:
        """Return what the browser was given that nobody may find."""
        text = "\n".join(self.frames)
        found = {name: re.search(rf'"{name}":"([^"]+)"', text) for name in ("conversation", "token", "epoch", "key_id", "key", "alias")}
        boxes = re.findall(r'"box":"([^"]{60})', text)
        assert boxes
        return {name: match[1] for name, match in found.items() if match} | {"a websocket frame": boxes[0]}


def shapes(word: str) -> list[bytes]:
    """Return how a browser writes text on a disk."""
    return [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")]


def found(folder: Path, words: dict[str, str]) -> list[str]:
    """Return which of these words stand in which files."""
    hits = []
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            where = path.relative_to(folder).as_posix()
            hits += [f"{name} in {where}" for name, word in words.items() if any(shape in data for shape in shapes(word))]
    return hits


def history(folder: Path) -> list[str]:
    """Return every address in the browser's history."""
    copy = shutil.copy(folder / "Default" / "History", folder.parent / "history")
    with contextlib.closing(sqlite3.connect(copy)) as database:
        return [row[0] for row in database.execute("select url from urls")]


def kill(folder: Path) -> None:
    """`kill -9` every process of the browser that uses this profile."""
    mine = [one for one in psutil.Process().children(recursive=True) if str(folder) in " ".join(_words(one))]
    assert mine
    for one in [*mine, *(child for parent in mine for child in parent.children(recursive=True))]:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.kill(one.pid, signal.SIGKILL)


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []


def chat_of(page: Page) -> Frame:
    """Return the chat's own frame."""
    return next(one for one in page.frames if one.url.endswith("/w"))


def a_whole_talk(page: Page, product: Product, rooms: Rooms) -> dict[str, str]:
    """Wait, write, be answered, begin a draft; return every word that must not be found afterwards."""
    heard = Heard(page)
    child, kari = Child(page), Counsellor(rooms.page(phone=False), "Kari")
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    child.writes(SENT)
    child.has_sent(SENT, "Sendt")
    name = kari.takes_next()
    kari.writes(name, ANSWER)
    child.reads(ANSWER)
    child.writes(CARD)
    child.has_sent(CARD, "Lest")
    child.frame.get_by_role("textbox", name="Skriv her").press_sequentially(DRAFT)
    frame = chat_of(page)
    state = frame.evaluate("[document.title, location.search, location.hash, JSON.stringify(history.state)]")
    assert state[1:] == ["", "", "null"]
    reply = frame.evaluate("fetch('/words/nb.json').then((answer) => answer.text())")
    words = heard.canaries() | {"sent": SENT, "draft": DRAFT, "received": ANSWER, "a card": CARD}
    words |= {
        "a cached reply": reply[40:100],
        "a line of the page": "Ingen leser det før noen kommer",
    }
    assert len(words) >= LEAST
    return words


@pytest.fixture
def here(product: Product, rooms: Rooms, playwright: Playwright, profile: Path) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser with a profile, at a page of nobody's."""
    rooms.watch.allowed = (*rooms.watch.allowed, "https://www.yr.no/")
    product.forget_everybody()
    context = launch(playwright, profile)
    context.route("https://www.yr.no/**", lambda route: route.fulfill(body="<title>weather</title>", content_type="text/html"))
    yield context, context.pages[0]
    with contextlib.suppress(Exception):  # one that was killed is closed already
        context.close()


@pytest.mark.parametrize("ending", ["close", "exit", "kill"])
def test_S5_nothing_of_a_talk_is_on_the_disk_afterwards(
    here: tuple[BrowserContext, Page], product: Product, rooms: Rooms, profile: Path, ending: str
) -> None:
    """None of the canaries is found, in UTF-8 or UTF-16, in any file; of the chat the history knows only the page that embeds it (S6).

    The name of the chat's host is left, and SECURITY.md says so: in the browser's files for restoring a session, in its list of scripts
    that it has compiled, among its settings, and as the place from which the quick way out has led.
    """
    context, page = here
    words = a_whole_talk(page, product, rooms)
    if ending == "exit":
        page.frame_locator("iframe").get_by_role("link", name="Gå ut fort").or_(
            page.frame_locator("iframe").get_by_role("button", name="Gå ut fort")
        ).click()
        page.wait_for_url("https://www.yr.no/**")
    time.sleep(FLUSH_SECONDS)
    if ending == "kill":
        kill(profile)
        time.sleep(1)
    else:
        context.close()

    assert found(profile, words) == []
    left = found(profile, {"the chat's address": product.chat})
    assert [hit for hit in left if not re.search(LEFT, hit)] == []
    seen = history(profile)
    assert [address for address in seen if product.chat in address] == []
    if ending != "kill":
        assert seen.count(product.child_page) == 1


def test_the_search_finds_what_a_page_of_another_kind_leaves(here: tuple[BrowserContext, Page], product: Product, profile: Path) -> None:
    """The search itself can fail: what a page puts into its storage is found after the browser was closed."""
    context, page = here
    page.goto(product.child_page)
    expect(page.get_by_role("button", name="Snakk med oss")).to_be_visible()
    page.evaluate(f"localStorage.setItem('a', '{PLANTED}')")
    time.sleep(FLUSH_SECONDS)
    context.close()

    assert found(profile, {"planted": PLANTED}) != []
