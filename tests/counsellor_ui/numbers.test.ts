import assert from "node:assert/strict";
import { test } from "node:test";

import { type InMonth, minutes, plotOfEvenings, plotsOfEvening, plotsOfMonth, spreadWords, withheld } from "../../counsellor_ui/numbers.ts";

const say = (key: string, values: Readonly<Record<string, string | number>> = {}) => [key, ...Object.values(values)].join(" ");
const HIDDEN = Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [String(hour).padStart(2, "0"), null]));
const MONTH: InMonth = {
  month: "2026-11",
  contacts: 60,
  evenings: 3,
  no_contacts: null,
  answered: { answered: 40, unanswered: 20 },
  hours: { ...HIDDEN, 17: 20, 19: 30, 23: 5, "00": 5 },
  weekdays: { 1: 30, 3: 30 },
  unanswered_how: { gave_up: null, cut_off: null, closed: null },
  unanswered_after: { "0-1": 5, "2-4": 9, "5-9": 6, "10-19": null, "20+": null },
  wait: { p50: "2-4", p90: "20-29" },
  talk: { p50: "90+", p90: null },
  outcomes: { advice: 30 },
  reasons: { violence: null, mental_health: 8, sexuality: null, peer_relationships: 12 },
};

test("what is hidden stays hidden in a drawing: no length, and its place tells nothing of it", () => {
  const reasons = plotsOfMonth(MONTH, [], say)[6];
  assert.deepEqual(reasons?.bars, [
    { label: "reason_peer_relationships", n: 12, least: 0 },
    { label: "reason_mental_health", n: 8, least: 0 },
    { label: "reason_violence", n: null, least: 0 },
    { label: "reason_sexuality", n: null, least: 0 },
  ]);
});

test("hours run through the night and are drawn from the first that is shown to the last", () => {
  const hours = plotsOfEvening({ ...MONTH, evening: "2026-11-23" }, say)[1];
  assert.deepEqual(hours?.bars.map(({ label }) => label), ["17", "18", "19", "20", "21", "22", "23", "00"]);
  assert.equal(hours?.inTime, true);
});

test("a table that is hidden whole says so", () => {
  const plots = plotsOfMonth(MONTH, [], say);
  assert.deepEqual(plots.map(withheld), [false, false, false, true, false, false, false]);
  assert.ok(withheld(plotsOfEvening({ ...MONTH, hours: HIDDEN, evening: "2026-11-23" }, say)[1]!));
});

test("weekdays without an evening are not drawn, and each evening is a column", () => {
  assert.deepEqual(plotsOfMonth(MONTH, [], say)[2]?.bars.map(({ label }) => label), ["numbers_day_1", "numbers_day_3"]);
  const each = plotOfEvenings([{ ...MONTH, evening: "2026-11-23" }], say, (day) => day.slice(8));
  assert.deepEqual(each.bars, [{ label: "23", n: 60, least: 0 }]);
});

test("minutes are told by their steps, and too few as too few", () => {
  assert.equal(minutes("2-4", say), "numbers_minutes 2–4");
  assert.deepEqual(spreadWords(MONTH.talk, say), ["numbers_p50 numbers_more 90"]);
  assert.deepEqual(spreadWords({ p50: null, p90: null }, say), ["numbers_too_few"]);
});

test("where a month hides a number, what its evenings show of it is told as the least", () => {
  const evenings = [{ ...MONTH, evening: "2026-11-23", hours: { ...HIDDEN, 18: 7 } }, { ...MONTH, evening: "2026-11-24", hours: { ...HIDDEN, 17: 9, 18: 8 } }];
  const hours = plotsOfMonth(MONTH, evenings, say)[1];
  assert.deepEqual(hours?.bars.slice(0, 3), [
    { label: "17", n: 20, least: 0 },
    { label: "18", n: null, least: 15 },
    { label: "19", n: 30, least: 0 },
  ]);
});
