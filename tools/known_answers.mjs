/** Makes tests/wire/known_answers/from_browser.json: `node tools/known_answers.mjs`. Every run seals anew, with fresh keys. */

import { writeFile } from "node:fs/promises";
import { build } from "esbuild";

const TARGET = "tests/wire/known_answers/from_browser.json";

const { outputFiles } = await build({
  entryPoints: ["tests/browser/known_answers.ts"],
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "node20",
});
const { answers } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
await writeFile(TARGET, `${JSON.stringify(await answers(), null, 1)}\n`);
