import assert from "node:assert/strict";
import { test } from "node:test";

import { clockWords, wallTime } from "../../browser/clock.ts";
import { REPEAT, STILL, pressed, stopped } from "../../browser/typing.ts";
import { fill, speaker } from "../../browser/words.ts";

test("however fast one types, 'typing' is said at most every three seconds", () => {
  let typing = STILL;
  const said: number[] = [];
  for (let now = 0; now < 10_000; now += 40) {
    const step = pressed(typing, now);
    typing = step.typing;
    if (step.say) said.push(now);
  }

  assert.deepEqual(said.map((at, index) => at - (said[index - 1] ?? at)).slice(1).every((pause) => pause >= REPEAT), true);
  assert.equal(said.length, 4);
});

test("stopping is said once, and only after a start", () => {
  assert.equal(stopped(STILL).say, false);
  const { typing } = pressed(STILL, 0);
  assert.equal(stopped(typing).say, true);
  assert.equal(stopped(stopped(typing).typing).say, false);
});

test("the clock shows Oslo's time, in summer and in winter", () => {
  assert.deepEqual(wallTime(Date.UTC(2026, 10, 25, 15, 15), "Europe/Oslo"), { weekday: 2, day: 25, month: 11, hour: "16", minute: "15" });
  assert.equal(clockWords(Date.UTC(2026, 6, 15, 22, 5), "Europe/Oslo", speaker({ clock: "{hour}.{minute}" })), "00.05");
});

test("places in a text are filled, also with what looks like a place", () => {
  assert.equal(fill("Du er nummer {n}, {alias}.", { n: 3, alias: "{n}" }), "Du er nummer 3, {n}.");
  assert.equal(speaker({ a: "b" })("missing"), "missing");
});
