"""T2 in a real browser: from the helpline's pages to a provider on another site and back, with our policy and our cookies as they are."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.axe import faults
from e2e.conftest import DESKTOP, PHONE, Product, Watch, start
from e2e.test_passkeys import invited
from tests.ports import free_port
from tests.staff.openid import Op, new_op, running, write_file


@pytest.fixture(scope="module")
def op() -> Op:
    """A provider on another site: a browser takes 127.0.0.1 and localhost for two."""
    return new_op("entra")


@pytest.fixture(scope="module")
def product(op: Op, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, with the provider, which runs beside it."""
    port = str(free_port())
    file = write_file(tmp_path_factory.mktemp("op"), op)
    origin = f"http://localhost:{port}"
    with running(op, file, origin):
        one = start(tmp_path_factory.mktemp("elsewhere"), ALARM_PORT=port, ALARM_STAFF_ORIGIN=origin, ALARM_SIGN_IN=str(file))
        yield one
        one.stop()


@pytest.fixture
def desk(chromium: Browser, product: Product, op: Op) -> Iterator[Page]:
    """A desktop that asks us and the provider alone, and complains of nothing."""
    context = chromium.new_context(viewport=DESKTOP, locale="nb-NO", reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    watch = Watch((product.chat, product.chat.replace("http", "ws", 1), op.issuer))
    watch.on(page)
    op.control()
    yield page
    context.close()
    assert watch.foreign == []
    assert [told for told in watch.told if "403" not in told] == []


def test_T2_there_and_back_and_out_again(desk: Page, product: Product, op: Op) -> None:
    """Invited and linked; signed in with one press; signed out here and there; a stranger is told kindly that there is no account."""
    desk.goto(invited(product, "Nina"))
    desk.get_by_role("button", name="Videre").click()
    desk.get_by_role("button", name="Logg inn med Entra").click()
    expect(desk.get_by_text("Tilkoblet")).to_be_visible()
    expect(desk).to_have_url(f"{product.chat}/staff")

    desk.goto(f"{product.chat}/staff/me")
    expect(desk.get_by_role("heading", name="Nina")).to_be_visible()
    desk.get_by_role("button", name="Logg ut").click()
    expect(desk).to_have_url(re.compile(re.escape(f"{product.chat}/staff/sign-in")))
    expect(desk.get_by_role("link", name="Logg inn med Entra")).to_be_visible()
    [out] = op.seen("session")
    assert (out["client_id"], len(out["id_token_hint"]) > 100) == ("chat", True)

    desk.get_by_role("link", name="Logg inn med Entra").click()
    expect(desk.get_by_text("Tilkoblet")).to_be_visible()
    desk.context.clear_cookies()
    op.control(user="nobody")
    desk.goto(f"{product.chat}/staff")
    desk.get_by_role("link", name="Logg inn med Entra").click()
    expect(desk.get_by_role("alert")).to_contain_text("ingen konto for deg her")
    desk.goto(f"{product.chat}/staff")
    expect(desk).to_have_url(f"{product.chat}/staff/sign-in")


def test_T2_an_answer_in_another_browser_is_nothing(desk: Page, chromium: Browser, product: Product) -> None:
    """Who is sent a link with somebody's answer in it is not signed in as somebody."""
    other = chromium.new_context()
    asked = other.request.get(f"{product.chat}/staff/elsewhere/entra", max_redirects=0).headers["location"]
    there = other.request.get(asked, max_redirects=0).headers["location"]
    other.close()
    desk.goto(there)
    expect(desk.get_by_role("alert")).to_contain_text("Begynn på nytt her")
    desk.goto(f"{product.chat}/staff")
    expect(desk).to_have_url(f"{product.chat}/staff/sign-in")


def test_axe_finds_nothing_where_a_provider_is(desk: Page, product: Product) -> None:
    """Signing in and choosing, on a phone, in both schemes and all languages; nothing stands out of the screen."""
    desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
    found = []
    for lang in ("nn", "en", "nb"):
        desk.goto(f"{product.chat}/staff/sign-in?lang={lang}")
        for scheme in ("light", "dark"):
            desk.emulate_media(color_scheme=scheme)
            found += [f"sign in, {lang}, {scheme}: {fault}" for fault in faults(desk)]
    desk.goto(invited(product, "Siri"))
    desk.get_by_role("button", name="Videre").click()
    found += [f"invited: {fault}" for fault in faults(desk)]
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert found == []
