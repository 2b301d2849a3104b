"""P1 and W9: fifty wrong origins at the real door of each socket, each refused before the handshake."""

import asyncio
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.paths.conftest import Service


def wrong(origin: str) -> list[str | None]:
    """Return fifty origins that are not this one: none, `null`, and every small difference."""
    host, port = urlsplit(origin).hostname or "", urlsplit(origin).port
    schemes = ("https", "ws", "wss", "ftp", "file", "chrome-extension", "HTTP", "Http", "")
    ports = ("", ":", ":80", ":443", f":{port}0", f":0{port}", ":1", f":{port}:{port}", f":-{port}")
    ends = (".", "/", "/w", "?", "#", ".evil.example", "@evil.example", ",", ";", "%00", "\\", "/../", "~")
    starts = ("x", "http://evil.example/", "http://evil.example#", "http://evil.example@", "blob:", "null,")
    names = ("localhost", "127.0.0.2", "[::1]", "127.1", "2130706433", "0x7f000001", "127.0.0.1.nip.io", "xn--127-0-0-1")
    made = [f"{scheme}://{host}:{port}" for scheme in schemes] + [f"http://{host}{end}" for end in ports]
    made += [origin + end for end in ends] + [start + origin for start in starts] + [f"http://{name}:{port}" for name in names]
    return [None, "null", "NULL", "*", "", *made]


@pytest.mark.parametrize("path", ["/ws", "/staff/ws"])
async def test_P1_fifty_wrong_origins_are_refused_before_the_handshake(service: Service, path: str) -> None:
    """403 for each, and the right one gets in after all of them."""
    origins = wrong(service.origin)
    assert len(set(origins)) >= 50
    assert service.origin not in origins

    async def status(origin: str | None) -> int:
        try:
            headers = {} if origin is None else {"origin": origin}
            async with connect(service.place().url + path, additional_headers=headers, proxy=None):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    got = {origin: await status(origin) for origin in origins}
    assert [origin for origin, code in got.items() if code != 403] == []
    assert await status(service.origin) == 101
    await asyncio.sleep(0)


async def test_W9_two_origins_at_once_are_none(service: Service) -> None:
    """A request that claims two origins, one of them ours, is refused."""
    with pytest.raises(InvalidStatus):
        await connect(
            service.place().url + "/ws", additional_headers=[("origin", service.origin), ("origin", "https://evil.example")], proxy=None
        )
