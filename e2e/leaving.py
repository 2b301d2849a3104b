"""How fast a child is out of sight: measured in the page itself, on a processor that is made slow."""

from playwright.sync_api import Frame, Route

from e2e.people.child import Child

ELSEWHERE = "https://www.yr.no/**"
"""Where the way out leads. It answers when this page has told what it measured: a page that is left may not be heard any more."""
SLOWER = 4
MARK = "covered after "
WATCH = """mark => addEventListener("click", ({timeStamp}) => {
  const {timeOrigin} = performance;
  const hidden = getComputedStyle(document.body).display === "none";
  if (hidden) console.log(`${mark}${performance.now() - timeStamp} ${timeOrigin + timeStamp}`);
}, {once: true})"""
"""Hears the click last of all: what is hidden by then is in no frame that is painted afterwards."""


def leaving(child: Child) -> tuple[float, float]:
    """Press the way out on a telephone that is slow; return after how long (ms) the words are covered, and the navigation begins."""
    chat_of(child).evaluate(WATCH, MARK)
    session = child.page.context.new_cdp_session(child.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    told, held = False, list[Route]()

    def answer(route: Route) -> None:
        if told:
            route.fulfill(body="<title>weather</title>", content_type="text/html")
        else:
            held.append(route)

    child.page.route(ELSEWHERE, answer)
    with child.page.expect_console_message(lambda one: one.text.startswith(MARK)) as heard:
        way_out = child.frame.get_by_role("button", name="Gå ut fort").or_(child.frame.get_by_role("link", name="Gå ut fort"))
        way_out.click(no_wait_after=True)
    told = True
    for route in held:
        answer(route)
    child.page.wait_for_url(ELSEWHERE)
    covered, pressed = map(float, heard.value.text.removeprefix(MARK).split())
    return covered, float(child.page.evaluate("performance.timeOrigin")) - pressed


def chat_of(child: Child) -> Frame:
    """Return the chat's own frame."""
    return next(one for one in child.page.frames if one.url.endswith("/w"))
