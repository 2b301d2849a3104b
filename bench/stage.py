"""What pictures are taken of: an empty folder for them, the product, and a browser."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from e2e.conftest import CHROMIUM, FLAGS, Product, start


@contextmanager
def stage(out: Path, kind: str) -> Iterator[tuple[Product, Browser]]:
    """The product and a browser, for as long as pictures are taken; those of this kind (`*.png`) that were in the folder are gone."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob(kind):
        old.unlink()
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        product = start(Path(data))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield product, browser
        finally:
            browser.close()
            product.stop()
