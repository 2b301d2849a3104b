"""The faults of people's machines: networks that are gone without a word, machines that die or sleep, readers that stall.

The same rules as in plays.py. Who is hit is a guest: somebody who does nothing by itself but write.
"""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic

import msgspec
import psutil

from tests.faults.child import SteadyChild
from tests.faults.counsellor import SteadyCounsellor, WebEntrance
from tests.faults.crowd import Crowd
from tests.faults.history import NEVER
from tests.faults.phone import Packed
from tests.faults.plays import SETTLE, Fault
from tests.faults.proxy import Address, Proxy
from tests.faults.stage import WORKERS
from tests.faults.steady import WebDoor, WebWire
from tests.paths.conftest import ROOT
from tests.people import Place
from tests.ports import free_port

NOTICED = 15.0
SLOW = 5.0
"""What a slow machine may take longer than promised (s)."""
CHATTER = 0.4
MOST_AT_ONCE = 4


# --- guests ------------------------------------------------------------------------------------


@dataclass
class Wires:
    """The network of some people: a proxy before each worker."""

    proxies: list[Proxy]
    ports: list[int]
    doors: list[WebDoor]

    def hold(self, *, held: bool) -> None:
        """Take the network away, without a word to either side, or give it back."""
        for proxy in self.proxies:
            proxy.held = held


@contextlib.asynccontextmanager
async def wires(crowd: Crowd) -> AsyncIterator[Wires]:
    """Lay a network of its own to both workers."""
    stage = crowd.stage
    async with contextlib.AsyncExitStack() as stack:
        found = Wires([], [], [])
        for worker in range(len(stage.ports)):
            port = free_port()
            found.proxies.append(
                await stack.enter_async_context(Proxy(Address(port=stage.ports[worker]), crowd.chance).listening(Address(port=port)))
            )
            found.ports.append(port)
            found.doors.append(WebDoor(Place(f"ws://127.0.0.1:{port}", stage.origin, stage.place(worker).registrar_key)))
        yield found


async def talking(crowd: Crowd, doors: Sequence[WebDoor] | None = None) -> SteadyChild:
    """Let a child come who is in danger, so that it is taken first, and wait until it talks and has been answered."""
    one = crowd.child(list(doors) if doors else None)
    one.danger = True
    crowd.spawn(chatter(crowd, one))
    async with asyncio.timeout(120):
        while not (one.paired.is_set() and one.view and {line.role for line in one.view.screen.lines} == {"child", "counsellor"}):
            await asyncio.sleep(0.05)
    return one


async def chatter(crowd: Crowd, one: SteadyChild) -> None:
    """Write again and again, whether there is a connection or not."""
    while one.over is None and not one.ending:
        await asyncio.sleep(CHATTER)
        if one.joined and one.view is not None:
            crowd.mutter(one)


async def gone(crowd: Crowd, *guests: SteadyChild) -> None:
    """Let guests end and go, when all they wrote is acknowledged."""
    async with asyncio.timeout(60):
        for one in guests:
            while one.view is None or one.view.outbox or one.view.gap is not None or not one.welcomed:
                crowd.writes.clear()
                await asyncio.sleep(0.05)
            one.end()
        crowd.writes.set()
        await asyncio.gather(*(one.finished.wait() for one in guests))


def hers(crowd: Crowd, one: SteadyChild) -> SteadyCounsellor:
    """Return the counsellor who has this child."""
    return next(her for her in crowd.counsellors if one.conversation in her.panes)


# --- networks ----------------------------------------------------------------------------------


def network_gone(seconds: float, count: int = 3) -> Callable[[Crowd], Awaitable[float]]:
    """K7: the network of some is gone for so long, and nothing says so; then it is back and their machines say so."""

    async def act(crowd: Crowd) -> float:
        async with wires(crowd) as net:
            guests = await asyncio.gather(*(talking(crowd, net.doors) for _ in range(count)))
            net.hold(held=True)
            cut = monotonic()
            noticing = [asyncio.create_task(noticed(one, cut, seconds)) for one in guests]
            await asyncio.sleep(seconds)
            found = [await one for one in noticing]
            assert all(one.view and one.view.outbox for one in guests), "something went through a network that is gone"
            net.hold(held=False)
            back = monotonic()
            for one in guests:
                one.wake()
            async with asyncio.timeout(30):
                while not all(one.welcomed for one in guests):
                    await asyncio.sleep(0.02)
            crowd.figures["back"] = monotonic() - back
            if seconds > NOTICED + SLOW:
                crowd.figures["noticed"] = max(found)
                assert max(found) < NOTICED + SLOW, "a network that was gone was not noticed"
            await gone(crowd, *guests)
        return back

    return act


async def noticed(one: SteadyChild, cut: float, seconds: float) -> float:
    """Return after how many seconds somebody noticed that the connection is gone; for ever, if not at all."""
    while monotonic() - cut < seconds and one.welcomed:
        await asyncio.sleep(0.02)
    return NEVER if one.welcomed else monotonic() - cut


async def machine_dies(crowd: Crowd) -> float:
    """K10: a counsellor's machine dies in the middle of a talk: the child is told, comes first, and a colleague reads it all."""
    async with contextlib.AsyncExitStack() as stack:
        nets = [await stack.enter_async_context(wires(crowd)) for _ in range(2)]
        for one in crowd.counsellors:
            one.load = 0
        names = [f"Vakt {len(crowd.stage.passwords) + number}" for number in (1, 2)]
        await asyncio.to_thread(crowd.stage.hire, *names)
        staff = [comes_to_work(crowd, name, net) for name, net in zip(names, nets, strict=True)]
        child = await talking(crowd)
        her = hers(crowd, child)
        other = staff[1 - staff.index(her)]
        nets[staff.index(her)].hold(held=True)
        died = monotonic()
        for pane in her.panes.values():
            pane.view.close()
        crowd.counsellors.remove(her)
        async with asyncio.timeout(120):
            while child.told_lost < died or child.told_lost == NEVER:
                await asyncio.sleep(0.05)
            crowd.figures["told"] = child.told_lost - died
            while child.counsellor is not None and child.wait is not None and child.wait.band != 0:
                await asyncio.sleep(0.05)
            crowd.figures["at the front"] = monotonic() - died
            while child.conversation not in other.panes or other.panes[child.conversation].view.key is None:
                await asyncio.sleep(0.05)
            crowd.figures["taken over"] = monotonic() - died
            pane = other.panes[child.conversation]
            while child.view is None or pane.view.drawn < child.view.have or child.view.outbox:
                await asyncio.sleep(0.05)
        assert pane.view.screen.lines[0].text == child.view.screen.lines[0].text
        assert crowd.figures["told"] < 20 + SLOW, "a child was not told in time that its counsellor is gone"
        assert crowd.figures["at the front"] < 60 + SLOW, "a child was not put in the line again in time"
        her.over = 1006
        her.drop()
        await gone(crowd, child)
        async with asyncio.timeout(30):
            while child.conversation not in other.registered:
                await asyncio.sleep(0.05)
        stays(crowd, other)
    return died


def stays(crowd: Crowd, one: SteadyCounsellor) -> None:
    """Let a counsellor go on over everybody's network."""
    assert isinstance(one.entrance, WebEntrance)
    one.doors, one.entrance.ports = list(crowd.stage.doors()), list(crowd.stage.ports)


def comes_to_work(crowd: Crowd, name: str, net: Wires) -> SteadyCounsellor:
    """Let a counsellor come over a network of her own."""
    stage = crowd.stage
    entrance = WebEntrance(net.ports, stage.origin, name, stage.passwords[name])
    one = SteadyCounsellor(net.doors, crowd.history, name, stage.place().registrar_key, entrance, crowd.own_chance())
    one.load = 1
    crowd.counsellors.append(one)
    crowd.spawn(one.live())
    crowd.spawn(crowd.work(one))
    return one


# --- machines ----------------------------------------------------------------------------------


def frozen(seconds: float) -> Callable[[Crowd], Awaitable[float]]:
    """D8: a phone, a process of its own, is frozen (SIGSTOP) in the middle of a talk while her answers go on."""

    async def act(crowd: Crowd) -> float:
        stage = crowd.stage
        told = {"ports": stage.ports, "origin": stage.origin, "key": stage.place().registrar_key.hex(), "who": f"phone {crowd.count}"}
        crowd.count += 1
        phone = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.phone", json.dumps(told), cwd=ROOT, stdin=-1, stdout=-1, limit=1 << 26
        )
        assert phone.stdin is not None
        assert phone.stdout is not None
        async with asyncio.timeout(120):
            assert (await phone.stdout.readline()).split() == [b"talks"]
        phone.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        phone.send_signal(signal.SIGCONT)
        thawed = monotonic()
        await asyncio.sleep(SETTLE)
        phone.stdin.write(b"end\n")
        async with asyncio.timeout(90):
            packed = bytes.fromhex((await phone.stdout.readline()).decode())
            assert await phone.wait() == 0
        found = msgspec.msgpack.decode(packed, type=Packed)
        if seconds > NOTICED + SLOW:
            assert any(back > thawed for _, back in found.resumed), "a phone that slept for long was never given up"
            crowd.figures["back"] = max(back for _, back in found.resumed) - thawed
        found.join(crowd.history)
        crowd.guests[found.conversation] = found.key
        return thawed

    return act


async def reader_stalls(crowd: Crowd) -> float:
    """R1: one child's machine reads nothing any more while it is written to; it is let go, and nobody else feels it."""
    guest = await talking(crowd)
    assert isinstance(guest.wire, WebWire)
    wire, guest.minds_silence = guest.wire, False
    before, lost, her = memory(crowd), len(crowd.history.resumed), hers(crowd, guest)
    port = int(wire.socket.transport.get_extra_info("sockname")[1])
    assert serves(crowd, port)
    wire.socket.transport.pause_reading()
    stalled = monotonic()
    async with asyncio.timeout(60):
        while serves(crowd, port):
            pane = her.panes[guest.conversation]
            if len(pane.view.outbox) < MOST_AT_ONCE:
                her.write(guest.conversation, crowd.text(her.who).ljust(4000, "."))
            await asyncio.sleep(0.02)
    crowd.figures["dropped"] = monotonic() - stalled
    crowd.figures["MB more"] = round((memory(crowd) - before) / 1e6, 1)
    assert crowd.figures["dropped"] < 15 + SLOW  # the promise is ping, timeout and a second
    assert len(crowd.history.resumed) == lost, "somebody else lost the connection"
    guest.drop()
    await gone(crowd, guest)
    return monotonic()


def serves(crowd: Crowd, port: int) -> bool:
    """Tell whether a worker still holds the connection to this port of a client."""
    held = [psutil.Process(crowd.stage.running[name].pid).net_connections("tcp") for name in WORKERS]
    return any(one.raddr and one.raddr.port == port for all_of_one in held for one in all_of_one)


def memory(crowd: Crowd) -> int:
    """Return how many bytes both workers hold."""
    return int(sum(psutil.Process(crowd.stage.running[name].pid).memory_info().rss for name in WORKERS))


NETWORKS = (
    Fault("K7", "client's network gone for 5 s, no RST", network_gone(5)),
    Fault("K7", "client's network gone for 25 s, no RST", network_gone(25)),
)
PHONES = (
    Fault("D8", "phone frozen for 25 s (SIGSTOP)", frozen(25)),
    Fault("R1", "reader that stalls", reader_stalls),
)
LONG_PEOPLE = (
    Fault("K7", "client's network gone for 60 s, no RST", network_gone(60)),
    Fault("K7", "client's network gone for 9 min, no RST", network_gone(540)),
    Fault("D8", "phone frozen for 9 min (SIGSTOP)", frozen(540)),
)
"""What the full form has besides."""
MACHINE = (Fault("K10", "counsellor's machine dies", machine_dies),)
"""For a scene without other counsellors."""
