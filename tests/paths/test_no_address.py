"""A10: a process that gets no address cannot keep one."""

import psutil

from server.run import _listen
from server.wire import frames as f
from tests.paths.street import Street
from tests.people import gone_after


def process_of(path: str) -> psutil.Process:
    """Return the process that was told to listen on this Unix socket."""
    return next(one for one in psutil.process_iter(["cmdline"]) if path in (one.info["cmdline"] or []))


async def test_A10_behind_a_proxy_a_worker_and_the_edge_have_no_internet_socket(street: Street) -> None:
    """While a child waits: neither listens on a port nor holds a connection that has an address."""
    child = street.child(await street.tag("203.0.113.7"))
    async with gone_after(child):
        await child.waits()
        assert any(isinstance(frame, f.Welcome) for frame in child.seen)
        for path in (street.worker, street.edge):
            process = process_of(str(path))
            assert process.net_connections(kind="inet") == []
            assert process.net_connections(kind="unix") != []


def test_A10_to_try_it_out_it_listens_on_this_machine_alone() -> None:
    """`make run` has no proxy: the only address that can reach a worker there is that of the machine itself."""
    with _listen("ALARM_PORT", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
