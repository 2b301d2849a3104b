/**
 * The only thing that the page around us is ever told: how high the frame would like to be, in steps of 40 px. 0 asks to be hidden.
 * Nothing is ever listened to from there.
 */

const STEP = 40;
let told = 0;

/** Tell the page around us a height, if it is more than before: the frame grows with what is in it and never jumps back. */
export function tellHeight(wanted: number): void {
  const h = Math.ceil(wanted / STEP) * STEP;
  if (h > told) tell((told = h));
}

/** Ask to be hidden. The talk goes on. */
export function askToHide(): void {
  tell(0);
}

function tell(h: number): void {
  if (parent !== window) parent.postMessage({ v: 1, h }, "*");
}
