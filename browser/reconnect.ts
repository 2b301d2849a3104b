/**
 * When to connect again. Pure: time and chance are passed in.
 *
 * Rules of this file:
 * 1. Full jitter: anywhere between now and a window of 3 s, so that a thousand browsers do not come back at once.
 * 2. The window doubles with each try in vain, up to 15 s.
 * 3. Never more than one try a second, whatever wakes us; after "too much at once" (4529) not within five.
 * 4. Where the usual way cannot be opened the other way is tried at once: it is another question to the network, not the same one again.
 */

export const WINDOW = 3_000;
export const MOST = 15_000;
export const LEAST = 1_000;
/** The code that says "too much at once": nothing is lost by it, one comes back later. */
export const TOO_MUCH = 4529;
export const CALM = 5_000;
/** The code that says "no hello": over a slow network it came too late. */
const NO_HELLO = 4508;

/** Tell whether a close code ends it for good: 4500-4999 (ours) but these two, or a frame that we should not have sent. */
export function isFinal(code: number): boolean {
  return (code >= 4500 && code !== TOO_MUCH && code !== NO_HELLO) || code === 1003 || code === 1009;
}

/** Return the window (ms) after so many tries in vain. */
export function windowAfter(tries: number): number {
  return Math.min(MOST, WINDOW * 2 ** Math.min(tries, 10));
}

/** Return when (ms) to try again: somewhere in the window, but not within a second of the last try. */
export function nextTry(now: number, lastTry: number, tries: number, random: number): number {
  return Math.max(now + random * windowAfter(tries), lastTry + LEAST);
}

/** Return when (ms) to try when the browser has woken up or is online again: at once, but not within a second of the last try. */
export function wokenTry(now: number, lastTry: number): number {
  return Math.max(now, lastTry + LEAST);
}

/** So many tries in a row that could not be opened speak of a network that has changed, and not of a server that starts anew. */
export const CHANGED = 3;

/** Tell whether the next try takes the other way, after so many in a row that could not be opened: soon where none ever was, and by turns. */
export function takesOther(stuck: number, everOpened: boolean): boolean {
  const since = stuck - (everOpened ? CHANGED : 1);
  return since >= 0 && since % 2 === 0;
}

/** Return before when (ms) nothing is tried after a socket was closed with this code, whatever wakes us. */
export function restUntil(now: number, code: number): number {
  return code === TOO_MUCH ? now + CALM : 0;
}
