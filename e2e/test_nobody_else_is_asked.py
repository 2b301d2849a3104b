"""W4: a whole evening of everybody, and what their browsers asked for."""

from urllib.parse import urlsplit

from playwright.sync_api import Request, expect

from e2e.conftest import Product, Rooms
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor


def test_W4_over_a_whole_evening_no_browser_asks_anybody_else(product: Product, rooms: Rooms) -> None:
    """From the host's page to the last page, and from sign-in to the journal: each request and each socket goes to two hosts of ours."""
    asked: set[str] = set()

    def note(request: Request) -> None:
        asked.add(urlsplit(request.url).netloc)

    kari, child, other = (
        Counsellor(rooms.page(phone=False), "Kari"),
        Child(rooms.page(phone=True)),
        Child(rooms.page(phone=False)),
    )
    for one in (kari.page, child.page, other.page):
        one.context.on("request", note)
        one.on("websocket", lambda socket: asked.add(urlsplit(socket.url).netloc))
    other.comes_to(product.child_page)
    other.begins()
    other.leaves_the_line()
    kari.signs_in(product)
    kari.is_free()
    child.comes_to(product.child_page)
    child.begins(danger=True)
    child.writes("https://evil.example/pixel.gif")
    name = kari.accepts()
    kari.reads(name, "https://evil.example/pixel.gif")
    kari.writes(name, "Se på https://evil.example/")
    child.reads("Se på https://evil.example/")
    child.ends()
    kari.writes_up(name, "En kveld.")
    kari.registers(name)
    kari.page.goto(f"{product.staff_page}/me")
    expect(kari.page.get_by_role("heading", level=1)).to_be_visible()

    assert asked == {urlsplit(product.chat).netloc, urlsplit(product.child_page).netloc}


def test_W4_a_request_to_somebody_else_would_be_seen(product: Product, rooms: Rooms) -> None:
    """What watches in every test can fail: a picture from elsewhere, asked for on the host's own page, is noted."""
    page = rooms.page(phone=True)
    page.goto(product.child_page)
    page.evaluate("new Promise(done => { const one = new Image(); one.onerror = one.onload = done; one.src = 'http://127.0.0.2:9/x.gif' })")

    assert rooms.watch.foreign == ["http://127.0.0.2:9/x.gif"]
    rooms.watch.foreign.clear()
    rooms.watch.told.clear()
