import assert from "node:assert/strict";
import { test } from "node:test";

import { newId } from "../../browser/bytes.ts";
import { COLOURS, identify, type Identity } from "../../counsellor_ui/names.ts";

const FAMILIES: Record<string, string> = { blue: "cold", purple: "cold", orange: "warm", rose: "warm", green: "leaf", teal: "leaf" };

test("the same talk on the same screen always has the same colour and name", () => {
  const conversation = newId();
  assert.deepEqual(identify(conversation, []), identify(conversation, []));
});

test("three talks never share an animal, a colour or a family of colours, whatever their ids", () => {
  for (let round = 0; round < 5_000; round++) {
    const screen: Identity[] = [];
    for (let talk = 0; talk < 3; talk++) screen.push(identify(newId(), screen));
    assert.equal(new Set(screen.map(({ animal }) => animal)).size, 3);
    assert.equal(new Set(screen.map(({ colour }) => FAMILIES[colour])).size, 3);
  }
});

test("the next child does not inherit the name or the colour of the one before", () => {
  for (let round = 0; round < 5_000; round++) {
    const before = identify(newId(), []);
    const next = identify(newId(), [], [before]);
    assert.notEqual(next.colour, before.colour);
    assert.notEqual(next.animal, before.animal);
  }
});

test("a resting name gives way to those on the screen", () => {
  const screen = [identify(newId(), [])];
  screen.push(identify(newId(), screen));
  const resting = COLOURS.map((colour) => ({ colour, animal: "fox" }) as Identity);
  const third = identify(newId(), screen, resting);
  assert.ok(screen.every(({ colour }) => FAMILIES[colour] !== FAMILIES[third.colour]));
});

test("every colour is used by some talk", () => {
  const seen = new Set(Array.from({ length: 500 }, () => identify(newId(), []).colour));
  assert.equal(seen.size, COLOURS.length);
});
