/**
 * Quick replies and numbers to give: found by what is typed, in the child's language, and put into the writing field to be changed.
 *
 * Rules of this file:
 * 1. Nothing here sends: a reply ends in the draft, at its end, and the counsellor reads it before it goes.
 * 2. A language that a reply lacks is answered with the helpline's own, and says so.
 */

import { fold } from "./municipalities.ts";

/** One of the helpline's. */
export interface Reply {
  short: string;
  texts: Readonly<Record<string, string>>;
}

/** One of her own, in the language in which she wrote it. */
export interface Own {
  short: string;
  text: string;
}

/** A number that a child may need. */
export interface HelpNumber {
  number: string;
  tel: string;
  names: Readonly<Record<string, string>>;
}

/** Something that can be put into the writing field. */
export interface Phrase {
  kind: "own" | "reply" | "number";
  short: string;
  text: string;
  /** It is in another language than the talk. */
  foreign: boolean;
}

export const MOST_OWN = 50;
const SHORT = /^[a-zæøå0-9-]{1,20}$/;
const EXPANDS = /(^|\s)\/([a-zæøå0-9-]{1,20})[ \n]$/;

/** All that one counsellor can put into a writing field. */
export interface Phrases {
  replies: readonly Reply[];
  own: readonly Own[];
  numbers: readonly HelpNumber[];
  /** The name that children see. */
  alias: string;
  /** The helpline's own language. */
  language: string;
}

export const NO_PHRASES: Phrases = { replies: [], own: [], numbers: [], alias: "", language: "nb" };

/** Return everything as it is said in a talk's language. Easy words are of the language that they are based on. */
export function inLanguage({ replies, own, numbers, alias, language }: Phrases, talks: string): Phrase[] {
  const spoken = talks.split("-")[0] ?? talks;
  const pick = (texts: Readonly<Record<string, string>>) => {
    const found = texts[talks] ?? texts[spoken];
    return { text: found ?? texts[language] ?? Object.values(texts)[0] ?? "", foreign: found === undefined };
  };
  return [
    ...own.map(({ short, text }) => ({ kind: "own" as const, short, text, foreign: false })),
    ...replies.map(({ short, texts }) => {
      const { text, foreign } = pick(texts);
      return { kind: "reply" as const, short, text: text.replaceAll("{alias}", alias), foreign };
    }),
    ...numbers.map(({ number, tel, names }) => {
      const { text, foreign } = pick(names);
      return { kind: "number" as const, short: tel, text: `${text}: ${number}`, foreign };
    }),
  ];
}

/** Return what fits what is typed: a short name first, then its beginning, then every word somewhere in the text. All of it for nothing typed. */
export function find(phrases: readonly Phrase[], typed: string): Phrase[] {
  const words = fold(typed.replace(/^\//, "")).split(" ").filter((word) => word !== "");
  if (words.length === 0) return [...phrases];
  const query = words.join(" ");
  return phrases
    .map((phrase) => ({ phrase, rank: rank(phrase, query, words) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (a.rank as number) - (b.rank as number))
    .map(({ phrase }) => phrase);
}

function rank({ short, text }: Phrase, query: string, words: readonly string[]): number | null {
  const name = fold(short);
  if (name === query) return 0;
  if (name.startsWith(query)) return 1;
  const whole = ` ${name} ${fold(text)}`;
  return words.every((word) => whole.includes(` ${word}`)) ? 2 : null;
}

/** Return the draft with a phrase at its end, a space between. */
export function inserted(draft: string, text: string): string {
  return draft === "" || /\s$/.test(draft) ? draft + text : `${draft} ${text}`;
}

/** Return the draft with `/short` and a space at its end turned into that phrase; null when there is nothing to turn. */
export function expanded(draft: string, phrases: readonly Phrase[]): string | null {
  const found = EXPANDS.exec(draft);
  const phrase = phrases.find(({ short }) => short === found?.[2]);
  return found === null || phrase === undefined ? null : draft.slice(0, found.index) + (found[1] ?? "") + phrase.text;
}

/** Why a reply of her own cannot be kept, in a word of the wording; null when it can. */
export function ownFault(own: readonly Own[], short: string, text: string): "own_short" | "own_twice" | "own_empty" | "own_many" | null {
  if (!SHORT.test(short)) return "own_short";
  if (own.some((one) => one.short === short)) return "own_twice";
  if (text.trim() === "") return "own_empty";
  return own.length >= MOST_OWN ? "own_many" : null;
}
