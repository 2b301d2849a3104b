import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message, Role } from "../../browser/frames.ts";
import { gap, have, heardOf, marked, newTalk, opened, receive, settled, standing, unopened, type Talk } from "../../browser/talk.ts";

const message = (seq: number, role: Role, n: number): Message => ({ t: "message", seq, role, id: `id${seq}`, n, at: seq * 1_000, box: "QUJD" });
const SIX = [message(1, "child", 0), message(2, "child", 1), message(3, "counsellor", 0), message(4, "child", 2), message(5, "counsellor", 1), message(6, "counsellor", 2)];
const kinds = (talk: Talk): string[] => talk.entries.map(({ shown }) => shown.kind);

function shuffled<T>(things: readonly T[]): T[] {
  return things.map((thing) => ({ thing, at: Math.random() })).sort((a, b) => a.at - b.at).map(({ thing }) => thing);
}

test("in whatever order and however often messages come, the talk is the same", () => {
  const whole = receive(newTalk("child"), SIX);
  for (let round = 0; round < 200; round++) {
    let talk = newTalk("child");
    for (const one of shuffled([...SIX, ...SIX.slice(2)])) talk = receive(talk, [one]);

    assert.deepEqual(talk, whole);
  }
  assert.deepEqual(whole.entries.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(kinds(whole), Array<string>(6).fill("sealed"));
});

test("a missing entry holds back what comes after it and is asked for", () => {
  const talk = receive(newTalk("child"), [message(1, "child", 0), message(3, "counsellor", 0)]);

  assert.deepEqual([have(talk), gap(talk)], [1, 1]);
  assert.equal(gap(receive(talk, [message(2, "child", 1)])), null);
});

test("an entry that the server has only spoken of is asked for as well", () => {
  const talk = heardOf(receive(newTalk("child"), SIX.slice(0, 2)), 6);

  assert.equal(gap(talk), 2);
  assert.equal(gap(receive(talk, SIX)), null);
});

test("of what was spoken of, a whole range leaves only what is early; what was told after it was asked for stays", () => {
  const talk = heardOf(receive(newTalk("child"), [message(1, "child", 0), message(4, "child", 2)]), 9);

  assert.deepEqual([settled(talk).known, gap(settled(talk))], [4, 1]);
  assert.equal(gap(settled(heardOf(receive(newTalk("child"), SIX), 7))), null);
  assert.equal(gap(settled(heardOf(newTalk("child"), 1))), null);
  assert.equal(settled(talk, 8), talk);
});

test("the server cannot leave out a message: the next one of that side is shown as broken", () => {
  const talk = receive(newTalk("counsellor"), [message(1, "child", 0), message(2, "child", 2), message(3, "child", 3)]);

  assert.deepEqual(kinds(talk), ["sealed", "broken", "sealed"]);
});

test("the server cannot say a message twice: the second is shown as broken", () => {
  const talk = receive(newTalk("counsellor"), [message(1, "child", 0), message(2, "child", 1), message(3, "child", 1), message(4, "child", 2)]);

  assert.deepEqual(kinds(talk), ["sealed", "sealed", "broken", "sealed"]);
});

test("the server cannot change the order of one side", () => {
  const talk = receive(newTalk("counsellor"), [message(1, "child", 1), message(2, "child", 0)]);

  assert.deepEqual(kinds(talk), ["broken", "broken"]);
});

test("an entry that was held first is not replaced by another with its number", () => {
  const talk = receive(receive(newTalk("child"), SIX), [{ ...message(3, "child", 3), id: "other" }]);

  assert.equal(talk.entries[2]?.id, "id3");
});

test("a broken entry stays broken whatever opening it would give", () => {
  const talk = receive(newTalk("counsellor"), [message(1, "child", 7)]);

  assert.deepEqual(kinds(opened(talk, 1, { kind: "text", text: "no" })), ["broken"]);
  assert.deepEqual(unopened(talk), []);
});

test("an entry is opened once and shows its text", () => {
  const talk = opened(receive(newTalk("child"), SIX), 3, { kind: "text", text: "hei" });

  assert.deepEqual(talk.entries[2]?.shown, { kind: "text", text: "hei" });
  assert.deepEqual(unopened(talk).map(({ seq }) => seq), [1, 2, 4, 5, 6]);
});

test("delivered and read never go back", () => {
  const talk = marked(marked(newTalk("child"), 5, 4), 3, 2);

  assert.deepEqual([3, 4, 5, 6].map((seq) => standing(talk, seq)), ["read", "read", "delivered", "stored"]);
});
