import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { expanded, find, inLanguage, inserted, MOST_OWN, ownFault, type Phrases } from "../../counsellor_ui/replies.ts";

const PHRASES: Phrases = {
  replies: [
    { short: "hei", texts: { nb: "Hei. Jeg heter {alias}.", en: "Hi. I am {alias}." } },
    { short: "trygg", texts: { nb: "Er du et sted der du kan skrive i fred?" } },
  ],
  own: [{ short: "min", text: "Det er mitt svar" }],
  numbers: [{ number: "116 123", tel: "116123", names: { nb: "Mental Helse", en: "Mental Health" } }],
  alias: "Mia",
  language: "nb",
};
const shorts = (typed: string, language = "nb") => find(inLanguage(PHRASES, language), typed).map(({ short }) => short);

test("replies are said in the child's language with her name; one that lacks it is in the helpline's own and says so", () => {
  const [own, hei, trygg, number] = inLanguage(PHRASES, "en");
  assert.deepEqual(hei, { kind: "reply", short: "hei", text: "Hi. I am Mia.", foreign: false });
  assert.deepEqual([trygg?.text, trygg?.foreign], ["Er du et sted der du kan skrive i fred?", true]);
  assert.deepEqual([number?.text, own?.text], ["Mental Health: 116 123", "Det er mitt svar"]);
  assert.equal(inLanguage(PHRASES, "nb-easy")[1]?.foreign, false);
});

test("the short name comes first, then its beginning, then words of the text; letters and a stroke do not matter", () => {
  assert.deepEqual(shorts(""), ["min", "hei", "trygg", "116123"]);
  assert.deepEqual(shorts("/HEI"), ["hei"]);
  assert.deepEqual(shorts("skrive fred"), ["trygg"]);
  assert.deepEqual(shorts("mental"), ["116123"]);
  assert.deepEqual(shorts("finnes ikke"), []);
});

test("a reply stands at the end of what is written, with one space between", () => {
  assert.equal(inserted("", "Hei"), "Hei");
  assert.equal(inserted("Ja.", "Hei"), "Ja. Hei");
  assert.equal(inserted("Ja. ", "Hei"), "Ja. Hei");
});

test("a short name after a stroke and a space becomes its text; anything else stays as it is typed", () => {
  const phrases = inLanguage(PHRASES, "nb");
  assert.equal(expanded("/min ", phrases), "Det er mitt svar");
  assert.equal(expanded("Ja. /hei ", phrases), "Ja. Hei. Jeg heter Mia.");
  for (const draft of ["/min", "/ukjent ", "og/min ", "min ", ""]) assert.equal(expanded(draft, phrases), null, draft);
});

test("a reply of her own has a name of its own and a text, and there is an end to how many", () => {
  assert.equal(ownFault(PHRASES.own, "ny", "tekst"), null);
  assert.equal(ownFault(PHRASES.own, "Ny tekst", "tekst"), "own_short");
  assert.equal(ownFault(PHRASES.own, "min", "tekst"), "own_twice");
  assert.equal(ownFault(PHRASES.own, "ny", "  "), "own_empty");
  assert.equal(ownFault(Array.from({ length: MOST_OWN }, (_, n) => ({ short: `a${n}`, text: "x" })), "ny", "tekst"), "own_many");
});

test("nothing in what finds and inserts can send", () => {
  const text = readFileSync("counsellor_ui/replies.ts", "utf8") + readFileSync("counsellor_ui/replies_view.ts", "utf8");
  assert.doesNotMatch(text, /\.say\(|\.send\(|requestSubmit/);
});
