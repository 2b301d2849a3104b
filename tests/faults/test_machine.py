"""Promise D4: any story of joining, pairing, saying, breaking, coming back, losing, ending and crashing leaves everything right.

A failing story is printed by Hypothesis as a list of deeds; FAULTS_SEED gives a run back, FAULTS_EXAMPLES makes it longer.
"""

import asyncio
import functools
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, TypeVar, cast

import hypothesis
import pytest
import uvloop
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from server import embedded, keys
from server.wire import frames as f
from tests.faults import seeds
from tests.faults.child import SteadyChild
from tests.faults.counsellor import SteadyCounsellor
from tests.faults.indoors import Pair, Town, town
from tests.faults.steady import Steady
from tests.faults.world import World, new_world

EXAMPLES = seeds.many("FAULTS_EXAMPLES", 500)
SECONDS = seeds.many("FAULTS_SECONDS", 45)
"""After so long no further stories are begun; how many there were is printed."""
CHUNK = 25
STEPS = seeds.many("FAULTS_STEPS", 40)
"""Deeds of a story, those counted that cannot be done where they are drawn."""
MOST_CHILDREN, MOST_COUNSELLORS = 4, 3
which = st.integers(0, 11)
worker = st.integers(0, 1)
Deed = TypeVar("Deed", bound=Callable[..., None])


def when(holds: Callable[["Story"], bool]) -> Callable[[Deed], Deed]:
    """Let a deed do nothing when it cannot be done.

    Hypothesis' own preconditions must hold alike whenever a beginning is told again; with a real store they need not.
    """

    def guarded(deed: Deed) -> Deed:
        @functools.wraps(deed)
        def perhaps(self: "Story", **drawn: Any) -> None:  # noqa: ANN401 - what the rule draws
            if holds(self):
                deed(self, **drawn)

        return cast("Deed", perhaps)

    return guarded


class Story(RuleBasedStateMachine):
    """One story."""

    store: ClassVar[embedded.Embedded]
    place: ClassVar[Town]
    told: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        """An empty store, two workers."""
        super().__init__()
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.world: World = new_world(self.store, self.place)
        self.place.failures.clear()
        self.runner.run(self.world.begin())

    def did(self, what: str) -> None:
        """Count a deed, so that a run can show that all of them happened."""
        self.told[what] = self.told.get(what, 0) + 1

    def act(self, deed: Callable[[], object]) -> None:
        """Do something, and let it have its effect."""

        async def done() -> None:
            deed()
            await self.world.settle()

        self.runner.run(done())

    def takes(self, her: SteadyCounsellor) -> None:
        """She asks for the next one."""
        her._asked = her._asked if her._asked is not None else self.world.history.clock()
        self.act(lambda: her.post(f.Take(None)))

    # --- whom --------------------------------------------------------------------------------------

    @property
    def here(self) -> list[Steady]:
        """Who has a connection."""
        return [one for one in self.world.people if one.wire is not None and one.welcomed]

    @property
    def away(self) -> list[Steady]:
        """Who has none, and is not over."""
        return [one for one in self.world.people if one.wire is None and one.over is None]

    @property
    def writers(self) -> list[SteadyChild]:
        """Children who may write."""
        return [one for one in self.world.children if one.view is not None and one.joined and one.over is None and len(one.view.outbox) < 5]

    @property
    def eager(self) -> list[SteadyCounsellor]:
        """Counsellors who could take one more, while somebody waits."""
        waiting = any(one.over is None and one.joined and not one.paired.is_set() for one in self.world.children)
        return [her for her in self.at_work if waiting and not (self.world.talks_of(her) and not self.world.rang)]

    @property
    def panes(self) -> list[tuple[SteadyCounsellor, str]]:
        """Talks that counsellors may write in."""
        return [(her, name) for her in self.world.counsellors for name, pane in her.panes.items() if len(pane.view.outbox) < 5]

    @property
    def at_work(self) -> list[SteadyCounsellor]:
        """Counsellors with a connection."""
        return [her for her in self.world.counsellors if her.wire is not None and her.welcomed]

    # --- deeds -------------------------------------------------------------------------------------

    @initialize(
        children=st.sampled_from((0, 1, 2, 2, 3)),
        counsellors=st.sampled_from((0, 1, 2, 2)),
        taken=st.sampled_from((False, True, True, True)),
    )
    def a_quiet_start(self, children: int, counsellors: int, taken: bool) -> None:  # noqa: FBT001 - drawn
        """Most stories begin in the middle: some wait, some are at work, some talk."""
        for at in range(children):
            self.runner.run(self.world.connect(self.world.child(danger=False), at % 2))
        for at in range(counsellors):
            her = self.runner.run(self.world.counsellor())
            self.runner.run(self.world.connect(her, at % 2))
            if taken:
                self.takes(her)

    @rule(at=worker, danger=st.booleans())
    @when(lambda self: len(self.world.children) < MOST_CHILDREN)
    def a_child_comes(self, at: int, danger: bool) -> None:  # noqa: FBT001 - drawn
        """And asks to be put in the line."""
        self.did("join")
        self.runner.run(self.world.connect(self.world.child(danger=danger), at))

    @rule(at=worker)
    @when(lambda self: len(self.world.counsellors) < MOST_COUNSELLORS and any(not one.life.dead for one in self.world.workers))
    def a_counsellor_comes(self, at: int) -> None:
        """And is at work."""
        self.did("sign on")
        if all(one.life.steps is None and not one.life.dead for one in self.world.workers):
            self.runner.run(self.world.connect(self.runner.run(self.world.counsellor()), at))

    @rule(who=which)
    @when(lambda self: bool(self.eager))
    def she_takes_the_next(self, who: int) -> None:
        """Whoever that is."""
        self.did("take")
        her = self.eager[who % len(self.eager)]
        self.takes(her)

    @rule(who=which, room=st.integers(0, 3))
    @when(lambda self: bool(self.at_work))
    def she_is_free(self, who: int, room: int) -> None:
        """For so many; or away."""
        self.did("free")
        self.world.rang = True
        her = self.at_work[who % len(self.at_work)]
        self.act(lambda: her.post(f.Free(room) if room else f.Away()))

    @rule(who=which)
    @when(lambda self: bool(self.writers))
    def a_child_says(self, who: int) -> None:
        """With or without a connection."""
        self.did("say")
        one = self.writers[who % len(self.writers)]
        self.act(lambda: one.write(self.world.text()))

    @rule(who=which)
    @when(lambda self: bool(self.panes))
    def a_counsellor_says(self, who: int) -> None:
        """With or without a connection."""
        her, conversation = self.panes[who % len(self.panes)]
        self.did("answer")
        self.act(lambda: her.write(conversation, self.world.text()))

    @rule(who=which)
    @when(lambda self: bool([one for one in self.here if isinstance(one.wire, Pair) and one.wire.eats is None]))
    def the_next_acknowledgement_is_lost(self, who: int) -> None:
        """The connection breaks when the service says that a message is stored."""
        wires = [one.wire for one in self.here if isinstance(one.wire, Pair) and one.wire.eats is None]
        self.did("ack lost")
        wires[who % len(wires)].eats = lambda text: '"t":"said"' in text

    @rule(who=which)
    @when(lambda self: bool(self.here))
    def a_connection_breaks(self, who: int) -> None:
        """Without a word."""
        self.did("drop")
        self.act(self.here[who % len(self.here)].drop)

    @rule(who=which, at=worker)
    @when(lambda self: bool(self.away))
    def somebody_comes_back(self, who: int, at: int) -> None:
        """At any worker."""
        self.did("resume")
        self.runner.run(self.world.connect(self.away[who % len(self.away)], at))

    @rule(seconds=st.sampled_from((1, 1, 6, 6, 14, 20, 50, 320, 700)))
    @when(lambda self: bool(self.world.people))
    def time_passes(self, seconds: int) -> None:
        """A heartbeat, or long enough to lose a counsellor, or a child."""
        self.did("wait")
        self.runner.run(self.world.move(seconds))

    @rule(who=which)
    @when(lambda self: bool([one for one in self.world.children if one.over is None]))
    def a_child_ends(self, who: int) -> None:
        """The talk, or its waiting."""
        self.did("end")
        children = [one for one in self.world.children if one.over is None]
        self.act(children[who % len(children)].end)

    @rule(who=which)
    @when(lambda self: bool(self.panes and self.at_work))
    def a_counsellor_ends(self, who: int) -> None:
        """One of her talks."""
        her, conversation = self.panes[who % len(self.panes)]
        if her.wire is not None:
            self.did("end by her")
            self.act(lambda: her.end(conversation))

    @rule(who=which)
    @when(lambda self: any(pane.held.state == "wrapping_up" for her in self.at_work for pane in her.panes.values()))
    def she_writes_up(self, who: int) -> None:
        """All that has ended."""
        self.did("register")
        busy = [her for her in self.at_work if any(pane.held.state == "wrapping_up" for pane in her.panes.values())]
        her = busy[who % len(busy)]
        her.writes_up = True
        self.act(her.pump)
        her.writes_up = False

    @rule()
    @when(lambda self: bool(self.world.admin.exists(keys.DUE)))
    def the_registrar_works(self) -> None:
        """On all that is due."""
        self.did("journal")
        self.runner.run(self.world.register())

    @rule(at=worker, steps=st.integers(0, 12), after=st.booleans())
    def a_worker_will_die(self, at: int, steps: int, after: bool) -> None:  # noqa: FBT001 - drawn
        """`kill -9` after so many more steps to the store: before the next one, or before its answer is read."""
        life = self.world.workers[at].life
        if life.steps is None and not life.dead:
            self.did("crash")
            life.steps, life.after = steps, after

    @rule()
    @when(lambda self: any(one.life.dead for one in self.world.workers))
    def workers_are_started_again(self) -> None:
        """And whoever has no connection comes back."""
        self.did("restart")
        self.runner.run(self.world.mend())

    # --- the end -----------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Nothing breaks any more: all is well within a minute, and nothing is left when all have gone home."""
        try:
            self.runner.run(self.world.calm_down())
            verdict = self.runner.run(self.world.judge())
            assert verdict.clean, str(verdict)
            self.runner.run(self.world.go_home())
            verdict = self.runner.run(self.world.judge(ended=True))
            assert verdict.clean, str(verdict)
        finally:
            self.runner.run(self.world.end())
            self.world.admin.close()
            self.runner.close()


@pytest.mark.timeout(0)
def test_any_story_ends_well(tmp_path: Path, embedded_redis: embedded.Embedded) -> None:
    """Stories of random deeds on real paths and a real store; every kind of deed happens."""
    Story.store = embedded_redis
    Story.place = town(tmp_path, embedded_redis.url, {"silence_minutes": "60"}, MOST_COUNSELLORS)
    Story.told = {}
    chosen, began, told = seeds.seed(), monotonic(), 0
    options = hypothesis.settings(
        max_examples=CHUNK,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if seeds.many("FAULTS_SHRINK", 0) else (Phase.generate,),
    )
    while told < EXAMPLES and monotonic() - began < SECONDS:
        sys.stdout.write(f"FAULTS_SEED={chosen + told}\n")
        try:
            run_state_machine_as_test(hypothesis.seed(chosen + told)(Story), settings=options)
        except Exception:  # noqa: BLE001 - told as text: pytest's own way to show it has failed at its depth
            pytest.fail(traceback.format_exc(), pytrace=False)
        told += CHUNK
    sys.stdout.write(f"{told} stories in {monotonic() - began:.0f} s: {Story.told}\n")
    assert len(Story.told) >= 15
