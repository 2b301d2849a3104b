/**
 * Codes of the desk turned into words, so that no element writes its own.
 */

import type { Say } from "../browser/words.ts";
import { span } from "./desk.ts";
import type { Identity } from "./names.ts";

/** Return how a talk is called here, such as "Blå Rev". */
export function nameOf(say: Say, { colour, animal }: Identity): string {
  return say("talk_name", { colour: say(`colour_${colour}`), animal: say(`animal_${animal}`) });
}

/** Return a length of time (ms) in words, such as "3 min". */
export function spanWords(say: Say, length: number): string {
  const { unit, ...numbers } = span(length);
  return say(`span_${unit}`, numbers);
}
