"""A child who stays: joins, waits, writes, comes back after every break, and says again what was not acknowledged."""

import asyncio
import random
from collections.abc import Sequence
from time import monotonic
from typing import Any

import msgspec

from server import sealing
from server.wire import frames as f
from tests.faults.history import NEVER, History, Wait
from tests.faults.steady import Door, Steady
from tests.faults.view import View
from tests.people import solve


class SteadyChild(Steady):
    """A young person with a phone."""

    path = "/ws"
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(f.ToChild | list[f.ToChild])

    def __init__(self, doors: Sequence[Door], history: History, who: str, registrar_key: bytes, chance: random.Random) -> None:
        """With a fresh conversation key, in memory only."""
        super().__init__(doors, history, who, chance)
        self.key, self.registrar_key = sealing.new_key(), registrar_key
        self.token: str | None = None
        self.epoch: str | None = None
        self.view: View | None = None
        self.danger = False
        self.joins = True
        self.joined = False
        self.place: int | None = None
        self.wait: Wait | None = None
        self.counsellor: f.Paired | None = None
        self.told_lost = NEVER
        """When it was last told that its counsellor is gone."""
        self.ended_by: str | None = None
        self.ending = False
        self.placed, self.paired, self.finished = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._said_join = False
        self._wrapped = ""
        self._saying = ""
        self._asked = -1
        self._marked = 0
        self._paused = 0.0
        self._end_again = 0.0
        self._works: asyncio.Task[None] | None = None

    @property
    def conversation(self) -> str:
        """The talk's id, once there is one."""
        return self.view.conversation if self.view else ""

    # --- what it does ------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Press send."""
        assert self.view is not None
        self.view.write(text)
        self.pump()

    def end(self) -> None:
        """Leave the line, or end the talk. Said again after every break, until it is over."""
        self.ending = True
        if self.wait is not None and self.wait.gone == NEVER:
            self.wait.gone = self.history.clock()
        self.pump()

    # --- the connection ----------------------------------------------------------------------------

    async def hello(self) -> None:
        """Say who we are, and where we are."""
        self.post(f.ChildHello(self.token, self.epoch, self.view.have if self.view and self.token else 0))

    def ping(self) -> f.Ping:
        """Return the heartbeat, with the position."""
        return f.Ping(self.view.have if self.view else 0)

    def lost(self) -> None:
        """Nobody is heard."""
        if self.wait is not None:
            self.wait.away.append((self.lost_at, NEVER))

    def ended(self, code: int) -> None:
        """It is over."""
        if self.view is not None and (self.ending or code != 4504):
            self.view.close()
        self.finished.set()

    # --- what comes --------------------------------------------------------------------------------

    def keeps(self, frame: f.Frame) -> None:
        """Take in a frame."""
        match frame:
            case f.Work():
                self._works = asyncio.create_task(self._work(frame.puzzle))
            case f.Welcome():
                self._welcome(frame)
            case f.Position():
                self._stands(frame.place)
            case f.Paired():
                self.counsellor, self.joined, self.place = frame, True, None
                self.paired.set()
            case f.CounsellorLost():
                self._lost_her(waiting=frame.waiting)
            case f.Ended():
                self.ended_by = frame.by
            case f.Pong():
                self._known(frame.seq)
                self._asked = -1
            case f.Refused():
                self._refused(frame)
            case _:
                self._words(frame)

    async def _work(self, puzzle: f.Puzzle) -> None:
        """Do what a browser has to do while very many come; on another connection than this one it says nothing."""
        wire, worked = self.wire, await asyncio.to_thread(solve, puzzle)
        if self.wire is wire:
            self.post(worked)

    def _welcome(self, frame: f.Welcome) -> None:
        if self.view is None:
            self.view = View(self.history, self.who, "child", frame.conversation, self.key)
        elif frame.conversation != self.view.conversation:
            self.history.faults.append(f"{self.who} of {self.view.conversation} was welcomed to {frame.conversation}")
        elif not frame.recovered:
            self.view.forget()
        self.token, self.epoch = frame.token, frame.epoch
        self.joined = frame.state != "arrived"
        if frame.state == "waiting" and self.counsellor is not None:
            self._lost_her(waiting=True)  # while nobody was heard
        self._said_join, self._wrapped, self._saying, self._asked, self._marked = False, "", "", -1, 0
        self._paused = self._end_again = 0.0
        self._known(frame.seq)
        if self.wait is not None and self.wait.away and self.wait.away[-1][1] == NEVER:
            self.wait.away[-1] = (self.wait.away[-1][0], self.history.clock())
        self.back()

    def _stands(self, place: int) -> None:
        self.place, self.joined = place, True
        if self.wait is not None and self.wait.since == NEVER:
            self.wait.placed = self.wait.since = self.history.clock()
        self.placed.set()

    def _lost_her(self, *, waiting: bool) -> None:
        self.told_lost = self.history.clock()
        if not waiting:
            return
        self.counsellor = None
        self.paired.clear()
        if self.wait is not None:
            self.wait = Wait(self.conversation, 0, self.wait.joined, self.wait.placed, self.history.clock())
            self.history.waits.append(self.wait)

    def _words(self, frame: f.Frame) -> None:
        assert self.view is not None
        match frame:
            case f.Message():
                self.view.receive([frame])
            case f.History():
                is_end = not frame.more and frame.after <= self.view.have
                self.view.receive(frame.messages)
                if is_end:
                    self.view.settle()
            case f.Said():
                self._saying = ""
                self.view.said(frame.id, frame.seq, frame.at)
            case _:
                pass

    def _known(self, seq: int) -> None:
        assert self.view is not None
        self.view.known = max(self.view.known, seq)

    def _refused(self, frame: f.Refused) -> None:
        match frame.what:
            case "join":
                self._said_join = False
            case "say":
                self._saying, self._asked = "", -1
            case "key":
                self._wrapped = ""
            case _:
                pass
        self._paused = monotonic() + self.again
        self.later(self.again + 0.01)

    # --- what is owed ------------------------------------------------------------------------------

    def pump(self) -> None:
        """Post all that is owed."""
        if not self.welcomed or self.view is None or monotonic() < self._paused:
            return
        if not self.joined and self.joins and not self._said_join and not self.ending:
            self._join()
        if self.counsellor is not None and self._wrapped != self.counsellor.key_id:
            self._wrapped = self.counsellor.key_id
            wrapped = sealing.wrap_key(self.key, self.counsellor.key, self.counsellor.key_id, self.conversation)
            self.post(f.ChildKey(self.counsellor.key_id, wrapped))
        if self.ending and monotonic() >= self._end_again:
            self._end_again = monotonic() + self.again
            self.post(f.ChildEnd())
            self.later(self.again + 0.01)
        if self.joined:
            self._owed_words(self.view)

    def _join(self) -> None:
        self._said_join = True
        if self.wait is None:
            self.wait = Wait(self.conversation, 1 if self.danger else 2, self.history.clock())
            self.history.waits.append(self.wait)
        wrapped = sealing.wrap_key(self.key, self.registrar_key, sealing.REGISTRAR, self.conversation)
        self.post(f.Join(wrapped, danger=self.danger))

    def _owed_words(self, view: View) -> None:
        if view.gap is not None and view.gap != self._asked:
            self._asked = view.gap
            self.post(f.ChildRange(view.gap))
        if not self._saying and view.gap is None and view.outbox and not self.ending:
            view.align()
            item = view.outbox[0]
            self._saying = item.id
            self.post(f.ChildSay(item.id, item.n, item.box))
        if view.have > self._marked:
            self._marked = view.have
            self.post(f.ChildSeen(view.have, view.have))
