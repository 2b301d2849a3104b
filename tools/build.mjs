/**
 * Builds the browser files into built/: bundles with their content hash in the name, and built/manifest.json.
 *
 * Rules of this file:
 * 1. The same sources give the same bytes, on any machine: no dates, no absolute paths, sorted names.
 * 2. Too large is a failed build: see LIMITS. Sizes are what travels (brotli), of the files as they are served.
 *
 * Target es2020: Chrome and Edge 85, Firefox 78, Safari 14.1 (iPhone 6s) and newer.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

import { small } from "./small.mjs";

const TARGET = ["es2020", "chrome85", "firefox78", "safari14.1"];
const OUT = "built";

/** What is built: logical name -> its first source. A staff file is left out until its source is there. */
const ENTRIES = {
  "loader.js": "widget/loader.ts",
  "widget.js": "widget/widget.ts",
  "work.js": "widget/work.ts",
  "stream.js": "browser/stream.ts",
  "widget.css": "widget/widget.css",
  "icon.svg": "widget/icon.svg",
  "styleguide.js": "widget/styleguide/index.ts",
  "styleguide.css": "widget/styleguide/styleguide.css",
  "state.js": "widget/styleguide/state.ts",
  "staff.js": "counsellor_ui/staff.ts",
  "training.js": "counsellor_ui/training/index.ts",
  "invitation.js": "counsellor_ui/invitation.ts",
  "passkey.js": "counsellor_ui/passkey.ts",
  "figures.js": "counsellor_ui/figures.ts",
  "staff.css": "counsellor_ui/staff.css",
};

/** What may travel, in bytes. The page counts with its words: see pageSize. */
const LIMITS = [
  { name: "loader", files: ["loader.js"], most: 2_000, measure: "brotli" },
  { name: "widget", files: ["widget.js", "widget.css", "icon.svg"], page: true, most: 30_000, measure: "brotli" },
];

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });

/** The practice room draws with the dashboard's own Lit: its page lets only one make markup (`trusted-types`). The same address is the same module. */
const litOf = (staff) => ({
  name: "lit-of",
  setup: ({ onResolve }) => onResolve({ filter: /^lit$/ }, () => ({ path: `./${staff.file}`, external: true })),
});

async function bundle(source, staff) {
  const result = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    minify: true,
    format: source === ENTRIES["loader.js"] ? "iife" : "esm",
    target: TARGET,
    charset: "utf8",
    legalComments: "none",
    conditions: ["production"],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
    plugins: [small(source === ENTRIES["widget.js"]), ...(source === ENTRIES["training.js"] ? [litOf(staff)] : [])],
    mangleProps: /^\$_/,
    outdir: OUT,
  });
  return Buffer.from(result.outputFiles[0].contents);
}

async function make(logical, source, made) {
  const bytes = extname(source) === ".svg" ? await readFile(source) : await bundle(source, made["staff.js"]);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const file = `${basename(logical, extname(logical))}-${hash}${extname(logical)}`;
  const packed = brotli(bytes);
  await writeFile(join(OUT, file), bytes);
  await writeFile(join(OUT, `${file}.br`), packed);
  await writeFile(join(OUT, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  const integrity = `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
  return { file, integrity, raw: bytes.length, brotli: packed.length };
}

/** The page as it travels: the template and every word of the child's side, of the largest language (the staff's come last in each file). */
async function pageSize() {
  const template = await readFile("widget/templates/child.html", "utf8");
  const words = await Promise.all(["nb", "nn", "en", "se"].map((tongue) => readFile(`config/wording/${tongue}.toml`, "utf8")));
  return Math.max(...words.map((text) => brotli(Buffer.from(template + text.split("\n[staff]")[0])).length));
}

/** Return what each part weighs and may weigh; fail when it is too much. */
async function check(manifest) {
  let failed = false;
  const sizes = {};
  for (const { name, files, page, most, measure } of LIMITS) {
    const parts = files.map((file) => manifest[file][measure]);
    const total = parts.reduce((sum, part) => sum + part, page ? await pageSize() : 0);
    console.log(`${name}: ${total} bytes ${measure}, ${most} allowed`);
    sizes[name] = [total, most];
    if (total > most) failed = true;
  }
  if (failed) throw new Error("too large to travel on a slow telephone: see LIMITS in tools/build.mjs");
  return sizes;
}

/** What the last build made; a worker that still runs may serve it. */
async function before() {
  try {
    return JSON.parse(await readFile(join(OUT, "manifest.json"), "utf8"));
  } catch {
    return {}; // the first build here
  }
}

/** Take away what neither this build nor the one before it has made. */
async function sweep(...manifests) {
  const keep = new Set(["manifest.json", "sizes.json"]);
  for (const { file } of manifests.flatMap(Object.values)) for (const end of ["", ".br", ".gz"]) keep.add(file + end);
  for (const name of await readdir(OUT)) if (!keep.has(name)) await rm(join(OUT, name), { recursive: true });
}

async function main() {
  await mkdir(OUT, { recursive: true });
  const old = await before();
  const manifest = {};
  for (const logical of Object.keys(ENTRIES).sort()) {
    if (existsSync(ENTRIES[logical])) manifest[logical] = await make(logical, ENTRIES[logical], manifest);
  }
  for (const [logical, { file, raw, brotli: packed }] of Object.entries(manifest)) {
    console.log(`${logical.padEnd(12)} ${file.padEnd(28)} ${String(raw).padStart(7)} raw ${String(packed).padStart(6)} brotli`);
  }
  await writeFile(join(OUT, "sizes.json"), JSON.stringify(await check(manifest)));
  await writeFile(join(OUT, "manifest.new"), `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(join(OUT, "manifest.new"), join(OUT, "manifest.json"));
  await sweep(old, manifest);
}

await main();
