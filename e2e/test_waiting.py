"""Waiting: the place and an honest range, a place that is held, calm that can be put away, and a tab that remembers when asked to."""

import re
import time

from playwright.sync_api import expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor

LOCKED = 14_000
"""Longer (ms) than the twelve seconds after which somebody who is not heard is gone for now."""
KEPT = "sessionStorage.length + localStorage.length"


def answered_before(product: Product, *minutes: int) -> None:
    """Let children have been answered in the last hour, after so many minutes each, as the store keeps it."""
    now = int(time.time()) // 60 * 60_000
    with product.store() as admin:
        admin.zadd("{q}:recent", {f"{now - ago * 60_000}:{waited * 60_000}:1": now - ago * 60_000 for ago, waited in enumerate(minutes)})
        admin.expire("{q}:recent", 600)


def kept_by(child: Child) -> int:
    """Return how many things the child's frame keeps in its browser."""
    frame = next(frame for frame in child.page.frames if frame.url.endswith("/w"))
    return int(frame.evaluate(KEPT))


def keeps(child: Child, many: int) -> None:
    """Wait until the child's frame keeps so many things."""
    frame = next(frame for frame in child.page.frames if frame.url.endswith("/w"))
    frame.wait_for_function(f"() => {KEPT} === {many}")


def test_a_child_is_told_a_range_and_never_a_minute(product: Product, rooms: Rooms) -> None:
    """With nothing known it says so; after an evening's answers it says between what and what."""
    first, second = Child(rooms.page(phone=True)), Child(rooms.page(phone=True))
    first.comes_to(product.child_page)
    first.begins()
    first.sees("Du er den neste.")
    first.sees("Vi vet ikke ennå hvor lenge det tar.")

    answered_before(product, 6, 7, 8, 9, 11)
    first.sees("Det kan ta mellom 5 og 15 minutter.")
    second.comes_to(product.child_page)
    second.begins()
    second.sees("Du er nummer 2 i køen.")
    second.sees("Det kan ta mellom 10 og 25 minutter.")
    expect(second.frame.get_by_role("status")).to_have_text(re.compile("nummer 2 .* mellom 10 og 25 minutter"))


def test_what_is_written_while_waiting_says_that_nobody_reads_it_yet(product: Product, rooms: Rooms) -> None:
    """Before writing and beside what was written; and it is there when somebody comes."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    child.sees("Ingen leser det før noen kommer.")
    child.writes("kan jeg si det her")
    child.has_sent("kan jeg si det her", "Ingen har lest det ennå")

    talk = kari.takes_next()
    kari.reads(talk, "kan jeg si det her")
    child.has_sent("kan jeg si det her", "Lest")
    child.ends()
    kari.closes(talk, "Test")


def test_who_is_answered_while_it_thinks_of_leaving_is_not_asked_to_end_the_talk(product: Product, rooms: Rooms) -> None:
    """Somebody comes while the child is asked whether to leave the line: that question is gone, and no other stands in its place."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins()
    child.sees("Du er den neste.")
    child.frame.get_by_role("button", name="Gå ut av køen").click()
    child.sees("Vil du gå ut av køen?")

    talk = kari.takes_next()
    child.sees("Du skriver med Kari")
    expect(child.frame.get_by_role("button", name="Ja, avslutt")).to_have_count(0)
    child.ends()
    kari.closes(talk, "Test")


def test_the_place_is_held_over_a_dropped_line(product: Product, rooms: Rooms) -> None:
    """The first of two loses the net and comes back: still the first. How long it is held is said."""
    first, second = Child(rooms.page(phone=True)), Child(rooms.page(phone=True))
    for child, words in ((first, "Du er den neste."), (second, "Du er nummer 2 i køen.")):
        child.comes_to(product.child_page)
        child.begins()
        child.sees(words)
    first.frame.get_by_text("Hvis du mister nettet").click()
    first.sees("Vi holder av plassen din i 15 minutter")

    first.page.context.set_offline(True)
    expect(first.frame.get_by_text("Vi mistet kontakten.").first).to_be_visible(timeout=20_000)
    rooms.watch.told.clear()
    first.page.context.set_offline(False)
    first.sees("Du er den neste.")
    second.sees("Du er nummer 2 i køen.")
    rooms.watch.told.clear()


def test_the_place_is_held_while_the_telephone_is_locked(product: Product, rooms: Rooms) -> None:
    """The first of two locks its telephone until it is believed gone: nothing runs there. Unlocked, it is still the first."""
    first, second = Child(rooms.page(phone=True)), Child(rooms.page(phone=True))
    for child, words in ((first, "Du er den neste."), (second, "Du er nummer 2 i køen.")):
        child.comes_to(product.child_page)
        child.begins()
        child.sees(words)
    telephone = first.page.context.new_cdp_session(first.page)
    telephone.send("Page.setWebLifecycleState", {"state": "frozen"})
    first.page.context.set_offline(True)
    second.page.wait_for_timeout(LOCKED)
    rooms.watch.told.clear()

    first.page.context.set_offline(False)
    telephone.send("Page.setWebLifecycleState", {"state": "active"})
    first.writes("jeg er her igjen")
    first.has_sent("jeg er her igjen", "Ingen har lest det ennå")
    first.sees("Du er den neste.")
    second.sees("Du er nummer 2 i køen.")
    rooms.watch.told.clear()


def test_the_calm_picture_can_be_put_away(product: Product, rooms: Rooms) -> None:
    """One press and it is gone; one press and it is back."""
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins()
    child.sees("Pust sakte inn")
    child.frame.get_by_role("button", name="Ikke vis dette").click()
    expect(child.frame.get_by_text("Pust sakte inn")).to_have_count(0)
    child.frame.get_by_role("button", name="Vis en pusteøvelse").click()
    child.sees("Pust rolig mens du venter")


def test_a_tab_remembers_only_when_it_is_asked_to(product: Product, rooms: Rooms) -> None:
    """Chosen: a reload keeps place, words and key, and the talk goes on. Not chosen, taken back or ended: nothing is kept."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins(about="Det gjelder meg")
    child.writes("før jeg lastet på nytt")
    child.has_sent("før jeg lastet på nytt", "Ingen har lest det ennå")
    assert kept_by(child) == 0

    child.frame.get_by_text("Hvis du mister nettet").click()
    child.sees("Den som åpner denne fanen på telefonen din, kan også lese samtalen")
    choice = child.frame.get_by_role("checkbox", name="Husk denne fanen")
    choice.evaluate("one => { one.click(); one.click(); }")  # taken back before anything could be kept
    child.page.wait_for_timeout(500)
    expect(choice).not_to_be_checked()
    assert kept_by(child) == 0
    choice.check()
    keeps(child, 1)
    child.frame.get_by_role("button", name="Det er farlig nå").click()
    child.sees("Vi vet at det er farlig.")
    child.page.reload()
    child.page.get_by_role("button", name="Snakk med oss").click()
    child.reads("før jeg lastet på nytt")
    child.sees("Du er den neste.")
    child.sees("Vi vet at det er farlig.")

    talk = kari.takes_next()
    kari.reads(talk, "før jeg lastet på nytt")
    kari.writes(talk, "Nå er jeg her")
    child.reads("Nå er jeg her")
    child.page.reload()
    child.page.get_by_role("button", name="Snakk med oss").click()
    child.reads("Nå er jeg her")
    child.writes("jeg er her ennå")
    kari.reads(talk, "jeg er her ennå")
    child.ends()
    child.sees("Samtalen er ferdig")
    keeps(child, 0)
    kari.closes(talk, "Test")
