/**
 * What a shift lead has chosen to do by hand, and until when it is to last. Pure.
 */

import type { OrderKind } from "./leading.ts";

export const KINDS: readonly OrderKind[] = ["last_intake", "closing", "close", "down", "open"];
/** How long (min) an order may be chosen to last; beside them: until the evening is over. */
export const LASTS: readonly number[] = [30, 60, 120, 240];
/** In how many minutes an announced closing may close. */
export const CLOSES_IN: readonly number[] = [10, 20, 30, 60];

export interface Chosen {
  kind: OrderKind | null;
  /** Minutes; null: until the evening is over. */
  lasts: number | null;
  /** Minutes. */
  closesIn: number;
}

/** Nothing is chosen yet. */
export function chosenNothing(): Chosen {
  return { kind: null, lasts: null, closesIn: 30 };
}

/** The instants (ms) that are asked of the server. A closing lasts from when it closes. */
export function instantsOf({ kind, lasts, closesIn }: Chosen, now: number): { until: number | null; closesAt: number | null } {
  const closesAt = kind === "closing" ? now + closesIn * 60_000 : null;
  return { until: lasts === null ? null : (closesAt ?? now) + lasts * 60_000, closesAt };
}
