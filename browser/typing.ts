/**
 * "Is typing": when to say it and when to stop believing it. Pure. Only on or off travels, never a letter.
 */

/** At most one "typing" in so long (ms). */
export const REPEAT = 3_000;
/** After so long (ms) without a key the writer has stopped. */
export const PAUSE = 5_000;
/** After so long (ms) without news the other side's "typing" is over. */
export const FORGET = 7_000;

export interface Typing {
  /** When "on" was last said (ms); null when the last word was "off". */
  readonly said: number | null;
}

export const STILL: Typing = { said: null };

/** A key was pressed: return the new state and whether to say "on". */
export function pressed(typing: Typing, now: number): { typing: Typing; say: boolean } {
  const say = typing.said === null || now - typing.said >= REPEAT;
  return say ? { typing: { said: now }, say } : { typing, say };
}

/** The writer stopped, sent or emptied the field: return the new state and whether to say "off". */
export function stopped(typing: Typing): { typing: Typing; say: boolean } {
  return { typing: STILL, say: typing.said !== null };
}
