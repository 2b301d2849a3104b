/**
 * Runs the browser side's unit tests: bundles tests/{browser,widget,counsellor_ui}/*.test.ts and gives them to node's own runner.
 * Arguments name test files; without any, all run. Node prints the summary; its exit code is ours.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const FOLDERS = ["tests/browser", "tests/widget", "tests/counsellor_ui"];

function found() {
  const given = process.argv.slice(2);
  if (given.length > 0) return given;
  return FOLDERS.flatMap((folder) => list(folder).filter((name) => name.endsWith(".test.ts")).map((name) => join(folder, name)));
}

function list(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // a side without tests yet
  }
}

const files = found();
if (files.length === 0) throw new Error("no tests found");
const outdir = mkdtempSync(join(tmpdir(), "chat-tests-"));
try {
  await build({
    entryPoints: files,
    bundle: true,
    outdir,
    outbase: ".",
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: "inline",
    outExtension: { ".js": ".mjs" },
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  const built = files.map((file) => resolve(outdir, file.replace(/\.ts$/, ".mjs")));
  const run = spawnSync(process.execPath, ["--test", "--enable-source-maps", ...built], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
