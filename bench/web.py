"""What the child's side costs a telephone: bytes, requests, time until it can be used, work while messages come, memory.

`make bench-web` prints the table and writes it to docs/performance-web.md; `--quick` takes fewer messages and writes nothing.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.page import Row, put, table
from e2e.conftest import CHROMIUM, FLAGS, PHONE, ROOT, Product, start
from e2e.leaving import leaving
from e2e.people.child import Child
from e2e.people.counsellor import Counsellor

ROUND_TRIP = 150
"""Milliseconds, as on slow mobile data."""
BITS, SLOWER = 1_600_000, 4
"""Bits in a second; how many times slower than this machine the telephone is."""
MANY, FEW = 200, 40
WATCH = """() => {
  window.longest = 0;
  new PerformanceObserver(list => list.getEntries().forEach(({duration}) => { window.longest = Math.max(window.longest, duration) }))
    .observe({type: "longtask"});
  const look = () => {
    if (document.querySelector("child-chat form button.primary")) window.usable = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
BEFORE = """paint => 1 + performance.getEntriesByType("resource").filter(({startTime}) => startTime < paint).length"""
SAY = """texts => { const {talk} = document.querySelector("talk-pane"); texts.forEach(text => void talk.say(text)) }"""
READABLE = """many => document.querySelectorAll("[role=log] > .message").length === many && !document.querySelector("[role=log] .odd")"""
WORDS = "Det høres tungt ut. Har du noen voksne du kan snakke med om det?"


def sizes() -> list[Row]:
    """What travels, as the build has counted it."""
    counted = json.loads((ROOT / "built" / "sizes.json").read_text("utf-8"))
    what = {
        "loader": "the loader on the host's page, brotli",
        "widget": "the whole child's side: page, all words, style and script, brotli",
    }
    return [Row(what[name], most, "B", total) for name, (total, most) in counted.items()]


def slow(page: Page) -> None:
    """Make a page as slow as an old telephone on slow mobile data."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    rate = {"downloadThroughput": BITS / 8, "uploadThroughput": BITS / 16}
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": ROUND_TRIP, **rate})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def opened(browser: Browser, product: Product, prepare: Callable[[Page], None]) -> Page:
    """Return the chat's own page in a browser that knows nothing yet, once it can be used."""
    context = browser.new_context(viewport=PHONE, locale="nb-NO", reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    prepare(page)
    page.add_init_script(f"({WATCH})()")
    page.goto(f"{product.chat}/w")
    page.wait_for_function("window.usable")
    return page


def first(browser: Browser, product: Product, times: int) -> list[Row]:
    """How many requests until something is painted, and how long until it can be used: the median of several first visits."""
    requests, usable = [], []
    for _ in range(times):
        page = opened(browser, product, slow)
        page.wait_for_function(f"({PAINT}) !== null")
        requests.append(page.evaluate(BEFORE, page.evaluate(PAINT)))
        usable.append(page.evaluate("window.usable"))
        page.context.close()
    return [
        Row("requests until the first paint", 4, "", max(requests)),
        Row(f"usable, with {ROUND_TRIP} ms round trip, 1.6 Mbit/s, CPU {SLOWER} times slower", 1_000, "ms", statistics.median(usable)),
    ]


def left(browser: Browser, product: Product, times: int) -> list[Row]:
    """How soon the words are out of sight, and the tab on its way elsewhere: the slowest of several times."""
    took = []
    for _ in range(times):
        context = browser.new_context(viewport=PHONE, locale="nb-NO", reduced_motion="reduce")  # type: ignore[arg-type]
        context.route("https://www.yr.no/**", lambda route: route.fulfill(body="<title>weather</title>", content_type="text/html"))
        child = Child(context.new_page())
        child.comes_to(product.child_page)
        child.begins()
        child.writes(WORDS)
        child.has_sent(WORDS, "Sendt")
        took.append(leaving(child))
        context.close()
    return [
        Row(f"leaving: the words are covered, CPU {SLOWER} times slower", 100, "ms", max(covered for covered, _ in took)),
        Row(f"leaving: the tab is on its way, CPU {SLOWER} times slower", 200, "ms", max(gone for _, gone in took)),
    ]


def heap(page: Page) -> float:
    """Return what a page holds after its garbage is collected (MB)."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return float(metrics["JSHeapUsedSize"]) / 1e6


def talk(browser: Browser, product: Product, many: int) -> list[Row]:
    """The longest piece of work while many messages arrive, one by one and all at once; what the page then holds beyond an empty one."""
    staff = browser.new_context(locale="nb-NO").new_page()
    kari = Counsellor(staff, "Kari")
    kari.signs_in(product)
    page = opened(browser, product, lambda _: None)
    page.get_by_role("button", name="Begynn å skrive").click()
    expect(page.get_by_role("main").get_by_text("Du er den neste.")).to_be_visible()
    name = kari.takes_next()
    expect(page.get_by_text("Du skriver med Kari").first).to_be_visible()
    one_by_one = longest(page, staff, many, many, offline=False)
    held = heap(page) - empty(browser)
    at_once = longest(page, staff, many, 2 * many, offline=True)
    kari.closes(name, "Test")
    page.context.close()
    staff.context.close()
    return [
        Row(f"longest piece of work while {many} messages come, one by one", 50, "ms", one_by_one),
        Row(f"the same when {many} come at once, after a lost connection", 50, "ms", at_once),
        Row(f"memory beyond an empty page, after {many} messages", 10, "MB", held),
    ]


def longest(page: Page, staff: Page, many: int, in_all: int, *, offline: bool) -> float:
    """Let her say so many, to a page that is there or comes back; return its longest piece of work (ms by the clock, 0: under 50)."""
    page.context.set_offline(offline)
    page.evaluate("window.longest = 0")
    staff.evaluate(SAY, [f"{number}. {WORDS}" for number in range(many)])
    wait(staff, in_all)
    page.context.set_offline(offline=False)
    wait(page, in_all)
    return float(page.evaluate("window.longest"))


def wait(page: Page, many: int) -> None:
    """Wait until so many messages are stored and can be read, without keeping the page busy by asking."""
    page.wait_for_function(READABLE, arg=many, polling=1_000, timeout=90_000)


def empty(browser: Browser) -> float:
    """Return what an empty page holds (MB)."""
    page = browser.new_context().new_page()
    page.goto("about:blank")
    held = heap(page)
    page.context.close()
    return held


def measure(browser: Browser, product: Product, *, quick: bool) -> list[Row]:
    """Return every figure."""
    return [
        *sizes(),
        *first(browser, product, 1 if quick else 5),
        *left(browser, product, 1 if quick else 10),
        *talk(browser, product, FEW if quick else MANY),
    ]


def main() -> int:
    """Print the table; write it unless it was done quickly. 1: a figure is beyond its budget."""
    quick = "--quick" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        product = start(Path(data))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            rows = measure(browser, product, quick=quick)
        finally:
            browser.close()
            product.stop()
    print(table(rows))  # noqa: T201 - a command speaks to the one who gave it
    if not quick:
        put("child", table(rows))
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
