"""The child's path: arrive, wait, be paired, talk, end, hand off.

This file only awaits in order. The rules are in the rooms, the keys in `keys.py`, the frames in `wire/frames.py`.
How the frames are read one after the other is in `path.py`, what the child is told meanwhile in `child_told.py`. The mirror, the
counsellor's path, is `shift.py`.
"""

import asyncio
import contextlib
from typing import Any, cast

from redis.exceptions import RedisError

from server.child_told import ChildTold
from server.company import hand_over
from server.conversation.rules import OVER, Event, State, Talk, recovers
from server.conversation.store import REGISTRAR, Came, Comer, Late, Say
from server.door.socket import CloseError, answered_soon
from server.ids import new_id
from server.path import GO_SECONDS
from server.proof import prove, prove_before_token
from server.relay import Hint
from server.session.rules import token_hash
from server.session.tokens import TokenError
from server.steps import end_talk, forget, leave_line, match
from server.waiting.rules import Wait
from server.waiting.store import LineFull
from server.wire import frames as f

PING_SECONDS = 1.0
"""How long a heartbeat waits for the store: the browser believes in the connection for 5 s."""
END_TRIES, END_PAUSE = 60, 1.0
"""How often, and after which pause (s), an end is written down that the store could not take. After that the keeper hears the silence."""


class Visit(ChildTold):
    """One child's visit over one connection."""

    def parse(self, text: str) -> f.Frame:
        """Return the frame that the child sent. Raises FrameError."""
        return f.parse_child(text)

    def store_away(self, frame: Any) -> None:  # noqa: ANN401 - each step has its own frame
        """The store could not follow: an end is written down later, and the browser says the rest again. Raises CloseError."""
        if isinstance(frame, f.ChildEnd):
            self.house.spawn(self.end_later(frame))
            raise CloseError(4504)
        if isinstance(frame, f.Join):
            raise CloseError(4013)
        super().store_away(frame)

    # --- arrive --------------------------------------------------------------------------------

    async def arrive(self) -> None:
        """Begin a visit, or take one up again. Raises CloseError."""
        hello = f.parse_child(await self.socket.first())
        if not isinstance(hello, f.ChildHello):
            raise CloseError(4500)
        if hello.token:
            await prove_before_token(self.house, self.socket)
        else:
            await self.house.know()
            self.refuse_when_closed()
            await prove(self.house, self.socket)
        async with answered_soon():
            token = hello.token or await self.begin()
            self.closing = 0 if hello.token else None  # what this browser was told before may not be so any more
            came = await self.attach(token, hello.seq)
        talk = came.talk
        whole = recovers(talk, hello.epoch, hello.seq)
        state = cast("Any", talk.state.value if talk.state not in OVER else "wrapping_up")
        self.socket.put(f.Welcome(self.conversation, token, talk.epoch, talk.seq, state, whole, talk.n_child))
        after = hello.seq if whole else 0
        await self.send_history(after, came.lacking if after == hello.seq else None)
        self.socket.put(f.Seen(talk.delivered_counsellor, talk.read_counsellor))
        self.tell(talk)
        self.welcomed()
        self.nudge_counsellor()

    async def begin(self) -> str:
        """Start a fresh visit; return its token."""
        self.conversation = new_id()
        token = self.house.tokens.issue(self.conversation)
        await self.house.visits.start(self.conversation, new_id(), token, self.house.clock())
        return token

    async def attach(self, token: str, after: int) -> Came:
        """Let this tab speak for the visit that the token names, and read what it lacks after `after`; an older tab is replaced.

        What is said from the reading on is heard. Raises CloseError.
        """
        try:
            self.conversation = self.house.tokens.conversation(token)
        except TokenError:
            self.house.flood.guessed(self.socket.bucket, self.house.clock())
            raise CloseError(4503) from None
        self.house.relay.overhear(self.name, self)
        self.came = self.house.clock()
        came = await self.house.comers.come(Comer(self.conversation, token_hash(token), self.tab, self.came, after))
        if came is None:
            raise CloseError(4010)
        if isinstance(came, Late):
            raise CloseError(4013)
        if came.tab != self.tab:  # its own where an answer was lost and the step was done twice
            self.house.relay.send(came.worker, Hint(self.name, "replaced", came.tab.encode()))
        self.house.relay.listen(self.name, self)
        self.house.blocks.remember(self.conversation, self.socket.bucket, self.house.clock())
        await self.house.comers.is_here(self.conversation, came.talk.state, self.house.clock())
        return came

    # --- wait ----------------------------------------------------------------------------------

    async def join(self, frame: f.Join) -> None:
        """Enter the line; danger goes to the front. The registrar's copy of the key is kept first."""
        self.refuse_when_closed()
        now = self.house.clock()
        if not self.house.flood.admits(self.socket.bucket, now):
            self.refuse("join", "line_full")
            return
        wait = Wait(now, frame.language, frame.about, frame.danger)
        if not await self.house.conversations.keep_key(self.conversation, REGISTRAR, frame.key):
            self.tell(await self.read())  # it talks already, or has ended
            return
        try:
            self.place = await self.house.waiting.join(self.conversation, wait)
        except LineFull:
            self.refuse("join", "line_full")
            return
        fields = {"language": frame.language, "about": frame.about, "danger": int(frame.danger), "since": now, "place": self.place}
        await self.house.conversations.move(self.conversation, Event.JOIN, State.WAITING, now, fields)
        self.socket.put(f.Position(self.place))
        await self.look()
        await match(self.house)

    async def hurry(self, _: f.Danger) -> None:
        """It is dangerous now: to the front of the line."""
        await self.house.waiting.hurry(self.conversation)
        await self.house.conversations.hurry(self.conversation)

    async def speak(self, frame: f.Speak) -> None:
        """Another language."""
        await self.house.conversations.speak(self.conversation, frame.language)
        await self.house.waiting.speak(self.conversation, frame.language)
        self.nudge_counsellor()

    # --- be paired -----------------------------------------------------------------------------

    async def keep_key(self, frame: f.ChildKey) -> None:
        """The conversation key, wrapped for the counsellor: she can read from now on."""
        worker = await self.house.conversations.wrap(self.conversation, frame.key_id, frame.key)
        if worker:
            opened = f.StaffPaired(self.conversation, frame.key_id, frame.key)
            self.tell_counsellor(worker, opened)

    # --- talk ----------------------------------------------------------------------------------

    async def say(self, frame: f.ChildSay) -> None:
        """Store a sealed message, acknowledge it, hand it on."""
        say = Say(self.conversation, "child", "", frame.id, frame.n, frame.box, self.ahead(frame))
        stored = await self.house.pen.write(say)
        if not stored.seq:
            self.refuse("say", cast("f.Refusal", stored.why), id=frame.id)
            return
        self.last_word = self.house.clock()
        self.socket.put(f.Said(frame.id, stored.seq, stored.at))
        if stored.worker:
            if say.ahead is not None:  # she is elsewhere, or it is somebody else, since this was last looked at
                with contextlib.suppress(RedisError):
                    await self.look()
            entry = f.StaffMessage(self.conversation, stored.seq, "child", frame.id, frame.n, stored.at, frame.box)
            self.tell_counsellor(stored.worker, entry)

    async def typing(self, frame: f.ChildTyping) -> None:
        """Typing, or not any more. Never the text. Who types is not silent."""
        self.last_word = self.house.clock()
        self.tell_counsellor(self.told.counsellor_at, f.StaffTypingNow(self.conversation, frame.on))

    async def seen(self, frame: f.ChildSeen) -> None:
        """How far this browser has come."""
        marks = await self.house.conversations.mark(self.conversation, "child", "", frame.delivered, frame.read)
        if marks is not None:
            self.tell_counsellor(marks[2], f.StaffSeenNow(self.conversation, marks[0], marks[1]))

    async def ranged(self, frame: f.ChildRange) -> None:
        """The browser saw a gap."""
        await self.send_history(frame.after)

    async def ping(self, frame: f.Ping) -> None:
        """Heartbeat and position check: what the browser lacks follows at once. Without the store it is a heartbeat only.

        With every hint lost, this is how a child learns of its talk: within one heartbeat. Raises CloseError.
        """
        asked = self.told
        try:
            async with asyncio.timeout(PING_SECONDS):
                talk = await self.house.comers.talk(self.conversation)
                if talk is None:  # it was handed off meanwhile, or is lost
                    raise CloseError(4504 if self.told.state is State.TALKING else 4010)
                await self.keep_place(talk)
        except (RedisError, TimeoutError):
            self.socket.put(f.Pong())
            return
        if talk.seq > frame.seq:
            await self.send_history(frame.seq)
        self.socket.put(f.Pong(talk.seq))
        if self.told is asked:
            self.tell(talk)
        else:
            await self.look()  # something newer was told meanwhile

    async def keep_place(self, talk: Talk) -> None:
        """Be heard here again if the talk says that nobody is (it was believed gone); end if a newer tab is. Raises CloseError."""
        if talk.child_tab == self.tab or talk.state in OVER:
            return
        if talk.child_tab:
            raise CloseError(4509)
        await self.house.visits.attach(self.conversation, "child", self.tab, self.house.relay.worker, self.came)
        await self.house.waiting.absent(self.conversation, is_absent=False)
        self.nudge_counsellor()

    async def answer_over(self, frame: f.AnswerOver) -> None:
        """The child says whether a colleague may go on with the talk; the two stay until the one who goes leaves."""
        asked = await self.house.conversations.answer(self.conversation, "" if frame.yes else "no")
        if asked is not None and frame.yes:
            taker, giver = asked
            if why := await hand_over(self.house, self.conversation, giver, taker):
                await self.house.conversations.answered(self.conversation, why)
        await self.look()
        self.nudge_counsellor()

    # --- end -----------------------------------------------------------------------------------

    async def end(self, frame: f.ChildEnd) -> None:
        """The child ends the talk, or leaves the line. Raises CloseError."""
        if not await self.has_ended("left" if frame.fast else "child"):
            self.house.spawn(self.end_later(frame))
        await self.look()
        raise CloseError(4504)

    async def has_ended(self, by: f.EndedBy) -> bool:
        """End it, wherever it stands. False: a counsellor is taking it just now, so it is neither in the line nor a talk."""
        talk = await self.read()
        if talk.state is State.ARRIVED:
            await forget(self.house, self.conversation)
            return True
        if await leave_line(self.house, self.conversation, "gave_up", by, Event.LEAVE):
            return True
        talk = await self.read()
        return talk.state in OVER or await end_talk(self.house, self.conversation, talk.desk, by)

    async def end_later(self, frame: f.ChildEnd) -> None:
        """End it when the store is back, or when it is taken: the child has gone, and nobody is to wait for it."""
        for _ in range(END_TRIES):
            await asyncio.sleep(END_PAUSE)
            with contextlib.suppress(RedisError):
                try:
                    if await self.has_ended("left" if frame.fast else "child"):
                        return
                except CloseError:  # it is gone
                    return

    async def go(self) -> None:
        """This connection is gone; the visit is kept for a while, and can be taken up again."""
        if self.early is not None and not self.conversation:
            return
        self.house.relay.leave(self.name, self)
        with contextlib.suppress(RedisError, TimeoutError):  # the keeper hears the silence
            async with asyncio.timeout(GO_SECONDS):
                if await self.house.visits.detach(self.conversation, "child", self.tab, self.house.clock()):
                    self.nudge_counsellor()


Visit.steps = {
    f.Join: Visit.join,
    f.Danger: Visit.hurry,
    f.Speak: Visit.speak,
    f.ChildKey: Visit.keep_key,
    f.ChildSay: Visit.say,
    f.ChildTyping: Visit.typing,
    f.ChildSeen: Visit.seen,
    f.ChildRange: Visit.ranged,
    f.AnswerOver: Visit.answer_over,
    f.ChildEnd: Visit.end,
    f.Ping: Visit.ping,
}
"""What a child may send after `hello`, and the step that follows."""
