import assert from "node:assert/strict";
import { test } from "node:test";

import { copyChoice, textOf } from "../../widget/after.ts";
import { conversationScreen, warning } from "../../widget/conversation.ts";
import { closedScreen, endedScreen, failedScreen, type Last } from "../../widget/last.ts";
import type { Page } from "../../widget/page.ts";
import { pressable } from "../../widget/pieces.ts";
import * as visits from "../../widget/visit.ts";
import type { Visit } from "../../widget/visit.ts";

const NOW = 1_000_000;
const say = (key: string): string => `<${key}>`;
const PAGE = { timezone: "Europe/Oslo", silence_minutes: 15, numbers: [], other_help: [], closes_at: null, open_always: false } as unknown as Page;
const wrote = (): Visit => visits.write(visits.begin(visits.nobody("nb"), { language: "nb", about: "unsaid", danger: false }, NOW), "a", "det jeg skrev", NOW);
const nothing = (): undefined => undefined;
const last = (visit: Visit, more: Partial<Last> = {}): Last => ({
  page: PAGE,
  say,
  visit,
  now: NOW,
  draft: "",
  reading: false,
  read: nothing,
  clear: nothing,
  again: nothing,
  check: nothing,
  reload: nothing,
  answers: {},
  answered: nothing,
  ...more,
});

/** Return all that a template would show, as one text. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join("");
  if (typeof value !== "object" || value === null) return typeof value === "string" ? value : "";
  if (!("strings" in value)) return JSON.stringify(value);
  const { strings, values } = value as { strings: readonly string[]; values: readonly unknown[] };
  return strings.map((text, index) => text + shown(values[index])).join("");
}

const LASTS = {
  "a start that failed": () => failedScreen(last(visits.failed(wrote(), "connect"), { reading: true })),
  "a full line": () => failedScreen(last(visits.failed(wrote(), "full"), { reading: true })),
  "a talk that is over": () => failedScreen(last(visits.disconnected(wrote(), 4010, NOW), { reading: true })),
  "closing time": () => closedScreen(last(visits.ended(wrote(), "hours"), { reading: true })),
  "the end": () => endedScreen(last(visits.ended(wrote(), "child"), { reading: true })),
};

for (const [name, screen] of Object.entries(LASTS)) {
  test(`what was written and not sent can be read and cleared: ${name}`, () => {
    const text = shown(screen());

    assert.ok(text.includes("det jeg skrev"), text);
    assert.ok(text.includes("<unsent>") && text.includes("<clear>"), text);
    assert.ok(!text.includes("state_late"));
  });
}

test("a draft that was never sent can be read too; without any words there is nothing to read", () => {
  const failed = visits.failed(visits.nobody("nb"), "connect");

  assert.ok(shown(failedScreen(last(failed, { draft: "nesten", reading: true }))).includes("nesten"));
  assert.ok(shown(failedScreen(last(failed, { draft: "nesten" }))).includes("<read_written>"));
  assert.ok(!shown(failedScreen(last(failed))).includes("<clear>"));
});

test("after an end by closing time nobody is told to write again", () => {
  const text = shown(endedScreen(last(visits.ended({ ...wrote(), lastName: "Mia", screen: "talk" }, "hours"))));

  assert.ok(text.includes("<call>") && text.includes("<closed_check>"), text);
  assert.ok(!text.includes("<again>") && !text.includes("<ended_back>"));
});

test("each warning that is seen is also said as a status", () => {
  const talk: Visit = { ...wrote(), screen: "talk", line: "open", token: "t" };
  const said = (visit: Partial<Visit>, now = NOW): string => warning({ ...talk, ...visit }, PAGE, now, say);

  assert.equal(said({}), "");
  assert.equal(said({ full: true }), "<too_many>");
  assert.equal(said({ mustEnd: NOW }), "<closing_soon>");
  assert.equal(said({ mustEnd: NOW, screen: "waiting" }), "<waiting_may_close>");
  assert.equal(said({ planned: NOW + 1 }), "<planned>");
  assert.equal(said({ planned: NOW }), "<planned_now>");
  assert.equal(said({ planned: NOW, mustEnd: NOW }), "<closing_soon>");
  assert.equal(said({}, NOW + 11 * 60_000), "<quiet_soon>");
  assert.equal(said({ line: "lost", since: NOW }), "<connection_lost>");
  assert.equal(said({ line: "lost", since: NOW }, NOW + 30_000), "<connection_still_lost>");
});

test("the card of waiting makes room once something is written", () => {
  const screen = (visit: Visit): string =>
    shown(conversationScreen({ page: PAGE, say, visit, now: NOW, asking: false, calm: true, remembers: false, remember: nothing, soothe: nothing, here: nothing, answerOver: nothing, draft: "", write: nothing, share: nothing, typed: nothing, rested: nothing, danger: nothing, tryNow: nothing, ask: nothing, end: nothing }));

  assert.ok(screen(wrote()).includes('class="waiting written"'));
  assert.ok(!screen({ ...wrote(), outbox: { items: [], n: 0 } }).includes("written\""));
});

test("who finds the line full, or no way to the chat, reads whom else to ring", () => {
  const page = { ...PAGE, other_help: [["116 123", "number_mental_health", "116123", null, null]] } as unknown as Page;

  for (const problem of ["full", "connect"] as const) assert.ok(shown(failedScreen(last(visits.failed(wrote(), problem), { page }))).includes("116123"));
});

test("numbers in a text can be pressed, other numbers are text", () => {
  const text = shown(pressable("Ring 116 111, 116\u00a0117 eller 112, klokka 21.12. Nummer 1123."));

  assert.deepEqual([...text.matchAll(/tel:(\d+)/g)].map(([, number]) => number), ["116111", "116117", "112"]);
});

test("after a talk there are two questions, each thanked for once it is answered; after a wait without a talk there are none", () => {
  const talked = visits.ended({ ...wrote(), lastName: "Mia", screen: "talk" }, "counsellor");
  const page = (answers: Record<string, string>, visit = talked): string => shown(endedScreen(last(visit, { answers })));

  assert.ok(page({}).includes("<ask_helped>") && page({}).includes("<ask_again>") && page({}).includes("<back_body>"));
  assert.ok(!page({}).includes("<ask_thanks>"));
  assert.equal(page({ helped: "no" }).split("<ask_thanks>").length, 2);
  assert.ok(!page({}, visits.ended(wrote(), "child")).includes("<ask_helped>"));
});

test("the copy is plain text: who, when, what, and what could not be shown", () => {
  const at = Date.parse("2026-11-23T18:05:00Z");
  const entry = (seq: number, role: "child" | "counsellor", shown: object): object => ({ seq, role, id: String(seq), n: 0, at, box: "", shown });
  const talk = { ...wrote().talk, entries: [entry(1, "child", { kind: "text", text: "hei" }), entry(2, "counsellor", { kind: "broken" }), entry(3, "counsellor", { kind: "must_tell", text: "vi ringer" })] };
  const visit = { ...wrote(), lastName: "Mia", talk } as unknown as Visit;

  assert.equal(textOf(last(visit)), "<you>, <clock>:\nhei\n\nMia, <clock>:\n<broken>\n\nMia, <clock>:\n<must_tell>\nvi ringer\n");
  assert.ok(shown(copyChoice(last(visit))).includes("<copy_risk>"));
});
