"""On other people's pages: what they can do with one line, and what they cannot."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from e2e.conftest import PHONE, Product, start
from tests.ports import free_port

PLACE = re.compile(r"Du er (den neste|nummer \d+)")
STRICT = "default-src 'none'; script-src {chat}; frame-src {chat}"
"""A host that allows no style at all, and of the chat only its script and its frame."""
FRAME = '[...document.querySelectorAll("div")].find((one) => one.shadowRoot).shadowRoot.querySelector("iframe").contentWindow'
FUZZ = """target => {
  const things = [null, 0, 1, "hide", {}, [], {v: 1}, {h: 0}, {v: 1, h: "0"}, {v: 1, h: -40}, {v: 1, h: 41}, {v: 2, h: 400}, {v: 1, h: NaN},
                  {t: "end"}, {t: "hello"}, {type: "resize", height: 40}, new Date(0), new Uint8Array(9)];
  for (let round = 0; round < 10_000; round++) target.postMessage(things[Math.floor(Math.random() * things.length)], "*");
}"""


@dataclass
class Host:
    """Somebody else's web server."""

    port: int
    chat: str = ""
    policy: str = ""

    @property
    def origin(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> ThreadingHTTPServer:
        """Serve one page with the line that embeds the chat, and one that frames it by hand."""
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                by_hand = f'<h1>Host</h1><iframe src="{host.chat}/w"></iframe>'
                one_line = f'<h1>Host</h1><p id="draft">x</p><script async src="{host.chat}/loader.js"></script>'
                body = f"<!doctype html><html lang=nb><body>{by_hand if self.path == '/by-hand' else one_line}</body></html>".encode()
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                if host.policy:
                    self.send_header("content-security-policy", host.policy.format(chat=host.chat))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


@dataclass
class Street:
    """A chat, and the houses round it."""

    product: Product
    known: Host
    strict: Host
    unknown: Host


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Two hosts that are configured, and one that is not."""
    hosts = Host(free_port()), Host(free_port(), policy=STRICT), Host(free_port())
    product = start(tmp_path_factory.mktemp("data"), ALARM_HOST_ORIGINS=f"{hosts[0].origin} {hosts[1].origin}")
    servers = []
    for host in hosts:
        host.chat = product.chat
        servers.append(host.serve())
    yield Street(product, *hosts)
    for server in servers:
        server.shutdown()
        server.server_close()
    product.stop()


@pytest.fixture
def page(street: Street, chromium: Browser) -> Iterator[Page]:
    """A browser that remembers nothing, in a street where nobody waits."""
    street.product.forget_everybody()
    context = chromium.new_context(viewport=PHONE, locale="nb-NO", reduced_motion="reduce")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def open_chat(page: Page, host: Host) -> None:
    """Press the button and begin."""
    page.goto(host.origin)
    page.get_by_role("button", name="Snakk med oss").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name="Begynn å skrive").click()
    expect(frame.get_by_text(PLACE).first).to_be_visible()


def test_W2_a_page_that_is_not_configured_shows_nothing(street: Street, page: Page) -> None:
    """Neither by the line nor by hand: the browser refuses the frame."""
    with page.expect_console_message(lambda one: "frame-ancestors" in one.text):
        page.goto(f"{street.unknown.origin}/by-hand")

    expect(page.frame_locator("iframe").get_by_text("Gå ut fort")).to_have_count(0)

    page.goto(street.unknown.origin)
    with page.expect_console_message(lambda one: "frame-ancestors" in one.text):
        page.get_by_role("button", name="Snakk med oss").click()

    expect(page.frame_locator("iframe").get_by_text("Gå ut fort")).to_have_count(0)


def test_a_host_with_the_strictest_policy_can_embed_it(street: Street, page: Page) -> None:
    """No style, no script and no picture of our own is asked of the host: the one line is enough."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    open_chat(page, street.strict)

    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, **PHONE}
    assert [line for line in told if "Content Security Policy" in line] == []


def test_W1_the_host_reads_nothing(street: Street, page: Page) -> None:
    """No letter of the talk, no key that is pressed: all that it ever gets is a height in steps of 40."""
    page.add_init_script(
        """
        if (self === top) {
          self.got = []; self.keys = [];
          addEventListener("message", (event) => self.got.push(event.data));
          for (const name of ["keydown", "keyup", "input", "paste"]) addEventListener(name, () => self.keys.push(name), true);
        }"""
    )
    open_chat(page, street.known)
    field = page.frame_locator("iframe").get_by_role("textbox", name="Skriv her")
    field.press_sequentially("kanarifugl")
    field.press("Enter")
    expect(page.frame_locator("iframe").get_by_role("log").get_by_text("kanarifugl")).to_be_visible()

    got = page.evaluate("self.got")
    assert got != []
    assert all(set(one) == {"v", "h"} and one["h"] % 40 == 0 for one in got)
    assert page.evaluate("self.keys") == []
    assert "kanarifugl" not in page.content()
    with pytest.raises(Error, match="cross-origin"):
        page.evaluate(f"{FRAME}.document.body.textContent")


def test_W3_nothing_that_a_host_says_has_an_effect(street: Street, page: Page) -> None:
    """Ten thousand messages to the frame and as many to the page: the talk and the button stay as they are."""
    open_chat(page, street.known)
    frame = page.frame_locator("iframe")
    before = frame.locator("body").inner_text()

    page.evaluate(f"({FUZZ})({FRAME})")
    page.evaluate(f"({FUZZ})(self)")
    page.wait_for_timeout(500)

    assert frame.locator("body").inner_text() == before
    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, **PHONE}


def test_hiding_keeps_the_talk_and_asks_nothing(street: Street, page: Page) -> None:
    """Esc inside, the button outside: hidden, and shown again as it was, with what was being written."""
    open_chat(page, street.known)
    frame, field = page.frame_locator("iframe"), page.frame_locator("iframe").get_by_role("textbox", name="Skriv her")
    field.fill("ikke ferdig")

    field.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    expect(page.get_by_role("button", name="Snakk med oss")).to_be_focused()
    page.get_by_role("button", name="Snakk med oss").click()
    expect(field).to_have_value("ikke ferdig")
    page.get_by_role("button", name="Skjul chatten").click()
    expect(page.locator("iframe")).to_be_hidden()
    page.get_by_role("button", name="Snakk med oss").click()

    expect(frame.get_by_text(PLACE).first).to_be_visible()


def test_S6_the_address_and_the_history_stay_as_they_were(street: Street, page: Page) -> None:
    """The frame's address carries nothing and never changes; no step is added to the history."""
    page.goto(street.known.origin)
    before = page.evaluate("history.length")
    open_chat(page, street.known)

    assert page.frames[1].url == f"{street.product.chat}/w"
    assert page.evaluate("history.length") == before
    assert page.url == f"{street.known.origin}/"
