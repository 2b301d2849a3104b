"""What the counsellor is told of the child: seen only when it is so, and gone as soon as it is."""

import re

from playwright.sync_api import expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor
from e2e.people.together import meet


def test_what_lies_in_a_hidden_frame_is_delivered_and_not_seen(product: Product, rooms: Rooms) -> None:
    """The child hides the chat: the counsellor sees that her words came, and "seen" only when the frame is shown again."""
    kari, child, talk = meet(product, rooms, danger=True)
    child.page.get_by_role("button", name="Skjul chatten").click()

    kari.writes(talk, "Er du der ennå?")
    message = kari.pane(talk).get_by_role("log").locator(".message").filter(has_text="Er du der ennå?")
    expect(message).to_contain_text("Kommet fram")
    kari.page.wait_for_timeout(1_500)
    expect(message).not_to_contain_text("Lest")

    child.page.get_by_role("button", name="Snakk med oss").click()
    child.reads("Er du der ennå?")
    expect(message).to_contain_text("Lest")

    child.writes("ja")
    kari.reads(talk, "ja")
    child.has_sent("ja", "Lest")
    child.ends()
    kari.closes(talk, "Test")
    expect(kari.pane(talk)).to_have_count(0)


def test_who_leaves_quickly_is_out_of_the_line_at_once(product: Product, rooms: Rooms) -> None:
    """The page is gone in the same moment; the server is told before that, and nobody is offered a child that is not there."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    child.page.route("https://www.yr.no/**", lambda route: route.fulfill(body="<h1>Været</h1>", content_type="text/html"))
    rooms.watch.allowed += ("https://www.yr.no/",)
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins(danger=True)
    child.sees("Du er den neste.")
    in_danger = kari.page.get_by_role("region", name="Køen").get_by_text("Farlig nå")
    expect(in_danger.first).to_be_visible()
    before = in_danger.count()

    child.frame.get_by_role("link", name="Gå ut fort").click()

    expect(child.page).to_have_url(re.compile("yr.no"))
    expect(in_danger).to_have_count(before - 1)
