"""The guard: every header on every answer, small requests only, exact origins."""

import json
from collections.abc import AsyncIterator
from io import StringIO
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server import keyfiles, log
from server.door.guard import COMMON, MOST_BODY, WHERE_I_AM, Guard, origin_allowed
from server.door.pages import cleared
from server.settings import Settings, read_settings

CHAT, HOST, OTHER_HOST = "https://chat.example.no", "https://116111.example", "https://kommune.example"
KEPT = "private, max-age=60"


def settings(data: Path, **more: str) -> Settings:
    """Return real settings with keys of their own."""
    keyfiles.ensure(data)
    return read_settings(
        {
            "REDIS_URL": "unix:///nowhere",
            "ALARM_DATA": str(data),
            "ALARM_CHAT_ORIGIN": CHAT,
            "ALARM_STAFF_ORIGIN": "https://staff.example.no",
            "ALARM_HOST_ORIGINS": f"{HOST} {OTHER_HOST}",
            **more,
        }
    )


async def good(_: Request) -> Response:
    """Answer."""
    return PlainTextResponse("hei")


async def kept(_: Request) -> Response:
    """Answer what may be kept."""
    return PlainTextResponse("hei", headers={"cache-control": KEPT})


async def bad(_: Request) -> Response:
    """Fail as nobody expects, with a secret in the words of the error."""
    raise ValueError("canary-of-an-error")


async def late(request: Request) -> Response:
    """Read all that is brought."""
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A door with a guard, and rooms behind it that answer or fail."""
    paths = ("/w", "/", "/loader.js", "/status.json", "/staff", "/staff/sign-in", "/words/nb.json", "/health")
    routes = [*(Route(path, good) for path in paths), Route("/static/x", kept), Route("/bad", bad), Route("/late", late, methods=["POST"])]
    app = Starlette(routes=routes)
    app.add_middleware(Guard, settings=settings(tmp_path))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=CHAT) as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/w", "/loader.js", "/status.json", "/staff", "/words/nb.json", "/health", "/static/x", "/nowhere", "/bad", "/staff/nowhere"]
)
async def test_W6_every_answer_has_every_header(door: httpx.AsyncClient, path: str) -> None:
    """Also a 404 and a 500."""
    answer = await door.get(path)

    assert (COMMON | (WHERE_I_AM if path == "/w" else {})).items() <= dict(answer.headers).items()
    assert "content-security-policy" in answer.headers
    assert ("cross-origin" if path in {"/loader.js", "/status.json"} else "same-origin") == answer.headers["cross-origin-resource-policy"]
    assert (KEPT if path == "/static/x" else "no-store") == answer.headers["cache-control"]
    assert "server" not in answer.headers


def test_S9_storage_is_cleared_where_no_counsellor_works(tmp_path: Path) -> None:
    """Cache and storage at an origin that is the child's alone; the cache alone where both sides share one."""
    assert cleared(settings(tmp_path)) == '"cache", "storage"'
    assert cleared(settings(tmp_path, ALARM_STAFF_ORIGIN=CHAT)) == '"cache"'


async def test_the_childs_frame_alone_may_ask_where_it_is(door: httpx.AsyncClient) -> None:
    """Geolocation is for the frame's own script; everything else, and every other page, has it not."""
    for path, who in (("/w", "(self)"), ("/staff/sign-in", "()"), ("/loader.js", "()")):
        policy = (await door.get(path)).headers["permissions-policy"]
        assert f"geolocation={who}," in policy
        assert "camera=()," in policy


async def test_W5_the_childs_policy_word_by_word(door: httpx.AsyncClient) -> None:
    """Nothing from elsewhere, framed by the configured pages only, scripts only from files."""
    policy = (await door.get("/w")).headers["content-security-policy"]

    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self' wss://chat.example.no; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {HOST} {OTHER_HOST}; require-trusted-types-for 'script'; trusted-types lit-html"
    )


@pytest.mark.parametrize("path", ["/staff", "/staff/sign-in", "/staff/nowhere"])
async def test_W2_staff_pages_are_in_nobodys_frame(door: httpx.AsyncClient, path: str) -> None:
    """Their forms go home, their socket too."""
    policy = (await door.get(path)).headers["content-security-policy"]

    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "connect-src 'self' wss://staff.example.no" in policy


@pytest.mark.parametrize("path", ["/loader.js", "/words/nb.json", "/nowhere", "/bad", "/staffing", "/w/"])
async def test_all_the_rest_may_do_nothing(door: httpx.AsyncClient, path: str) -> None:
    """No frame, no script, no form."""
    assert (await door.get(path)).headers["content-security-policy"].startswith("default-src 'none'; base-uri 'none'")


async def test_on_this_machine_the_socket_is_not_encrypted_and_the_policy_says_so(tmp_path: Path) -> None:
    """ws:// for http://, and for nothing else."""
    guard = Guard(Starlette(), settings(tmp_path, ALARM_CHAT_ORIGIN="http://127.0.0.1:8116"))

    assert "connect-src 'self' ws://127.0.0.1:8116;" in guard.child


async def test_the_inside_of_an_error_reaches_nobody(door: httpx.AsyncClient) -> None:
    """Neither the one who asked nor the log sees what the error said; the log has its class."""
    told = StringIO()
    log.configure(strict=True, file=told)

    answer = await door.get("/bad")

    assert (500, "Something went wrong") == (answer.status_code, answer.text)
    assert "ValueError" == json.loads(told.getvalue())["error"]
    assert "canary" not in told.getvalue()


@pytest.mark.parametrize(("size", "status"), [(MOST_BODY, 200), (MOST_BODY + 1, 413)])
async def test_a_request_is_small(door: httpx.AsyncClient, size: int, status: int) -> None:
    """More than a sign-in form needs is refused."""
    assert status == (await door.post("/late", content=b"x" * size)).status_code


async def test_a_request_that_does_not_say_how_much_is_small_too(door: httpx.AsyncClient) -> None:
    """It is counted as it comes, and refused like the other: whoever sends it writes no line in the log."""
    told = StringIO()
    log.configure(strict=True, file=told)

    async def without_end() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 1024

    assert 413 == (await door.post("/late", content=without_end())).status_code
    assert told.getvalue() == ""


@pytest.mark.parametrize(
    "origins",
    [
        [],
        [b"null"],
        [b""],
        [b"http://chat.example.no"],
        [b"https://chat.example.no."],
        [b"https://chat.example.no:443"],
        [b"https://chat.example.no:8443"],
        [b"https://CHAT.example.no"],
        [b"https://chat.example.no/"],
        [b"https://xchat.example.no"],
        [b"https://chat.example.no.evil.example"],
        [b"https://evil.example/https://chat.example.no"],
        [b"https://chat.example.no", b"https://chat.example.no"],
        [b"https://chat.example.no https://evil.example"],
        [b"\xff\xfe"],
    ],
)
def test_W9_another_origin_is_another(origins: list[bytes]) -> None:
    """None, null, two, or a single sign of difference: refused."""
    assert not origin_allowed([(b"origin", origin) for origin in origins], (CHAT,))


def test_the_exact_origin_is_allowed() -> None:
    """Ours, once."""
    assert origin_allowed([(b"host", b"x"), (b"origin", CHAT.encode())], ("https://other.example", CHAT))
