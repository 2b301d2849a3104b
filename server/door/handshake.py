"""The handshake of a WebSocket, read once: what httptools has taken apart is judged by the library and answered from here.

uvicorn writes a request out again so that the library can take it apart anew, which is a good part of what one who comes back costs.

Rules of this file:

1. The library judges: method, version, upgrade, key (RFC 6455, 4.2.1). Nothing is accepted here that it has not.
2. What it refuses goes uvicorn's way and is answered there.
3. What it could not even read (a body, a great many headers) is refused before: uvicorn would leave such a connection open for ever.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request
from websockets.server import ServerProtocol

Pair = tuple[bytes, bytes]

MOST_HEADERS, LONGEST = 128, 8000
"""Headers, and bytes of one, that the library reads; a browser sends far fewer."""
JUDGED = frozenset({b"connection", b"upgrade", b"origin"})
OWN = b"sec-websocket-"
JUDGE = ServerProtocol()
"""Asked what it says of a request; nothing is ever received or sent with it."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """A handshake that the library accepts: its path and query, its headers with names in lower case, the answer to its key."""

    path: bytes
    query: bytes
    headers: Sequence[Pair]
    protocols: list[str]
    key: str

    def answer(self, protocol: str | None, headers: Iterable[Pair]) -> bytes:
        """Return the bytes that accept it."""
        more: list[Pair] = [*headers, *([(b"sec-websocket-protocol", protocol.encode())] if protocol else [])]
        return b"".join(
            [
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ",
                self.key.encode(),
                *(b"\r\n%b: %b" % pair for pair in more),
                b"\r\n\r\n",
            ]
        )


def is_readable(url: bytes, headers: Sequence[Pair]) -> bool:
    """Tell whether a handshake is one that the library can read: short enough, and without a body. Names are in lower case."""
    if len(headers) > MOST_HEADERS or len(url) > LONGEST or not url.isascii():
        return False
    for name, value in headers:
        if len(name) + len(value) > LONGEST or name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
            return False
    return True


def judged(method: str, url: bytes, version: str, headers: Sequence[Pair]) -> Handshake | None:
    """Return a handshake that the library accepts. Names of headers are in lower case."""
    read, protocols = Headers(), []
    try:
        for name, value in headers:
            if name in JUDGED or name.startswith(OWN):
                read[name.decode("ascii")] = text = value.decode("ascii")
                if name == b"sec-websocket-protocol":
                    protocols += [one.strip() for one in text.split(",")]
        path, _, query = url.decode("ascii").partition("?")
        key, extensions, protocol = JUDGE.process_request(Request(path, read, method, f"HTTP/{version}"))
    except (InvalidHandshake, UnicodeDecodeError):
        return None
    return Handshake(path.encode(), query.encode(), headers, protocols, key) if extensions is None and protocol is None else None
