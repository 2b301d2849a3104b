/**
 * Leaving quickly: the button, Shift three times, and the cover that hides everything in the same frame.
 *
 * Rules of this file:
 * 1. First the page is covered, then the server is told, then the whole tab goes elsewhere.
 * 2. The way out replaces this page in the history: Back does not come here.
 * 3. Shift counts only when it was pressed alone. A capital letter, a click, any other key begins again; so does Shift with Alt, Ctrl or Meta held.
 */

/** Three times within so long (ms). */
export const WITHIN = 5_000;
export const TIMES = 3;

/** The presses of Shift alone (ms), and whether Shift is down with nothing else since. */
export interface Taps {
  readonly at: readonly number[];
  readonly down: boolean;
}

export const NONE: Taps = { at: [], down: false };

/** A key goes down: Shift alone begins a press, anything else begins again. `held`: Alt, Ctrl or Meta is down too. */
export function keyDown(taps: Taps, key: string, repeat: boolean, held = false): Taps {
  if (key !== "Shift" || held) return NONE;
  return repeat ? taps : { ...taps, down: true };
}

/** A key goes up: with Shift, a press is complete. */
export function keyUp(taps: Taps, key: string, now: number): Taps {
  if (key !== "Shift" || !taps.down) return taps;
  return { at: [...taps.at.filter((at) => now - at < WITHIN), now], down: false };
}

/** Tell whether these presses mean: out. */
export function meansLeave(taps: Taps): boolean {
  return taps.at.length >= TIMES;
}

/** Watch the keyboard of this page; call `leave` at the third Shift. */
export function watchShift(leave: () => void): void {
  let taps = NONE;
  const again = () => (taps = NONE);
  addEventListener("keydown", (event) => (taps = keyDown(taps, event.key, event.repeat, event.altKey || event.ctrlKey || event.metaKey)), true);
  addEventListener("pointerdown", again, true);
  addEventListener("blur", again);
  addEventListener(
    "keyup",
    (event) => {
      taps = keyUp(taps, event.key, event.timeStamp);
      if (meansLeave(taps)) leave();
    },
    true,
  );
}

/** Cover the page, let go of everything, and go elsewhere with the whole tab. */
export function goAway(address: string, forget: () => void): void {
  document.documentElement.classList.add("left");
  document.title = "";
  try {
    forget();
  } finally {
    go(address);
  }
}

function go(address: string): void {
  try {
    (top ?? window).location.replace(address);
  } catch {
    location.replace(address); // a host page that forbids it: at least this frame goes
  }
}
