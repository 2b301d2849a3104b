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

/**
 * Of Lit: what an element needs that is made of attributes, reflects them, is decorated, has controllers or a shadow root. Ours are given properties
 * and draw into themselves. Each pair: what is there, and what stays of it.
 */
const NOT_OF_LIT = [
  ["static addInitializer(t){this._$Ei(),(this.l??=[]).push(t)}", ""],
  ["return this.finalize(),this._$Eh&&[...this._$Eh.keys()]", "this.finalize()"],
  ["void 0!==t.l&&(this.l=[...t.l]),", ""],
  [/const t=this\[Symbol\.metadata\];if.*?this\.elementStyles=this\.finalizeStyles\(this\.styles\)/, ""],
  [/static finalizeStyles\(s\).*?(?=constructor)/, ""],
  [",this.constructor.l?.forEach(t=>t(this))", ""],
  [/addController\(t\).*?(?=_\$E_\(\))/, ""],
  [/createRenderRoot\(\)\{const t=this\.shadowRoot.*?return s\(t,this\.constructor\.elementStyles\),t\}/, ""],
  [",this._$EO?.forEach(t=>t.hostConnected?.())", ""],
  ["this._$EO?.forEach(t=>t.hostDisconnected?.())", ""],
  [/attributeChangedCallback\(t,s,i\).*?(?=requestUpdate\(t,s,i)/, "attributeChangedCallback(){}"],
  ["||i.useDefault&&i.reflect&&h===this._$Ej?.get(t)&&!this.hasAttribute(r._$Eu(t,i))", ""],
  [/C\(t,s,\{useDefault.*?(?=async _\$EP)/, "C(t,s){this._$AL.has(t)||(this.hasUpdated||(s=void 0),this._$AL.set(t,s))}"],
  [",this._$EO?.forEach(t=>t.hostUpdate?.())", ""],
  ["this._$EO?.forEach(t=>t.hostUpdated?.()),", ""],
  ["this._$Eq&&=this._$Eq.forEach(t=>this._$ET(t,this[t])),", ""],
  ['Symbol.metadata??=Symbol("metadata"),a.litPropertyMetadata??=new WeakMap;', ""],
  ["b={attribute:!0,type:String,converter:u,reflect:!1,useDefault:!1,hasChanged:f}", "b={}"],
  ['y.elementStyles=[],y.shadowRootOptions={mode:"open"},', ""],
  ["p?.({ReactiveElement:y}),", ""],
];

/** Private names become plain ones, to be mangled (`mangleProps`): what follows a dot, and what stands first in a line of a class. */
export function plain(text) {
  return text.replace(/(?<=\.|^\s+(?:(?:static|async|readonly|get|set|override) )*)#(?=[a-z]\w*)/gim, "$_");
}

/** Return `hpke` as a child needs it. */
export function sealingOnly(text) {
  for (const [where, names] of Object.entries(NOT_A_CHILDS)) {
    for (const name of names.split(/\s+/)) text = within(text, where, "\n}", (part) => without(part, new RegExp(`^( +)(async |get )?${name}\\([^]*?^\\1},?$`, "m")));
  }
  return within(text, "const P256 ", "const P384 ", (part) => NOT_OF_THE_CURVE.reduce((rest, name) => without(rest, new RegExp(`^ +${name}: .*,.*$`, "m")), part));
}

/** Return Lit's element as a child's side needs it. */
export function propertiesOnly(text) {
  return NOT_OF_LIT.reduce((rest, [what, stays]) => without(rest, what, stays), text);
}

/** Return a text, changed from one mark to the next that ends it. */
function within(text, first, last, change) {
  const from = text.indexOf(first);
  const to = text.indexOf(last, from);
  return text.slice(0, from) + change(text.slice(from, to)) + text.slice(to);
}

/** Return a text without the one place that is this, or is like this; with what stays of it. */
function without(text, what, stays = "") {
  const found = typeof what === "string" ? text.split(what).length - 1 : (text.match(new RegExp(what, "gm")) ?? []).length;
  if (found !== 1) throw new Error(`a library is not as tools/small.mjs knows it: ${what} is there ${found} times`);
  return text.replace(what, () => stays);
}

/** The plugin for esbuild; `child`: with what a child needs of `hpke` and of Lit, and no more. */
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
      if (child) onLoad({ filter: /[\\/]reactive-element\.js$/ }, async ({ path }) => ({ contents: propertiesOnly(await readFile(path, "utf8")) }));
    },
  };
}
