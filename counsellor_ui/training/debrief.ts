/**
 * What is told after a practice talk: which moments mattered and what she did in them, and a few figures. Pure.
 */

import type { Heard, Record } from "./child.ts";
import { questions } from "./intents.ts";
import type { Moment, Story } from "./story.ts";

/** How a moment went: she did it (and in which words), she did not, or the talk never came there. */
export type Went = { how: "did"; words: string } | { how: "not_yet" } | { how: "not_reached" };

export interface Debrief {
  moments: { moment: Moment; went: Went }[];
  /** From the ring being answered to her first word (ms); null: she wrote nothing. */
  firstAnswer: number | null;
  /** The longest that the child waited for a word of hers (ms). */
  longestSilence: number;
  messages: number;
  questions: number;
  length: number;
  gaveUp: boolean;
}

/** Return what is told of a talk that is over at `now` (the practice clock). */
export function debriefOf(story: Story, record: Record, now: number): Debrief {
  const { taken, hers, gaveUp } = record;
  const end = record.ended ?? now;
  const first = hers[0];
  return {
    moments: story.moments.map((moment) => ({ moment, went: went(moment, record) })),
    firstAnswer: first === undefined || taken === null ? null : first.at - taken,
    longestSilence: longestSilence(record, end),
    messages: hers.length,
    questions: hers.reduce((sum, { text }) => sum + questions(text), 0),
    length: taken === null ? 0 : end - taken,
    gaveUp,
  };
}

function went({ at, did, never }: Moment, { hers, beats, calls }: Record): Went {
  if (at.length > 0 && !at.some((beat) => beats.includes(beat))) return { how: "not_reached" };
  const there = hers.filter(({ beat }) => at.length === 0 || at.includes(beat));
  const is = ({ intents }: Heard, wanted: readonly string[]): boolean => wanted.some((one) => intents.has(one));
  const found = there.find((heard) => is(heard, did));
  if (there.some((heard) => is(heard, never))) return { how: "not_yet" };
  if (found !== undefined) return { how: "did", words: found.text };
  return calls > 0 && did.includes("called") ? { how: "did", words: "" } : { how: "not_yet" };
}

/** The child waits from its first word after hers until her next one; before its first word, from when she took it. */
function longestSilence({ taken, hers, childs }: Record, end: number): number {
  if (taken === null) return 0;
  let longest = 0;
  let since: number | null = taken;
  const all = [...childs.map((at) => ({ at, hers: false })), ...hers.map(({ at }) => ({ at, hers: true })), { at: end, hers: true }];
  for (const one of all.sort((a, b) => a.at - b.at)) {
    if (!one.hers) since ??= one.at;
    else if (since !== null) {
      longest = Math.max(longest, one.at - since);
      since = null;
    }
  }
  return longest;
}
