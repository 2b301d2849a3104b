/**
 * A long text becomes several messages, so that nothing is ever cut away. Pure; shared by both sides.
 *
 * Rules of this file:
 * 1. Put together again, with the white space at the cuts, the pieces are the whole text.
 * 2. A cut is between paragraphs if it can be, then lines, sentences, words; never inside what a reader sees as one sign.
 */

import { fits } from "./sealing.ts";

/** Characters in one message. */
export const MOST = 2_000;
/** Messages out of one text: beyond that it stays in the field. */
export const MOST_PIECES = 20;

/** Where it is good to cut, the best first: after a paragraph, a line, a sentence, a word. */
const GOOD = [/\n\s*\n/g, /\n/g, /[.!?…]\s/g, /\s/g];
/** What belongs to the sign before it: marks, tones of skin, joiners, tags of flags, the rest of a Korean syllable. */
const BELONGS = /^[\p{M}\p{Emoji_Modifier}\u200c\u200d\u{e0020}-\u{e007f}\u1160-\u11ff]/u;
const JOINER = "\u200d";
const REGIONAL = /^\p{Regional_Indicator}/u;
/** Letters of flags at the end: two are one flag. */
const FLAGS = /\p{Regional_Indicator}*$/u;
const FLAG = 4;

/** Return the messages that a text is sent as. */
export function pieces(text: string): string[] {
  const found: string[] = [];
  let rest = text.trim();
  while (rest.length > MOST || !fits(rest)) {
    const at = cut(rest);
    found.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return rest === "" ? found : [...found, rest];
}

/** Return where to cut a text that is too long for one message. */
function cut(text: string): number {
  let end = Math.min(MOST, text.length - 1);
  while (!fits(text.slice(0, end))) end = Math.floor(end * 0.75);
  for (const good of GOOD) {
    const ends = [...text.slice(0, end).matchAll(good)].map(({ index, 0: { length } }) => index + length);
    const at = ends[ends.length - 1] ?? 0;
    if (at > end / 2) return at;
  }
  for (let at = end; at > end / 2; at--) if (isBetween(text, at)) return at;
  return isInside(text, end) ? end - 1 : end;
}

/** Tell whether a reader sees the end of one sign and the beginning of another here. */
function isBetween(text: string, at: number): boolean {
  const next = text.slice(at, at + 2);
  if (isInside(text, at) || text[at - 1] === JOINER || BELONGS.test(next)) return false;
  return !REGIONAL.test(next) || (FLAGS.exec(text.slice(0, at))?.[0].length ?? 0) % FLAG === 0;
}

/** Tell whether this is the middle of one character. */
function isInside(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
