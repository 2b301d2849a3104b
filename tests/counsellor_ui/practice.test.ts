import assert from "node:assert/strict";
import { test } from "node:test";

import { type Act, type Event, newChild, type Playing, type Script, step } from "../../counsellor_ui/training/child.ts";
import { Clock } from "../../counsellor_ui/training/clock.ts";
import { debriefOf } from "../../counsellor_ui/training/debrief.ts";
import { intentsOf } from "../../counsellor_ui/training/intents.ts";
import { type Beat, type Story, TONGUES, type Tongue } from "../../counsellor_ui/training/story.ts";
import { TRAINING } from "./stories.ts";

const { intents, stories } = TRAINING;
const MINUTE = 60_000;

function beat(id: string, nb: string[], more: Partial<Beat> = {}): Beat {
  return { id, nb, en: nb, on: {}, next: null, quiet: 0, away: 0, ends: false, ...more };
}

const say = (text: string) => ({ nb: [text], en: [text] });
const words = (text: string) => ({ nb: text, en: text });

/** A short story of our own, so that a change of words changes no test. */
const STORY: Story = {
  ...{ id: "short", about: "me", danger: false, waited: 1, title: words("t"), goal: words("g"), background: words("b") },
  beats: [
    beat("hi", ["hei", "er du der"], { on: { not_your_fault: "good" }, next: "gone" }),
    beat("good", ["fint"], { next: "bye" }),
    beat("gone", ["vent litt"], { next: "bye", away: 10 }),
    beat("bye", ["ha det"], { ends: true }),
  ],
  asks: { nb: ["hallo", "er du der fortsatt"], en: ["hello", "still there"] },
  gives_up: say("jeg går"),
  moments: [
    { ...words("quick"), did: ["quick"], at: [], never: [] },
    { ...words("fault"), did: ["not_your_fault"], at: ["hi"], never: ["blame"] },
    { ...words("later"), did: ["question"], at: ["good"], never: [] },
    { ...words("call"), did: ["called"], at: [], never: [] },
  ],
  reactions: [{ did: "many_questions", ...say("mange spørsmål") }],
};

/** A child that is played, with all that it did and when. */
class Play {
  child: Playing;
  now = 1_000_000;
  done: { at: number; act: Act }[] = [];
  readonly script: Script;

  constructor(story = STORY, tongue: Tongue = "nb") {
    this.script = { story, tongue, intents, pace: 1 };
    this.child = newChild(story);
  }

  happens(event: Event): void {
    const { child, acts } = step(this.script, this.child, event, this.now);
    this.child = child;
    this.done.push(...acts.map((act) => ({ at: this.now, act })));
  }

  /** Let time go by. */
  waits(length: number): void {
    for (const until = this.now + length; this.now < until && !this.child.over; this.now += 250) this.happens({ t: "tick" });
  }

  /** Wait until it listens, or is gone. */
  untilItListens(): void {
    for (let turns = 0; turns < 4_000 && !this.child.over && (this.child.due !== null || this.child.heard.length > 0); turns++) this.waits(250);
  }

  writes(text: string): void {
    this.happens({ t: "wrote", text });
  }

  get said(): string[] {
    return this.done.flatMap(({ act }) => (act.do === "say" ? [act.text] : []));
  }

  get acts(): string[] {
    return this.done.map(({ act }) => act.do);
  }
}

function taken(story = STORY, tongue: Tongue = "nb"): Play {
  const play = new Play(story, tongue);
  play.happens({ t: "taken" });
  play.untilItListens();
  return play;
}

test("G16: a child says nothing before it is taken, tells in pieces, and types before each of them", () => {
  const play = new Play();
  play.waits(MINUTE);
  assert.deepEqual(play.done, []);
  play.happens({ t: "taken" });
  play.untilItListens();
  assert.deepEqual(play.said, ["hei", "er du der"]);
  assert.deepEqual(play.acts, ["type", "type", "say", "type", "type", "say"]);
});

test("G16: it waits for her: while she types or has just written it says nothing, and two messages are one answer", () => {
  const play = taken();
  play.writes("Hei.");
  play.happens({ t: "types", on: true });
  play.waits(5_000);
  assert.equal(play.said.length, 2);
  play.writes("Det er ikke din feil.");
  play.untilItListens();
  assert.deepEqual(play.said.slice(2), ["fint"]);
});

test("G16: what she writes decides: the first intent that fits, else the story goes on; its connection goes once and comes back", () => {
  const play = taken();
  play.writes("Fortell.");
  play.waits(15_000);
  assert.deepEqual(play.said.slice(2), ["vent litt"]);
  assert.deepEqual(play.acts.slice(-1), ["go"]);
  const went = play.now;
  play.untilItListens();
  assert.deepEqual(play.acts.slice(-1), ["come"]);
  assert.ok(play.now - went < 11_000);
});

test("G16: it ends well: it says goodbye, leaves time for her, and leaves", () => {
  const play = taken();
  for (const text of ["Det er ikke din skyld", "Så bra"]) {
    play.writes(text);
    play.waits(20_000);
  }
  assert.deepEqual(play.said.slice(-1), ["ha det"]);
  assert.deepEqual(play.acts.slice(-1), ["leave"]);
  assert.equal(play.child.over, true);
});

test("G16: who is left alone asks twice, and goes; who is answered in the last moment stays", () => {
  const left = taken();
  left.waits(6 * MINUTE);
  assert.deepEqual(left.said.slice(2), ["hallo", "er du der fortsatt", "jeg går"]);
  assert.equal(left.child.record.gaveUp, true);
  assert.equal(debriefOf(STORY, left.child.record, left.now).gaveUp, true);

  const kept = taken();
  while (!kept.said.includes("jeg går")) kept.waits(250);
  kept.writes("Jeg er her. Det er ikke din feil.");
  kept.untilItListens();
  assert.deepEqual(kept.said.slice(-1), ["fint"]);
  assert.equal(kept.child.record.gaveUp, false);
});

test("G16: while she types nobody believes that she is gone", () => {
  const play = taken();
  for (let minute = 0; minute < 20; minute++) {
    play.happens({ t: "types", on: true });
    play.waits(5_000);
  }
  assert.equal(play.said.length, 2);
});

test("G16: many questions at once are answered as a child would, once", () => {
  const play = taken();
  play.writes("Hvem? Hva? Hvor?");
  play.untilItListens();
  play.writes("Når? Hvordan? Hvorfor?");
  play.untilItListens();
  assert.equal(play.said.filter((line) => line === "mange spørsmål").length, 1);
});

test("intents are whole words or beginnings of words, questions, lengths and the step we must tell, and nothing else", () => {
  const found = (text: string, mustTell = false) => [...intentsOf({ text, mustTell }, intents, "nb")].sort();
  assert.deepEqual(found("Heimen min."), ["short"]);
  assert.deepEqual(found("HEI!"), ["greeting"]);
  assert.ok(found("Har du snakket med læreren din?").includes("adult"));
  assert.ok(found("Det er ikke din feil, vet du.").includes("not_your_fault"));
  assert.ok(!found("Jeg kan ikke love det.").includes("promise"));
  assert.ok(found("Jeg lover å ikke si noe").includes("promise"));
  assert.deepEqual(found("a? b? c?"), ["many_questions", "question"]);
  assert.ok(found("x ".repeat(250)).includes("long"));
  assert.ok(found("Vi må si fra til politiet", true).includes("must_tell"));
});

test("G16: afterwards she is told which moments mattered, in her own words, and a few figures that are true", () => {
  const play = taken();
  const takenAt = play.child.record.taken ?? 0;
  play.waits(30_000);
  const first = play.now;
  play.writes("Det er ikke din feil. Går det bra?");
  play.untilItListens();
  play.happens({ t: "called" });
  play.happens({ t: "ended" });
  const told = debriefOf(STORY, play.child.record, play.now);
  assert.deepEqual(
    told.moments.map(({ went }) => went.how),
    ["did", "did", "not_yet", "did"],
  );
  assert.deepEqual(told.moments[1]?.went, { how: "did", words: "Det er ikke din feil. Går det bra?" });
  assert.deepEqual([told.messages, told.questions, told.firstAnswer, told.longestSilence], [1, 1, first - takenAt, first - takenAt]);
});

test("G16: a moment is missed by what should not have been said, and one that was not reached is not held against her", () => {
  const play = taken();
  play.writes("Det er ikke din feil. Men hvorfor sa du ikke fra?");
  play.happens({ t: "ended" });
  const told = debriefOf(STORY, play.child.record, play.now);
  assert.deepEqual(
    told.moments.map(({ went }) => went.how),
    ["did", "not_yet", "not_reached", "not_yet"],
  );
});

test("a clock that is held loses nothing but the time for which it was held", () => {
  const clock = new Clock();
  assert.equal(clock.now(100), 100);
  clock.pause(200);
  clock.pause(250);
  assert.equal(clock.now(900), 200);
  clock.resume(1_000);
  clock.resume(1_500);
  assert.equal(clock.now(1_100), 300);
});

const FRIENDLY = {
  nb: ["Hei, så fint at du skrev. Jeg er her.", "Det høres tungt ut. Er du trygg nå?", "Det er ikke din feil.", "Jeg kan ikke love å ikke si fra, men jeg sier det til deg først.", "Er det en lærer du stoler på?"],
  en: ["Hi, I am glad you wrote. I am here.", "That sounds hard. Are you safe now?", "It is not your fault.", "I cannot promise, but I tell you first.", "Is there a teacher you trust?"],
};
const CURT = { nb: ["ok"], en: ["ok"] };
const UNKIND = { nb: ["Tuller du? Hvorfor har du ikke sagt fra? Du burde det?"], en: ["Are you joking? Why didn't you tell? You should have?"] };

for (const story of stories) {
  for (const tongue of TONGUES) {
    test(`G16: the story ${story.id} (${tongue}) ends with everybody, and with nobody`, () => {
      for (const texts of [FRIENDLY, CURT, UNKIND].map((all) => all[tongue])) {
        const play = taken(story, tongue);
        for (let turn = 0; turn < 60 && !play.child.over; turn++) {
          play.writes(texts[turn % texts.length] ?? "");
          play.untilItListens();
        }
        assert.equal(play.child.over, true);
        assert.equal(play.child.record.gaveUp, false);
        assert.ok(play.said.length >= 8);
        assert.ok(new Set(play.said).size > play.said.length / 2);
      }
      const alone = taken(story, tongue);
      alone.waits(10 * MINUTE);
      assert.equal(alone.child.record.gaveUp, true);
    });
  }
}

test("G16: there are five stories, each with a goal, and in most of them the child asks whether she will tell somebody", () => {
  assert.equal(stories.length, 5);
  const asks = stories.filter(({ beats }) => beats.some(({ nb }) => nb.some((line) => line.includes("til noen") && line.includes("du"))));
  assert.ok(asks.length >= 4);
  for (const { beats } of stories) assert.equal(beats.filter(({ away }) => away > 0).length, 1);
});
