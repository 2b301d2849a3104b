import assert from "node:assert/strict";
import { test } from "node:test";

import { NONE, WITHIN, keyDown, keyUp, meansLeave, type Taps } from "../../widget/leave.ts";

const tap = (taps: Taps, now: number): Taps => keyUp(keyDown(taps, "Shift", false), "Shift", now);

/** A key of a text, as a keyboard sends it: capitals and signs with Shift held. */
function typed(taps: Taps, letter: string, now: number): Taps {
  if (letter === letter.toLowerCase()) return keyUp(keyDown(taps, letter, false), letter, now);
  const down = keyDown(keyDown(taps, "Shift", false), letter, false);
  return keyUp(keyUp(down, letter, now), "Shift", now);
}

test("three times Shift within five seconds means out, twice does not", () => {
  const twice = tap(tap(NONE, 0), 1_000);

  assert.equal(meansLeave(twice), false);
  assert.equal(meansLeave(tap(twice, 2_000)), true);
});

test("three times Shift that take longer than five seconds do not", () => {
  assert.equal(meansLeave(tap(tap(tap(NONE, 0), 2_600), WITHIN)), false);
});

test("a Shift that is held repeats itself and counts once", () => {
  let taps = keyDown(NONE, "Shift", false);
  for (let times = 0; times < 50; times++) taps = keyDown(taps, "Shift", true);

  assert.deepEqual(keyUp(taps, "Shift", 0).at, [0]);
});

test("capital letters never mean out: a thousand random texts, quickly typed", () => {
  const letters = "abcdeføåæ ABCDEFØÅÆ!?.,\n";
  for (let round = 0; round < 1_000; round++) {
    let taps = NONE;
    for (let key = 0; key < 60; key++) {
      taps = typed(taps, letters[Math.floor(Math.random() * letters.length)] ?? "a", key * 30);
      assert.equal(meansLeave(taps), false);
    }
  }
});

test("a whole word in capitals, Shift held throughout, never means out", () => {
  let taps = keyDown(NONE, "Shift", false);
  for (const letter of "HJELP") taps = keyUp(keyDown(taps, letter, false), letter, 0);

  assert.deepEqual(keyUp(taps, "Shift", 0), NONE);
});

test("another key between the presses begins the count again", () => {
  const twice = tap(tap(NONE, 0), 500);

  assert.equal(meansLeave(tap(keyDown(twice, "a", false), 1_000)), false);
});

test("Shift with Alt, Ctrl or Meta held is a short cut of the machine, not a way out", () => {
  let taps = NONE;
  for (let times = 0; times < 5; times++) taps = keyUp(keyDown(taps, "Shift", false, true), "Shift", times * 100);

  assert.equal(meansLeave(taps), false);
});
