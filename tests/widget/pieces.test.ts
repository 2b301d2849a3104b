import assert from "node:assert/strict";
import { test } from "node:test";

import { speaker } from "../../browser/words.ts";
import { opensWords } from "../../widget/pieces.ts";

const ZONE = "Europe/Oslo";
const DAYS = ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"];
const say = speaker({
  clock: "{hour}.{minute}",
  opens: "Den åpner {day} klokka {time}.",
  opens_unknown: "Vi vet ikke.",
  day_today: "i dag",
  day_tomorrow: "i morgen",
  day_week: "på {weekday}",
  day_date: "{weekday} {day}. {month}",
  month_12: "desember",
  ...Object.fromEntries(DAYS.map((name, index) => [`weekday_${index}`, name])),
});
const at = (text: string): number => Date.parse(text);

test("when it opens next is said as a person would say it", () => {
  const opens = at("2026-11-25T15:15:00Z"); // Wednesday 16.15 in Oslo
  const words = (now: string): string => opensWords(opens, at(now), ZONE, say);

  assert.equal(words("2026-11-25T08:00:00Z"), "Den åpner i dag klokka 16.15.");
  assert.equal(words("2026-11-24T22:00:00Z"), "Den åpner i morgen klokka 16.15.");
  assert.equal(words("2026-11-24T23:30:00Z"), "Den åpner i dag klokka 16.15.", "after midnight in Oslo");
  assert.equal(words("2026-11-21T12:00:00Z"), "Den åpner på onsdag klokka 16.15.");
  assert.equal(opensWords(at("2026-12-24T15:15:00Z"), opens, ZONE, say), "Den åpner torsdag 24. desember klokka 16.15.");
  assert.equal(opensWords(null, opens, ZONE, say), "Vi vet ikke.");
});

test("it is tomorrow on both nights when the clocks change", () => {
  for (const [now, opens] of [["2027-03-27T22:45:00Z", "2027-03-28T14:15:00Z"], ["2026-10-24T21:45:00Z", "2026-10-25T15:15:00Z"]] as const) {
    assert.equal(opensWords(at(opens), at(now), ZONE, say), "Den åpner i morgen klokka 16.15.");
  }
});
