import assert from "node:assert/strict";
import { test } from "node:test";

import { type Fresh, HouseNews } from "../../counsellor_ui/house.ts";
import { HouseState, type Standing } from "../../counsellor_ui/lead/house_state.ts";
import { dialled, nextDate, type Part, PARTS, placeOf, rowsOf, twice, valueOf } from "../../counsellor_ui/lead/house_value.ts";

const EVENING = ["16:15", "22:45"];
const VALUES: Record<Part, unknown> = {
  opening: { mon: EVENING, sun: ["12:00", "24:00"] },
  exceptions: { "2026-12-24": "closed", "2026-12-31": EVENING },
  other_help: [
    { number: "116 123", label: "number_mental_health", tel: "116123" },
    { number: "116 111", label: "number_alarm", tel: "116111", opening: { mon: EVENING } },
  ],
  replies: [{ short: "hei", nb: "Hei", en: "Hi" }],
};

/** What the server tells, with these revisions. */
function standing(revision: number): Standing {
  const parts = Object.fromEntries(PARTS.map((part) => [part, { value: VALUES[part], revision, faults: [] }]));
  return { parts } as unknown as Standing;
}

/** A state, what it has sent, and what the server answers next. */
function desk() {
  const sent: [path: string, body: Record<string, unknown>][] = [];
  const next: { standing: Standing; answers: unknown[] } = { standing: standing(1), answers: [] };
  const state = new HouseState(
    () => undefined,
    () => Promise.resolve(next.standing),
    (path, body) => {
      sent.push([path, body as Record<string, unknown>]);
      return Promise.resolve(next.answers.shift() ?? null);
    },
  );
  return { state, sent, next };
}

test("what the settings say stands in the forms, and comes back as it was", () => {
  for (const part of PARTS) assert.deepEqual(valueOf(part, rowsOf(part, VALUES[part])), VALUES[part]);
});

test("a number is dialled as it is written, until somebody writes otherwise", () => {
  assert.equal(dialled("+47 22 40 00 40"), "+4722400040");
  assert.deepEqual(valueOf("other_help", [{ label: "number_alarm", number: " 116 111 ", tel: "", hours: null }]), [
    { number: "116 111", label: "number_alarm", tel: "116111" },
  ]);
});

test("the next day that is not there yet is proposed, in the helpline's own zone; one that is there twice is found", () => {
  const night = Date.UTC(2026, 10, 25, 23, 30); // in Oslo that is the 26th
  const rows = rowsOf("exceptions", { "2026-11-27": "closed" });
  assert.equal(nextDate(rows, night, "Europe/Oslo"), "2026-11-28");
  const long = Date.UTC(2026, 9, 24, 22, 10); // in Oslo the day of 25 hours has just begun
  assert.equal(nextDate([], long, "Europe/Oslo"), "2026-10-26");
  const short = Date.UTC(2026, 2, 28, 22, 30); // in Oslo the evening before the day of 23 hours
  assert.equal(nextDate([], short, "Europe/Oslo"), "2026-03-29");
  assert.equal(twice(rows), null);
  assert.equal(twice([...rows, ...rows]), "2026-11-27");
});

test("a fault of the server is found in the form", () => {
  assert.deepEqual(placeOf("house: opening.tue"), { key: "tue", index: null });
  assert.deepEqual(placeOf("house: other_help[1].opening.mon"), { key: "", index: 1 });
  assert.deepEqual(placeOf("house: reply[3].nb"), { key: "", index: 3 });
});

test("what she wrote stands on what she saw: another's change in between is told, and nothing is lost or overwritten", async () => {
  const { state, sent, next } = desk();
  await state.load();
  state.edit("exceptions", []);
  next.standing = standing(2); // somebody else has saved, and this page has looked again
  await state.load();
  next.answers = [{ differences: [], shown: {}, before: {} }, { why: "changed", who: "Ola", at: 1, n: 2 }];
  await state.look("exceptions");
  await state.save();
  assert.equal(sent.at(-1)?.[1]["revision"], 1);
  assert.deepEqual([state.fault?.why, state.preview, state.rows("exceptions")], ["changed", null, []]);

  next.answers = [{ differences: [], shown: {}, before: {} }, { n: 3 }];
  await state.keepMine();
  assert.equal(sent.at(-1)?.[0], "/staff/house/preview");
  await state.save();
  assert.equal(sent.at(-1)?.[1]["revision"], 2);
  assert.deepEqual([state.fault, state.saved, state.dirty("exceptions")], [null, 3, false]);
});

test("nothing is saved that was not looked at; without an answer it is said and what was written stays", async () => {
  const { state, sent } = desk();
  await state.load();
  await state.save();
  assert.equal(sent.length, 0);
  state.edit("opening", []);
  await state.look("opening");
  assert.deepEqual([state.fault?.why, state.preview, state.rows("opening")], ["not_now", null, []]);
});

test("replies and numbers are fetched once for each change of the leads, and again when they did not come", async () => {
  const took: number[] = [];
  let answer: Fresh | null = null;
  let asked = 0;
  const news = new HouseNews(
    ({ changed }) => took.push(changed),
    () => {
      asked++;
      return Promise.resolve(answer);
    },
  );
  await news.came({ t: "house", changed: 0, asked: [] });
  assert.equal(asked, 0);
  await news.came({ t: "house", changed: 2, asked: [{ block: "b", name: "Ola", since: 1, until: 2 }] });
  assert.deepEqual([asked, took, news.asked.length], [1, [], 1]);
  answer = { changed: 2, replies: [], numbers: [] };
  await news.came({ t: "house", changed: 2, asked: [] });
  await news.came({ t: "house", changed: 2, asked: [] });
  assert.deepEqual([asked, took, news.asked.length], [2, [2], 0]);
});
