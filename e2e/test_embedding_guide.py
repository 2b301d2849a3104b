"""docs/embedding.md, followed step by step: what stands in its boxes is what is put on the page."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.conftest import ROOT, Product, start
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
    """The page of each line, on origins that were let in (step 1); last the chat's own address."""
    ports = [free_port() for _ in LINES]
    origins = [f"http://127.0.0.1:{port}" for port in ports]
    product = start(tmp_path_factory.mktemp("guide"), ALARM_HOST_ORIGINS=" ".join(origins))
    headers = [HEADERS, *({} for _ in LINES[1:])]
    servers = [served(line, which, product.chat, port) for line, which, port in zip(LINES, headers, ports, strict=True)]
    yield [*origins, product.chat]
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
    """Four lines, two headers, and nothing of the example left out of the settings' page."""
    assert len(LINES) == 4
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


def test_the_button_and_the_chat_speak_as_they_are_told(pages: list[str], page: Page) -> None:
    """The words of the second line are the button's, and its language the chat's; what the child chooses there goes before it."""
    page.goto(pages[1])
    page.get_by_role("button", name="Skriv til oss").click()
    expect(page.get_by_role("button", name="Gøym")).to_be_visible()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Hei. Vil du snakke med nokon?")).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("lang", "nn")
    assert frame.locator("html").evaluate("() => location.href.endsWith('/w')")
    frame.get_by_role("combobox").select_option("en")
    expect(frame.get_by_role("button", name="Start writing")).to_be_visible()
    page.get_by_role("button", name="Gøym").click()
    page.get_by_role("button", name="Skriv til oss").click()
    expect(frame.get_by_role("button", name="Start writing")).to_be_visible()


def test_a_line_with_every_wish(pages: list[str], page: Page) -> None:
    """It stands open in the left corner without taking the keyboard; hidden, the button has the colour and a note says that it is open."""
    page.goto(pages[2])
    frame = page.locator("iframe")
    expect(page.frame_locator("iframe").get_by_role("button", name="Byrj å skrive")).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")
    place = frame.bounding_box()
    assert place is not None
    assert place["x"] == 20
    page.get_by_role("button", name="Gøym chatten").click()
    button = page.get_by_role("button", name="Snakk med oss")
    expect(button).to_have_css("background-color", "rgb(91, 42, 134)")
    place = button.bounding_box()
    assert place is not None
    assert place["x"] == 20
    expect(page.get_by_text("Chatten er open no.")).to_be_visible()
    button.click()
    expect(page.get_by_text("Chatten er open no.")).to_be_hidden()


def test_every_attribute_of_the_loader_is_told() -> None:
    """What the loader reads stands in the table, and what stands there is read."""
    read = set(re.findall(r'me\["(\w+)"\]|"(\w+)" in me', (ROOT / "widget" / "loader.ts").read_text("utf-8")))

    assert {f"data-{one or other}" for one, other in read} == set(re.findall(r"data-\w+", GUIDE.partition("```html\n")[2]))


def test_a_link_leads_to_the_chat_itself(pages: list[str], page: Page) -> None:
    """Where no script may be: the chat fills the window, and can be begun."""
    page.goto(pages[3])
    page.get_by_role("link", name="Snakk med oss").click()
    page.wait_for_url(f"{pages[4]}/w")
    expect(page.get_by_role("button", name="Begynn å skrive")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chat_is_as_light_or_dark_as_the_device(pages: list[str], chromium: Browser, scheme: Literal["light", "dark"]) -> None:
    """Whatever the page is: the note and the chat follow `prefers-color-scheme`."""
    context = chromium.new_context(locale="nb-NO", color_scheme=scheme)
    page = context.new_page()
    page.goto(pages[2])
    inside = page.frame_locator("iframe").locator("html")
    expect(page.frame_locator("iframe").get_by_role("button", name="Byrj å skrive")).to_be_visible()
    page.get_by_role("button", name="Gøym chatten").click()
    light = "(one) => getComputedStyle(one).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) > 380"

    assert page.get_by_text("Chatten er open no.").evaluate(light) is (scheme == "light")
    assert inside.evaluate(light) is (scheme == "light")
    context.close()


def test_another_page_may_read_the_status(pages: list[str], page: Page) -> None:
    """Its fields are those that the guide shows."""
    shown = json.loads(re.findall(r"```json\n(.+?)\n```", GUIDE)[0])
    page.goto(pages[1])
    told = page.evaluate(f"fetch('{pages[4]}/status.json').then((answer) => answer.json())")

    assert set(told) == set(shown)
    assert told["state"] == "open"


def test_the_demo_shows_the_other_ways(product: Product, page: Page) -> None:
    """A page with attributes and a note, the text for WordPress, and a link: what stands there is what the guide tells."""
    page.goto(f"{product.child_page}ways")
    expect(page.get_by_text("Chatten er åpen nå.")).to_be_visible()
    expect(page.get_by_role("button", name="Skriv til oss")).to_be_visible()
    shown = page.get_by_text("wp_enqueue_script").inner_text().replace(product.chat, CHAT)

    assert [shown] == re.findall(r"```php\n(.+?)\n```", GUIDE, re.DOTALL)
    page.get_by_role("link", name="Snakk med oss").click()
    expect(page.get_by_role("button", name="Begynn å skrive")).to_be_visible()
