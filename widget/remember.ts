/**
 * What this tab may remember, if the child has asked for it: enough to go on after the page is loaded again.
 *
 * Rules of this file:
 * 1. Nothing is kept before the child has chosen it, and nothing of what was written: the way back into the visit and its key.
 * 2. It lives in this tab only, and goes when the visit ends, when the child leaves, and when the choice is taken back.
 * 3. Where the browser forbids it, the chat works without.
 */

import type { Kept } from "./visit.ts";

const NAME = "visit";

/** Keep this; null: keep nothing any more. Tell whether it could be done. */
export function remember(kept: Kept | null): boolean {
  try {
    if (kept === null) sessionStorage.removeItem(NAME);
    else sessionStorage.setItem(NAME, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** Return what was kept here; null when nothing was. */
export function remembered(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}
