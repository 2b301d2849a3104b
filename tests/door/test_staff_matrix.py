"""T1 on the running application: each route, each method, each role, and nobody."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from server import app, keyfiles
from server.door.staff_gate import COOKIE, Gate, NoRowError
from server.embedded import Embedded
from server.house import House
from server.link import Link
from server.settings import read_settings
from server.staff import people
from server.staff.directory import Directory
from server.staff.roles import PAGES, ROLES, Role, may
from server.staff.store import Sessions
from tests.environ import ORIGIN, worker_environ

NAMES: dict[Role, str] = {"counsellor": "Kari", "shift_lead": "Lea", "auditor": "Audun", "administrator": "Ada"}


@dataclass
class Building:
    """The application with one account for each role, and their cookies."""

    routes: list[tuple[str, str]]
    browser: httpx.AsyncClient
    staff_file: Path
    sessions: Sessions
    house: House
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def clock(self) -> int:
        """This instant."""
        return self.house.clock()

    async def ask(self, method: str, path: str, cookie: str = "", origin: str = ORIGIN) -> httpx.Response:
        """Ask as a browser with this cookie."""
        headers = {"origin": origin, "cookie": f"{COOKIE}={cookie}"} if cookie else {"origin": origin}
        return await self.browser.request(method, path, headers=headers)

    async def cookie_of(self, name: str) -> str:
        """Return a cookie of a fresh session."""
        account = Directory(self.staff_file).named(name)
        assert account is not None
        return await self.sessions.sign_in(account.id, self.house.clock())


@pytest.fixture
async def building(redis: Link, embedded_redis: Embedded, tmp_path: Path) -> AsyncIterator[Building]:
    """One web worker on an empty store."""
    keyfiles.ensure(tmp_path)
    for role, name in NAMES.items():
        people.add(tmp_path / "staff.json", name, roles=(role,))
    worker = app.create(read_settings(worker_environ(embedded_redis.url, tmp_path)))
    routes = [
        (method, route.path)
        for route in worker.routes
        if isinstance(route, Route) and route.path.startswith("/staff")
        for method in sorted(route.methods or ())
    ]
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(worker.router.lifespan_context(worker))
        browser = await stack.enter_async_context(httpx.AsyncClient(transport=httpx.ASGITransport(worker), base_url=ORIGIN))
        yield Building(routes, browser, tmp_path / "staff.json", Sessions(redis), worker.state.ops.house)
    sockets = {route.path for route in worker.routes if isinstance(route, WebSocketRoute)}
    assert sockets == {"/ws", "/staff/ws"}


async def test_T1_the_table_and_the_routes_are_the_same(building: Building) -> None:
    """No route is without a row and no row without a route; HEAD is asked for as GET is."""
    assert {(method, path) for method, path in building.routes if method != "HEAD"} == set(PAGES)


@pytest.mark.timeout(400)
async def test_T1_every_cell_of_the_table_is_what_the_application_answers(building: Building) -> None:
    """Each route with each role: let in exactly where the table says so, 403 elsewhere; nobody is let in only before signing in."""
    cells = 0
    for method, path in building.routes:
        allowed = PAGES["GET" if method == "HEAD" else method, path]
        for role in ROLES:
            answer = await building.ask(method, path, await building.cookie_of(NAMES[role]))
            refused = answer.status_code == 403 and answer.text in {"", "Not for this account"}
            assert refused == (allowed is not None and not may([role], allowed)), (method, path, role, answer.status_code)
            cells += 1
        for cookie in ("", "made-up"):
            answer = await building.ask(method, path, cookie)
            turned_away = answer.status_code == 401 or (answer.status_code == 303 and answer.headers["location"] == "/staff/sign-in")
            assert turned_away == (allowed is not None), (method, path, answer.status_code)
            cells += 1
    assert cells == len(building.routes) * (len(ROLES) + 2)


async def test_T1_every_post_comes_from_our_own_page(building: Building) -> None:
    """Whatever the role: a form from another origin has no effect. What a provider's server sends has none, and is signed instead."""
    for method, path in building.routes:
        if method == "POST" and path != "/staff/elsewhere/{provider}/says-out":
            for role in ROLES:
                cookie = await building.cookie_of(NAMES[role])
                assert (await building.ask(method, path, cookie, origin="https://evil.example")).status_code == 403, path


async def test_T1_a_role_that_is_taken_away_is_gone_at_the_next_look(building: Building) -> None:
    """A session does not keep the roles that it began with."""
    cookie = await building.cookie_of("Kari")
    assert (await building.ask("GET", "/staff", cookie)).status_code == 200
    people.give_roles(building.staff_file, "Kari", ("auditor",))
    assert (await building.ask("GET", "/staff", cookie)).status_code == 403


async def test_T1_a_disabled_account_is_nobody(building: Building) -> None:
    """Its session opens nothing from then on."""
    cookie = await building.cookie_of("Kari")
    people.disable(building.staff_file, "Kari")
    assert (await building.ask("GET", "/staff", cookie)).status_code == 303
    assert (await building.ask("POST", "/staff/ticket", cookie)).status_code == 401


def test_T1_a_route_without_a_row_stops_the_start() -> None:
    """Whoever adds a page must say whose it is."""

    async def page(_: object) -> PlainTextResponse:
        return PlainTextResponse("")

    with pytest.raises(NoRowError, match="GET /staff/new"):
        Gate(SimpleNamespace(), SimpleNamespace()).route("/staff/new", page)  # type: ignore[arg-type]
