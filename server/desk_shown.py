"""What a counsellor is shown: her desk, the line, her talks; and that she is still who she was.

The path itself is told in `shift.py`.
"""

import asyncio
import contextlib
from collections.abc import Mapping

from server.clock import ms
from server.conversation.rules import OVER, State, Talk
from server.conversation.store import Desk, in_parts
from server.door.socket import Socket
from server.glance import Glance
from server.house import House, Second
from server.pairing.store import DeskState
from server.path import Path
from server.relay import Hint
from server.screen import held_of, line_of, offer_of
from server.session.rules import pulse_of_child, pulse_of_desk
from server.staff.audit import AuditError
from server.staff.chain import Deeds
from server.staff.roles import AT_A_DESK, may
from server.staff.rules import Session, ends_soon, is_last, stands
from server.steps import finish_loss, leave_desk, match, nudge_child
from server.wire import frames as f
from server.wire.ahead import Ahead, of_counsellor

KEEP_MS = 60_000
"""How often an open connection counts as use of its session."""


class DeskShown(Path):
    """One counsellor's connection, and what was shown on it."""

    def __init__(self, house: House, socket: Socket) -> None:
        """Nothing happens before `walk`."""
        super().__init__(house, socket)
        self.me = Desk("", "", "", b"")
        self.shown: f.Desk | None = None
        self.stood: DeskState | None = None
        """The desk as it was read when it was shown; None: it is to be looked at again."""
        self.until: int | None = None
        """When running talks must end (ms), as it was shown."""
        self.line: f.Line | None = None
        self.children: dict[str, Talk] = {}
        self.unread: set[str] = set()
        self.noted: set[str] = set()
        """Talks of her desk that the auditor knows she reads here."""
        self.turn = asyncio.Lock()
        self.looks = 0
        """How often this connection has looked at its desk by itself."""
        self.session = ""
        self.kept = house.clock()
        self.acted = True
        """She has done something since her session was last prolonged."""
        self.told_end = f.SessionEnds()
        self.told_house = f.HouseNow()
        self.unwelcome = False
        """What she sent is not hers to send any more."""
        self.registering = False

    @property
    def name(self) -> str:
        """The name under which this connection is heard."""
        return pulse_of_desk(self.me.id)

    async def hers(self, conversation: str, what: str) -> Talk | None:
        """Return the talk when she holds it; else say that she does not."""
        state = await self.house.pairing.desk(self.me.id)
        talk = await self.house.conversations.read(conversation) if conversation in state.talks else None
        if talk is None or talk.desk != self.me.id:
            self.refuse(what, "not_yours", conversation=conversation)
            return None
        return talk

    async def take_up(self, conversation: str) -> bool:
        """Be there in a talk that she holds, with this browser's key; its child is told. False: it is not hers."""
        hers = await self.house.conversations.open(conversation, self.me, self.house.relay.worker, self.house.clock())
        if hers:
            await self.tell_child_to_look(conversation)
        return hers

    async def look_again(self) -> None:
        """See what is new, and show it."""
        await self.refresh()

    @property
    def looked(self) -> int:
        """How often it has looked, for who reads from now on; a look that is under way may read something newer: -1."""
        return -1 if self.turn.locked() else self.looks

    async def refresh(self) -> None:
        """Show the desk, whole, when it changed. One look after the other, so that what is shown last was read last."""
        async with self.turn:
            await self.look()

    async def look(self) -> None:
        """See how the desk is. `registered` is said before the desk shows that the talk is gone."""
        self.looks += 1
        self.stood = None  # should this look fail, the next second looks again
        if self.registering:
            return
        state = await self.house.pairing.desk(self.me.id)
        names = list(state.talks)
        found = await self.house.conversations.read_many(names)
        until = self.house.run_until()
        self.show_desk(state, dict(zip(names, found, strict=True)), ms(until) if until else None)
        await self.settle(state.talks)
        self.stood = state

    async def look_at(self, glance: Glance, until: int | None) -> None:
        """Show the desk as it was read with the others. What she saw herself meanwhile is newer, and what is to be mended is read anew.

        Were her talks not read this time, she looks herself if another child is offered, or one of her talks stands otherwise.
        """
        if self.registering or self.turn.locked() or glance.looks != self.looks:
            return
        if glance.talks is None:
            if glance.desk != self.stood:
                await self.refresh()
            elif until != self.until:
                self.show_desk(glance.desk, self.children, until)
            return
        talks = {name: talk for name, talk in glance.talks.items() if talk is not None}
        if any(self.is_broken(standing, talks.get(name)) for name, standing in glance.desk.talks.items()):
            await self.refresh()
        else:
            self.show_desk(glance.desk, glance.talks, until)
            self.stood = glance.desk

    def show_desk(self, state: DeskState, found: Mapping[str, Talk | None], until: int | None) -> None:
        """Show the desk when it changed. `until`: when running talks must end (ms)."""
        self.until = until
        self.children = {name: talk for name, talk in found.items() if talk is not None}
        self.noted.intersection_update(found)
        held = [held_of(name, talk, until) for name, talk in self.children.items() if talk.state in (State.TALKING, State.WRAPPING_UP)]
        offer = None
        if state.offer is not None:
            offer = offer_of(*state.offer)
        desk = f.Desk(state.free, state.room or 1, offer, held)
        if desk != self.shown:
            self.shown = desk
            self.socket.put(desk)

    def is_broken(self, standing: str, talk: Talk | None) -> bool:
        """Tell whether `settle` would mend something here. Raises nothing, reads nothing."""
        if standing == "claimed":
            return False
        if talk is None or talk.desk != self.me.id or talk.state in OVER - {State.WRAPPING_UP}:
            return True
        if talk.state is State.TALKING:
            return talk.counsellor_gone
        return standing == "talking"

    async def settle(self, talks: Mapping[str, str]) -> None:
        """Mend what a crash between two steps left: a talk that has ended or gone while the desk says otherwise."""
        for conversation, standing in talks.items():
            talk = self.children.get(conversation)
            if standing == "claimed":
                continue
            if talk is not None and talk.state is State.WAITING and standing == "talking":
                await finish_loss(self.house, conversation, self.me.id)
            elif talk is None or talk.desk != self.me.id or talk.state in OVER - {State.WRAPPING_UP}:
                await self.house.pairing.release(self.me.id, conversation, self.house.clock())
            elif talk.state is State.WRAPPING_UP and standing == "talking":
                await self.house.pairing.wrapping(self.me.id, conversation)
            elif talk.state is State.TALKING and talk.counsellor_gone:  # she was believed gone
                await self.take_up(conversation)

    async def tick(self, second: Second, line: f.Line, glance: Glance) -> None:
        """Once a second: the line, the desk, and whether she is still signed in."""
        now = second.now
        if self.acted and now - self.kept > KEEP_MS:
            self.acted, self.kept = False, now
            await self.house.sessions.keep(self.session, now)
        if glance.post is not None and glance.post.tab != self.tab:
            self.socket.close(4509)
            return
        session = glance.session
        if session is None or not stands(session, now) or not self.at_a_desk():
            await self.be_out(session, now)
            return
        await self.tell_end(session)
        self.show_line(line, hidden=second.helpline.next_hidden)
        self.show_house(second.changes)
        await self.look_at(glance, second.until)
        await self.read_again()

    async def be_out(self, session: Session | None, now: int) -> None:
        """Her session is over, or she may not be here any more: her running talks go to the front of the line, then she is out.

        Whoever ended the session has told the auditor; that it ran out, or that her account did, is told here.
        """
        await leave_desk(self.house, self.me.id)
        self.socket.close(4501)
        if session is not None:
            await self.house.sessions.end(self.session)
            with contextlib.suppress(AuditError):
                await self.house.audit.note(Deeds("session_ended", who=self.me.id, why="account" if stands(session, now) else "time"))

    async def tell_end(self, standing: Session | None) -> None:
        """Tell her in time that her session ends; in its last minutes no new child comes to her."""
        now = self.house.clock()
        told = f.SessionEnds(ends_soon(standing, now), is_last(standing, now)) if standing else f.SessionEnds()
        if told != self.told_end:
            self.told_end = told
            self.socket.put(told)
        if told.last and self.shown is not None and self.shown.free:
            await self.house.pairing.away(self.me.id)
            await match(self.house)

    def at_a_desk(self) -> bool:
        """Tell whether her account is there and may still work at a desk."""
        account = self.house.directory.get(self.me.id)
        return account is not None and may(account.roles, AT_A_DESK)

    async def read_again(self) -> None:
        """Give her the keys that were wrapped for her since she opened a talk: the hint that brings one may be lost."""
        for conversation in list(self.unread):
            wrapped = await self.house.conversations.wrapped(conversation, self.me.key_id)
            if wrapped is not None:
                self.socket.put(f.StaffPaired(conversation, self.me.key_id, wrapped))
            if wrapped is not None or conversation not in self.children:
                self.unread.discard(conversation)

    def show_line(self, line: f.Line, *, hidden: bool) -> None:
        """Show the line when it changed. `hidden`: who waits is not told to a desk that could take nobody."""
        seen = line_of(line, self.shown, hidden=hidden)
        if seen != self.line:
            self.line = seen
            self.socket.put(seen)

    def show_house(self, changes: int) -> None:
        """Tell that the shift lead has changed something, and which blocks wait for somebody else, when it is another than before."""
        asked = []
        for name, block in self.house.blocks.standing.items():
            account = self.house.directory.get(block.asked)
            if account is not None and not block.second and account.id != self.me.id:
                asked.append(f.BlockAsked(name, account.name, block.at, block.until))
        told = f.HouseNow(changes, asked)
        if told != self.told_house:
            self.told_house = told
            self.socket.put(told)

    async def tell_child_to_look(self, conversation: str) -> None:
        """Let the child's connection see that she is here."""
        talk = await self.house.conversations.read(conversation)
        if talk is not None:
            nudge_child(self.house, conversation, talk)

    def tell_child(self, conversation: str, worker: str, frame: f.Frame) -> None:
        """Hand a frame to a child's connection."""
        self.house.relay.send(worker, Hint(pulse_of_child(conversation), "frame", f.dump(frame)))

    def ahead(self, said: f.StaffSay) -> Ahead | None:
        """Return what the child's connection is told of a message in the step that stores it; None: it is told after that."""
        talk = self.children.get(said.conversation)
        if talk is None or not self.house.relay.tells_ahead(talk.child_at):
            return None
        return Ahead(talk.child_at, pulse_of_child(said.conversation), of_counsellor(said))

    async def send_history(self, conversation: str, talk: Talk, after: int) -> None:
        """Send every entry of one of her talks after `after`, in order."""
        while True:
            entries = await self.house.conversations.history(conversation, after)
            for part, more in in_parts(entries):
                await self.socket.room()
                self.socket.put(f.StaffHistory(conversation, talk.epoch, after, talk.n_counsellor, part, more))
                if not more:
                    return
                after = part[-1].seq
