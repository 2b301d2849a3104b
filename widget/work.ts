/**
 * The work that a browser is given while very many come at once. Fetched only then.
 *
 * The page stays quick: each try is done by the browser's own cryptography, beside the page and not in it.
 */

import type { Puzzle, Worked } from "../browser/frames.ts";

/** So many tries at a time: a telephone has a few cores. */
const AT_ONCE = 4;

/** Find the number. There always is one, and not far away. */
export async function work(puzzle: Puzzle): Promise<Worked> {
  const salt = bytes(puzzle.salt);
  for (let from = 0; ; from += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, at) => from + at);
    const keys = await Promise.all(counters.map((counter) => derived(bytes(puzzle.nonce), counter, salt, puzzle.cost)));
    const at = keys.findIndex((key) => key.startsWith(puzzle.prefix));
    if (at >= 0) return { t: "worked", puzzle, counter: from + at, key: keys[at] ?? "" };
  }
}

async function derived(nonce: Uint8Array, counter: number, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<string> {
  const word = new Uint8Array(nonce.length + 4);
  word.set(nonce);
  new DataView(word.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", word, "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256);
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
