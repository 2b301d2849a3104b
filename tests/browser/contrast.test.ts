import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

type Colours = Record<string, string>;

const css = readFileSync("browser/base.css", "utf8");
const [light = "", dark = ""] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body ?? "");
const colours = (block: string): Colours => Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
const SCHEMES: Record<string, Colours> = { light: colours(light), dark: { ...colours(light), ...colours(dark) } };

/** Text on its ground: at least 4.5 to 1 (WCAG 1.4.3). */
const TEXT = [
  ["ink", "ground"], ["ink", "surface"], ["soft", "ground"], ["soft", "surface"], ["on-tint", "tint"], ["on-accent", "accent"],
  ["on-warm", "warm"], ["on-warm", "surface"], ["on-warm", "ground"], ["on-firm", "firm"], ["soft", "surface"],
] as const;
/** Edges of what can be pressed, and the ring of focus: at least 3 to 1 (1.4.11). */
const EDGES = [["edge", "ground"], ["edge", "surface"], ["accent", "ground"], ["accent", "surface"], ["accent", "warm"], ["firm", "surface"]] as const;

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ratio(scheme: Colours, [one, other]: readonly [string, string]): number {
  const [low = 0, high = 0] = [scheme[one], scheme[other]].map((hex) => luminance(hex ?? "")).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

for (const [name, scheme] of Object.entries(SCHEMES)) {
  test(`${name}: every text can be read on its ground`, () => {
    for (const pair of TEXT) assert.ok(ratio(scheme, pair) >= 4.5, `${pair.join(" on ")}: ${ratio(scheme, pair).toFixed(2)}`);
  });

  test(`${name}: every edge and the ring of focus can be seen`, () => {
    for (const pair of EDGES) assert.ok(ratio(scheme, pair) >= 3, `${pair.join(" on ")}: ${ratio(scheme, pair).toFixed(2)}`);
  });
}

test("the dark scheme has every colour of its own", () => {
  assert.deepEqual(Object.keys(colours(dark)), Object.keys(colours(light)));
});
