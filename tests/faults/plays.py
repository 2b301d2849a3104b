"""The faults of a running service: each breaks something while a crowd talks, and says when it was whole again.

Rules of this file:

1. A fault really happens, or fails: each asserts that what it wanted to break was broken.
2. It judges nothing of what people said: that is the checker's, after every fault.
3. It returns the instant from which on everything that is needed was there again.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import redis as sync_redis

from server import embedded, keys
from server.wire import frames as f
from tests.faults.child import SteadyChild
from tests.faults.crowd import Crowd
from tests.faults.percentile import percentile
from tests.faults.proxy import Address, Proxy
from tests.faults.stage import WORKERS
from tests.faults.steady import Gone, Steady, WebDoor
from tests.faults.verdict import Verdict

SETTLE = 1.5
"""Seconds after a fault before everybody is asked to be quiet: so that people also write afterwards."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to break a running service."""

    name: str
    """As promises name it."""
    title: str
    act: Callable[[Crowd], Awaitable[float]]


@dataclass(slots=True)
class Outcome:
    """What one fault did, once."""

    fault: str
    title: str
    clients: int
    messages: int
    resumed: list[float]
    """Seconds until each who was cut off was back, from when it could be."""
    delays: list[float]
    """Seconds from stored to shown on the other side."""
    verdict: Verdict
    figures: dict[str, float] = field(default_factory=dict)


async def suffer(crowd: Crowd, fault: Fault) -> Outcome:
    """Let a crowd live through a fault, and judge."""
    messages, before, clients = len(crowd.history.said), set(crowd.judgements), len(crowd.present)
    broken = monotonic()
    healed = await fault.act(crowd)
    await asyncio.sleep(SETTLE)
    verdict = await crowd.judged()
    crowd.judgements |= set(verdict.findings)
    return Outcome(
        fault.name,
        fault.title,
        max(clients, len(crowd.present)),
        len(crowd.history.said) - messages,
        crowd.resumed_since(broken, healed),
        crowd.history.delays(broken),
        Verdict([finding for finding in verdict.findings if finding not in before]),
        dict(crowd.figures),
    )


def nothing_breaks(seconds: float) -> Callable[[Crowd], Awaitable[float]]:
    """D7: a crowd writes and nothing breaks: how long a word takes. All of them live in one process, whose own time is in the figures."""

    async def act(crowd: Crowd) -> float:
        began = monotonic()
        await asyncio.sleep(seconds)
        echoes, delays = crowd.history.echoes(began), crowd.history.delays(began)
        crowd.figures["talks"] = crowd.talking
        crowd.figures["messages a second"] = len(echoes) / seconds
        for name, found in (("said to stored", echoes), ("stored to shown", delays)):
            for part in (0.5, 0.99):
                crowd.figures[f"{name}, p{part * 100:.0f} (ms)"] = 1000 * percentile(found, part)
        return monotonic()

    return act


# --- workers -----------------------------------------------------------------------------------


async def one_worker_killed(crowd: Crowd) -> float:
    """K1: `kill -9` of one of two workers; it is started again after two seconds."""
    broken = monotonic()
    crowd.figures["talks"] = crowd.talking
    name = fuller(crowd)
    await crowd.stage.dies(name)
    await asyncio.sleep(2)
    await crowd.stage.comes(name)
    assert any(lost >= broken for lost, _ in crowd.history.resumed)
    return broken


def fuller(crowd: Crowd) -> str:
    """Return the worker that most are connected to: after a death that is the other one."""
    at = Counter(worker_of(one) for one in crowd.present if one.welcomed)
    return max(WORKERS, key=lambda name: at[crowd.stage.place(WORKERS.index(name)).url])


def worker_of(one: Steady) -> str:
    """Return the address of the worker at which somebody is, or was last."""
    door = one.doors[one.door % len(one.doors)]
    return door.place.url if isinstance(door, WebDoor) else ""


async def both_workers_killed(crowd: Crowd) -> float:
    """K2: `kill -9` of both workers at once."""
    await crowd.stage.dies(*WORKERS)
    await asyncio.sleep(1)
    assert not any(one.welcomed for one in crowd.present)
    await crowd.stage.comes(*WORKERS)
    return monotonic()


async def rolling_restart(crowd: Crowd) -> float:
    """K3: a new version is rolled out: each worker ends when told (1012), and a new one comes, one after the other."""
    broken = monotonic()
    for name in WORKERS:
        crowd.figures["shutdown"] = max(crowd.figures.get("shutdown", 0.0), await crowd.stage.goes(name))
        await crowd.stage.comes(name)
    assert crowd.figures["shutdown"] < 15  # the promise is 10 s, with room for a slow machine
    return broken


# --- the store ---------------------------------------------------------------------------------


async def store_killed(crowd: Crowd) -> float:
    """K4 and Q5: `kill -9` of the store, started again on its files after three seconds; a newcomer meanwhile is told at once."""
    crowd.stage.store_dies()
    await asyncio.sleep(0.5)
    crowd.figures["newcomer told"] = await told_to_try_later(crowd)
    await asyncio.sleep(2)
    await crowd.stage.store_comes()
    return monotonic()


async def told_to_try_later(crowd: Crowd) -> float:
    """Knock while there is no store; return how many seconds it takes until the service says 4013."""
    began = monotonic()
    wire = await crowd.stage.doors(0)[0].open("/ws")
    await wire.send(f.dump(f.ChildHello()).decode())
    try:
        async with asyncio.timeout(30):
            await wire.receive()
        code = 0
    except Gone as gone:
        code = gone.code
    assert code == 4013, "somebody was let in without a store"
    return monotonic() - began


async def store_killed_and_torn(crowd: Crowd) -> float:
    """K4: as before, and half a command stands at the end of its file, as when the power goes in the middle of a write."""
    crowd.stage.store_dies()
    file = newest_log(crowd.stage.redis)
    before = file.stat().st_size
    with file.open("ab") as log:
        log.write(b"*3\r\n$4\r\nHSET\r\n$9\r\n{q}:where\r\n$2")
    await crowd.stage.store_comes()
    assert newest_log(crowd.stage.redis).stat().st_size >= before
    return monotonic()


def newest_log(store: embedded.Embedded) -> Path:
    """Return the file to which a store writes what it was told."""
    return max(store.folder.glob("appendonlydir/*.incr.aof"), key=lambda path: path.stat().st_mtime)


async def store_frozen(crowd: Crowd) -> float:
    """K8: the store answers nothing for ten seconds (SIGSTOP): no false word that somebody is gone."""
    told = {one: one.told_lost for one in crowd.children}
    crowd.stage.store_gets(signal.SIGSTOP)
    await asyncio.sleep(10)
    crowd.stage.store_gets(signal.SIGCONT)
    healed = monotonic()
    await asyncio.sleep(4)
    wrong = [one.who for one, before in told.items() if one.told_lost != before]
    assert wrong == [], f"told that their counsellor is gone: {wrong}"
    return healed


async def store_full(crowd: Crowd) -> float:
    """K9: the store has no room for anything more; whoever comes now is told, whoever writes is not told that it is stored."""
    with crowd.stage.admin() as admin:
        admin.config_set("maxmemory", "1mb")
        await asyncio.sleep(0.5)
        stored = len(crowd.history.acknowledged)
        child = crowd.child()
        await asyncio.sleep(4)
        assert not child.placed.is_set(), "somebody was put in the line while there was no room to write it down"
        assert len(crowd.history.acknowledged) == stored, "something was acknowledged that could not be written"
        admin.config_set("maxmemory", "0")
    healed = monotonic()
    async with asyncio.timeout(30):
        await child.placed.wait()
    child.end()
    return healed


async def answers_lost(crowd: Crowd) -> float:
    """D2: for five seconds one in ten of the store's answers is lost after it did what it was told; nobody knows."""
    stage, here = crowd.stage, Address(str(crowd.stage.redis.folder / "proxy.sock"))
    url = stage.redis.url.replace(str(stage.redis.socket), here.path)
    async with Proxy(Address(str(stage.redis.socket)), crowd.chance).listening(here) as proxy:
        for name in WORKERS:
            stage.private[name] = {"REDIS_URL": url}
            await stage.goes(name)
            await stage.comes(name)
        proxy.cut_after = 0.1
        await asyncio.sleep(5)
        async with asyncio.timeout(60):  # a slow machine takes its time
            while proxy.lost <= 20:
                await asyncio.sleep(0.05)
        proxy.cut_after = 0.0
        healed = monotonic()
        crowd.figures["answers lost"] = proxy.lost
        for name in WORKERS:
            del stage.private[name]
            await stage.goes(name)
            await stage.comes(name)
    return healed


async def hints_lost(crowd: Crowd) -> float:
    """D6: no live hint passes from worker to worker; what is said arrives at the next heartbeat."""
    await apart(crowd)
    with crowd.stage.admin() as admin, no_inboxes(admin, admin.keys(keys.inbox("*"))):
        broken = monotonic()
        await asyncio.sleep(14)
    slowest = max(crowd.history.delays(broken))
    assert slowest > 0.5, "no hint was lost"
    crowd.figures["slowest"] = slowest
    assert slowest < 15  # the promise is 10 s, with room for a slow machine
    return monotonic()


@contextmanager
def no_inboxes(admin: sync_redis.Redis, inboxes: Sequence[str | bytes]) -> Iterator[None]:
    """Let nobody hint through these keys for the length of a `with` block: they hold something that takes no hints."""
    for one in inboxes:
        admin.set(one, "no stream", ex=keys.DAY)
    try:
        yield
    finally:
        admin.delete(*inboxes)


async def apart(crowd: Crowd) -> None:
    """Let whoever talks with somebody at the same worker come to the other one: between two who share a worker no hint travels."""
    hers = {name: worker_of(one) for one in crowd.counsellors for name in one.panes}
    near = [one for one in crowd.children if one.wire is not None and hers.get(one.conversation) == worker_of(one)]
    for one in near:
        one.drop()  # the next try is at the other door
    async with asyncio.timeout(30):
        while not all(one.welcomed or one.over is not None for one in near):
            await asyncio.sleep(0.05)


# --- people ------------------------------------------------------------------------------------


def reconnect_storm(count: int) -> Callable[[Crowd], Awaitable[float]]:
    """K11: so many who wait are dropped at once."""

    async def act(crowd: Crowd) -> float:
        writes, crowd.history.tries[:] = crowd.writes.is_set(), []
        waiting = [crowd.child() for _ in range(count)]
        async with asyncio.timeout(60):
            await asyncio.gather(*(one.placed.wait() for one in waiting))
        broken = monotonic()
        for one in waiting:
            one.drop()
        async with asyncio.timeout(60):
            while len([True for lost, _ in crowd.history.resumed if lost >= broken]) < count:
                await asyncio.sleep(0.05)
        crowd.figures["all back"] = monotonic() - broken
        crowd.figures["dropped"] = count
        for one in waiting:
            one.end()
        async with asyncio.timeout(60):
            await asyncio.gather(*(one.finished.wait() for one in waiting))
        assert writes
        assert crowd.figures["all back"] < 45  # the promise is 10 s, with room for a slow machine
        assert fastest_pause(crowd) > 0.95
        return broken

    return act


def fastest_pause(crowd: Crowd) -> float:
    """Return the least number of seconds between two tries of one person."""
    last: dict[str, float] = {}
    least = 60.0
    for who, at in crowd.history.tries:
        least = min(least, at - last.get(who, -60.0))
        last[who] = at
    return least


async def second_tab(crowd: Crowd) -> float:
    """P8: the same token on a second socket: the older one is told so (timed from when the second opens), and ends; never two writers."""
    broken = monotonic()
    first = crowd.child()
    async with asyncio.timeout(30):
        await first.placed.wait()
    second = crowd.child()
    second.joins = False
    async with asyncio.timeout(30):
        while second.view is None:
            await asyncio.sleep(0.05)
    second.drop()
    take_over(second, first)
    async with asyncio.timeout(30):
        await first.finished.wait()
    crowd.figures["replaced"] = monotonic() - max(at for who, at in crowd.history.tries if who == second.who)
    assert first.over == 4509
    second.end()
    async with asyncio.timeout(30):
        await second.finished.wait()
    return broken


def take_over(second: SteadyChild, first: SteadyChild) -> None:
    """Give one browser what another one holds."""
    second.token, second.epoch, second.key, second.view, second.wait = first.token, first.epoch, first.key, None, first.wait
    second.joins, second.joined = True, True
    second.placed.set()


CALM = Fault("D7", "nothing breaks", nothing_breaks(5))
CRASHES = (
    CALM,
    Fault("K1", "kill -9 of one worker", one_worker_killed),
    Fault("K2", "kill -9 of both workers", both_workers_killed),
    Fault("K3", "rolling restart (SIGTERM, 1012)", rolling_restart),
    Fault("K4 Q5", "kill -9 of the store", store_killed),
    Fault("K4", "kill -9 of the store, torn tail", store_killed_and_torn),
    Fault("K8", "store frozen for 10 s (SIGSTOP)", store_frozen),
    Fault("K9", "store full (maxmemory)", store_full),
    Fault("D2", "answers of the store lost after execution", answers_lost),
    Fault("D6", "every hint lost", hints_lost),
    Fault("P8", "second tab with the same token", second_tab),
)
"""Faults that one crowd can live through, one after the other."""
