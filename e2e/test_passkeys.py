"""T5 in a real browser, with Chromium's own authenticator: a passkey is made behind an invitation, and signs in."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from e2e.axe import faults
from e2e.conftest import DESKTOP, PHONE, ROOT, Product, Watch, start
from tests.ports import free_port

DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product at a host that has a name: no browser makes a passkey for a number."""
    port = str(free_port())
    one = start(tmp_path_factory.mktemp("named"), ALARM_PORT=port, ALARM_STAFF_ORIGIN=f"http://localhost:{port}")
    assert one.staff_page == f"http://localhost:{port}/staff"
    yield one
    one.stop()


@pytest.fixture
def desk(chromium: Browser, named: Product) -> Iterator[Page]:
    """A desktop that asks nobody else and complains of nothing."""
    context = chromium.new_context(viewport=DESKTOP, locale="nb-NO", reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    watch = Watch((named.chat, named.chat.replace("http", "ws", 1)))
    watch.on(page)
    yield page
    context.close()
    assert watch.foreign == []
    assert [told for told in watch.told if "403" not in told] == []


def device(page: Page, **other: object) -> tuple[CDPSession, str]:
    """Put an authenticator into this browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "automaticPresenceSimulation": True, **other}})
    return session, str(made["authenticatorId"])


def invited(product: Product, name: str) -> str:
    """Return the link that an administrator's command prints."""
    command = [sys.executable, "-m", "server", "staff", "invite", name]
    environ = {**product.environ, "ALARM_STAFF_ORIGIN": product.chat}
    told = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout
    found = re.search(r"http\S+/staff/invitation#\S+", told)
    assert found is not None
    return found[0]


def makes_a_passkey(page: Page, product: Product, name: str) -> None:
    """Open the invitation and choose the first thing that is offered."""
    page.goto(invited(product, name))
    page.get_by_role("button", name="Videre").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("button", name="Lag en passnøkkel").click()
    expect(page).to_have_url(f"{product.chat}/staff/sign-in")


def test_T5_a_passkey_from_the_invitation_to_the_dashboard(desk: Page, named: Product) -> None:
    """Made with one press, used with one press, nothing typed; added and removed on one's own page; a browser without it stays outside."""
    device(desk)
    makes_a_passkey(desk, named, "Nina")
    expect(desk.get_by_role("button", name="Bruk passnøkkel")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Tilkoblet")).to_be_visible()

    desk.goto(f"{named.chat}/staff/me")
    expect(desk.get_by_text(re.compile("^Passnøkkel 1: lagt til"))).to_be_visible()
    desk.get_by_role("button", name="Fjern: Passnøkkel 1").click()
    expect(desk.get_by_role("alert")).to_contain_text("den eneste veien inn")
    other, _ = device(desk, transport="usb")
    desk.get_by_label("Hva passnøkkelen heter").fill("Reserve")
    desk.get_by_role("button", name="Legg til en passnøkkel").click()
    expect(desk.get_by_text(re.compile("^Reserve: lagt til"))).to_be_visible()
    desk.get_by_role("button", name="Fjern: Passnøkkel 1").click()
    expect(desk.get_by_text(re.compile("^Passnøkkel 1: lagt til"))).to_have_count(0)
    desk.get_by_role("button", name="Logg ut").click()
    other.send("WebAuthn.disable")
    device(desk)
    desk.get_by_role("button", name="Bruk passnøkkel").click()
    expect(desk.get_by_role("alert")).to_contain_text("Det gikk ikke her")
    expect(desk.get_by_label("Passord")).to_be_visible()


def test_T5_a_device_that_does_not_know_who_uses_it_signs_nobody_in(desk: Page, named: Product) -> None:
    """User verification is required: where it fails, the browser gives nothing and the page says what to do."""
    session, name = device(desk)
    makes_a_passkey(desk, named, "Vera")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
    desk.get_by_role("button", name="Bruk passnøkkel").click()
    expect(desk.get_by_role("alert")).to_contain_text("Det gikk ikke her")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": True})
    desk.get_by_role("button", name="Bruk passnøkkel").click()
    expect(desk.get_by_text("Tilkoblet")).to_be_visible()


def test_T5_a_copied_key_is_told(desk: Page, named: Product) -> None:
    """A key whose count goes back is refused in clear words; the auditor's command has it."""
    session, name = device(desk)
    makes_a_passkey(desk, named, "Kopi")
    desk.get_by_role("button", name="Bruk passnøkkel").click()
    expect(desk.get_by_text("Tilkoblet")).to_be_visible()
    [credential] = session.send("WebAuthn.getCredentials", {"authenticatorId": name})["credentials"]
    session.send("WebAuthn.removeCredential", {"authenticatorId": name, "credentialId": credential["credentialId"]})
    session.send("WebAuthn.addCredential", {"authenticatorId": name, "credential": {**credential, "signCount": 0}})
    desk.context.clear_cookies()
    desk.goto(f"{named.chat}/staff/sign-in")
    desk.get_by_role("button", name="Bruk passnøkkel").click()
    expect(desk.get_by_role("alert")).to_contain_text("kan finnes en kopi")
    listed = [sys.executable, "-m", "server", "audit", "list"]
    told = subprocess.run(listed, cwd=ROOT, env=named.environ, capture_output=True, text=True, check=True).stdout
    assert re.search(r"factor_suspect\t-\tKopi", told)


def test_axe_finds_nothing_where_passkeys_are(desk: Page, named: Product) -> None:
    """Signing in, choosing, and one's own page, on a phone, in both schemes and all languages; nothing stands out of the screen."""
    device(desk)
    desk.set_viewport_size(PHONE)  # type: ignore[arg-type]
    link = invited(named, "Siri")
    found = []
    for screen in ("sign in", "invited", "me"):
        if screen == "invited":
            desk.goto(link)
            desk.get_by_role("button", name="Videre").click()
        if screen == "me":
            desk.get_by_role("button", name="Lag en passnøkkel").click()
            desk.get_by_role("button", name="Bruk passnøkkel").click()
            expect(desk.get_by_text("Tilkoblet")).to_be_visible()
        for lang in ("nn", "en", "nb"):
            if screen != "invited":
                desk.goto(f"{named.chat}/staff/{'me' if screen == 'me' else 'sign-in'}?lang={lang}")
            expect(desk.locator("form#passkey")).to_be_visible()
            for scheme in ("light", "dark"):
                desk.emulate_media(color_scheme=scheme)
                found += [f"{screen}, {lang}, {scheme}: {fault}" for fault in faults(desk)]
            assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert found == []
