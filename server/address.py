"""Where the store is: the address in the settings, taken apart. Pure; it never shows itself, for it may hold a password.

    redis://[user:password@]host:port[/db]     one server            rediss://  the same over TLS
    unix://[user:password@]/path/to/socket     one server
    redis+sentinel://[user:password@]host:port,host:port/SERVICE[?sentinel_username=..&sentinel_password=..]
    redis+cluster://[user:password@]host:port,host:port

`rediss+sentinel://` and `rediss+cluster://` are the same over TLS. What redis-py understands after `?` is handed on (`ssl_ca_certs=...`).
"""

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from redis.asyncio.connection import parse_url

Kind = Literal["single", "sentinel", "cluster"]
Place = tuple[str, int]

PORTS = {"sentinel": 26379, "cluster": 6379}
SHAPES = "redis://, rediss://, unix://, redis+sentinel://host:port,.../SERVICE or redis+cluster://host:port,..."


class AddressError(ValueError):
    """The address of the store is not one of the shapes. Its text says what is wrong, and nothing of the address."""


@dataclass(frozen=True, slots=True)
class Address:
    """One store."""

    kind: Kind
    options: dict[str, Any] = field(repr=False)
    """How to connect to a server: what redis-py's connections take."""
    places: tuple[Place, ...] = field(default=(), repr=False)
    """The sentinels, or some nodes of the Cluster."""
    service: str = ""
    """The name by which the sentinels know the master."""
    sentinel_options: dict[str, Any] = field(default_factory=dict, repr=False)


def parse(url: str) -> Address:
    """Take an address apart. Raises AddressError."""
    scheme, _, rest = url.partition("://")
    transport, _, kind = scheme.partition("+")
    if transport not in {"redis", "rediss", "unix"} or not rest or any(space in url for space in " \t\r\n"):
        raise AddressError(f"an address that begins with {SHAPES}")
    if not kind:
        return Address("single", _options(url))
    if kind == "sentinel" and transport != "unix":
        return _of_sentinels(transport, rest)
    if kind == "cluster" and transport != "unix":
        return _of_cluster(transport, rest)
    raise AddressError(f"an address that begins with {SHAPES}")


def _of_sentinels(transport: str, rest: str) -> Address:
    account, places, path, query = _pieces(rest, PORTS["sentinel"])
    if not path or "/" in path:
        raise AddressError("the name of the service after the sentinels: redis+sentinel://host:port,host:port/SERVICE")
    theirs = {name.removeprefix("sentinel_"): query.pop(name) for name in ("sentinel_username", "sentinel_password") if name in query}
    options = _options(f"{transport}://{account}place:1/?{urlencode(query)}")
    secure = {name: value for name, value in options.items() if name.startswith("ssl") or name == "connection_class"}
    return Address("sentinel", _without_place(options), places, path, secure | theirs)


def _of_cluster(transport: str, rest: str) -> Address:
    account, places, path, query = _pieces(rest, PORTS["cluster"])
    if path:
        raise AddressError("no path after the nodes of a Cluster: it has no service and one database")
    return Address("cluster", _without_place(_options(f"{transport}://{account}place:1/?{urlencode(query)}")), places)


def _pieces(rest: str, port: int) -> tuple[str, tuple[Place, ...], str, dict[str, str]]:
    """Return the account (as written, with its @), the places, the path and the query."""
    rest, _, query = rest.partition("?")
    account, at, rest = rest.rpartition("@")
    names, _, path = rest.partition("/")
    return account + at, tuple(_place(name, port) for name in names.split(",")), path, dict(parse_qsl(query))


def _place(name: str, port: int) -> Place:
    try:
        split = urlsplit(f"//{name}")
        host, given = split.hostname, split.port
    except ValueError:
        host, given = None, None
    if not host:
        raise AddressError("host:port for each place, with commas between")
    return host, given or port


def _options(url: str) -> dict[str, Any]:
    try:
        return dict(parse_url(url))
    except (ValueError, TypeError):
        raise AddressError(f"an address that begins with {SHAPES}") from None


def _without_place(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in {"host", "port"}}
