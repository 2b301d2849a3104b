"""JavaScript off, or a script that fails on its way: the hours, whom to ring and the way out are there all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from e2e.conftest import PHONE, ROOT, Product, start

NOT_HERE = "Chatten virker ikke i denne nettleseren. Du kan ringe i stedet."


@pytest.fixture(scope="module")
def day_and_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A chat that is open by its hours, day and night, until a midnight in a few days."""
    data = tmp_path_factory.mktemp("open")
    (data / "config").mkdir()
    lines = (ROOT / "config" / "helpline.toml").read_text("utf-8").splitlines()
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    shut = days[(datetime.now(UTC).weekday() + 3) % 7]
    hours = [f'{line[:3]} = ["00:00", "24:00"]' if line.startswith(tuple(f"{day} " for day in days)) else line for line in lines]
    hours = [line for line in hours if not line.startswith(f"{shut} ")]
    (data / "config" / "helpline.toml").write_text("\n".join(hours), "utf-8")
    (data / "config" / "wording").symlink_to(ROOT / "config" / "wording")
    one = start(data, ALARM_OPEN="hours", ALARM_CONFIG=str(data / "config" / "helpline.toml"))
    yield one
    one.stop()


def has_what_is_needed(page: Page) -> None:
    """The hours, whom to ring as links that dial, and a way out that leads elsewhere."""
    expect(page.get_by_text("Chatten er åpen til klokka 00.00.")).to_be_visible()
    for number in ("112", "113", "116117", "116111"):
        expect(page.locator(f"a[href='tel:{number}']").first).to_be_visible()
    page.get_by_role("link", name="Gå ut fort").click()
    page.wait_for_url("https://www.yr.no/**")


@pytest.mark.parametrize("script", ["off", "changed", "broken"])
def test_what_is_needed_is_there(day_and_night: Product, chromium: Browser, script: str) -> None:
    """Off in the browser; changed on the way, so that its integrity is wrong; one that this browser cannot run."""
    context = chromium.new_context(java_script_enabled=script != "off", locale="nb-NO", viewport=PHONE)  # type: ignore[arg-type]
    context.route("https://www.yr.no/**", lambda route: route.fulfill(body="<title>weather</title>", content_type="text/html"))
    page = context.new_page()
    match script:
        case "changed":
            page.route("**/static/widget-*.js", lambda route: route.fulfill(body="1", content_type="text/javascript"))
        case "broken":
            page.add_init_script("Object.defineProperty(customElements, 'define', { value() { throw Error('too old'); } })")
        case _:
            pass
    page.goto(f"{day_and_night.chat}/w")

    expect(page.get_by_role("heading", level=1, name="Hei. Vil du snakke med noen?")).to_be_visible()
    expect(page.get_by_text(NOT_HERE)).to_be_visible()
    has_what_is_needed(page)
    context.close()


def test_those_words_never_flash_where_the_script_comes(day_and_night: Product, chromium: Browser) -> None:
    """While a script is on its way the page does not say that the chat does not work."""
    context = chromium.new_context(locale="nb-NO", viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()

    def late(route: Route) -> None:
        page.wait_for_timeout(1_500)
        route.continue_()

    page.route("**/static/widget-*.js", late)
    page.goto(f"{day_and_night.chat}/w", wait_until="commit")

    expect(page.get_by_role("link", name="Gå ut fort")).to_be_visible()
    expect(page.get_by_text(NOT_HERE)).to_be_hidden()
    expect(page.get_by_role("button", name="Begynn å skrive")).to_be_visible()
    context.close()
