/**
 * One connection that comes back by itself: opens, beats, notices silence, connects again until told not to.
 *
 * Rules of this file:
 * 1. A frame is given to the socket that is open now, or not at all: whoever needs an answer sends again after `opened`.
 * 2. A ping goes every 10 s; 5 s after a ping without any frame the connection is dead, whatever the browser believes.
 * 3. A final close code is told once, and nothing is tried after it.
 * 4. The address never carries anything: who we are is in the first frame.
 * 5. Where no WebSocket can be opened the other way is tried, if there is one. The way that opened last is kept for as long as the page is there.
 */

import type { Carrier, Carry } from "./carrier.ts";
import { isFinal, nextTry, restUntil, takesOther, wokenTry } from "./reconnect.ts";

const BEAT = 10_000;
const ANSWER = 5_000;
const HANDSHAKE = 10_000;
/** So long while nothing has ever opened here and there is another way. */
const FIRST_HANDSHAKE = 5_000;

/** Whom a connection tells. */
export interface Listener<In> {
  /** A socket is open: say hello. */
  opened(): void;
  /** Frames came, in order. */
  received(frames: In[]): void;
  /** The socket is gone; it is tried again. The code is that of the server, or 1006 when there was none. */
  lost(code: number): void;
  /** It is over for good. */
  finished(code: number): void;
  /** Say a ping now. */
  beat(): void;
}

/** Which way opened last on this page, and whether any has yet. */
const known = { other: false, opened: false };

/** A connection to one of our sockets. `Out` is what it sends, `In` what it receives. */
export class Connection<Out, In> {
  readonly #usual: Carry;
  readonly #listener: Listener<In>;
  readonly #other: Carry | undefined;
  #carrier: Carrier | null = null;
  #isOpen = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastTry = 0;
  #lastHeard = 0;
  #tries = 0;
  /** Tries in a row that could not be opened. */
  #stuck = 0;
  #rest = 0;
  #running = false;

  constructor(usual: Carry, listener: Listener<In>, other?: Carry) {
    this.#usual = usual;
    this.#listener = listener;
    this.#other = other;
  }

  /** Connect, and stay connected until `stop`. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    this.#open();
  }

  /** Close, and try no more. */
  stop(): void {
    this.#running = false;
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#drop()?.close(1000);
  }

  /** Send a frame if a socket is open; tell whether it was given to one. */
  send(frame: Out): boolean {
    return this.#isOpen && this.#carrier!.send(JSON.stringify(frame));
  }

  /** Try now, if no socket is there (a person pressed "try now"). */
  hurry(): void {
    if (this.#running && this.#carrier === null) this.#at(Math.max(wokenTry(Date.now(), this.#lastTry), this.#rest), () => this.#open());
  }

  #open(): void {
    this.#lastTry = Date.now();
    const other = this.#other !== undefined && this.#takesOther() !== known.other;
    this.#carrier = (other ? this.#other! : this.#usual)({
      opened: () => this.#opened(other),
      heard: (text) => this.#heard(text),
      closed: (code) => this.#closed(code),
    });
    this.#at(this.#lastTry + (known.opened || !this.#other ? HANDSHAKE : FIRST_HANDSHAKE), () => this.#dead());
  }

  #opened(other: boolean): void {
    known.other = other;
    known.opened = this.#isOpen = true;
    this.#stuck = 0;
    this.#lastHeard = Date.now();
    this.#at(this.#lastHeard + BEAT, () => this.#ping());
    this.#listener.opened();
  }

  #heard(text: string): void {
    this.#lastHeard = Date.now();
    this.#tries = 0;
    const value: unknown = JSON.parse(text);
    this.#listener.received((Array.isArray(value) ? value : [value]) as In[]);
  }

  #ping(): void {
    const sent = Date.now();
    this.#listener.beat();
    this.#at(sent + ANSWER, () => {
      if (this.#lastHeard < sent) this.#dead();
      else this.#at(sent + BEAT, () => this.#ping());
    });
  }

  /** The other end does not answer: do not wait for the browser to notice. */
  #dead(): void {
    const carrier = this.#carrier;
    this.#closed(1006);
    carrier?.close(4000);
  }

  #closed(code: number): void {
    if (!this.#isOpen) this.#stuck++;
    this.#drop();
    if (!isFinal(code)) this.#again(code);
    else {
      this.stop();
      this.#listener.finished(code);
    }
  }

  #again(code: number): void {
    const now = Date.now();
    this.#rest = restUntil(now, code);
    const when = this.#takesOther() ? wokenTry(now, this.#lastTry) : nextTry(Math.max(now, this.#rest), this.#lastTry, this.#tries++, Math.random());
    this.#at(when, () => this.#open());
    this.#listener.lost(code);
  }

  #takesOther(): boolean {
    return this.#other !== undefined && takesOther(this.#stuck, known.opened);
  }

  /** Let go of the carrier, and return it. */
  #drop(): Carrier | null {
    clearTimeout(this.#timer);
    const carrier = this.#carrier;
    this.#carrier = null;
    this.#isOpen = false;
    return carrier;
  }

  #wake = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.#isOpen) this.#ping();
    else this.hurry();
  };

  #at(when: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, Math.max(0, when - Date.now()));
  }
}
