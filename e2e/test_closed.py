"""Outside of the opening hours, decided on the server: when it opens next, in words, and whom to ring now."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from e2e.conftest import ROOT, Product, Rooms, Watch, start
from e2e.people.child import Child


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product on a day on which it is closed, with its own settings."""
    data = tmp_path_factory.mktemp("closed")
    config = data / "config"
    config.mkdir()
    lines = (ROOT / "config" / "helpline.toml").read_text("utf-8").splitlines()
    hours = [line for line in lines if not line.startswith(("mon ", "tue ", "wed ", "thu ", "fri ", "sat ", "sun "))]
    text = "\n".join(hours).replace("[exceptions]", '[exceptions]\n"2099-06-01" = ["16:15", "22:45"]')
    (config / "helpline.toml").write_text(text, "utf-8")
    (config / "wording").symlink_to(ROOT / "config" / "wording")
    one = start(data, ALARM_OPEN="hours", ALARM_CONFIG=str(config / "helpline.toml"))
    yield one
    one.stop()


@pytest.fixture
def visitor(closed: Product, chromium: Browser) -> Iterator[Child]:
    """A child at the closed chat's host page."""
    rooms = Rooms(chromium, closed, Watch(()))
    yield Child(rooms.page(phone=True))
    for context in rooms.contexts:
        context.close()


def test_a_closed_chat_says_so_and_whom_to_ring(closed: Product, visitor: Child) -> None:
    """Closed, whom to ring now as a link, and no way to begin."""
    visitor.comes_to(closed.child_page)
    visitor.sees("Chatten er stengt nå")

    expect(visitor.frame.locator("a[href='tel:116111']").first).to_be_visible()
    expect(visitor.frame.get_by_role("button", name="Begynn å skrive")).to_have_count(0)
    expect(visitor.frame.get_by_text("Gå ut fort")).to_be_visible()


def test_to_look_again_without_a_network_leaves_the_page_where_it_is(closed: Product, visitor: Child) -> None:
    """No browser's error in the frame: it is said that there is no connection, and the way out and the numbers stay."""
    visitor.comes_to(closed.child_page)
    visitor.sees("Chatten er stengt nå")
    visitor.page.context.set_offline(True)
    visitor.frame.get_by_role("button", name="Se om chatten er åpen").click()

    visitor.sees("Vi får ikke kontakt med chatten.")
    expect(visitor.frame.get_by_text("Gå ut fort")).to_be_visible()
    expect(visitor.frame.locator("a[href='tel:116111']").first).to_be_visible()


def test_without_a_script_too(closed: Product, chromium: Browser) -> None:
    """JavaScript off: closed, the numbers and the way out are there as plain links."""
    context = chromium.new_context(java_script_enabled=False, locale="nn-NO")
    page = context.new_page()
    page.goto(f"{closed.chat}/w")

    expect(page.get_by_text("Chatten er stengd no")).to_be_visible()
    expect(page.locator("a[href='tel:116111']").first).to_be_visible()
    expect(page.get_by_role("link", name="Gå ut fort")).to_be_visible()
    context.close()
