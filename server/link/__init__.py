"""The link to the store (Redis or Valkey): one server, Sentinel or Cluster by the address, with the same commands.

address.py (below)   the address, taken apart
commands.py          what the rest of the server may say, with its types
faults.py            what each error means: again, refuse politely, fatal
again.py             how long the store is given
home.py              connections that go where the master is
pool.py              connections that are handed out and come back
servers.py           one server, or one master behind Sentinel
cluster.py           many masters
"""

from typing import cast

from server import address
from server.link.cluster import Cluster
from server.link.commands import Fields, Link, Pipe, Value
from server.link.servers import BLOCK, COMMAND_TIMEOUT, READ_TIMEOUT, one_master

__all__ = ["BLOCK", "COMMAND_TIMEOUT", "Fields", "Link", "Pipe", "Value", "connect", "connect_reader"]

MOST = 16
"""Connections of one worker to one master, however many talks it has."""


def connect(url: str, *, most: int = MOST, copies: int = 0) -> Link:
    """Return a client for commands; nothing is connected yet. Raises AddressError.

    `most`: connections to a master; who finds them all in use waits. `copies`: how many replicas must have confirmed a step
    before it counts as done (`WAIT`).
    """
    return _link(url, most=most, copies=copies, read_timeout=COMMAND_TIMEOUT)


def connect_reader(url: str) -> Link:
    """Return a client with one connection, for blocking reads of at most `BLOCK` ms. Raises AddressError."""
    return _link(url, most=1, copies=0, read_timeout=READ_TIMEOUT)


def _link(url: str, *, most: int, copies: int, read_timeout: float) -> Link:
    where = address.parse(url)
    if where.kind == "cluster":
        return cast("Link", Cluster(where, most=most, copies=copies, read_timeout=read_timeout))
    return cast("Link", one_master(where, most=most, copies=copies, read_timeout=read_timeout))
