import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import type { Message } from "../../browser/frames.ts";
import { gap, heardOf, newTalk, receive, type Talk } from "../../browser/talk.ts";
import { AGAIN, Asking } from "../../counsellor_ui/asking.ts";

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

const message = (seq: number): Message => ({ t: "message", seq, role: "child", id: `id${seq}`, n: seq - 1, at: seq, box: "QUJD" });

/** A talk, what is asked of it, and a connection that can be away. */
class Scene {
  talk: Talk = newTalk("counsellor");
  asked: string[] = [];
  connected = true;
  readonly asking = new Asking(
    () => this.talk,
    (what, after) => this.connected && this.asked.push(`${what} ${after}`) > 0,
  );

  /** The desk tells of so many entries. */
  tells(seq: number): void {
    this.talk = heardOf(this.talk, seq);
    this.asking.missing();
  }

  /** A message comes live. */
  comes(seq: number): void {
    this.talk = receive(this.talk, [message(seq)]);
    this.asking.missing();
  }

  /** An answer comes, with these entries. */
  answers(...seqs: number[]): void {
    this.talk = this.asking.answered(receive(this.talk, seqs.map(message)), seqs.length, false);
    this.asking.missing();
  }

  get missing(): boolean {
    return gap(this.talk) !== null;
  }
}

test("what is missing is asked for once, and what is not there is taken back", () => {
  const one = new Scene();
  one.tells(1);
  one.tells(1);
  one.answers();
  assert.deepEqual([one.asked, one.missing], [["range 0"], false]);
});

test("what the desk has told of since a range was asked for is asked for again", () => {
  const one = new Scene();
  one.tells(1);
  one.tells(2);
  one.answers(1);
  assert.deepEqual([one.asked, one.missing], [["range 0", "range 1"], true]);
  one.answers();
  assert.equal(one.missing, false);
});

test("only the last answer of several says what is not there", () => {
  const one = new Scene();
  one.tells(2);
  one.comes(1);
  one.tells(3);
  one.comes(2);
  assert.deepEqual(one.asked, ["range 0", "range 1", "range 2"]);
  one.answers(1, 2);
  assert.equal(one.missing, true, "the desk has told of the third since that was asked");
  one.answers(2);
  one.answers(3);
  assert.deepEqual([one.missing, one.asked.length], [false, 5]);
});

test("a hole that the server never fills is asked for again after a while, each time", () => {
  const one = new Scene();
  one.comes(2);
  for (let times = 1; times < 4; times++) {
    one.answers();
    assert.equal(one.asked.length, times);
    mock.timers.tick(AGAIN);
    assert.equal(one.asked.length, times + 1);
  }
});

test("what was refused for now is asked again, what was refused for good is not, and nothing is asked of a talk that is gone", () => {
  const one = new Scene();
  one.asking.anew();
  one.asking.refused("open", "not_now");
  mock.timers.tick(AGAIN);
  one.asking.refused("open", "not_yours");
  mock.timers.tick(AGAIN);
  assert.deepEqual(one.asked, ["open 0", "open 0"]);

  one.asking.refused("open", "not_now");
  one.asking.forget();
  mock.timers.tick(AGAIN);
  assert.equal(one.asked.length, 2);
});

test("what could not be said is not waited for, and a new connection begins with nothing under way", () => {
  const one = new Scene();
  one.connected = false;
  one.tells(1);
  one.connected = true;
  one.asking.anew();
  one.answers();
  assert.equal(one.missing, false);
});

test("a part of an answer says nothing of what follows, nor does an answer of a talk that has begun anew", () => {
  const one = new Scene();
  one.tells(3);
  one.talk = one.asking.answered(receive(one.talk, [message(1)]), 1, true);
  assert.equal(one.missing, true);

  one.asking.begunAnew();
  one.talk = one.asking.answered(one.talk, 0, false);
  assert.equal(one.missing, true);
});
