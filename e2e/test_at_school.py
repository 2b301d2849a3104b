"""A child at a school whose network lets no WebSocket through: the same chat, over an event stream."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Request, expect

from e2e.conftest import Product, Rooms, Watch, start
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from e2e.school import School
from tests.ports import free_port


@dataclass
class Asked:
    """What a page has asked for."""

    requests: list[Request] = field(default_factory=list)

    def hear(self, request: Request) -> None:
        """Keep a request."""
        self.requests.append(request)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[School, Product]]:
    """A chat that children reach through the school's proxy, and counsellors as ever."""
    proxy = School(free_port())
    proxy.begin()
    product = start(tmp_path_factory.mktemp("school"), ALARM_PORT=str(proxy.server), ALARM_CHAT_ORIGIN=proxy.origin)
    yield proxy, product
    product.stop()
    proxy.end()


TOLD_BY_THE_BROWSER = ("WebSocket connection to", "ERR_", "410 (Gone)")


@pytest.fixture
def rooms(chromium: Browser, school: tuple[School, Product]) -> Iterator[Rooms]:
    """Rooms at this school. That a handshake was refused, or a POST came after the end, is told by the browser; nothing else may be."""
    proxy, product = school
    proxy.manner = "refuses"
    product.forget_everybody()
    watch = Watch(
        (
            proxy.origin,
            product.chat,
            product.child_page.rstrip("/"),
            *(one.replace("http", "ws", 1) for one in (proxy.origin, product.chat)),
        )
    )
    one = Rooms(chromium, product, watch)
    yield one
    for context in one.contexts:
        context.close()
    assert watch.foreign == []
    assert [line for line in watch.told if not any(known in line for known in TOLD_BY_THE_BROWSER)] == []


def test_a_whole_talk_at_school(school: tuple[School, Product], rooms: Rooms) -> None:
    """Waits, talks both ways in order, loses its connections in the middle, ends: nothing is lost and nothing comes twice."""
    proxy, product = school
    before, asked = proxy.upgrades, Asked()
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    child.page.on("request", asked.hear)
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    child.sees("Du er den neste.")
    child.writes("fra skolen")
    child.has_sent("fra skolen", "Ingen har lest det ennå")
    kari.is_free(1)
    talk = kari.accepts()
    child.sees("Nå er Kari her.")
    kari.reads(talk, "fra skolen")
    for n in range(4):
        kari.writes(talk, f"svar {n}")
        child.reads(f"svar {n}")
        child.writes(f"mer {n}")
        kari.reads(talk, f"mer {n}")
    proxy.cut()
    child.writes("også nå")
    kari.writes(talk, "svar etter bruddet")
    child.reads("svar etter bruddet")
    kari.reads(talk, "også nå")
    child.has_sent("også nå", "Lest")

    said = [text for text in kari.pane(talk).get_by_role("log").locator(".message p.text").all_inner_texts() if text]
    mine = [text for text in said if not text.startswith("svar")]
    assert mine == ["fra skolen", *(f"mer {n}" for n in range(4)), "også nå"]
    assert proxy.upgrades == before + 1
    ours = [one for one in asked.requests if urlsplit(one.url).path in {"/events", "/frames"}]
    assert len(ours) > 10
    assert {(urlsplit(one.url).query, one.method, one.headers.get("cookie")) for one in ours} == {("", "POST", None)}
    child.ends()
    expect(kari.pane(talk).get_by_text("Barnet avsluttet.")).to_be_visible()
    kari.closes(talk, "Test")


def test_an_end_without_a_connection_is_told_when_there_is_one(school: tuple[School, Product], rooms: Rooms) -> None:
    """The child ends while its network is away: that is said as soon as it is back, the way that the talk went."""
    proxy, product = school
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    child.sees("Du er den neste.")
    talk = kari.takes_next()
    child.sees("Du skriver med Kari")
    child.page.context.set_offline(True)
    proxy.cut()
    child.sees("Vi mistet kontakten.")
    child.ends()
    child.page.context.set_offline(False)
    expect(kari.pane(talk).get_by_text("Barnet avsluttet.")).to_be_visible()
    kari.closes(talk, "Test")


def test_leaving_quickly_at_school_is_told_at_once(school: tuple[School, Product], rooms: Rooms) -> None:
    """The page is gone, and what it said last arrived all the same."""
    _, product = school
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    rooms.watch.allowed = (*rooms.watch.allowed, "https://www.yr.no/")
    child.page.context.route("https://www.yr.no/**", lambda route: route.fulfill(body="<title>weather</title>", content_type="text/html"))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    child.sees("Du er den neste.")
    talk = kari.takes_next()
    child.sees("Du skriver med Kari")
    child.frame.get_by_text("Gå ut fort").click()
    child.page.wait_for_url("https://www.yr.no/**")
    expect(kari.pane(talk).get_by_text("Barnet var borte for lenge.")).to_be_visible()  # the silence alone would take ten minutes
    kari.closes(talk, "Test")


def test_a_proxy_that_never_answers_a_handshake(school: tuple[School, Product], rooms: Rooms) -> None:
    """It is waited for five seconds, not longer; then the other way is taken."""
    proxy, product = school
    proxy.manner = "swallows"
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins()
    expect(child.frame.get_by_text("Du er den neste.").first).to_be_visible()
    child.leaves_the_line()
