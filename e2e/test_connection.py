"""The browser's connection against servers that misbehave: silent, closing for good, closing for now, gone."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from e2e.conftest import ROOT
from tests.ports import free_port

PROBE = """
import { webSocket } from "./browser/carrier.ts";
import { Connection } from "./browser/connection.ts";
self.told = [];
self.tried = [];
const Real = WebSocket;
self.WebSocket = class extends Real { constructor(...all) { self.tried.push(performance.now()); super(...all); } };
const tell = (what) => (value) => self.told.push([what, value, performance.now()]);
self.connection = new Connection(webSocket(`ws://${location.host}/ws`), {
  opened: () => (tell("opened")(), self.connection.send({ t: "hello" })),
  received: tell("received"), lost: tell("lost"), finished: tell("finished"), beat: () => self.connection.send({ t: "ping" }),
});
"""
Behaviour = Callable[[ServerConnection], None]
PATIENCE = 40
"""So long (s) something may take that has no time of its own."""


def bundle() -> str:
    """Return the connection as the product builds it, with a probe round it."""
    build = (
        "import {build} from 'esbuild'; import {readFileSync} from 'node:fs';"
        "const stdin = {contents:readFileSync(0,'utf8'),resolveDir:process.cwd(),loader:'ts'};"
        "const r = await build({stdin,bundle:true,write:false,format:'esm',target:'es2020'}); process.stdout.write(r.outputFiles[0].text)"
    )
    command = [str(ROOT / "tools" / "node.sh"), "node", "--input-type=module", "-e", build]
    return subprocess.run(command, cwd=ROOT, input=PROBE, capture_output=True, text=True, check=True).stdout


@dataclass
class Misbehaving:
    """A real WebSocket server that does as it is told, and keeps what it hears."""

    port: int
    script: str
    behaviour: Behaviour = lambda _: None
    tries: int = 0
    heard: list[dict[str, object]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def page(self, _: ServerConnection, request: Request) -> Response | None:
        """Answer the page and its script; everything else is a socket."""
        if request.path == "/ws":
            return None
        page = ("text/html", '<script type="module" src="/probe.js"></script>')
        kind, body = ("text/javascript", self.script) if request.path == "/probe.js" else page
        return Response(HTTPStatus.OK, "OK", Headers({"content-type": kind, "content-length": str(len(body))}), body.encode())

    def meet(self, socket: ServerConnection) -> None:
        """Meet one connection."""
        self.tries += 1
        threading.Thread(target=self.listen, args=(socket,), daemon=True).start()
        self.behaviour(socket)

    def listen(self, socket: ServerConnection) -> None:
        """Keep what it says."""
        try:
            for text in socket:
                self.heard.append(json.loads(text))
        except ConnectionClosed:
            return


@pytest.fixture(scope="module")
def script() -> str:
    """The connection, built once."""
    return bundle()


@pytest.fixture
def server(script: str) -> Iterator[Misbehaving]:
    """A server that misbehaves."""
    one = Misbehaving(free_port(), script)
    running: Server = serve(one.meet, "127.0.0.1", one.port, subprotocols=[Subprotocol("alarmtelefonen.v1")], process_request=one.page)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield one
    one.over.set()
    running.shutdown()
    thread.join(10)


@pytest.fixture
def page(chromium: Browser, server: Misbehaving) -> Iterator[Page]:
    """A browser at its page, not yet connected."""
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.wait_for_function("self.connection")
    yield page
    page.close()


@pytest.fixture
def still(chromium: Browser, server: Misbehaving) -> Iterator[Page]:
    """The same, where no time passes but what the play lets pass: to the millisecond, on however slow a machine."""
    page = chromium.new_page()
    page.clock.install()
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.wait_for_function("self.connection")
    page.clock.pause_at(page.evaluate("Date.now()") + 60_000)
    yield page
    page.close()


def silent(server: Misbehaving) -> None:
    """Say nothing until the test is over."""
    server.over.wait(60)


def told(page: Page, what: str) -> list[list[Any]]:
    """Return what was told of one kind."""
    return [one for one in page.evaluate("self.told") if one[0] == what]


def wait_for(page: Page, what: str, times: int = 1) -> None:
    """Wait until something was told so often."""
    page.wait_for_function(f"self.told.filter(([what]) => what === '{what}').length >= {times}", timeout=PATIENCE * 1000)


def hears(server: Misbehaving, frames: int) -> None:
    """Wait until the server has heard so many frames."""
    deadline = time.monotonic() + PATIENCE
    while len(server.heard) < frames:
        assert time.monotonic() < deadline, server.heard
        time.sleep(0.05)


def test_a_server_that_says_nothing_is_noticed_within_fifteen_seconds(still: Page, server: Misbehaving) -> None:
    """It accepts and is silent: a ping at ten seconds, given up at fifteen, and tried again within three more."""
    server.behaviour = lambda _: silent(server)
    still.evaluate("self.connection.start()")
    wait_for(still, "opened")
    still.clock.run_for(9_900)
    hears(server, 1)
    assert [{"t": "hello"}] == server.heard
    still.clock.run_for(100)
    hears(server, 2)
    still.clock.run_for(4_900)
    assert told(still, "lost") == []
    still.clock.run_for(100)
    assert len(told(still, "lost")) == 1
    assert [{"t": "hello"}, {"t": "ping"}] == server.heard
    still.clock.run_for(3_000)
    wait_for(still, "opened", 2)


@pytest.mark.parametrize("wakes", ["dispatchEvent(new Event('online'))", "document.dispatchEvent(new Event('visibilitychange'))"])
def test_a_browser_that_is_online_again_or_looked_at_tries_at_once(still: Page, server: Misbehaving, wakes: str) -> None:
    """By chance it would have waited for almost three seconds; woken after one and a half it tries then."""
    codes = iter([4000])
    server.behaviour = lambda socket: socket.close(next(codes, 4504))
    still.evaluate("Math.random = () => 0.99")
    still.evaluate("self.connection.start()")
    wait_for(still, "lost")
    still.clock.run_for(1_500)
    assert len(still.evaluate("self.tried")) == 1
    still.evaluate(wakes)
    still.clock.run_for(1)
    wait_for(still, "finished")

    first, second = still.evaluate("self.tried")
    assert 1_500 <= second - first < 1_600


@pytest.mark.parametrize("wakes", ["dispatchEvent(new Event('online'))", "document.dispatchEvent(new Event('visibilitychange'))"])
def test_a_browser_that_is_online_again_or_looked_at_asks_whether_its_socket_lives(still: Page, server: Misbehaving, wakes: str) -> None:
    """It pings at once, and not ten seconds later."""
    server.behaviour = lambda _: silent(server)
    still.evaluate("self.connection.start()")
    wait_for(still, "opened")
    still.evaluate(wakes)
    hears(server, 2)

    assert [{"t": "hello"}, {"t": "ping"}] == server.heard


@pytest.mark.parametrize("code", [4500, 4504, 4509, 4510, 4526, 1009])
def test_a_final_code_is_told_once_and_nothing_is_tried_after_it(page: Page, server: Misbehaving, code: int) -> None:
    """Whatever wakes the browser."""
    server.behaviour = lambda socket: socket.close(code)
    page.evaluate("self.connection.start()")
    wait_for(page, "finished")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(1_500)

    assert [code] == [one[1] for one in told(page, "finished")]
    assert 1 == server.tries


def test_for_now_means_again_but_never_more_than_once_a_second(page: Page, server: Misbehaving) -> None:
    """4000, 4013 and a restart: it comes back each time, however often it is woken."""
    codes = iter([4000, 4013, 1012])
    server.behaviour = lambda socket: socket.close(next(codes, 4504))
    page.evaluate("self.connection.start()")
    page.evaluate("setInterval(() => dispatchEvent(new Event('online')), 50)")
    wait_for(page, "finished")

    assert [4000, 4013, 1012] == [one[1] for one in told(page, "lost")]
    tried = page.evaluate("self.tried")
    assert 4 == len(tried)
    assert all(later - earlier >= 995 for earlier, later in pairwise(tried))


def test_after_too_much_at_once_it_rests_for_five_seconds(page: Page, server: Misbehaving) -> None:
    """4529 throws nothing away: it comes back, but not before, however often it is woken."""
    codes = iter([4529])
    server.behaviour = lambda socket: socket.close(next(codes, 4504))
    page.evaluate("self.connection.start()")
    page.evaluate("setInterval(() => dispatchEvent(new Event('online')), 50)")
    wait_for(page, "finished")

    assert [4529] == [one[1] for one in told(page, "lost")]
    first, second = page.evaluate("self.tried")
    assert second - first >= 4_995


def test_one_frame_or_several_in_a_text_arrive_in_order(page: Page, server: Misbehaving) -> None:
    """An object is one frame, an array is several."""

    def speak(socket: ServerConnection) -> None:
        socket.send('{"t":"pong"}')
        socket.send('[{"t":"typing","on":true},{"t":"pong","seq":1}]')
        silent(server)

    server.behaviour = speak
    page.evaluate("self.connection.start()")
    wait_for(page, "received", 2)

    assert [[{"t": "pong"}], [{"t": "typing", "on": True}, {"t": "pong", "seq": 1}]] == [one[1] for one in told(page, "received")]


def test_nothing_is_sent_without_a_socket_and_nothing_is_tried_after_stop(page: Page, server: Misbehaving) -> None:
    """A frame is never sent where no socket is open, and stopping ends every try."""
    assert page.evaluate("self.connection.send({ t: 'say' })") is False
    server.behaviour = lambda socket: socket.close(4000)
    page.evaluate("self.connection.start()")
    wait_for(page, "lost")
    page.evaluate("self.connection.stop()")
    page.wait_for_timeout(4_000)

    assert page.evaluate("self.connection.send({ t: 'say' })") is False
    assert 1 == server.tries
