/**
 * Makes sources smaller than a minifier dares.
 *
 * Rules of this file:
 * 1. `this.#name` is a plain, short property instead of a lookup in a WeakMap, which is what the target would need (the type checker has seen to it
 *    by then that nobody reaches in); the indentation inside our templates does not travel.
 * 2. What a library has and nobody here can reach is left out by its name. A name that is not found exactly once fails the build: look again.
 */

import { readFile } from "node:fs/promises";

/** What Lit has for styles of a shadow root: no element of ours has one. */
const NO_STYLES = `
  export const adoptStyles = () => {}, getCompatibleStyle = (style) => style;
  export const css = 0, unsafeCSS = 0, supportsAdoptingStyleSheets = false;
  export class CSSResult {}
`;

/** What `hpke` can do and a child's browser never does: it wraps one key for a reader (Seal) and opens, derives, shows or exports none. */
const NOT_A_CHILDS = {
  "class CipherSuite": `KEM KDF AEAD DeriveKeyPair GenerateKeyPair SerializePrivateKey DeserializePrivateKey SerializePublicKey
    Open SendExport ReceiveExport SetupRecipient #extractRecipientKeys`,
  "class SenderContext": "mode seq Nt Export",
  "function DHKEM_SHARED": "SerializePrivateKey Decap",
  "function AEAD_SHARED": "Open",
};
/** Of the one curve: what only private keys need. */
const NOT_OF_THE_CURVE = ["order", "bitmask", "pkcs8", "spki", "Gx", "Gy", "DeriveKeyPair", "DeserializePrivateKey"];

/** Private names become plain ones, to be mangled (`mangleProps`): what follows a dot, and what stands first in a line of a class. */
export function plain(text) {
  return text.replace(/(?<=\.|^\s+(?:(?:static|async|readonly|get|set|override) )*)#(?=[a-z]\w*)/gim, "$_");
}

/** Return `hpke` as a child needs it. */
export function sealingOnly(text) {
  for (const [where, names] of Object.entries(NOT_A_CHILDS)) {
    for (const name of names.split(/\s+/)) text = within(text, where, "\n}", (part) => without(part, `^( +)(async |get )?${name}\\([^]*?^\\1},?$`));
  }
  return within(text, "const P256 ", "const P384 ", (part) => NOT_OF_THE_CURVE.reduce((rest, name) => without(rest, `^ +${name}: .*,.*$`), part));
}

/** Return a text, changed from one mark to the next that ends it. */
function within(text, first, last, change) {
  const from = text.indexOf(first);
  const to = text.indexOf(last, from);
  return text.slice(0, from) + change(text.slice(from, to)) + text.slice(to);
}

/** Return a text without the one place that is like this. */
function without(text, like) {
  const found = text.match(new RegExp(like, "gm")) ?? [];
  if (found.length !== 1) throw new Error(`hpke is not as tools/small.mjs knows it: ${like} is there ${found.length} times`);
  return text.replace(found[0], "");
}

/** The plugin for esbuild; `child`: with what a child needs of `hpke`, and no more. */
export function small(child) {
  return {
    name: "small",
    setup({ onLoad }) {
      onLoad({ filter: /[\\/](browser|widget|counsellor_ui)[\\/].*\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        return { contents: plain(text).replace(/\n\s+/g, "\n"), loader: "ts" };
      });
      onLoad({ filter: /[\\/]hpke[\\/].*\.js$/ }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        return { contents: plain(child ? sealingOnly(text) : text) };
      });
      onLoad({ filter: /[\\/]css-tag\.js$/ }, () => ({ contents: NO_STYLES }));
    },
  };
}
