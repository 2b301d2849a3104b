"""Makes the picture of the README: a child's phone and a counsellor's dashboard, side by side, from the running product.

`.venv/bin/python tools/picture.py` (needs what `make test` installs); writes docs/images/talk.png.
"""

import base64
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402 - the project's folder first

from e2e.conftest import CHROMIUM, FLAGS, Product, Rooms, Watch, start  # noqa: E402
from e2e.people.child import Child  # noqa: E402
from e2e.people.counsellor import Counsellor  # noqa: E402

TALK = [
    ("child", "Hei. Jeg vet ikke hvor jeg skal begynne."),
    ("kari", "Hei. Så fint at du skrev. Du kan begynne hvor du vil. Jeg har god tid."),
    ("child", "Det er mye krangling hjemme. Jeg gruer meg til helgen."),
    ("kari", "Det høres tungt ut å gå og grue seg. Er du et sted nå der du kan skrive i fred?"),
    ("child", "Ja, jeg er på rommet mitt"),
]


def walk(browser: Browser, product: Product) -> tuple[bytes, bytes]:
    """Let a child and a counsellor talk; return the two screens."""
    rooms = Rooms(browser, product, Watch(()))
    kari, child, other = Counsellor(rooms.page(phone=False), "Kari"), Child(rooms.page(phone=True)), Child(rooms.page(phone=True))
    kari.signs_in(product)
    kari.is_free(2)
    child.comes_to(product.child_page)
    child.begins(about="Det gjelder meg")
    talk = kari.accepts()
    for who, words in TALK:
        if who == "child":
            child.writes(words)
            kari.reads(talk, words)
        else:
            kari.writes(talk, words)
            child.reads(words)
    other.comes_to(product.child_page)
    other.begins(about="Jeg er bekymret for noen")
    second = kari.accepts()
    other.writes("Hei, det gjelder en venn av meg")
    kari.reads(second, "Hei, det gjelder en venn av meg")
    kari.page.wait_for_timeout(1000)
    return child.page.screenshot(), kari.page.screenshot()


def beside(browser: Browser, phone: bytes, desktop: bytes) -> bytes:
    """Return the two screens on one sheet."""
    page = browser.new_page(viewport={"width": 1500, "height": 760})
    images = [f"data:image/png;base64,{base64.b64encode(one).decode()}" for one in (phone, desktop)]
    page.set_content(
        "<body style='margin:0;display:flex;gap:40px;align-items:center;justify-content:center;height:100vh;background:#e9eef0'>"
        f"<img src='{images[0]}' style='height:690px;border-radius:22px;box-shadow:0 6px 30px #0003'>"
        f"<img src='{images[1]}' style='height:690px;border-radius:8px;box-shadow:0 6px 30px #0003'></body>"
    )
    page.wait_for_timeout(300)
    return page.screenshot()


def main() -> None:
    """Make the picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        product = start(Path(folder))
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            sheet = beside(browser, *walk(browser, product))
        finally:
            browser.close()
            product.stop()
        (ROOT / "docs" / "images" / "talk.png").write_bytes(sheet)


if __name__ == "__main__":
    main()
