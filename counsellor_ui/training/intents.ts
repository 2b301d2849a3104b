/**
 * What a practice child understands of what the counsellor wrote: a few words, signs and lengths. Pure; no language is understood here,
 * and she is told so.
 */

import type { Intents, Tongue } from "./story.ts";

/** A text of hers. */
export interface Wrote {
  text: string;
  /** It was the step "we have to tell someone". */
  mustTell?: boolean;
}

const SHORT = 12;
const LONG = 400;
const MANY = 3;

/** Return what is in this text, by the words of a language: intents of `intents.toml`, and what is seen without words. */
export function intentsOf({ text, mustTell = false }: Wrote, intents: Intents, tongue: Tongue): Set<string> {
  const plain = ` ${text.toLowerCase().replace(/[’`]/g, "'").replace(/[^a-zæøåäöéáčđŋšŧž0-9' ]+/g, " ").replace(/ +/g, " ").trim()} `;
  const found = Object.keys(intents).filter((intent) => intents[intent]?.[tongue].some((word) => has(plain, word)));
  const asked = questions(text);
  const seen: [string, boolean][] = [
    ["question", asked > 0],
    ["many_questions", asked >= MANY],
    ["short", asked === 0 && text.trim().length < SHORT && found.length === 0],
    ["long", text.length > LONG],
    ["must_tell", mustTell],
  ];
  return new Set([...found, ...seen.filter(([, is]) => is).map(([name]) => name)]);
}

function has(plain: string, word: string): boolean {
  return plain.includes(word.endsWith("*") ? ` ${word.slice(0, -1)}` : ` ${word} `);
}

/** Return how many questions are in a text. */
export function questions(text: string): number {
  return text.split(/\?+/).length - 1;
}
