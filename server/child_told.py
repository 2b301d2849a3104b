"""What a child is told: how its talk stands, its place, what it lacks, and when the time is nearly over.

The path itself is told in `visit.py`.
"""

from collections.abc import Sequence
from typing import cast

from server.clock import instant, ms
from server.conversation.rules import Event, News, State, Talk, news, too_quiet
from server.conversation.store import in_parts
from server.door.socket import CloseError, Socket
from server.house import House, Second, others_told
from server.path import Path
from server.relay import Hint
from server.session.rules import pulse_of_child, pulse_of_desk
from server.steps import end_talk
from server.waiting.rules import Span, Took, Wait, expected
from server.wire import frames as f
from server.wire.ahead import Ahead, of_child

BESIDE = 8 * 1024
"""So many bytes may wait for a reader beside a part of a range: a welcome, which then leaves in the same text."""
MAY_CLOSE_MS = 30 * 60_000
"""So long before closing time those who wait are told that they may not be reached."""


class ChildTold(Path):
    """One child's connection, and what was said to it."""

    def __init__(self, house: House, socket: Socket) -> None:
        """Nothing happens before `walk`."""
        super().__init__(house, socket)
        self.conversation = ""
        self.came = 0
        """When this tab came (ms): a step of an older one, done late, takes nothing from it."""
        self.told = Talk(State.ARRIVED, "", 0)
        self.place: int | None = None
        self.span: Span | None = None
        self.closing: int | None = None
        """The closing that was told last (ms)."""
        self.last_word = house.clock()
        self.other_help = house.house_rules.lately.helpline.other_help  # the second hand looks, and tells what is new

    @property
    def name(self) -> str:
        """The name under which this connection is heard."""
        return pulse_of_child(self.conversation)

    async def read(self) -> Talk:
        """Return the talk. Raises CloseError when it is gone."""
        talk = await self.house.conversations.read(self.conversation)
        if talk is None:
            raise CloseError(4010)
        return talk

    async def look(self) -> None:
        """See what became of the talk, and say what the child must know."""
        is_told = False
        while not is_told:
            asked, talk = self.told, await self.house.conversations.read(self.conversation)
            if talk is not None and talk.shut:
                await self.house.hear_of_closing()
            is_told = talk is None or self.told is asked  # else something newer was told meanwhile
            if talk is not None and is_told:
                self.tell(talk)

    def tell(self, talk: Talk) -> None:
        """Say what is new since the last time."""
        before, self.told = self.told, talk
        what = news(before, talk)
        match what:
            case News.PAIRED:
                self.last_word = self.house.clock()
                self.tell_closing(None)  # what was told was the chat's closing: of the talk's end it is told anew
                self.socket.put(f.Paired(talk.alias, talk.key_id, talk.key))
            case News.LOST_AWHILE | News.LOST_FOR_GOOD:
                self.place = None
                if what is News.LOST_FOR_GOOD:
                    self.tell_closing(None)
                self.socket.put(f.CounsellorLost(waiting=what is News.LOST_FOR_GOOD))
            case News.ENDED:
                if talk.shut:
                    self.socket.put(self.closed())
                self.socket.put(f.Ended(cast("f.EndedBy", talk.ended_by or "left")))
                self.socket.close(4510 if talk.shut else 4504)
            case None:
                pass
        if talk.state is State.TALKING and talk.planned != before.planned:
            self.socket.put(f.Planned(talk.planned or None))
        if talk.state is State.TALKING and talk.over_alias != before.over_alias:
            self.socket.put(f.HandOver(talk.over_alias or None))

    def tick(self, second: Second) -> None:
        """Once a second: closing time, said in good time, and the limits of a running talk."""
        self.tell_closing(self.closes_soon(second))
        self.tell_other_help(second)
        if self.told.state is not State.TALKING:
            return
        if too_quiet(self.last_word, second.now, second.helpline.silence_minutes):
            self.house.spawn(self.end_for("silence"))
        if second.until is not None and second.now >= second.until:
            self.house.spawn(self.end_for("hours"))

    def tell_other_help(self, second: Second) -> None:
        """Tell whom else one can ring, when a shift lead has changed that since this connection began."""
        helpline = second.helpline
        if helpline.other_help != self.other_help:
            self.other_help = helpline.other_help
            told = [f.OtherNumber(*others_told(helpline, one, instant(second.now))) for one in helpline.other_help]
            self.socket.put(f.OtherHelpNow(told))

    def closes_soon(self, second: Second) -> int | None:
        """Return when (ms) a talk must end, or the chat closes for one who waits, if it is time to say so; None: it is not."""
        match self.told.state:
            case State.TALKING:
                at, before = second.until, second.helpline.closing_warning_minutes * 60_000
            case State.WAITING:
                at, before = second.closes, MAY_CLOSE_MS
            case _:
                return None
        return at if at is not None and (second.now >= at - before or second.announced) else None

    def tell_closing(self, at: int | None) -> None:
        """Tell a closing, or that it is not closed then after all, when it changed."""
        if at != self.closing:
            self.closing = at
            self.socket.put(f.ClosingSoon(at))

    def closed(self) -> f.Closed:
        """Return that the chat is closed, until when, and whether it was taken down."""
        opening = self.house.opening()
        return f.Closed(ms(opening.opens_at) if opening.opens_at else None, self.house.down)

    async def look_again(self) -> None:
        """See what is new, and tell it."""
        await self.look()

    def hear_frame(self, frame: bytes) -> None:
        """Hand on what the counsellor sent: she is not silent."""
        self.last_word = self.house.clock()
        super().hear_frame(frame)

    def tell_counsellor(self, worker: str, frame: f.Frame) -> None:
        """Hand a frame to the counsellor's connection."""
        if self.told.desk:
            self.house.relay.send(worker, Hint(pulse_of_desk(self.told.desk), "frame", f.dump(frame)))

    def ahead(self, said: f.ChildSay) -> Ahead | None:
        """Return what the counsellor's connection is told of a message in the step that stores it; None: it is told after that."""
        if not self.house.relay.tells_ahead(self.told.counsellor_at):
            return None
        return Ahead(self.told.counsellor_at, pulse_of_desk(self.told.desk), of_child(self.conversation, said))

    def nudge_counsellor(self) -> None:
        """Let the counsellor's connection look at its desk."""
        if self.told.desk:
            self.house.relay.send(self.told.counsellor_at, Hint(pulse_of_desk(self.told.desk), "look"))

    def refuse_when_closed(self) -> None:
        """Say when the chat opens next, and close. Raises CloseError when it is closed, or when it is not known yet whether it is."""
        if self.house.unknown:
            raise CloseError(4013)
        if not self.house.opening().open:
            self.socket.put(self.closed())
            raise CloseError(4510)

    def stand(self, place: int | None, recent: Sequence[Took] = ()) -> None:
        """Tell the place in the line, and what is known of the time, when it changed; without a place, look what happened."""
        if place is None:
            self.house.spawn(self.stand_again())
            return
        now = self.house.clock()
        span = expected(place, now - (self.told.since or now), recent, now)
        if (place, span) != (self.place, self.span):
            self.place, self.span = place, span
            self.socket.put(f.Position(place, span.low, span.high) if span else f.Position(place))

    async def stand_again(self) -> None:
        """Enter the line again if a crash has left a waiting child without a place; its ticket is kept where it was."""
        await self.look()
        if self.told.state is State.WAITING:
            talk = self.told
            wait = Wait(talk.since, talk.language, talk.about, talk.danger)
            self.stand(await self.house.waiting.join(self.conversation, wait))

    async def send_history(self, after: int, first: list[f.Message] | None = None) -> None:
        """Send every entry after `after`, in order. `first`: what one read has found already; who lacks nothing of it is told nothing.

        Whoever asks gets an answer, with nothing in it where there is nothing: a browser that heard of an entry which a master that was
        cut off had, and no other, learns so that it is not there.
        """
        if after and first == []:
            return
        while True:
            entries = await self.house.conversations.history(self.conversation, after) if first is None else first
            first = None
            for part, more in in_parts(entries):
                await self.socket.room(beside=BESIDE)
                self.socket.put(f.History(after, part, more))
                if not more:
                    return
                after = part[-1].seq

    async def end_for(self, by: f.EndedBy) -> None:
        """The talk has come to its limit, or nobody has written for long."""
        talk = await self.read()
        await end_talk(self.house, self.conversation, talk.desk, by, Event.CLOSE if by == "hours" else Event.END)
