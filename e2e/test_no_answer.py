"""Where the frame says nothing, a child is not left before a browser's error: it reads whom to ring."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.conftest import PHONE, Product, start
from e2e.test_embedding import Host
from tests.ports import free_port

NOTHING = "Vi får ikke kontakt med chatten"
PATIENCE = 8_000


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A phone whose clock the play can turn."""
    context = chromium.new_context(viewport=PHONE, locale="nb-NO", reduced_motion="reduce")  # type: ignore[arg-type]
    one = context.new_page()
    one.clock.install()
    yield one
    context.close()


def stand_still(page: Page) -> None:
    """Let no time pass from now on but what the play says: however slow the machine, no second is counted twice."""
    page.clock.pause_at(page.evaluate("Date.now()") + 60_000)


def reads_whom_to_ring(page: Page) -> None:
    """Not at once: a slow network is no failure; then in words, with a number that can be pressed, and a way to hide it."""
    stand_still(page)
    page.get_by_role("button", name="Snakk med oss").click()
    expect(page.locator("iframe")).to_be_visible()
    page.clock.run_for(PATIENCE - 1_000)
    expect(page.get_by_text(NOTHING)).to_have_count(0)
    page.clock.run_for(2_000)
    help_ = page.get_by_role("link", name=NOTHING)
    expect(help_).to_be_visible()
    expect(help_).to_contain_text("116 111")
    assert help_.get_attribute("href") == "tel:116111"
    page.get_by_role("button", name="Skjul chatten").click()
    expect(help_).to_be_hidden()


def test_a_page_that_may_not_embed_it_says_whom_to_ring(product: Product, page: Page) -> None:
    """The browser refuses the frame; the child is not left alone with that."""
    host = Host(free_port(), chat=product.chat)
    server = host.serve()
    try:
        page.goto(host.origin)
        reads_whom_to_ring(page)
    finally:
        server.shutdown()
        server.server_close()


def test_a_chat_that_is_down_says_whom_to_ring(tmp_path: Path, page: Page) -> None:
    """The host's page was there before the chat went: the button still leads to somebody."""
    product = start(tmp_path)
    page.goto(product.child_page)
    expect(page.get_by_role("button", name="Snakk med oss")).to_be_visible()
    product.stop()

    reads_whom_to_ring(page)


def test_a_frame_that_speaks_is_all_that_is_seen(product: Product, page: Page) -> None:
    """Slow or quick: once the chat is there, nothing lies over it, however long it stays open."""
    page.goto(product.child_page)
    page.get_by_role("button", name="Snakk med oss").click()
    expect(page.frame_locator("iframe").get_by_role("button", name="Begynn å skrive")).to_be_visible()
    page.clock.run_for(PATIENCE * 10)

    expect(page.get_by_text(NOTHING)).to_have_count(0)
    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, **PHONE}
