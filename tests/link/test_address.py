"""The address of the store, taken apart; it never shows itself."""

import pytest
from redis.asyncio.connection import SSLConnection, UnixDomainSocketConnection

from server import address

ACCOUNT = {"username": "chat", "password": "p@ss/word"}


@pytest.mark.parametrize(
    ("url", "kind", "places", "service", "options"),
    [
        ("redis://chat:p%40ss%2Fword@h:7/2", "single", (), "", ACCOUNT | {"host": "h", "port": 7, "db": 2}),
        ("rediss://h?ssl_ca_certs=/ca", "single", (), "", {"host": "h", "ssl_ca_certs": "/ca", "connection_class": SSLConnection}),
        (
            "unix://chat:p%40ss%2Fword@/run/r.sock",
            "single",
            (),
            "",
            ACCOUNT | {"path": "/run/r.sock", "connection_class": UnixDomainSocketConnection},
        ),
        ("redis+sentinel://chat:p%40ss%2Fword@a:1,b,[::1]:3/line", "sentinel", (("a", 1), ("b", 26379), ("::1", 3)), "line", ACCOUNT),
        ("redis+cluster://chat:p%40ss%2Fword@a:1,b", "cluster", (("a", 1), ("b", 6379)), "", ACCOUNT),
        ("rediss+cluster://a", "cluster", (("a", 6379),), "", {"connection_class": SSLConnection}),
    ],
)
def test_each_shape_is_understood(url: str, kind: str, places: object, service: str, options: object) -> None:
    """One server, a Sentinel set-up, a Cluster; plain or over TLS; with an account or without."""
    found = address.parse(url)

    assert (found.kind, found.places, found.service, found.options) == (kind, places, service, options)


def test_sentinels_may_have_an_account_of_their_own() -> None:
    """They are other servers than those that hold the talks."""
    found = address.parse("rediss+sentinel://u:p@a/line?sentinel_password=q&ssl_ca_certs=/ca")

    assert found.options == {"username": "u", "password": "p", "connection_class": SSLConnection, "ssl_ca_certs": "/ca"}
    assert found.sentinel_options == {"password": "q", "connection_class": SSLConnection, "ssl_ca_certs": "/ca"}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis:",
        "redis://",
        "http://canary",
        "redis+sentinel://canary",
        "redis+sentinel://canary/one/two",
        "redis+sentinel://canary:port/x",
        "redis+cluster://canary/x",
        "redis+cluster://",
        "redis+cluster://a,,b",
        "redis+other://canary",
        "unix+cluster://canary",
        "redis://canary:port",
        "redis://canary \n",
    ],
)
def test_what_is_wrong_is_told_without_the_address(url: str) -> None:
    """It may hold a password."""
    with pytest.raises(address.AddressError) as caught:
        address.parse(url)

    assert "canary" not in str(caught.value)


def test_an_address_does_not_show_itself() -> None:
    """Neither whole nor in pieces."""
    shown = repr(address.parse("redis+sentinel://chat:canary@canary:1/line?sentinel_password=canary"))

    assert "canary" not in shown
