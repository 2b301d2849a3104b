/**
 * A clock that can be held. Pure; the real time is told to it.
 */

export class Clock {
  #lost = 0;
  #heldAt: number | null = null;

  get paused(): boolean {
    return this.#heldAt !== null;
  }

  /** Return what time it is here, when it is `real` (ms). */
  now(real: number): number {
    return (this.#heldAt ?? real) - this.#lost;
  }

  pause(real: number): void {
    this.#heldAt ??= real;
  }

  resume(real: number): void {
    this.#lost += real - (this.#heldAt ?? real);
    this.#heldAt = null;
  }
}
