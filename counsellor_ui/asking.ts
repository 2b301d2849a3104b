/**
 * Asks for what is missing of one talk, and takes back what was spoken of and is not there.
 *
 * Rules of this file:
 * 1. The desk's view of a talk comes beside the answers and may be newer than one of them: only the last answer of several that are under
 *    way says what is not there, and only of what had been spoken of when it was asked for.
 * 2. What is not there, and what the store could not follow, is asked for again after a while, not at once.
 */

import type { Refusal } from "../browser/frames.ts";
import * as talks from "../browser/talk.ts";

/** Milliseconds until what had no effect is tried again. */
export const AGAIN = 2_000;

/** `open`: a talk anew, with its key; `range`: what is missing of it. */
type Question = "open" | "range";

export class Asking {
  #asked = -1;
  #upTo = 0;
  #questions = 0;
  #gone = false;

  constructor(
    private readonly talk: () => talks.Talk,
    /** Ask for what comes after `after`; tell whether it could be said. */
    private readonly ask: (what: Question, after: number) => boolean,
  ) {}

  /** A connection is new: what was asked on another one is not answered any more. */
  anew(): void {
    this.#asked = -1;
    this.#questions = 0;
    this.open();
  }

  open(): void {
    this.#say("open");
  }

  /** Ask for what is missing, once. */
  missing(): void {
    const after = talks.gap(this.talk());
    if (after === null || after === this.#asked) return;
    this.#asked = after;
    this.#say("range");
  }

  /** The store has begun the talk anew: what is asked for now says nothing of it. */
  begunAnew(): void {
    this.#upTo = -1;
  }

  /** A part of an answer has come, with so many messages; return the talk as it is after it. */
  answered(talk: talks.Talk, messages: number, more: boolean): talks.Talk {
    this.#asked = -1;
    if (more) return talk;
    this.#questions = Math.max(0, this.#questions - 1);
    const left = this.#questions === 0 ? talks.settled(talk, this.#upTo) : talk;
    if (messages === 0 && talks.gap(left) !== null) {
      this.#asked = talks.have(left);
      this.#later(() => this.missing());
    }
    return left;
  }

  /** Nothing came of asking: again soon, where that may help. */
  refused(what: Question, why: Refusal): void {
    this.#questions = Math.max(0, this.#questions - 1);
    if (why === "not_now") this.#later(() => (what === "open" ? this.open() : this.missing()));
  }

  /** Ask nothing more. */
  forget(): void {
    this.#gone = true;
  }

  #say(what: Question): void {
    if (this.ask(what, talks.have(this.talk()))) this.#questions += 1;
    this.#upTo = this.talk().known;
  }

  #later(ask: () => void): void {
    setTimeout(() => {
      if (this.#gone) return;
      this.#asked = -1;
      ask();
    }, AGAIN);
  }
}
