import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { fold, label, type Municipality, search } from "../../counsellor_ui/municipalities.ts";

/** The real list, as the server gives it. */
const ALL: Municipality[] = readFileSync("config/data/kommuner.csv", "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(","))
  .map(([number = "", name = "", official = "", , county = ""]) => ({ number, name, official, county }));

const names = (typed: string) => search(ALL, typed).map(label);

test("the list holds the 357 municipalities", () => {
  assert.equal(ALL.length, 357);
  assert.equal(new Set(ALL.map(({ number }) => number)).size, 357);
});

test("Herøy and Våler are there twice and the county tells them apart", () => {
  assert.deepEqual(names("herøy"), ["Herøy, Møre og Romsdal", "Herøy, Nordland"]);
  assert.deepEqual(names("våler").slice(0, 2), ["Våler, Innlandet", "Våler, Østfold"]);
});

test("a county beside the name narrows the search", () => {
  assert.deepEqual(names("herøy nordland"), ["Herøy, Nordland"]);
});

test("what is typed without marks finds what is written with them", () => {
  assert.deepEqual(names("alesund"), ["Ålesund, Møre og Romsdal"]);
  assert.deepEqual(names("aalesund"), ["Ålesund, Møre og Romsdal"]);
  assert.deepEqual(names("baerum"), ["Bærum, Akershus"]);
  assert.ok(names("tromso").includes("Tromsø, Troms"));
  assert.ok(names("tromsoe").includes("Tromsø, Troms"));
});

test("official Sami and Kven names find their municipality, with and without their letters", () => {
  const found: [string, string][] = [
    ["Kárášjohka", "Karasjok, Finnmark"],
    ["karasjohka", "Karasjok, Finnmark"],
    ["guovdageaidnu", "Kautokeino, Finnmark"],
    ["porsangu", "Porsanger, Finnmark"],
    ["Porsáŋgu", "Porsanger, Finnmark"],
    ["kaivuono", "Kåfjord, Troms"],
    ["Gáivuotna", "Kåfjord, Troms"],
    ["unjarga", "Nesseby, Finnmark"],
    ["harsttak", "Harstad, Troms"],
    ["Evenášši", "Evenes, Nordland"],
    ["raarvihke", "Røyrvik, Trøndelag"],
  ];
  for (const [typed, expected] of found) assert.deepEqual(names(typed), [expected], typed);
});

test("each of the 357 is found by its own name, its folded name, its official name and its number", () => {
  for (const municipality of ALL) {
    for (const typed of [municipality.name, fold(municipality.name), municipality.official, municipality.number]) {
      assert.ok(search(ALL, typed).includes(municipality), `${typed} does not find ${municipality.name}`);
    }
  }
});

test("the letters of the Sami alphabets fold to plain ones", () => {
  assert.equal(fold("ÁČĐŊŠŦŽ áčđŋšŧž"), "acdnstz acdnstz");
  assert.equal(fold("ÆØÅ"), "aeoa");
});

test("a name that begins with what was typed comes before one that holds it", () => {
  assert.equal(names("sandnes")[0], "Sandnes, Rogaland");
  assert.equal(names("os")[0], "Os, Innlandet");
});

test("nothing typed, or nonsense, finds nothing", () => {
  assert.deepEqual(search(ALL, "  "), []);
  assert.deepEqual(search(ALL, "---"), []);
  assert.deepEqual(search(ALL, "qqqq"), []);
});

test("no more are shown than fit", () => {
  assert.equal(search(ALL, "a").length, 8);
});

test("a municipality with its county's name is not said twice", () => {
  assert.deepEqual(names("oslo"), ["Oslo"]);
});
