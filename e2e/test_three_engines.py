"""The same talk in Firefox ESR and in WebKitGTK, with a counsellor in Chromium: what one engine seals the other opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from e2e.conftest import PHONE, Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from e2e.people.webkit_child import WebKitChild, screen, webkit

WORDS = "Hei – jeg er redd 🦊 <b>æøå</b>"
ANSWER = "Så fint at du skriver 🌿 áŋđ"


@pytest.fixture(scope="module")
def firefox(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Firefox ESR."""
    browser = playwright.firefox.launch(channel="moz-firefox", executable_path="/usr/bin/firefox-esr")
    yield browser
    browser.close()


@pytest.fixture
def in_firefox(firefox: Browser) -> Iterator[Child]:
    """A child with Firefox."""
    context = firefox.new_context(viewport=PHONE, locale="nb-NO")  # type: ignore[arg-type]
    yield Child(context.new_page())
    context.close()


@pytest.fixture
def in_webkit(tmp_path: Path) -> Iterator[WebKitChild]:
    """A child with WebKit."""
    with screen() as display, webkit(display, str(tmp_path)) as driver:
        yield WebKitChild(driver)


@pytest.fixture
def kari(product: Product, rooms: Rooms) -> Counsellor:
    """A counsellor, signed in, in Chromium."""
    one = Counsellor(rooms.page(phone=False), "Kari")
    one.signs_in(product)
    return one


def test_a_talk_in_firefox_and_out_quickly(product: Product, in_firefox: Child, kari: Counsellor) -> None:
    """Waits, talks both ways, leaves by the quick way: the words are off the screen and the tab is elsewhere."""
    child = in_firefox
    child.page.route("https://www.yr.no/**", lambda route: route.fulfill(body="<title>weather</title>", content_type="text/html"))
    child.comes_to(product.child_page)
    child.begins()
    child.sees("Du er den neste.")
    talk = kari.takes_next()
    child.sees("Du skriver med Kari")
    child.writes(WORDS)
    kari.reads(talk, WORDS)
    kari.writes(talk, ANSWER)
    child.reads(ANSWER)
    child.has_sent("redd", "Lest")
    child.frame.get_by_role("button", name="Gå ut fort").or_(child.frame.get_by_role("link", name="Gå ut fort")).click()
    child.page.wait_for_url("https://www.yr.no/**")

    assert "redd" not in child.page.content()
    expect(kari.pane(talk).get_by_text("Barnet var borte for lenge.")).to_be_visible()
    kari.closes(talk, "Test")


def test_a_talk_in_webkit_and_its_end(product: Product, in_webkit: WebKitChild, kari: Counsellor) -> None:
    """Waits, talks both ways, ends it, and sees the last page."""
    child = in_webkit
    child.comes_to(product.child_page)
    child.presses("Begynn å skrive")
    child.sees("Du er den neste.")
    talk = kari.takes_next()
    child.sees("Du skriver med Kari")
    child.writes("Hei – jeg er redd æøå")
    kari.reads(talk, "Hei – jeg er redd æøå")
    kari.writes(talk, ANSWER)
    child.sees(ANSWER)
    child.presses("Avslutt")
    child.presses("Ja, avslutt")
    child.sees("Samtalen er ferdig")
    expect(kari.pane(talk).get_by_text("Barnet avsluttet.")).to_be_visible()
    kari.closes(talk, "Test")


def test_out_quickly_in_webkit(product: Product, in_webkit: WebKitChild) -> None:
    """The whole tab goes elsewhere; that there is no network behind it makes no difference."""
    child = in_webkit
    child.comes_to(product.child_page)
    child.presses("Begynn å skrive")
    child.writes("en hemmelighet")
    child.sees("en hemmelighet")
    child.presses("Gå ut fort")
    child.driver.switch_to.default_content()
    child.until(lambda: not child.driver.current_url.startswith(product.child_page))

    assert "en hemmelighet" not in child.driver.page_source
