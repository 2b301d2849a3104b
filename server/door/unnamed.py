"""The outermost layer of a worker: nobody further in can learn an address or a browser.

Rules of this file:

1. `client` is nobody, for every request and every socket.
2. Only the headers of `KNOWN` pass: not the agent, not the page somebody came from, not what a proxy adds.
3. What the edge has made of an address (`Alarm-Bucket`) passes only behind a proxy, which replaces what a browser may have sent itself.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

KNOWN = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"connection",
        b"content-length",
        b"content-type",
        b"cookie",
        b"host",
        b"if-modified-since",
        b"if-none-match",
        b"origin",
        b"sec-fetch-dest",
        b"sec-fetch-mode",
        b"sec-fetch-site",
        b"sec-fetch-user",
        b"sec-websocket-extensions",
        b"sec-websocket-key",
        b"sec-websocket-protocol",
        b"sec-websocket-version",
        b"transfer-encoding",
        b"upgrade",
    }
)


BUCKET = b"alarm-bucket"


class Unnamed:
    """Takes away from every request what could name the one who made it."""

    def __init__(self, app: ASGIApp, *, behind_proxy: bool = False) -> None:
        """Stand before this application."""
        self.app = app
        self.known = KNOWN | {BUCKET} if behind_proxy else KNOWN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on without a name."""
        if scope["type"] in {"http", "websocket"}:
            scope = {**scope, "client": None, "headers": [pair for pair in scope["headers"] if pair[0] in self.known]}
        await self.app(scope, receive, send)
