import assert from "node:assert/strict";
import { test } from "node:test";

import { actOf, KEYS, type Press } from "../../counsellor_ui/keys.ts";
import { answered, missedOne, ringSamples, ringsNow, STILL } from "../../counsellor_ui/ringer.ts";

const line = (...waiting: string[]) => ({ count: waiting.length, first: waiting.map((conversation) => ({ conversation })) });
/** An offer that ran out: she is away, and has nothing. */
const ranOut = (child = "a") => ringsNow(ringsNow(STILL, child, [], true), null, [], false);

test("an offer that ran out rings on while its child waits, and is still when it is taken or gone", () => {
  const rings = ranOut();
  assert.equal(missedOne(rings, line("b", "a"), false), "a");
  assert.equal(missedOne(rings, line("b"), false), null, "it rings at a colleague, is taken or is gone");
  assert.equal(missedOne(rings, line("a"), false), "a", "and again when the colleague has not answered either");
  assert.equal(missedOne(ringsNow(rings, null, ["a"], false), line("a"), false), null, "she took it herself");
});

test("her answer is an answer: not now, a pause, or being free again", () => {
  const declined = ringsNow(answered(ringsNow(STILL, "a", [], true)), null, [], false);
  assert.equal(missedOne(declined, line("a"), false), null);
  assert.equal(missedOne(answered(ranOut()), line("a"), false), null);
  assert.equal(missedOne(ringsNow(ranOut(), null, [], true), line("a"), false), null, "it is offered to her again");
});

test("an offer that is said twice before the server has heard her is declined all the same", () => {
  let rings = answered(ringsNow(STILL, "a", [], true));
  rings = ringsNow(rings, "a", [], true);
  rings = ringsNow(rings, null, [], false);
  assert.equal(missedOne(rings, line("a"), false), null);
});

test("where the line does not say who waits, it rings while anybody does", () => {
  assert.equal(missedOne(ranOut(), { count: 2, first: [] }, true), "");
  assert.equal(missedOne(ranOut(), { count: 0, first: [] }, true), null);
  assert.equal(missedOne(ranOut(), { count: 2, first: [] }, false), null);
  assert.equal(missedOne(STILL, { count: 2, first: [] }, true), null);
});

test("the sound is soft, has a pause, and ends where it begins", () => {
  const samples = ringSamples(8000);
  assert.equal(samples.length, 24_000);
  assert.ok(Math.max(...samples.map(Math.abs)) < 0.45);
  assert.ok(samples.slice(12_000).every((one) => one === 0));
});

const press = (code: string, change: Partial<Press> = {}): Press => ({
  ...{ code, altKey: true, ctrlKey: false, metaKey: false, shiftKey: false, getModifierState: () => false },
  ...change,
});

test("Alt and a key do what the list says; without it, with more, or with AltGr it is writing", () => {
  for (const [act, [code]] of Object.entries(KEYS)) assert.equal(actOf(press(code)), act);
  assert.equal(actOf(press("Digit8")), null);
  assert.equal(actOf(press("KeyS", { altKey: false })), null);
  for (const more of ["ctrlKey", "metaKey", "shiftKey"] as const) assert.equal(actOf(press("KeyS", { [more]: true })), null);
  assert.equal(actOf(press("KeyS", { getModifierState: () => true })), null);
});

test("no two keys are the same", () => {
  assert.equal(new Set(Object.values(KEYS).map(([code]) => code)).size, Object.keys(KEYS).length);
});
