"""The guard at the door: headers on every answer, small requests only, and whose page may knock.

Rules of this file:

1. Every answer has every header, also what nobody expected: an error is told to the log and answered from here.
2. The child's frame may be shown on the configured pages only; everything else on none.
3. Nothing of the child's side is kept by a browser but, for half a minute, whether the chat is open.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from redis.exceptions import RedisError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import log
from server.link.faults import is_passing
from server.settings import Settings

MOST_BODY = 16 * 1024
"""Bytes that a request may bring: a sign-in form is far smaller."""
MORE: Mapping[str, int] = {"/staff/replies": 160 * 1024, "/staff/house/preview": 256 * 1024, "/staff/house/change": 256 * 1024}
"""Where a request may bring more: whole lists of texts."""
MOST_FIELDS = 8
FOR_ALL = frozenset({"/loader.js", "/status.json"})
"""What any page may ask for: it says nothing of anybody."""
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

COMMON = {
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "permissions-policy": (
        "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(), display-capture=(), encrypted-media=(), "
        "fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), "
        "picture-in-picture=(), publickey-credentials-get=(self), screen-wake-lock=(), serial=(), usb=()"
    ),
    "x-robots-tag": "noindex",
}
WHERE_I_AM = {"permissions-policy": COMMON["permissions-policy"].replace("geolocation=()", "geolocation=(self)")}
"""The child's frame alone may ask where it is, when the child presses for it; a host page's own policy still decides for its frames."""


def origin_allowed(headers: Iterable[tuple[bytes, bytes]], allowed: Sequence[str]) -> bool:
    """Tell whether a handshake or a form comes from one of these origins, exactly. None, two or `null` are refused."""
    given = [value for name, value in headers if name == b"origin"]
    return len(given) == 1 and given[0].decode("latin-1") in allowed


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form that our own page sent; what is none of ours has no fields."""
    try:
        found = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def child_policy(settings: Settings) -> str:
    """Return the Content-Security-Policy of the child's frame."""
    return _policy(settings.chat_origin, form_action="'none'", ancestors=" ".join(settings.host_origins))


def style_page_policy(settings: Settings) -> str:
    """Return the Content-Security-Policy of the style page, which shows the child's frame in frames of its own."""
    return _policy(settings.chat_origin, form_action="'none'", ancestors="'self'") + "; frame-src 'self'"


def staff_policy(settings: Settings) -> str:
    """Return the Content-Security-Policy of the staff's pages."""
    return _policy(settings.staff_origin, form_action="'self'", ancestors="'none'")


def _policy(origin: str, *, form_action: str, ancestors: str) -> str:
    """One policy, told in full: older browsers do not take `'self'` to mean our own socket."""
    socket = urlsplit(origin)
    scheme = "wss" if socket.scheme == "https" else "ws"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"connect-src 'self' {scheme}://{socket.netloc}; base-uri 'none'; form-action {form_action}; frame-ancestors {ancestors}; "
        "require-trusted-types-for 'script'; trusted-types lit-html"
    )


class Guard:
    """Pure ASGI, round everything: adds the headers, bounds the body, answers what nobody caught."""

    def __init__(self, app: ASGIApp, settings: Settings, sockets: Mapping[str, ASGIApp] = MappingProxyType({})) -> None:
        """Make the policies once. `sockets`: whoever takes the handshake at a path; a crowd that comes back is not routed one by one."""
        self.app, self.sockets = app, sockets
        self.child, self.staff = child_policy(settings), staff_policy(settings)
        self.style_page = style_page_policy(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and dress its answer."""
        if scope["type"] != "http":
            await self.sockets.get(scope.get("path", ""), self.app)(scope, receive, send)
            return
        answer = _Answer(send, self.headers(scope["path"]))
        try:
            if _too_large(scope):
                await PlainTextResponse("Too large", 413)(scope, receive, answer)
            else:
                await self.app(scope, _bounded(receive, MORE.get(scope["path"], MOST_BODY)), answer)
        except RedisError as error:
            if not is_passing(error):
                log.failure(error)
            if not answer.started:
                await PlainTextResponse("Try again in a moment", 503, {"retry-after": "2"})(scope, receive, answer)
        except BodyTooLargeError:
            if not answer.started:
                await PlainTextResponse("Too large", 413, {"connection": "close"})(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - told to the log without its inside, never to the peer
            log.failure(error)
            if not answer.started:
                await PlainTextResponse("Something went wrong", 500)(scope, receive, answer)

    def headers(self, path: str) -> dict[str, str]:
        """Return what an answer at this path must have."""
        return (
            COMMON
            | {
                "content-security-policy": self._policy(path),
                "cross-origin-resource-policy": "cross-origin" if path in FOR_ALL else "same-origin",
            }
            | (WHERE_I_AM if path == "/w" else {})
        )

    def _policy(self, path: str) -> str:
        if path == "/w":
            return self.child
        if path.startswith("/styleguide"):
            return self.style_page
        return self.staff if path == "/staff" or path.startswith("/staff/") else NOTHING


class _Answer:
    """A `send` that puts the headers on the way out."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self.started = False
        self._send, self._headers = send, headers

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers.update(self._headers)
            headers.setdefault("cache-control", "no-store")
        await self._send(message)


class BodyTooLargeError(Exception):
    """A request goes on for longer than any of ours does."""


def _too_large(scope: Scope) -> bool:
    length = Headers(scope=scope).get("content-length", "0")
    return not length.isdigit() or int(length) > MORE.get(scope["path"], MOST_BODY)


def _bounded(receive: Receive, most: int) -> Receive:
    """Count what a request brings, also when it does not say how much. Raises BodyTooLargeError."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise BodyTooLargeError
        return message

    return counted
