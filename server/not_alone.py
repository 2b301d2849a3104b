"""The counsellor's path, when she is not alone: calls for help, colleagues who read along and whisper, a talk that goes on with another.

Rules of this file:

1. Who reads along was asked in by the one who holds the talk, whose own browser has wrapped its key. The child's browser has no part.
2. Nothing that colleagues say to each other goes to a child's connection.
"""

import asyncio
from collections.abc import Mapping, Sequence

from server.colleagues.rules import Asked, Beside, Call, in_talk, may_read
from server.colleagues.store import ROOM, Whisper
from server.company import beside, holder_of, states
from server.conversation.store import in_parts
from server.desk_shown import DeskShown
from server.door.socket import Socket
from server.glance import at_work
from server.house import House
from server.relay import Hint
from server.session.rules import pulse_of_desk
from server.staff.chain import Deed
from server.steps import nudge_desk
from server.wire import frames as f


class NotAlone(DeskShown):
    """One counsellor among the others."""

    def __init__(self, house: House, socket: Socket) -> None:
        """Nobody is known yet."""
        super().__init__(house, socket)
        self.company: f.Beside | None = None
        self.everybody: Sequence[f.Colleague] = ()
        self.read = 0
        """Who was at work when that was made, and which read it was made from."""
        self.along: dict[str, int] = {}
        """Talks of others that she reads -> the last entry that she has been sent."""
        self.reading = asyncio.Lock()

    # --- what she is shown ---------------------------------------------------------------------

    async def show_company(self, found: Beside, everybody: Sequence[f.Colleague], late: int) -> None:
        """Show who is beside her, when it changed; send on what she reads along. What is shown last was read last."""
        if found.read < self.read:
            return
        self.read = found.read
        asked = await self.still_asked(found)
        if found.read < self.read:
            return
        me = self.house.directory.get(self.me.id)
        told = f.Beside(
            self.company.colleagues
            if self.company and everybody is self.everybody
            else [one for one in everybody if one.desk != self.me.id],
            [f.Asked(name, one.by, one.at) for name, one in asked.items()],
            [f.Reader(name, desk) for name in self.children for desk in found.readers(name) if self.is_here(desk, found)],
            [
                f.HelpCall(desk, one.conversation, one.at, one.coming or None)
                for desk, one in found.calls.items()
                if self.is_here(desk, found)
            ],
            late if me is not None and "shift_lead" in me.roles else 0,
        )
        if told != self.company:
            self.socket.put(told)
        self.company, self.everybody = told, everybody
        for conversation in [name for name in self.along if name not in asked]:
            del self.along[conversation]
        for conversation in self.along:
            await self.send_along(conversation)

    def is_here(self, desk: str, found: Beside) -> bool:
        """Tell whether a colleague is at work and has an account."""
        return desk in found.rows and self.house.directory.get(desk) is not None

    async def still_asked(self, found: Beside) -> Mapping[str, Asked]:
        """Return the talks that she was asked in to and may still read."""
        names = found.reads(self.me.id)
        talks = await self.house.conversations.read_many(names)
        asked: dict[str, Asked] = {}
        for name, talk in zip(names, talks, strict=True):
            one = found.asked[name, self.me.id]
            if may_read(holder_of(talk), one, self.me.id):
                asked[name] = one
            else:
                await self.house.colleagues.look_out(name, self.me.id)
        return asked

    async def send_along(self, conversation: str) -> None:
        """Send what was said since, of a talk that she reads along."""
        async with self.reading:
            talk = await self.house.conversations.read(conversation)
            after = self.along.get(conversation)
            if talk is None or after is None or talk.seq <= after:
                return
            entries = await self.house.conversations.history(conversation, after)
            for part, more in in_parts(entries):
                await self.socket.room()
                self.socket.put(f.StaffHistory(conversation, talk.epoch, after, talk.n_counsellor, part, more))
                self.along[conversation] = after = part[-1].seq if part else after

    async def send_whispers(self, conversation: str | None) -> None:
        """Send what colleagues have said in a talk, or in the staff room, as far as it was sealed for her."""
        for one in await self.house.colleagues.whispers(conversation or ROOM, self.me.key_id):
            self.socket.put(self.whispered(one, self.me.key_id, conversation))

    def whispered(self, whisper: Whisper, key_id: str, conversation: str | None) -> f.Whispered:
        """Return what a reader with this key is sent of a whisper."""
        account = self.house.directory.get(whisper.desk)
        return f.Whispered(whisper.id, whisper.desk, account.name if account else "", whisper.at, whisper.boxes[key_id], conversation)

    # --- asking in -----------------------------------------------------------------------------

    async def ask_in(self, frame: f.AskIn) -> None:
        """Let a colleague read along."""
        row = (await beside(self.house)).rows.get(frame.desk)
        if row is None or row.key_id != frame.key_id or frame.desk == self.me.id:
            self.refuse("ask_in", "not_there", conversation=frame.conversation)
            return
        if not await self.house.conversations.ask_in(frame.conversation, self.me.id, frame.key_id, frame.key):
            self.refuse("ask_in", "not_yours", conversation=frame.conversation)
            return
        await self.house.colleagues.ask_in(frame.conversation, frame.desk, Asked(self.me.id, self.house.clock(), frame.key_id))
        await self.tell_auditor("asked_in", frame.conversation, frame.desk)
        await nudge_desk(self.house, frame.desk)
        await self.look_again()

    async def look_in(self, frame: f.LookIn) -> None:
        """Read along."""
        talk = await self.house.conversations.read(frame.conversation)
        asked = await self.house.colleagues.asked(frame.conversation, self.me.id)
        if talk is None or asked is None or not may_read(holder_of(talk), asked, self.me.id):
            self.refuse("look_in", "not_yours", conversation=frame.conversation)
            return
        wrapped = await self.house.conversations.wrapped(frame.conversation, self.me.key_id)
        self.socket.put(f.StaffPaired(frame.conversation, self.me.key_id, wrapped))
        if frame.conversation not in self.along:
            await self.tell_auditor("looked_in", frame.conversation, asked.by)
        self.along[frame.conversation] = frame.after
        if talk.seq <= frame.after:
            self.socket.put(f.StaffHistory(frame.conversation, talk.epoch, frame.after, talk.n_counsellor, []))
        await self.send_along(frame.conversation)
        await self.send_whispers(frame.conversation)

    async def look_out(self, frame: f.LookOut) -> None:
        """Read along no more."""
        self.along.pop(frame.conversation, None)
        await self.house.colleagues.look_out(frame.conversation, self.me.id)
        talk = await self.house.conversations.read(frame.conversation)
        await nudge_desk(self.house, holder_of(talk))
        await self.look_again()

    # --- help ----------------------------------------------------------------------------------

    async def help(self, frame: f.Help) -> None:
        """Call all who are signed in; or not any more."""
        if await self.hers(frame.conversation, "help") is None:
            return
        if frame.on:
            await self.house.colleagues.call(self.me.id, Call(frame.conversation, self.house.clock()))
            await self.tell_auditor("help_called", frame.conversation)
        else:
            await self.house.colleagues.calm(self.me.id)
        await self.nudge_all()

    async def come(self, frame: f.Come) -> None:
        """She comes to help: the caller's browser lets her in."""
        call = (await beside(self.house)).calls.get(frame.desk)
        if call is None or frame.desk == self.me.id or not await self.house.colleagues.come(frame.desk, self.me.id):
            self.refuse("come", "taken")
        else:
            await self.tell_auditor("came", call.conversation, frame.desk)
        await self.nudge_all()

    async def nudge_all(self) -> None:
        """Let everybody who is at work look again."""
        for desk in (await beside(self.house)).rows:
            await nudge_desk(self.house, desk)

    # --- whispers ------------------------------------------------------------------------------

    async def whisper(self, frame: f.Whisper) -> None:
        """Say something to those who are in a talk, or in the staff room; each gets what was sealed for her."""
        found = await beside(self.house)
        there = set(found.rows)
        if frame.conversation is not None:
            holder = holder_of(await self.house.conversations.read(frame.conversation))
            there = in_talk(holder, found.readers(frame.conversation))
            if self.me.id not in there:
                self.refuse("whisper", "not_yours", id=frame.id, conversation=frame.conversation)
                return
        keys = {found.rows[desk].key_id: desk for desk in there if desk in found.rows}
        boxes = {one.key_id: one.box for one in frame.boxes if one.key_id in keys}
        said = Whisper(frame.id, self.me.id, self.house.clock(), boxes)
        if await self.house.colleagues.whisper(frame.conversation or ROOM, said):
            for key_id in boxes:
                await self.tell_desk(keys[key_id], self.whispered(said, key_id, frame.conversation))

    async def tell_desk(self, desk: str, frame: f.Frame) -> None:
        """Hand a frame to a colleague's connection."""
        post = await self.house.visits.post(desk)
        if post is not None:
            self.house.relay.send(post.worker, Hint(pulse_of_desk(desk), "frame", f.dump(frame)))

    # --- handing over --------------------------------------------------------------------------

    async def ask_over(self, frame: f.AskOver) -> None:
        """Ask the child whether a colleague who reads along may go on; or take the question back."""
        account = self.house.directory.get(frame.desk) if frame.desk else None
        if frame.desk and (account is None or await self.house.colleagues.asked(frame.conversation, frame.desk) is None):
            self.refuse("ask_over", "not_there", conversation=frame.conversation)
            return
        to, alias = (account.id, account.alias) if account else ("", "")
        if not await self.house.conversations.propose(frame.conversation, self.me.id, to, alias):
            self.refuse("ask_over", "not_yours", conversation=frame.conversation)
            return
        await self.tell_child_to_look(frame.conversation)
        await self.refresh()

    # --- two sign ------------------------------------------------------------------------------

    async def sign(self, frame: f.Sign) -> None:
        """Sign, as one who reads along, what is written up."""
        talk = await self.house.conversations.read(frame.conversation)
        asked = await self.house.colleagues.asked(frame.conversation, self.me.id)
        holder = holder_of(talk)
        if not may_read(holder, asked, self.me.id) or not await self.house.conversations.sign(
            frame.conversation, holder, self.me.id, frame.what
        ):
            self.refuse("sign", "not_yours", conversation=frame.conversation)
            return
        await self.tell_auditor("signed", frame.conversation, holder)
        await nudge_desk(self.house, holder)

    # --- pieces --------------------------------------------------------------------------------

    async def look_again(self) -> None:
        """See what is new, and show it."""
        await super().look_again()
        found, everybody = await self.house.around.ask(self.look_round)
        await self.show_company(found, everybody, self.company.late if self.company else 0)

    async def look_round(self) -> tuple[Beside, list[f.Colleague]]:
        """See who is at work; asked for all who look round at once."""
        found = await beside(self.house)
        return found, at_work(self.house, found, await states(self.house, found))

    async def tell_auditor(self, what: Deed, conversation: str, whom: str = "") -> None:
        """Tell the auditor what was done beside a talk."""
        talk = await self.house.conversations.read(conversation)
        if talk is not None:
            await self.house.note(what, self.me.id, conversation, talk.epoch, whom)
