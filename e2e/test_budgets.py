"""What the child's side may cost a telephone: the quick form of `make bench-web`. Sizes and counts are held exactly, times generously."""

from playwright.sync_api import Browser

from bench.page import table
from bench.web import measure
from e2e.conftest import Product


def test_the_childs_side_is_within_its_budgets(chromium: Browser, product: Product) -> None:
    """Bytes and requests as promised; usable soon, no long piece of work and little memory even on a machine that does much else."""
    product.forget_everybody()
    rows = measure(chromium, product, quick=True)
    told = table(rows)
    loader, whole, requests, usable, covered, gone, one_by_one, at_once, held = rows
    assert loader.good, told
    assert whole.good, told
    assert requests.good, told
    assert usable.is_ < 10 * usable.most, told
    assert covered.is_ < 10 * covered.most, told
    assert gone.is_ < 10 * gone.most, told
    assert one_by_one.is_ < 20 * one_by_one.most, told
    assert at_once.is_ < 20 * at_once.most, told
    assert held.good, told
