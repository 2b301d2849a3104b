"""The counsellor's path, when she leads the shift: what she does by hand about the opening, and with a talk of another.

Rules of this file:

1. Each frame is for the role shift lead alone (`server/staff/roles.py`); it was compared with her roles before a step is taken.
2. What she does is done first and written down right after: the deed in the audit log, the reason where staff data is.
3. She does nothing with what is said in a talk: she cannot read it unless she was asked in, as anybody.
"""

import asyncio

from server import metrics
from server.by_hand.rules import given, is_over, lifted
from server.clock import instant
from server.company import beside, settle_at
from server.conversation.rules import State, Talk
from server.conversation.store import Desk
from server.door.socket import Socket
from server.house import NOTED_WITHIN, House
from server.not_alone import NotAlone
from server.pairing.store import NotTaken
from server.sealing import contact_name
from server.staff.chain import Deed, Deeds
from server.staff.reasons import Given, mark_of
from server.steps import end_talk, lose_counsellor, match, nudge_desk
from server.wire import frames as f
from server.wire.order import OrderKind

DEEDS: dict[OrderKind, Deed] = {
    "open": "opened_by_hand",
    "close": "closed_by_hand",
    "last_intake": "last_intake_by_hand",
    "closing": "closing_announced",
    "down": "taken_down",
}


class Leading(NotAlone):
    """A shift lead among the others."""

    def __init__(self, house: House, socket: Socket) -> None:
        """Nothing was shown yet."""
        super().__init__(house, socket)
        self.overview: f.Overview | None = None

    @property
    def leads(self) -> bool:
        """She is a shift lead, by her roles as they are now."""
        account = self.house.directory.get(self.me.id)
        return account is not None and "shift_lead" in account.roles

    def show_overview(self, told: f.Overview) -> None:
        """Show the whole shift, when it changed."""
        if self.leads and told != self.overview:
            self.overview = told
            self.socket.put(told)

    # --- the opening ---------------------------------------------------------------------------

    async def order(self, frame: f.GiveOrder) -> None:
        """Let an order stand instead of the one before; every worker hears of it within a second."""
        house, now = self.house, self.house.clock()
        until = instant(frame.until) if frame.until else None
        closes_at = instant(frame.closes_at) if frame.closes_at else None
        by = (self.me.id, frame.reason)
        await house.by_hand.give(given(house.hours, house.by_hand.last, instant(now), frame.kind, by, until, closes_at), now)
        await self.write_down(Deeds(DEEDS[frame.kind], who=self.me.id), frame.reason)

    async def lift(self, frame: f.LiftOrder) -> None:
        """Let the hours count again. Does no order stand, nothing happens."""
        house, now = self.house, self.house.clock()
        before = house.by_hand.last
        if before is None or before.kind == "lifted" or is_over(before, instant(now)):
            return
        await house.by_hand.give(lifted(house.hours, before, instant(now), (self.me.id, frame.reason)), now)
        await self.write_down(Deeds("order_lifted", who=self.me.id), frame.reason)

    # --- a talk of another ---------------------------------------------------------------------

    async def end_talk(self, frame: f.EndTalk) -> None:
        """End a running talk; whoever has it writes it up."""
        talk = await self.house.conversations.read(frame.conversation)
        if talk is None or not await end_talk(self.house, frame.conversation, talk.desk, "lead"):
            self.refuse("end_talk", "not_talking", conversation=frame.conversation)
            return
        await self.write_down(self.deed("talk_ended", frame.conversation, talk), frame.reason)

    async def move_talk(self, frame: f.MoveTalk) -> None:
        """Let a running talk go on at another desk, or with the next who is free."""
        talk = await self.house.conversations.read(frame.conversation)
        if talk is None or talk.state is not State.TALKING:
            self.refuse("move_talk", "not_talking", conversation=frame.conversation)
            return
        if frame.desk is None:
            await lose_counsellor(self.house, frame.conversation, talk.desk)  # first in the line; her desk is on a break then
            await nudge_desk(self.house, talk.desk)
        elif (why := await self.move_to(frame.conversation, talk.desk, frame.desk)) is not None:
            self.refuse("move_talk", why, conversation=frame.conversation)
            return
        await self.write_down(self.deed("talk_moved", frame.conversation, talk), frame.reason)

    async def move_to(self, conversation: str, giver: str, taker: str) -> f.Refusal | None:
        """Give the talk to a desk that has room: claimed there, then hers, then opened. Return why it was not done."""
        row = (await beside(self.house)).rows.get(taker)
        account = self.house.directory.get(taker)
        if row is None or account is None or taker == giver:
            return "not_there"
        try:
            if not await self.house.pairing.hand_over(giver, taker, conversation, self.house.clock()):
                return "not_talking"
        except NotTaken:
            return "at_capacity"
        await settle_at(self.house, conversation, giver, Desk(taker, account.alias, row.key_id, row.key))
        await nudge_desk(self.house, giver)
        await match(self.house)
        return None

    # --- pieces --------------------------------------------------------------------------------

    def deed(self, what: Deed, conversation: str, talk: Talk) -> Deeds:
        """Return what is written down of a deed with a talk, as it was before."""
        return Deeds(what, who=self.me.id, whom=talk.desk, contact=contact_name(conversation, talk.epoch))

    async def write_down(self, deed: Deeds, reason: str) -> None:
        """Tell the auditor what was done, and keep why. What cannot be written is an alarm: it was done already."""
        at = self.house.clock()
        mark = mark_of(at, reason)
        try:
            async with asyncio.timeout(NOTED_WITHIN):
                await self.house.reasons.keep(Given(mark, at, self.me.id, deed.what, reason))
        except (OSError, TimeoutError):
            metrics.alarm("audit_lost", 1)
        await self.house.note_deed(Deeds(deed.what, who=deed.who, whom=deed.whom, contact=deed.contact, why=mark))
