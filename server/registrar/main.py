"""The registrar's loop: lease a hand-off, open it, journal it, lay down the receipt. No port, no route to it.

Rules of this file:

1. Every step may be repeated: a crash at any point ends in one journal entry, because the journal knows each package.
2. A lost store is waited for. A hand-off that fails is postponed and does not keep the next one from its turn.
3. A receipt is signed only when the entry is durable.
"""

import asyncio
import random
import resource
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from redis.exceptions import RedisError

from server import clock, log
from server.handoff.rules import LEASE, GoneError, NotSealedError, backoff, whole_minute
from server.handoff.store import HandOffs
from server.keys import HOUR
from server.link import connect
from server.registrar.journal import Journal, JournalError, SqliteJournal
from server.registrar.opener import open_package, sealed_elsewhere
from server.registrar.record import Record
from server.registrar.settings import RegistrarSettings, read_registrar_settings
from server.sealing import sign_receipt
from server.session.store import Visits
from server.settings import SettingsError
from server.wire.package import Package

POLL = 0.5
"""Seconds between two looks when nothing is due."""
PATIENCE = 24 * 3600 * 1000
"""Milliseconds that a package which this key cannot open waits for the right key; then it is journalled still sealed."""
CONNECTIONS = 2
MOST_REMEMBERED = 10_000
"""Hand-offs whose number of attempts is remembered; beyond that, all begin anew."""


class WrongKeyError(Exception):
    """Nothing in a package opens with this registrar's key: it waits, for the key may be the wrong one."""


class Office:
    """Where hand-offs are registered, one at a time."""

    def __init__(self, handoffs: HandOffs, journal: Journal, opening: EllipticCurvePrivateKey, signing: Ed25519PrivateKey) -> None:
        """`opening` opens packages, `signing` signs receipts."""
        self._handoffs = handoffs
        self._journal = journal
        self._opening = opening
        self._signing = signing
        self._attempts: dict[str, int] = {}

    async def work(self, now: int) -> bool:
        """Look after the hand-off that is due first. False: none is. Raises RedisError when the store is lost."""
        conversation = await self._handoffs.lease(now, now + LEASE)
        if conversation is None:
            return False
        try:
            await self._register(await self._handoffs.package(conversation), now)
        except GoneError as error:
            if await self._handoffs.strike(conversation):
                log.event("hand_off_failed", error=type(error).__name__)
            return True
        except NotSealedError:
            pass
        except RedisError:
            raise
        except Exception as error:  # noqa: BLE001 - one hand-off that fails must not keep the others from their turn
            log.event("hand_off_failed", error=type(error).__name__)
            if isinstance(error, WrongKeyError):
                log.event("alarm", alarm="key_missing", count=1)
        await self._handoffs.postpone(conversation, now + self._pause(conversation))
        return True

    async def renew(self) -> None:
        """Let nothing that waits for a receipt expire."""
        await self._handoffs.renew()

    async def _register(self, package: Package, now: int) -> None:
        """Open, journal, confirm. Raises WrongKeyError and JournalError."""
        record = open_package(package, self._opening)
        if _waits_for_its_key(record, now):
            raise WrongKeyError
        entry = self._journal.add(package, record, whole_minute(now))
        await self._handoffs.give_receipt(sign_receipt(package, entry, self._signing))
        log.event("journalled")

    def _pause(self, conversation: str) -> int:
        """Return how long this one waits for its next turn: longer each time."""
        if len(self._attempts) >= MOST_REMEMBERED:
            self._attempts.clear()
        self._attempts[conversation] = self._attempts.get(conversation, 0) + 1
        return backoff(self._attempts[conversation], random.random())  # noqa: S311 - jitter, not a secret


def _waits_for_its_key(record: Record, now: int) -> bool:
    return sealed_elsewhere(record) and now < record.ended_at + PATIENCE


async def attend(office: Office, stop: asyncio.Event, time: Callable[[], Awaitable[int]]) -> None:
    """Work until told to stop, or cancelled; a store that is lost is waited for. `time` asks the store for this instant (ms)."""
    lost = 0
    renewed = 0
    while not stop.is_set():
        try:
            now = await time()
            if now - renewed > HOUR * 1000:
                await office.renew()
                renewed = now
            busy = await office.work(now)
        except RedisError as error:
            lost += 1
            if lost == 1:
                log.event("store_lost", error=type(error).__name__)
            await asyncio.sleep(backoff(min(lost, 4), random.random()) / 1000)  # noqa: S311 - jitter, not a secret
        else:
            if lost:
                log.event("store_back")
                lost = 0
            if not busy:
                await asyncio.sleep(POLL)


def registrar(environ: Mapping[str, str]) -> int:
    """Run the registrar until it is told to stop; return its exit status. Raises SettingsError before it begins."""
    settings = read_registrar_settings(environ, clock.utc().date())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        journal = SqliteJournal(settings.journal_file, settings.journal_key)
    except JournalError as error:
        raise SettingsError(str(settings.journal_file), "a journal that can be written", "one that cannot") from error
    try:
        asyncio.run(_run(settings, journal))
    finally:
        journal.close()
    return 0


async def _run(settings: RegistrarSettings, journal: Journal) -> None:
    redis = connect(settings.redis_url, most=CONNECTIONS)
    office = Office(HandOffs(redis), journal, settings.opening_key, settings.receipt_key)
    stop = asyncio.Event()
    work = asyncio.ensure_future(attend(office, stop, Visits(redis).time))

    def end() -> None:
        """Say it twice: under Python 3.11 the client of the store may swallow a cancellation."""
        stop.set()
        work.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    log.event("started", command="registrar")
    try:
        with suppress(asyncio.CancelledError):
            await work
    finally:
        await redis.aclose()
    log.event("stopped", command="registrar")
