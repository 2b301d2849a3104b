/**
 * What this side has written and the server has not yet acknowledged. Pure.
 *
 * Rules of this file:
 * 1. A message keeps its id from the first moment, and its counter and box unless the server's counter is another.
 * 2. They are said one at a time, in order, and again until `said`: the same id never becomes two entries.
 * 3. The text stays here until it is acknowledged, so that nothing written is ever lost silently.
 */

import type { Base64 } from "./frames.ts";
import type { Kind } from "./sealing.ts";

export interface Unsent {
  readonly id: string;
  readonly n: number;
  readonly text: string;
  /** Words, unless it says otherwise. */
  readonly kind?: Kind;
  /** When it was written (ms). */
  readonly at: number;
  /** The sealed form for exactly this id and n; null until it is made. */
  readonly box: Base64 | null;
}

export interface Outbox {
  readonly items: readonly Unsent[];
  /** The counter of the next message. */
  readonly n: number;
}

export const EMPTY: Outbox = { items: [], n: 0 };
/** After so long (ms) a message that is not acknowledged is shown as not sent. */
export const LATE = 3_000;
/** After so long (ms) it is also said aloud to those who use a screen reader. */
export const VERY_LATE = 10_000;

/** Add a message that was just written. */
export function write(outbox: Outbox, id: string, text: string, at: number, kind: Kind = "text"): Outbox {
  return { items: [...outbox.items, { id, n: outbox.n, text, kind, at, box: null }], n: outbox.n + 1 };
}

/** Keep the box that was made for a message, if the message still has that counter. */
export function sealed(outbox: Outbox, id: string, n: number, box: Base64): Outbox {
  return { ...outbox, items: outbox.items.map((item) => (item.id === id && item.n === n ? { ...item, box } : item)) };
}

/** Return the message that is to be said now; null when all is acknowledged. */
export function head(outbox: Outbox): Unsent | null {
  return outbox.items[0] ?? null;
}

/** Return the message with this id, if it is not yet acknowledged. */
export function find(outbox: Outbox, id: string): Unsent | undefined {
  return outbox.items.find((item) => item.id === id);
}

/** Take out a message that is stored. */
export function acknowledged(outbox: Outbox, id: string): Outbox {
  return { ...outbox, items: outbox.items.filter((item) => item.id !== id) };
}

/** Count on from the server's next counter; a message whose counter changes must be sealed anew. */
export function align(outbox: Outbox, n: number): Outbox {
  const items = outbox.items.map((item, index) => (item.n === n + index ? item : { ...item, n: n + index, box: null }));
  return { items, n: n + items.length };
}

/** Tell whether a message has waited so long for its acknowledgement that it is shown as not sent. */
export function isLate(item: Unsent, now: number, after = LATE): boolean {
  return now - item.at >= after;
}
