"""The product as a newcomer starts it, and browsers with people in them."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, expect, sync_playwright

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = "/usr/bin/chromium"
expect.set_options(timeout=20_000)  # what is seen is asserted, not how soon: a slow machine is not a wrong answer
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


@dataclass
class Product:
    """`python -m server run`, with ports and a data folder of its own."""

    data: Path
    environ: dict[str, str]
    process: "subprocess.Popen[str]"
    child_page: str = ""
    staff_page: str = ""
    passwords: dict[str, str] = field(default_factory=dict)
    listening: threading.Thread = field(default_factory=threading.Thread)

    @property
    def chat(self) -> str:
        """The chat's own origin."""
        return self.staff_page.removesuffix("/staff")

    def read_what_it_prints(self) -> None:
        """Learn the addresses and passwords as a newcomer does: by reading."""
        assert self.process.stdout is not None
        told = []
        for line in self.process.stdout:
            told.append(line)
            if found := re.match(r"\s+Page for a child\s+(\S+)", line):
                self.child_page = found[1]
            if found := re.match(r"\s+Page for counsellors\s+(\S+)", line):
                self.staff_page = found[1]
            if found := re.match(r"\s+(Kari|Ola|Lea)\s+(\S+)", line):
                self.passwords[found[1]] = found[2]
            if "Ctrl-C" in line:
                self.listening = threading.Thread(target=self.process.stdout.read, daemon=True)
                self.listening.start()
                return
        raise AssertionError("".join(told))

    def journal(self, *words: str) -> str:
        """Read the journal with the command that was printed."""
        command = [sys.executable, "-m", "server", "journal", *words]
        return subprocess.run(command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=True).stdout

    def logs(self) -> str:
        """Return the log."""
        return (self.data / "run.log").read_text("utf-8")

    def store(self) -> redis.Redis:
        """Return a client of the store that may do everything."""
        folder = self.data / "redis"
        address = re.search(r'^unixsocket "(.+)"$', (folder / "redis.conf").read_text("utf-8"), re.MULTILINE)
        assert address is not None
        return redis.Redis(unix_socket_path=address[1], password=(folder / "password").read_text("ascii"))

    def forget_everybody(self) -> None:
        """Empty the store: nobody in the line, nobody at a desk; the processes stay."""
        with self.store() as store:
            store.flushall()

    def stop(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.listening.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


def start(data: Path, **more: str) -> Product:
    """Start the product."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "ALARM_DATA": str(data),
        "ALARM_OPEN": "always",
        "ALARM_PORT": str(free_port()),
        "ALARM_DEMO_PORT": str(free_port()),
        **more,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "run"], cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    product = Product(data, environ, process)
    product.read_what_it_prints()
    return product


def start_with(folder: Path, **settings: str) -> Product:
    """Start the product with other settings of the helpline (TOML values by name); what lies in `folder` counts more than ours."""
    config = folder / "config"
    config.mkdir()
    text = (ROOT / "config" / "helpline.toml").read_text("utf-8")
    for name, value in settings.items():
        head, rest = re.split(rf"^{name} = .*$", text, maxsplit=1, flags=re.MULTILINE)
        text = f"{head}{name} = {value}{rest}"
    (config / "helpline.toml").write_text(text, "utf-8")
    for name in ("wording", "replies.toml"):
        own = folder / name
        (config / name).symlink_to(own if own.exists() else ROOT / "config" / name)
    return start(folder / "data", ALARM_CONFIG=str(config / "helpline.toml"))


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, always open."""
    one = start(tmp_path_factory.mktemp("data"))
    yield one
    one.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright itself; it downloads no browser."""
    with sync_playwright() as one:
        yield one


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@dataclass
class Watch:
    """What a page must not do: ask another host, break its own policy, fail."""

    allowed: tuple[str, ...]
    foreign: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def on(self, page: Page) -> None:
        """Watch a page from now on."""
        page.on("request", self.asked)
        page.on("console", self.said)
        page.on("pageerror", lambda error: self.told.append(str(error)))

    def asked(self, request: Request) -> None:
        """Keep what was asked of another host."""
        if not request.url.startswith((*self.allowed, "data:", "blob:", "about:")):
            self.foreign.append(request.url)

    def said(self, message: ConsoleMessage) -> None:
        """Keep warnings and errors. That it has cleared what it was asked to clear is Chromium's own word, no complaint."""
        if message.type in ("error", "warning") and not message.text.startswith("Clear-Site-Data header on"):
            self.told.append(message.text)


@dataclass
class Rooms:
    """Where people sit: each in a browser context of their own, watched."""

    browser: Browser
    product: Product
    watch: Watch
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, *, phone: bool, locale: str = "nb-NO") -> Page:
        """Return a fresh page with nothing remembered."""
        context = self.browser.new_context(viewport=PHONE if phone else DESKTOP, locale=locale, reduced_motion="reduce")  # type: ignore[arg-type]
        self.contexts.append(context)
        page = context.new_page()
        self.watch.on(page)
        return page


@contextmanager
def rooms_at(chromium: Browser, product: Product) -> Iterator[Rooms]:
    """Rooms, with nobody in the line from before; afterwards nobody has asked another host, and no page has complained."""
    hosts = (product.chat, product.child_page.rstrip("/"))
    watch = Watch((*hosts, *(host.replace("http", "ws", 1) for host in hosts)))
    product.forget_everybody()
    one = Rooms(chromium, product, watch)
    yield one
    for context in one.contexts:
        context.close()
    assert watch.foreign == []
    assert watch.told == []


@pytest.fixture
def rooms(chromium: Browser, product: Product) -> Iterator[Rooms]:
    """Rooms at the product that is always open."""
    with rooms_at(chromium, product) as one:
        yield one
