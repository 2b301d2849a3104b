"""docs/counsellor-guide.md shows the screens as they are: each picture that it names is made by the evening that is played here."""

import re

from playwright.sync_api import Page

from bench.pictures import OUT, Evening, picture
from e2e.conftest import PHONE, ROOT, Product, Rooms

NAMED = re.findall(r"!\[.+?\]\(images/guide/([\w-]+)\.webp\)", (ROOT / "docs" / "counsellor-guide.md").read_text("utf-8"))
MOST, MOST_BYTES = 15, 60_000


def test_the_guide_names_what_is_kept_and_it_is_small() -> None:
    """Each kept picture stands in the guide once, none is missing, and none is heavy."""
    kept = {one.name: one.stat().st_size for one in OUT.iterdir()}
    assert sorted(kept) == sorted(f"{name}.webp" for name in NAMED)
    assert len(kept) <= MOST
    assert {name: size for name, size in kept.items() if size > MOST_BYTES} == {}


def test_every_picture_of_the_guide_is_made_by_an_evening(product: Product, rooms: Rooms) -> None:
    """With real children, through every screen that the guide shows and no other."""
    made: dict[str, int] = {}

    def take(page: Page, name: str) -> None:
        assert name not in made
        made[name] = len(picture(page))
        assert rooms.watch.told == [] or name == "uten-kontakt"

    Evening(product, lambda size: rooms.page(phone=size == PHONE), take).play()
    rooms.watch.told.clear()  # a page without a net says so
    assert sorted(made) == sorted(NAMED)
    assert max(made.values()) <= MOST_BYTES
