import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import * as form from "../../counsellor_ui/form.ts";
import { PARTS } from "../../counsellor_ui/lead/house_value.ts";
import { ANIMALS, COLOURS, identify } from "../../counsellor_ui/names.ts";
import { KEYS } from "../../counsellor_ui/keys.ts";
import * as numbers from "../../counsellor_ui/numbers.ts";
import { KINDS } from "../../counsellor_ui/lead/chosen.ts";
import { nameOf, spanWords } from "../../counsellor_ui/say.ts";

/** The words of the dashboard in one language, as the server gives them. */
function staffWords(lang: string): Map<string, string> {
  const text = readFileSync(`config/wording/${lang}.toml`, "utf8");
  const sections = text.split(/^\[(\w+)\]$/m);
  const pick = (name: string) => sections[sections.indexOf(name) + 1] ?? "";
  const lines = [...(pick("shared") + pick("staff")).matchAll(/^"?([^"=\s]+)"? = "(.*)"$/gm)];
  return new Map(lines.map(([, key = "", word = ""]) => [key, word]));
}

const REFUSALS = [
  "not_talking",
  "out_of_order",
  "too_many",
  "line_full",
  "not_yours",
  "taken",
  "at_capacity",
  "nobody",
  "not_there",
  "not_now",
];
const RULES = ["nobody", "each", "longest", "danger", "help", "attack", "unconfirmed", "late"];
/** Every deed of the audit log, as the server lists them. */
function deeds(): string[] {
  const list = /Deed = Literal\[(.*?)\]/s.exec(readFileSync("server/staff/chain.py", "utf8"))?.[1] ?? "";
  return [...list.matchAll(/"(\w+)"/g)].map(([, deed = ""]) => deed);
}

/** What is said with a code: the beginning of its key, and every code. */
const CODED: Record<string, readonly string[]> = {
  who_: [...form.WHO, ...form.NON_CONTACTS],
  age_: form.AGES,
  gender_: form.GENDERS,
  reason_: form.REASONS,
  urgency_: form.URGENCIES,
  outcome_: form.OUTCOMES,
  immediate_: form.IMMEDIATE_HELP,
  duty_: form.CONSIDERED,
  form_: Object.keys(form.emptyDraft()),
  missing_: ["choose", "choose_some", "which", "reason", "write", "too_long"],
  colour_: COLOURS,
  animal_: ANIMALS,
  language_: ["nb", "nn", "en", "se", "nb_easy"],
  about_: ["me", "other"],
  span_: ["seconds", "minutes", "hours"],
  standing_: ["away", "full", "writing_up"],
  me_: ["away", "free", "full", "writing_up"],
  link_: ["connecting", "open", "lost", "over"],
  over_: ["child", "counsellor", "silence", "hours", "left", "lead"],
  over_title_: ["signed_out", "replaced", "failed"],
  over_body_: ["signed_out", "replaced", "failed"],
  over_again_: ["replaced", "failed"],
  refused_: REFUSALS,
  say_refused_: REFUSALS,
  deed_: deeds(),
  people_: ["active", "invited", "disabled"],
  role_: ["counsellor", "shift_lead", "auditor", "administrator"],
  register_: [...REFUSALS, "too_long"],
  over_said_: ["no", "at_capacity", "not_there", "not_yours"],
  called_: form.CALLED,
  told_: form.TOLD,
  replies_: ["own", "reply", "number"],
  key_: Object.keys(KEYS),
  house_part_: PARTS,
  house_hint_: PARTS,
  house_wrong_: PARTS,
  block_: ["asked", "agreed", "no", "lifted", "same", "gone", "not_yours", "failed"],
  block_why_: ["no_child"],
  practice_: ["did", "not_yet", "not_reached"],
  light_: ["green", "yellow", "red"],
  light_is_: ["yellow", "red"],
  lit_: RULES,
  lit_why_: RULES,
  at_: ["free", "away", "gone", "rings", "talking", "wrapping_up", "end_told", "move_told"],
  order_: KINDS,
  order_told_: KINDS,
  order_is_: KINDS,
  lead_: ["overview", "settings", "people", "numbers", "blocks"],
  numbers_answered_: numbers.ANSWERED,
  numbers_how_: numbers.WAYS,
  numbers_day_: numbers.DAYS,
  numbers_: ["when", "table", "code", "count"],
};
const coded = Object.entries(CODED).flatMap(([start, codes]) => codes.map((code) => `${start}${code}`));

/** Every key that stands as a text in the sources and the templates. */
function literals(): Set<string> {
  const files = ["counsellor_ui", "counsellor_ui/lead", "counsellor_ui/templates", "counsellor_ui/training", "browser"].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(ts|html)$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  const pages = readdirSync("server/door").filter((name) => /^staff_\w+\.py$/.test(name));
  const text = [...files, ...pages.map((name) => `server/door/${name}`)].map((file) => readFileSync(file, "utf8")).join("\n");
  return new Set([...text.matchAll(/["'`.]([a-z][a-z0-9_]+)["'`\s})|]/g)].map(([, key = ""]) => key));
}

for (const lang of ["nb", "nn", "en"]) {
  test(`${lang}: every code that the dashboard may show has its word`, () => {
    const words = staffWords(lang);
    assert.deepEqual(
      coded.filter((key) => !words.has(key)),
      [],
    );
  });

  test(`${lang}: no word is there that nothing says`, () => {
    const own = readFileSync(`config/wording/${lang}.toml`, "utf8").split("\n[staff]\n")[1] ?? "";
    const keys = [...own.matchAll(/^"?([^"=\s]+)"? =/gm)].map(([, key = ""]) => key);
    const said = literals();
    assert.ok(keys.length > 200);
    assert.deepEqual(
      keys.filter((key) => !coded.includes(key) && !said.has(key)),
      [],
    );
  });
}

test("a talk is named by its colour and its animal, and a span is said with its numbers", () => {
  const words = staffWords("nb");
  const say = (key: string, values: Record<string, string | number> = {}) =>
    (words.get(key) ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  assert.equal(nameOf(say, { colour: "blue", animal: "fox" }), "Blå Rev");
  assert.deepEqual([spanWords(say, 5_000), spanWords(say, 65_000), spanWords(say, 3_720_000)], ["5 s", "1 min", "1 t 2 min"]);
  assert.equal(nameOf(say, identify("A".repeat(22), [])).split(" ").length, 2);
});
