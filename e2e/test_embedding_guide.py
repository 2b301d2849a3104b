"""docs/embedding.md, followed step by step: what stands in its boxes is what is put on the page."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.conftest import ROOT, start
from tests.ports import free_port

GUIDE = (ROOT / "docs" / "embedding.md").read_text("utf-8")
LINES = re.findall(r"```html\n(.+?)\n```", GUIDE, re.DOTALL)
HEADERS = dict(re.findall(r"```http\n([\w-]+): (.+?)\n```", GUIDE))
CHAT = "https://chat.example.no"


def served(html: str, headers: dict[str, str], chat: str, port: int) -> ThreadingHTTPServer:
    """Serve a page of somebody else's, as the guide tells, with the chat's real address for the example's."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            for name, value in headers.items():
                self.send_header(name, value.replace(CHAT, chat))
            self.end_headers()
            self.wfile.write(f"<!doctype html><html lang=nb><title>Host</title><body>{html.replace(CHAT, chat)}</body></html>".encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The page of each step 2 to 4, on origins that were let in (step 1)."""
    ports = [free_port() for _ in range(2)]
    origins = [f"http://127.0.0.1:{port}" for port in ports]
    product = start(tmp_path_factory.mktemp("guide"), ALARM_HOST_ORIGINS=" ".join(origins))
    servers = [served(LINES[0], HEADERS, product.chat, ports[0]), served(LINES[1], {}, product.chat, ports[1])]
    yield origins
    for server in servers:
        server.shutdown()
        server.server_close()
    product.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser that remembers nothing, and would give a position to who may ask."""
    context = chromium.new_context(locale="nb-NO", permissions=["geolocation"], geolocation={"latitude": 59.9, "longitude": 10.7})
    yield context.new_page()
    context.close()


def test_the_guide_has_what_is_followed_here() -> None:
    """Two lines, two headers, and nothing of the example left out of the settings' page."""
    assert len(LINES) == 2
    assert set(HEADERS) == {"Content-Security-Policy", "Permissions-Policy"}
    assert "ALARM_HOST_ORIGINS" in Path(ROOT / "config" / "README.md").read_text("utf-8")


def test_one_line_and_both_headers_are_enough(pages: list[str], page: Page) -> None:
    """The button, the frame, the way out, and the press that asks for the position: nothing is refused."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.goto(pages[0])
    page.get_by_role("button", name="Snakk med oss").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_be_visible()
    expect(frame.get_by_role("link", name="Gå ut fort")).to_be_visible()
    expect(frame.get_by_role("button", name="Begynn å skrive")).to_be_visible()  # the script has drawn it: it hears Escape now
    asked = "new Promise(done => navigator.geolocation.getCurrentPosition(() => done('found'), ({message}) => done(message)))"
    assert frame.locator("body").evaluate(f"() => {asked}") == "found"
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Snakk med oss")).to_be_visible()
    assert told == []


def test_the_button_speaks_as_it_is_told(pages: list[str], page: Page) -> None:
    """The words of the second line are the button's."""
    page.goto(pages[1])
    page.get_by_role("button", name="Skriv til oss").click()
    expect(page.get_by_role("button", name="Gøym")).to_be_visible()
