"""The house: the parts that a worker is made of, put together once and handed to every path."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from redis.exceptions import RedisError

from server import metrics
from server.by_hand.rules import is_over, opening_now, runs_until
from server.by_hand.store import FIRST, ByHand
from server.clock import instant, ms
from server.colleagues.rules import Beside
from server.colleagues.store import Colleagues
from server.comers import Comers
from server.conversation.pen import Pen
from server.conversation.store import Conversations
from server.flood.blocks import Blocks
from server.flood.store import Flood
from server.handoff.store import HandOffs
from server.helpline import Helpline, OtherHelp
from server.house_rules.store import HouseRules
from server.pairing.store import Pairing
from server.relay import Relay
from server.sealing import contact_name
from server.session.store import Visits
from server.session.tokens import Tokens
from server.settings import Settings
from server.shared import Shared
from server.shared_clock import SharedClock
from server.staff.audit import Audit, AuditError
from server.staff.chain import Deed, Deeds
from server.staff.directory import Directory
from server.staff.elsewhere import Elsewhere
from server.staff.entrance import Entrance
from server.staff.keyring import Keyring
from server.staff.reasons import Reasons
from server.staff.store import Sessions
from server.waiting.rules import CLOSED, Hours, Opening, hours_of, opening
from server.waiting.store import Waiting
from server.wire.frames import Colleague
from server.wire.order import OrderKind
from server.words import Tongue, offered, read_wording

NOTED_WITHIN = 2.0
"""How long a step of a talk waits for the auditor's entry (s)."""


@dataclass(frozen=True, slots=True)
class Second:
    """One second of a worker's clock (ms): how the helpline works, when the chat closes, until when talks run (None: no end in sight).

    `changes`: how often the shift lead has changed how it works.
    """

    now: int
    helpline: Helpline
    closes: int | None
    until: int | None
    announced: bool
    changes: int


@dataclass(slots=True)
class House:
    """Everything a path needs. Nothing here is global, so a test can build two."""

    settings: Settings
    clock: SharedClock
    tokens: Tokens
    visits: Visits
    flood: Flood
    blocks: Blocks
    waiting: Waiting
    pairing: Pairing
    conversations: Conversations
    handoffs: HandOffs
    colleagues: Colleagues
    sessions: Sessions
    directory: Directory
    audit: Audit
    entrance: Entrance
    keyring: Keyring
    elsewhere: Elsewhere
    relay: Relay
    pen: Pen
    comers: Comers
    house_rules: HouseRules
    by_hand: ByHand
    reasons: Reasons
    on_failure: Callable[[BaseException], None]
    late: int = 0
    """Hand-offs without a receipt for too long, as the keeper last counted them."""
    around: Shared[tuple[Beside, list[Colleague]]] = field(default_factory=Shared)
    """Who is at work, for all connections here that look round at once."""
    _tongues: Mapping[str, Tongue] | None = None
    _hours: tuple[Helpline, Hours] | None = None
    _errands: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def helpline(self) -> Helpline:
        """How the helpline works: as its file says, and as the shift lead has changed it since."""
        return self.house_rules.now().helpline

    @property
    def tongues(self) -> Mapping[str, Tongue]:
        """The languages that are offered, read once. Raises WordingError."""
        if self._tongues is None:
            line = self.settings.helpline
            self._tongues = offered(read_wording(self.settings.wording), line.languages, line.native_checked)
        return self._tongues

    @property
    def hours(self) -> Hours:
        """When a child may start."""
        helpline = self.helpline
        if self._hours is None or self._hours[0] is not helpline:
            self._hours = helpline, hours_of(helpline, always_open=self.settings.open_always)
        return self._hours[1]

    def opening(self) -> Opening:
        """Return whether the chat is open now, by the hours and what a shift lead has decided by hand, until when, and when next.

        Closed, where the changes of the hours, the time or what was decided by hand are not known.
        """
        hours_known = self.house_rules.now().hours_known or self.settings.open_always
        if self.unknown or not hours_known:
            return CLOSED
        return opening_now(self.hours, self.by_hand.last, instant(self.clock()))

    @property
    def unknown(self) -> bool:
        """This worker has not heard yet what time it is or what stands by hand: it is not known whether the chat is open."""
        return self.by_hand.unknown or not self.clock.known

    async def know(self) -> None:
        """Ask the store for what has not been heard yet. Nobody is sent away for what it would say."""
        await self.clock.know(self.visits)
        await self.by_hand.know(self.clock())

    async def hear_of_closing(self) -> None:
        """Ask what stands by hand, where another worker has heard of a closing and this one has not yet."""
        if self.opening().serving:
            with suppress(RedisError, TimeoutError):
                async with asyncio.timeout(FIRST):
                    await self.by_hand.look(self.clock())

    @property
    def announced(self) -> bool:
        """A shift lead has announced a closing: those who wait and talk are told of it at once."""
        return self._stands("closing")

    @property
    def down(self) -> bool:
        """A shift lead has taken the chat down: it is closed, and says that it does not work."""
        return self._stands("down")

    def _stands(self, kind: OrderKind) -> bool:
        order = self.by_hand.last
        return order is not None and order.kind == kind and not is_over(order, instant(self.clock()))

    def run_until(self) -> datetime | None:
        """Return until when a running talk may go on; None while no end is in sight."""
        return runs_until(self.hours, self.by_hand.last, instant(self.clock()))

    def second(self) -> Second:
        """Return what this second is for all who are here: looked up once, not for each of them."""
        now, closes, until = self.clock(), self.opening().closes_at, self.run_until()
        changes = len(self.house_rules.entries)
        return Second(now, self.helpline, ms(closes) if closes else None, ms(until) if until else None, self.announced, changes)

    async def note(self, what: Deed, desk: str, conversation: str, epoch: str, whom: str = "", why: str = "") -> None:
        """Tell the auditor what was done with a talk."""
        await self.note_deed(Deeds(what, who=desk, whom=whom, contact=contact_name(conversation, epoch), why=why))

    async def note_deed(self, deed: Deeds) -> None:
        """Tell the auditor what was done. A log that cannot be written is an alarm: no child waits for it."""
        try:
            async with asyncio.timeout(NOTED_WITHIN):
                await self.audit.note(deed)
        except (AuditError, TimeoutError):
            metrics.alarm("audit_lost", 1)

    def spawn(self, errand: Coroutine[object, object, None]) -> None:
        """Run something on the side; a failure is logged, without its inside."""
        task = asyncio.get_running_loop().create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._errands.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.on_failure(error)


def others_told(helpline: Helpline, other: OtherHelp, now: datetime) -> tuple[str, str, str, bool | None, int | None]:
    """Return other help as a child's page is told it: number, label, what is dialled, open now, when (ms) that changes; None: not known."""
    if other.opening is None:
        return other.number, other.label, other.tel, None, None
    theirs = opening(hours_of(helpline.of_others(other)), now)
    changes = theirs.closes_at or theirs.opens_at
    return other.number, other.label, other.tel, theirs.open, ms(changes) if changes else None
