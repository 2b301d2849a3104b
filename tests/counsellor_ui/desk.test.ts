import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import type { Desk, Held, InLine, Line, Offer } from "../../browser/frames.ts";
import { deskView, inOrder, lineView, span } from "../../counsellor_ui/desk.ts";

const NOW = 1_790_000_000_000;
const golden = <T>(name: string): T => JSON.parse(readFileSync(`tests/wire/golden/${name}.json`, "utf8")) as T;

const held = (change: Partial<Held> = {}): Held => ({
  conversation: "A".repeat(22),
  state: "talking",
  language: "nb",
  about: "me",
  danger: false,
  since: NOW - 60_000,
  here: true,
  seq: 0,
  ended_by: null,
  run_until: null,
  planned: null,
  ended: null,
  over: null,
  over_said: null,
  second: null,
  signed: null,
  ...change,
});
const desk = (change: Partial<Desk> = {}): Desk => ({ t: "desk", free: true, room: 3, offer: null, talks: [], ...change });
const standing = (change: Partial<Desk>) => deskView(desk(change), new Map(), NOW).standing;
const offer = (change: Partial<Offer> = {}): Offer => ({
  conversation: "B".repeat(22),
  language: "nn",
  about: "other",
  danger: true,
  lost: false,
  since: NOW - 90_000,
  until: NOW + 12_300,
  ...change,
});
const waiting = (place: number, change: Partial<InLine> = {}): InLine => ({
  conversation: `${place}`.padStart(22, "0"),
  place,
  since: NOW - 10_000,
  language: "nb",
  about: "unsaid",
  danger: false,
  lost: false,
  ...change,
});
const line = (change: Partial<Line> = {}): Line => ({ t: "line", count: 0, longest: null, first: [], open: true, free: 0, ...change });

test("the golden desk and line are shown", () => {
  assert.ok(deskView(golden<Desk>("to_staff-desk"), new Map(), NOW).panes.length > 0);
  assert.ok(lineView(golden<Line>("to_staff-line"), NOW).count > 0);
});

test("she is away until she says free, and full when every place is taken", () => {
  assert.equal(standing({ free: false }), "away");
  assert.equal(standing({}), "free");
  assert.equal(standing({ room: 2, talks: [held()] }), "free");
  assert.equal(standing({ room: 1, talks: [held()] }), "full");
});

test("a talk to be written up stands before everything else: no child comes, and none may be taken", () => {
  for (const free of [true, false]) {
    const view = deskView(desk({ free, talks: [held({ state: "wrapping_up", ended_by: "child" })] }), new Map(), NOW);
    assert.equal(view.standing, "writing_up");
    assert.equal(view.mayTake, false);
  }
});

test("she may take as long as there is room, also while away", () => {
  assert.equal(deskView(desk({ free: false }), new Map(), NOW).mayTake, true);
  assert.equal(deskView(desk({ room: 1, talks: [held()] }), new Map(), NOW).mayTake, false);
  assert.equal(deskView(desk({ room: 1, talks: [held(), held()] }), new Map(), NOW).left, 0);
});

test("an offer counts down to nothing and never below", () => {
  const view = (now: number) => deskView(desk({ offer: offer() }), new Map(), now).offer;
  assert.deepEqual([view(NOW)?.left, view(NOW + 12_000)?.left, view(NOW + 60_000)?.left], [13, 1, 0]);
  assert.equal(view(NOW)?.waited, 90_000);
  assert.equal(view(NOW + 60_000)?.share, 0);
  assert.ok((view(NOW - 100_000)?.share ?? 2) <= 1);
});

test("the clock of an unanswered child runs while the talk runs, and only then", () => {
  const known = new Map([["A".repeat(22), { unanswered: NOW - 5_000, readable: true, unread: 0 }]]);
  const pane = (state: Held["state"]) => deskView(desk({ talks: [held({ state })] }), known, NOW).panes[0];
  assert.equal(pane("talking")?.unanswered, 5_000);
  assert.equal(pane("wrapping_up")?.unanswered, null);
});

test("a talk whose key has not come is said to be unopened", () => {
  assert.equal(deskView(desk({ talks: [held()] }), new Map(), NOW).panes[0]?.unopened, true);
  const known = new Map([["A".repeat(22), { unanswered: null, readable: true, unread: 0 }]]);
  assert.equal(deskView(desk({ talks: [held()] }), known, NOW).panes[0]?.unopened, false);
});

test("panes stand in the order in which they came, whatever order the server gives, and stay where they are", () => {
  const [a, b, c] = [held({ conversation: "a", since: 1 }), held({ conversation: "b", since: 2 }), held({ conversation: "c", since: 3 })];
  const order = (talks: Held[], shown: string[]) => inOrder(talks, shown).map(({ conversation }) => conversation);
  assert.deepEqual(order([c, a, b], []), ["a", "b", "c"]);
  assert.deepEqual(order([c, a, b], ["b"]), ["b", "a", "c"]);
  assert.deepEqual(order([c, a], ["c", "b", "a"]), ["c", "a"]);
});

test("the time a talk may still run is shown only while it runs", () => {
  const pane = (change: Partial<Held>) => deskView(desk({ talks: [held(change)] }), new Map(), NOW).panes[0];
  assert.equal(pane({ run_until: NOW + 1_000 })?.runsFor, 1_000);
  assert.equal(pane({ run_until: NOW - 1_000 })?.runsFor, 0);
  assert.equal(pane({ run_until: NOW + 1_000, state: "wrapping_up" })?.runsFor, null);
});

test("the line is shown in the server's order, with who is not listed counted", () => {
  const view = lineView(line({ count: 9, longest: NOW - 61_000, first: [waiting(2), waiting(1, { lost: true })] }), NOW);
  assert.deepEqual(view.first.map(({ place }) => place), [1, 2]);
  assert.equal(view.more, 7);
  assert.equal(view.longest, 61_000);
});

test("one who rings at a desk counts in the line, and is not said to stand behind the last one", () => {
  const view = lineView(line({ count: 3, longest: NOW, first: [waiting(2), waiting(3)] }), NOW);
  assert.equal(view.more, 0);
  assert.equal(lineView(line({ count: 1, longest: NOW, first: [] }), NOW).more, 0);
});

test("a clock that runs ahead of the server's never shows a negative wait", () => {
  assert.equal(lineView(line({ count: 1, longest: NOW + 5_000, first: [waiting(1, { since: NOW + 5_000 })] }), NOW).longest, 0);
});

test("a span is said in seconds, then minutes, then hours and minutes", () => {
  assert.deepEqual(span(59_999), { unit: "seconds", n: 59 });
  assert.deepEqual(span(60_000), { unit: "minutes", n: 1 });
  assert.deepEqual(span(3_599_000), { unit: "minutes", n: 59 });
  assert.deepEqual(span(3_660_000), { unit: "hours", n: 1, m: 1 });
});

test("the time that she has told the child runs down to nothing and stays there; a talk that is over has none", () => {
  const left = (change: Partial<Held>): number | null | undefined => deskView({ t: "desk", free: true, room: 1, offer: null, talks: [held(change)] }, new Map(), NOW).panes[0]?.planned;

  assert.equal(left({}), null);
  assert.equal(left({ planned: NOW + 60_000 }), 60_000);
  assert.equal(left({ planned: NOW - 60_000 }), 0);
  assert.equal(left({ planned: NOW + 60_000, state: "wrapping_up" }), null);
});
