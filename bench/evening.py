"""An evening at full strength: six counsellors with three talks each, forty who wait. Nothing holds a screen up, no talk is mixed up.

The counsellors sit at real browsers, the children are clients that seal as a browser does. `make evening` prints the table and writes it
into docs/performance-web.md; `--quick` is a smaller evening and writes nothing. While it goes on each dashboard looks at itself: how
long its main thread was held up, and whose words stand in whose pane.
"""

import json
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.evening_children import Children, until
from bench.page import Row, put, table
from e2e.conftest import CHROMIUM, DESKTOP, FLAGS, Product, start
from e2e.people.counsellor import Counsellor
from server.staff import people

WATCH = """() => {
  const watch = window.watch = {longest: 0, gap: 0, mixed: [], blame: []};
  const see = (type, each) => new PerformanceObserver(list => list.getEntries().forEach(each)).observe({type});
  see("longtask", ({duration}) => { watch.longest = Math.max(watch.longest, duration) });
  see("long-animation-frame", ({duration, scripts, renderStart, styleAndLayoutStart, startTime}) => {
    const of = scripts.map(({invoker, duration, forcedStyleAndLayoutDuration: forced}) =>
      `${invoker} ${Math.round(duration)} ms, of it forced layout ${Math.round(forced)}`);
    const [before, layout] = [renderStart - startTime, startTime + duration - styleAndLayoutStart].map(Math.round);
    watch.blame.push(`${Math.round(duration)} ms, before drawing ${before}, layout and paint ${layout}: ${of.join("; ")}`);
  });
  let before = performance.now();
  setInterval(() => {
    const now = performance.now();
    watch.gap = Math.max(watch.gap, now - before - 10);
    before = now;
  }, 10);
  const look = element => {
    const words = element?.closest(".message")?.querySelector(".text:not(.odd)")?.textContent.trim();
    const whose = element?.closest("talk-pane")?.view.conversation;
    if (words && whose && !words.startsWith(`${whose} `)) watch.mixed.push([whose, words]);
  };
  new MutationObserver(changes => changes.forEach(({target, addedNodes}) => {
    look(target.nodeType === 1 ? target : target.parentElement);
    addedNodes.forEach(node => node.nodeType === 1 && [node, ...node.querySelectorAll(".message")].forEach(look));
  })).observe(document, {subtree: true, childList: true, characterData: true});
}"""
"""Within a page: the longest piece of work and the longest time in which the page could not have answered (ms, by the clock), and
whose words have stood in whose pane, if only for a moment."""
AGAIN = "Object.assign(window.watch, {longest: 0, gap: 0, blame: []})"
PANES = """() => [...document.querySelectorAll("talk-pane")].map(pane => ({
  conversation: pane.view.conversation,
  name: pane.querySelector("h2").textContent,
  draft: pane.querySelector(".write textarea")?.value ?? "",
  lines: [...pane.querySelectorAll("[role=log] .message")].map(one =>
    [one.classList.contains("mine") ? "counsellor" : "child", one.querySelector(".text").textContent.trim()]),
}))"""


@dataclass(frozen=True)
class Evening:
    """How much of it there is."""

    counsellors: int = 6
    room: int = 3
    waiting: int = 40
    rounds: int = 6
    """How often each of them goes through all her talks."""
    changes: int = 4
    """After how many of these rounds a child goes home and the next one comes, at each desk."""
    listening: float = 30
    """For how many seconds nobody touches a dashboard, and the children write."""

    @property
    def talks(self) -> int:
        """How many talks there are at once."""
        return self.counsellors * self.room


QUICK = Evening(counsellors=2, waiting=4, rounds=1, changes=1, listening=2)


@dataclass
class Desk:
    """One counsellor at her browser, and what she has written and not sent, by talk."""

    who: Counsellor
    drafts: dict[str, str] = field(default_factory=dict)

    @property
    def page(self) -> Page:
        """Her page."""
        return self.who.page

    def panes(self) -> list[dict[str, Any]]:
        """Return what her screen shows of each talk."""
        return list(self.page.evaluate(PANES))

    def begins(self, pane: dict[str, Any]) -> None:
        """Write a few words in a talk, key by key, and send nothing."""
        words = f"{pane['conversation']} utkast {secrets.token_hex(2)}"
        self.field(pane["name"]).fill("")
        self.field(pane["name"]).press_sequentially(words)
        self.drafts[pane["conversation"]] = words

    def sends(self, pane: dict[str, Any]) -> None:
        """Write in a talk and send it; what stood there unsent is gone with it."""
        self.who.writes(pane["name"], f"{pane['conversation']} svar {secrets.token_hex(4)}")
        self.drafts.pop(pane["conversation"], None)

    def field(self, name: str) -> Any:  # noqa: ANN401 - a Locator
        """Return the writing field of a talk."""
        return self.who.pane(name).get_by_role("textbox", name=f"Skriv til {name}")

    def keeps_her_drafts(self) -> None:
        """What she has begun to write stands where she wrote it, and nowhere else."""
        assert {pane["conversation"]: pane["draft"] for pane in self.panes() if pane["draft"]} == self.drafts


def hire(product: Product, many: int) -> list[str]:
    """Return the names of so many counsellors who can sign in."""
    names = [f"Vakt {number}" for number in range(1, many + 1)]
    for name in names:
        product.passwords[name] = people.add(product.data / "staff.json", name)
    return names


def sit_down(product: Product, pages: Sequence[Page], evening: Evening) -> list[Desk]:
    """Let everybody sign in, each at a page of her own, and be free for as many as there is room for."""
    desks = []
    for page, name in zip(pages, hire(product, evening.counsellors), strict=True):
        page.add_init_script(f"({WATCH})()")
        desk = Desk(Counsellor(page, name))
        desk.who.signs_in(product)
        desk.who.is_free(evening.room)
        desk.page.evaluate(AGAIN)
        desks.append(desk)
    return desks


def take_all(desks: Sequence[Desk], room: int) -> None:
    """Let it ring, and let each of them answer until she has no room."""
    for _ in range(room):
        for desk in desks:
            if desk.who.panes().count() < room:
                desk.who.accepts()


def work(desks: Sequence[Desk], children: Children, evening: Evening) -> None:
    """Round after round: begin in one talk, send in the others; a child goes, the next one comes, and what was begun stays."""
    for number in range(evening.rounds):
        for desk in desks:
            panes = desk.panes()
            desk.begins(panes[number % len(panes)])
            for pane in panes[: number % len(panes)] + panes[number % len(panes) + 1 :]:
                desk.sends(pane)
            desk.keeps_her_drafts()
        if number < evening.changes:
            changes(desks, children)


def changes(desks: Sequence[Desk], children: Children) -> None:
    """At each desk a child ends and its contact is closed; another one rings and is taken; nothing that she had begun is touched."""
    gone = {}
    for desk in desks:
        gone[desk.who.name] = pane = next(pane for pane in desk.panes() if pane["conversation"] not in desk.drafts)
        children.end(pane["conversation"])
    for desk in desks:
        desk.keeps_her_drafts()
        name = gone[desk.who.name]["name"]
        expect(desk.who.pane(name).get_by_text("Barnet avsluttet.")).to_be_visible()
        desk.who.closes(name, "Test")
        desk.who.accepts()
        desk.keeps_her_drafts()


def listen(desks: Sequence[Desk], seconds: float) -> float:
    """Let the children write and nobody press anything; return the longest time in which a dashboard could not have answered (ms)."""
    for desk in desks:
        desk.page.evaluate(AGAIN)
    time.sleep(seconds)
    return max(float(desk.page.evaluate("window.watch.gap")) for desk in desks)


def compare(desks: Sequence[Desk], children: Children, evening: Evening) -> int:
    """Compare word by word: a pane shows what the child of that talk sees, a talk stands on one screen. Return how many words there are."""
    children.quiet()
    words, seen = 0, set()
    for desk in desks:
        until(lambda desk=desk: all(pane["lines"] == said(children, pane) for pane in desk.panes()), f"all words at {desk.who.name}")  # type: ignore[misc]
        desk.keeps_her_drafts()
        for pane in desk.panes():
            assert pane["conversation"] not in seen
            assert all(text is not None and text.startswith(f"{pane['conversation']} ") for _, text in pane["lines"])
            seen.add(pane["conversation"])
            words += len(pane["lines"])
    assert len(seen) == evening.talks
    return words


def said(children: Children, pane: dict[str, Any]) -> list[list[str | None]]:
    """Return what the child of a pane's talk sees, in the pane's own form."""
    return [[role, text] for role, text in children.said_in(pane["conversation"])]


def longest_work(trace: bytes) -> float:
    """Return the longest piece of work of a page, by its thread's own time (ms): other programs are not in it, nor who drives it."""
    events = json.loads(trace)["traceEvents"]
    mains = {(one["pid"], one["tid"]) for one in events if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"}
    by_main = [[one for one in events if (one["pid"], one["tid"]) == main and one["ph"] == "X"] for main in mains]
    longest = 0.0
    for of_page in by_main:
        driven = [one["ts"] for one in of_page if "DevTools" in str(one.get("args"))]
        for task in of_page:
            ends = task["ts"] + task["dur"]
            own = task.get("tdur", 0.0) if task["name"] == "ThreadControllerImpl::RunTask" else 0.0
            if own > longest and not any(task["ts"] <= at <= ends for at in driven):
                longest = own
    assert longest > 0, "expected pieces of work in the trace, got none"
    return longest / 1000


def measure(browser: Browser, product: Product, pages: Sequence[Page], evening: Evening) -> tuple[list[Row], list[str]]:
    """Play an evening. Return its figures, and what the browsers blame for each picture that took long."""
    with Children(product) as children:
        desks = sit_down(product, pages, evening)
        browser.start_tracing(categories=["toplevel"])
        children.come(evening.talks + evening.waiting)
        take_all(desks, evening.room)
        work(desks, children, evening)
        watches = [desk.page.evaluate("window.watch") for desk in desks]
        gap = listen(desks, evening.listening)
        own = longest_work(browser.stop_tracing())
        words = compare(desks, children, evening)
        mixed = sum(len(desk.page.evaluate("window.watch.mixed")) for desk in desks)
        for desk in desks:
            go_home(desk)
    what = f"{evening.counsellors} counsellors, {evening.talks} talks, {evening.waiting} waiting"
    blame = [f"{desk.who.name}: {line}" for desk, watch in zip(desks, watches, strict=True) for line in watch["blame"]]
    return [
        Row(f"{what}: longest piece of work of a dashboard, by its thread's own time", 50, "ms", own),
        Row("the same by the clock, 0: under 50", 50, "ms", max(watch["longest"] for watch in watches)),
        Row("longest time in which a dashboard could not have answered, while children write", 50, "ms", gap),
        Row(f"words in another talk's pane, of {words:,} compared", 0, "", mixed),
    ], blame


def go_home(desk: Desk) -> None:
    """She takes no more children, and closes what she has."""
    desk.who.pauses()
    for pane in desk.panes():
        desk.who.closes(pane["name"], "Test")


def main() -> int:
    """Print the table; write it unless it was a small evening. 1: a figure is beyond its budget."""
    quick = "--quick" in sys.argv[1:]
    evening = QUICK if quick else Evening()
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        product = start(Path(data))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            pages = [browser.new_context(viewport=DESKTOP, locale="nb-NO").new_page() for _ in range(evening.counsellors)]  # type: ignore[arg-type]
            rows, blame = measure(browser, product, pages, evening)
        finally:
            browser.close()
            product.stop()
    print(table(rows), *blame, sep="\n")  # noqa: T201 - a command speaks to the one who gave it
    if not quick:
        put("evening", table(rows))
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
