"""What is seldom on a counsellor's screen is for everyone too: a late registration, the warning in the staff room, the sheet of paper."""

import time
from typing import Literal

from playwright.sync_api import Page, expect

from e2e.axe import faults
from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from server import keys

LATE = 31 * 60_000 + 20_000
"""Longer (ms) ago than a registration may take: within the 32nd minute, some seconds from either end."""


def check(page: Page, state: str, media: Literal["print", "screen"] = "screen") -> None:
    """Let axe look at a state in both colour schemes."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, media=media)
        found += [f"{state}, {scheme}: {fault}" for fault in faults(page)]
    page.emulate_media(color_scheme="light", media="screen")
    assert found == []


def test_W8_axe_finds_nothing_when_a_registration_is_late_nor_on_paper(product: Product, rooms: Rooms) -> None:
    """The mark beside her own list, the shift lead's warning above the staff room, the sheet as it is printed."""
    lea, child = Counsellor(rooms.page(phone=False), "Lea"), Child(rooms.page(phone=True))
    lea.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    name = lea.takes_next()
    lea.ends(name)
    expect(lea.page.get_by_role("heading", name="Ikke registrert")).to_be_visible()
    conversation = lea.page.locator("talk-pane").evaluate("one => one.view.conversation")
    with product.store() as store:
        assert store.hset(keys.talk(conversation), "ended", int(time.time() * 1000) - LATE) == 0
    lea.page.reload()
    expect(lea.page.get_by_text("Ferdig for 31 min siden. Registrer nå.")).to_be_visible()
    expect(lea.page.get_by_text("Én samtale er ikke registrert i tide.")).to_be_visible(timeout=30_000)
    lea.page.locator("summary").filter(has_text="Vaktrommet").click()
    check(lea.page, "late, staff room open")

    lea.writes_up(name, "sammendrag på papir")
    lea.page.evaluate("() => document.querySelector('talk-pane').classList.add('printing')")
    lea.page.emulate_media(media="print")
    expect(lea.page.get_by_role("heading", level=1)).to_be_visible()
    check(lea.page, "on paper", "print")
    lea.closes(name, "Test")
