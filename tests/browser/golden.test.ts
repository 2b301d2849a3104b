import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import * as golden from "./golden.ts";

const FOLDER = "tests/wire/golden";

test("each golden file is a frame of the browser's own types", () => {
  const files = readdirSync(FOLDER).map((name) => [name, JSON.parse(readFileSync(`${FOLDER}/${name}`, "utf8"))] as const);
  const typed = Object.entries(golden).flatMap(([side, frames]) => frames.map((frame) => [`${side}-${frame.t}.json`, frame] as const));

  assert.deepEqual(new Map(files.sort()), new Map(typed.sort()));
  assert.equal(files.length, typed.length);
});
