"""The counsellor's path: sign in, be free, take, talk, end, register. The mirror of `visit.py`.

This file only awaits in order. What she may do with a talk is decided by the store: each step names her desk.
How the frames are read one after the other is in `path.py`, what she is shown meanwhile in `desk_shown.py`, who is
beside her in `not_alone.py`, and what she does when she leads the shift in `leading.py`.
"""

import asyncio
import contextlib
from typing import cast

import msgspec
from redis.exceptions import RedisError

from server.colleagues.rules import Row
from server.conversation.rules import Event, State
from server.conversation.store import Desk, Say
from server.door.socket import CloseError, answered_soon
from server.flood.blocks import ShutOut
from server.leading import Leading
from server.pairing.store import Claimed, NotTaken
from server.path import GO_SECONDS
from server.relay import WORKER, Hint
from server.sealing import KeyShapeError, key_id, public_key
from server.session.store import Post
from server.staff.chain import Deed
from server.staff.directory import Account
from server.staff.roles import FRAMES, NOBODY, may
from server.steps import asked, clear_desk, end_talk, hand_off, learn, leave_desk, match
from server.wire import frames as f


class Shift(Leading):
    """One counsellor's work over one connection."""

    def parse(self, text: str) -> f.Frame:
        """Return the frame that the counsellor sent. Raises FrameError, and CloseError when her roles do not allow it."""
        frame = f.parse_staff(text)
        self.check(self.house.directory.get(self.me.id), frame)
        self.acted = self.acted or not isinstance(frame, f.Ping)
        return frame

    def check(self, account: Account | None, frame: f.Frame) -> None:
        """Compare her roles, as they are now, with the frame. Raises CloseError."""
        if account is None or not may(account.roles, FRAMES.get(str(frame.__struct_config__.tag), NOBODY)):
            self.unwelcome = True
            raise CloseError(4503 if account else 4501)

    # --- sign in -------------------------------------------------------------------------------

    async def arrive(self) -> None:
        """Redeem the ticket, take the post, open every talk that is hers with this browser's key. Raises CloseError."""
        hello = f.parse_staff(await self.socket.first())
        if not isinstance(hello, f.StaffHello):
            raise CloseError(4500)
        try:
            public_key(hello.key)
        except KeyShapeError:
            raise CloseError(4500) from None
        async with answered_soon():
            entered = await self.house.sessions.enter(hello.ticket)
            account = self.house.directory.get(entered.desk) if entered else None
            if entered is None or account is None:
                raise CloseError(4501)
            self.check(account, hello)
            self.session = entered.session
            self.me = Desk(account.id, account.alias, key_id(hello.key), hello.key)
            await self.take_post()
            await self.house.colleagues.arrive(self.me.id, Row(self.me.key_id, self.me.key))
        self.socket.put(f.StaffWelcome(account.name, self.house.settings.registrar_key, self.house.clock()))
        await self.take_up_talks()
        await self.look_again()
        await self.send_whispers(None)
        self.welcomed()

    async def take_post(self) -> None:
        """Be heard at this connection from now on; an older one is replaced."""
        before = await self.house.visits.take_post(self.me.id, Post(self.tab, self.house.relay.worker))
        if before is not None:
            self.house.relay.send(before.worker, Hint(self.name, "replaced", before.tab.encode()))
        self.house.relay.listen(self.name, self)
        await self.house.visits.beat([self.name], self.house.clock())

    async def take_up_talks(self) -> None:
        """Be there again, with this browser's key, in every talk that she holds."""
        state = await self.house.pairing.desk(self.me.id)
        for conversation, standing in state.talks.items():
            if await self.take_up(conversation) and standing == "claimed":
                await self.house.pairing.opened(self.me.id, conversation)

    # --- be free -------------------------------------------------------------------------------

    async def here(self, _: f.Here) -> None:
        """At work: her session goes on, and she sees that at once."""
        self.acted, self.kept = False, self.house.clock()
        await self.house.sessions.keep(self.session, self.kept)
        await self.tell_end(await self.house.sessions.standing(self.session, self.kept))

    async def free(self, frame: f.Free) -> None:
        """Ready for children, up to `room` talks at once."""
        await self.house.pairing.free(self.me.id, min(frame.room, self.house.helpline.room), self.house.clock())
        await match(self.house)
        await self.refresh()

    async def away(self, _: f.Away) -> None:
        """Not ready for another child."""
        await self.house.pairing.away(self.me.id)
        await match(self.house)
        await self.refresh()

    async def decline(self, frame: f.Decline) -> None:
        """The offered child goes back to its place, and to the next counsellor."""
        await self.house.pairing.give_back(self.me.id, frame.conversation)
        await match(self.house)
        await self.refresh()

    # --- take ----------------------------------------------------------------------------------

    async def take(self, frame: f.Take) -> None:
        """Take the offered child, this one, or the next: claimed in the line's books, then opened in the talk's own."""
        now = self.house.clock()
        try:
            claimed = await self.house.pairing.claim(self.me.id, frame.conversation, now)
        except NotTaken as refusal:
            self.refuse("take", cast("f.Refusal", refusal.reason), conversation=frame.conversation)
            await self.refresh()
            return
        if await self.has_opened(claimed, now):
            await self.house.pairing.opened(self.me.id, claimed.conversation)
            await self.refresh()  # before the child learns of her: its key comes to a talk that is on her screen
            await self.tell_child_to_look(claimed.conversation)
            self.house.spawn(learn(self.house, claimed.conversation, claimed.wait))
            await self.note("took", claimed.conversation)
        else:
            await self.house.pairing.release(self.me.id, claimed.conversation, now)
            self.refuse("take", "taken", conversation=claimed.conversation)
            await self.refresh()

    async def has_opened(self, claimed: Claimed, now: int) -> bool:
        """Open the talk that she has claimed; False: it is over, or somebody else's.

        Whom she claims before its own talk knows that it waits is let in here: sent away, it would be passed over by those behind it.
        """
        if await self.house.conversations.open(claimed.conversation, self.me, self.house.relay.worker, now):
            return True
        talk = await self.house.conversations.read(claimed.conversation)
        if talk is None or talk.state not in (State.ARRIVED, State.WAITING):  # it may have learnt it just now
            return False
        await self.house.conversations.move(claimed.conversation, Event.JOIN, State.WAITING, now, asked(claimed.wait))
        return await self.house.conversations.open(claimed.conversation, self.me, self.house.relay.worker, now)

    async def note(self, what: Deed, conversation: str) -> None:
        """Tell the auditor what she did with a talk of hers."""
        talk = await self.house.conversations.read(conversation)
        if talk is not None:
            await self.house.note(what, self.me.id, conversation, talk.epoch)

    async def open(self, frame: f.Open) -> None:
        """Show one of her talks from the beginning, or from where her browser is."""
        talk = await self.hers(frame.conversation, "open")
        if talk is None:
            return
        if frame.conversation not in self.noted:
            self.noted.add(frame.conversation)
            await self.house.note("read", self.me.id, frame.conversation, talk.epoch)
        wrapped = await self.house.conversations.wrapped(frame.conversation, self.me.key_id)
        self.socket.put(f.StaffPaired(frame.conversation, self.me.key_id, wrapped))
        if wrapped is None:
            self.unread.add(frame.conversation)
        await self.send_history(frame.conversation, talk, frame.after)
        await self.send_whispers(frame.conversation)
        self.socket.put(f.StaffSeenNow(frame.conversation, talk.delivered_child, talk.read_child))

    # --- talk ----------------------------------------------------------------------------------

    async def say(self, frame: f.StaffSay) -> None:
        """Store a sealed message, acknowledge it, hand it on."""
        say = Say(frame.conversation, "counsellor", self.me.id, frame.id, frame.n, frame.box, self.ahead(frame))
        stored = await self.house.pen.write(say)
        if not stored.seq:
            self.refuse("say", cast("f.Refusal", stored.why), id=frame.id, conversation=frame.conversation)
            return
        self.socket.put(f.StaffSaid(frame.conversation, frame.id, stored.seq, stored.at))
        if stored.worker:
            entry = f.Message(stored.seq, "counsellor", frame.id, frame.n, stored.at, frame.box)
            self.tell_child(frame.conversation, stored.worker, entry)

    async def typing(self, frame: f.StaffTyping) -> None:
        """Typing in one of her talks, or not any more."""
        talk = self.children.get(frame.conversation)
        if talk is not None:
            self.tell_child(frame.conversation, talk.child_at, f.Typing(frame.on))

    async def seen(self, frame: f.StaffSeen) -> None:
        """How far her browser has come in one of her talks."""
        marks = await self.house.conversations.mark(frame.conversation, "counsellor", self.me.id, frame.delivered, frame.read)
        if marks is not None:
            self.tell_child(frame.conversation, marks[2], f.Seen(marks[0], marks[1]))

    async def ranged(self, frame: f.StaffRange) -> None:
        """Her browser saw a gap in one of her talks."""
        talk = await self.hers(frame.conversation, "range")
        if talk is not None:
            await self.send_history(frame.conversation, talk, frame.after)

    async def ping(self, _: f.Ping) -> None:
        """Heartbeat. The position check of her talks is the `seq` of each in `desk`."""
        self.socket.put(f.Pong())

    # --- end, register -------------------------------------------------------------------------

    async def end(self, frame: f.StaffEnd) -> None:
        """End one of her talks; it is to be written up."""
        if await self.hers(frame.conversation, "end") is not None:
            await end_talk(self.house, frame.conversation, self.me.id, "counsellor")
            await self.refresh()

    async def no_child(self, frame: f.NoChild) -> None:
        """Whoever writes in one of her talks is no child: shut it out where that can be done, and end the talk."""
        talk = await self.hers(frame.conversation, "no_child")
        if talk is None:
            return
        await self.house.note("shut_out", self.me.id, frame.conversation, talk.epoch)
        whom = ShutOut(frame.conversation, self.me.id, "no_child")
        self.house.relay.send(talk.child_at or talk.child_was, Hint(WORKER, "shut_out", msgspec.json.encode(whom)))
        if talk.state is State.TALKING:
            await end_talk(self.house, frame.conversation, self.me.id, "counsellor")
        await self.refresh()

    async def plan(self, frame: f.Plan) -> None:
        """Tell the child of one of her talks how long they have; nothing ends by itself."""
        at = self.house.clock() + frame.minutes * 60_000 if frame.minutes else 0
        if await self.house.conversations.plan(frame.conversation, self.me.id, at):
            await self.tell_child_to_look(frame.conversation)
            await self.refresh()
        else:
            self.refuse("plan", "not_yours", conversation=frame.conversation)

    async def register(self, frame: f.Register) -> None:
        """Seal the talk with its form for the registrar; her desk is clear again."""
        talk = await self.hers(frame.conversation, "register")
        if talk is None:
            return
        if talk.state is State.TALKING:
            await end_talk(self.house, frame.conversation, self.me.id, "counsellor")
        self.registering = True
        try:
            sealed = await hand_off(self.house, frame.conversation, frame.box)
        finally:
            self.registering = False
        if sealed:
            self.socket.put(f.Registered(frame.conversation))
            await self.house.note("registered", self.me.id, frame.conversation, talk.epoch)
            await clear_desk(self.house, frame.conversation, self.me.id)
        else:
            self.refuse("register", "not_talking", conversation=frame.conversation)
        await self.refresh()

    async def go(self) -> None:
        """This connection is gone. Her talks stay hers for a while; the keeper gives them back if she does not return."""
        if self.me.id:
            self.house.relay.leave(self.name, self)
            if self.unwelcome:
                with contextlib.suppress(RedisError):
                    await leave_desk(self.house, self.me.id)
            with contextlib.suppress(RedisError, TimeoutError):  # the keeper hears the silence
                async with asyncio.timeout(GO_SECONDS):
                    if await self.house.visits.leave_post(self.me.id, self.tab):
                        await self.house.colleagues.go(self.me.id)


Shift.steps = {
    f.Free: Shift.free,
    f.Away: Shift.away,
    f.Decline: Shift.decline,
    f.Take: Shift.take,
    f.Open: Shift.open,
    f.StaffSay: Shift.say,
    f.StaffTyping: Shift.typing,
    f.StaffSeen: Shift.seen,
    f.StaffRange: Shift.ranged,
    f.StaffEnd: Shift.end,
    f.NoChild: Shift.no_child,
    f.Plan: Shift.plan,
    f.Register: Shift.register,
    f.AskIn: Shift.ask_in,
    f.LookIn: Shift.look_in,
    f.LookOut: Shift.look_out,
    f.Help: Shift.help,
    f.Come: Shift.come,
    f.Whisper: Shift.whisper,
    f.AskOver: Shift.ask_over,
    f.Sign: Shift.sign,
    f.GiveOrder: Shift.order,
    f.LiftOrder: Shift.lift,
    f.EndTalk: Shift.end_talk,
    f.MoveTalk: Shift.move_talk,
    f.Here: Shift.here,
    f.Ping: Shift.ping,
}
"""What a counsellor may send after `hello`, and the step that follows."""
