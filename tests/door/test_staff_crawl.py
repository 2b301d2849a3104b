"""T1: without a session there is no page, no file and no socket of the staff's side, wherever one looks."""

import re
from urllib.parse import urljoin, urlsplit

from server.door.built import BEHIND, Built
from server.staff.roles import BEFORE_SIGNING_IN, PAGES
from tests.door.test_staff_matrix import Building, building
from tests.environ import ORIGIN

__all__ = ["building"]

LINKED = re.compile(r'(?:href|src|action|data-ask|data-send|url=)="?([^"\s>]+)"')
OPEN = {"/static/"}
"""What the pages for signing in are made of: no word of a talk, and nothing that opens one."""


async def test_T1_a_crawl_without_a_session_meets_closed_doors_alone(building: Building) -> None:
    """Every route, what is linked from any page that answers, the dashboard's own files: 401 or the page for signing in."""
    known = {path for (_, path), allowed in PAGES.items() if allowed is not BEFORE_SIGNING_IN}
    built = Built(building.house.settings.built)
    waiting = [*sorted(known - {"/staff/static/{file}"}), "/staff/static/x.js", *(built[name].address for name in BEHIND)]
    seen: dict[str, int] = {}
    ways_in = [path for (_, path), allowed in PAGES.items() if allowed is BEFORE_SIGNING_IN and "{" not in path]
    waiting += ways_in
    while waiting:
        path = waiting.pop()
        if path in seen or not path.startswith("/"):
            continue
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            answer = await building.browser.request(method, path, headers={"origin": ORIGIN})
            way_in = path.split("?", 1)[0] in ways_in or any(path.startswith(one) for one in OPEN)
            if not way_in:
                closed = answer.status_code in (401, 404, 405) or (answer.status_code, answer.headers.get("location")) == (
                    303,
                    "/staff/sign-in",
                )
                assert closed, (method, path, answer.status_code)
                assert "<staff-dashboard>" not in answer.text
            if method == "GET":
                seen[path] = answer.status_code
                waiting += [
                    urlsplit(urljoin(ORIGIN + path, found))._replace(scheme="", netloc="").geturl() for found in LINKED.findall(answer.text)
                ]
    assert known - {"/staff/static/{file}"} <= set(seen)
    assert {built[name].address for name in BEHIND} <= {path for path, status in seen.items() if status == 401}
    assert len([path for path, status in seen.items() if status in (200, 304)]) > len(ways_in) // 2


async def test_T1_the_dashboards_files_are_for_who_is_signed_in(building: Building) -> None:
    """With a desk: served, and kept by her browser alone. Without one, or under the open address: not."""
    address = Built(building.house.settings.built)["staff.js"].address
    answer = await building.ask("GET", address, await building.cookie_of("Kari"))
    assert (answer.status_code, answer.headers["cache-control"].startswith("private")) == (200, True)
    assert (await building.ask("GET", address, await building.cookie_of("Ada"))).status_code == 403
    assert (await building.ask("GET", address.removeprefix("/staff"), await building.cookie_of("Kari"))).status_code == 404
