"""How a child and a counsellor come together: what most evenings begin with."""

import re

from playwright.sync_api import expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor

STORED = re.compile("Sendt|Kommet fram|Lest")
"""What a message says of itself when it has come to us."""


def comes(product: Product, rooms: Rooms, words: str, *, about: str | None = None) -> Child:
    """Let a child come and write. It has its place in the line then: who comes after it stands behind it."""
    child = Child(rooms.page(phone=True))
    child.comes_to(product.child_page)
    child.begins(about=about)
    child.writes(words)
    expect(child.message(words)).to_contain_text(STORED)
    return child


def meet(product: Product, rooms: Rooms, *, danger: bool = False) -> tuple[Counsellor, Child, str]:
    """Let Kari take a child that has not written yet; return both, and the name of their talk."""
    kari, child = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True))
    kari.signs_in(product)
    child.comes_to(product.child_page)
    child.begins(danger=danger)
    talk = kari.takes_next()
    child.sees("Du skriver med Kari")
    return kari, child, talk
