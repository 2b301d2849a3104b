"""How a counsellor gets a ticket: over the real pages."""

import asyncio
import urllib.parse
import urllib.request
from http.client import HTTPResponse
from typing import Any, cast

import msgspec

from tests.paths.conftest import Service


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow no redirect: the cookie is in its headers."""
        return


def _post(service: Service, worker: int, path: str, body: bytes, cookie: str = "") -> HTTPResponse:
    headers = {"Origin": service.origin, "Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(f"http://127.0.0.1:{service.ports[worker]}{path}", body, headers)
    try:
        return cast("HTTPResponse", urllib.request.build_opener(_Stay).open(request, timeout=30))
    except urllib.error.HTTPError as answer:
        if answer.code == 503:
            raise
        return cast("HTTPResponse", answer)


def _cookie(service: Service, name: str, worker: int) -> str:
    body = urllib.parse.urlencode({"name": name, "password": service.passwords[name]}).encode()
    with _post(service, worker, "/staff/sign-in", body) as answer:
        return str(answer.headers["Set-Cookie"]).split(";")[0]


def _ticket(service: Service, cookie: str, worker: int) -> str:
    with _post(service, worker, "/staff/ticket", b"", cookie) as answer:
        return str(msgspec.json.decode(answer.read())["ticket"])


def asked(service: Service, worker: int, path: str, cookie: str, body: object = None) -> dict[str, Any]:
    """Ask for JSON, or send it, as a dashboard does that is signed in with this cookie."""
    if body is not None:
        with _post(service, worker, path, msgspec.json.encode(body), cookie) as answer:
            return cast("dict[str, Any]", msgspec.json.decode(answer.read()))
    request = urllib.request.Request(f"http://127.0.0.1:{service.ports[worker]}{path}", headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
        return cast("dict[str, Any]", msgspec.json.decode(answer.read()))


async def session(service: Service, name: str, *, worker: int) -> tuple[str, str]:
    """Sign in over the page and return the session's cookie and a ticket for a socket."""
    cookie = await asyncio.to_thread(_cookie, service, name, worker)
    return cookie, await asyncio.to_thread(_ticket, service, cookie, worker)


async def signed_in(service: Service, name: str, *, worker: int) -> str:
    """Sign in over the page and return a ticket for a socket."""
    return (await session(service, name, worker=worker))[1]


async def sign_out(service: Service, cookie: str, *, worker: int) -> None:
    """Sign out over the page."""
    (await asyncio.to_thread(_post, service, worker, "/staff/sign-out", b"", cookie)).close()
