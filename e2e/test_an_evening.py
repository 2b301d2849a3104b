"""A small evening at full desks: the quick form of `make evening`. Words are compared exactly, times are held generously."""

from playwright.sync_api import Browser

from bench.evening import QUICK, measure
from bench.page import table
from e2e.conftest import Product, Rooms


def test_no_talk_is_mixed_up_and_no_screen_is_held_up_on_a_full_evening(chromium: Browser, product: Product, rooms: Rooms) -> None:
    """Every word stands in the pane of its own child, what is begun stays where it is while others ring, come and go, and pages answer."""
    pages = [rooms.page(phone=False) for _ in range(QUICK.counsellors)]
    rows, blame = measure(chromium, product, pages, QUICK)
    told = "\n".join([table(rows), *blame])
    own, clock, gap, mixed = rows
    assert mixed.good, told
    assert own.is_ < 4 * own.most, told
    assert clock.is_ < 20 * clock.most, told
    assert gap.is_ < 20 * gap.most, told
