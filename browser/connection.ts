/**
 * One socket that comes back by itself: opens, beats, notices silence, connects again until told not to.
 *
 * Rules of this file:
 * 1. A frame is given to the socket that is open now, or not at all: whoever needs an answer sends again after `opened`.
 * 2. A ping goes every 10 s; 5 s after a ping without any frame the connection is dead, whatever the browser believes.
 * 3. A final close code is told once, and nothing is tried after it.
 * 4. The address never carries anything: who we are is in the first frame.
 */

import { PROTOCOL } from "./frames.ts";
import { isFinal, nextTry, restUntil, wokenTry } from "./reconnect.ts";

const BEAT = 10_000;
const ANSWER = 5_000;
const HANDSHAKE = 10_000;

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

/** A connection to one of our sockets. `Out` is what it sends, `In` what it receives. */
export class Connection<Out, In> {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastTry = 0;
  #lastHeard = 0;
  #tries = 0;
  #rest = 0;
  #running = false;

  constructor(
    private readonly address: string,
    private readonly listener: Listener<In>,
  ) {}

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
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Try now, if no socket is there (a person pressed "try now"). */
  hurry(): void {
    if (this.#running && this.#socket === null) this.#at(Math.max(wokenTry(Date.now(), this.#lastTry), this.#rest), () => this.#open());
  }

  #open(): void {
    this.#lastTry = Date.now();
    const socket = new WebSocket(this.address, PROTOCOL);
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#heard(event.data);
    socket.onclose = (event) => this.#closed(event.code);
    this.#at(this.#lastTry + HANDSHAKE, () => this.#dead());
  }

  #opened(): void {
    this.#lastHeard = Date.now();
    this.#at(this.#lastHeard + BEAT, () => this.#ping());
    this.listener.opened();
  }

  #heard(data: unknown): void {
    this.#lastHeard = Date.now();
    this.#tries = 0;
    const value: unknown = JSON.parse(String(data));
    this.listener.received((Array.isArray(value) ? value : [value]) as In[]);
  }

  #ping(): void {
    const sent = Date.now();
    this.listener.beat();
    this.#at(sent + ANSWER, () => {
      if (this.#lastHeard < sent) this.#dead();
      else this.#at(sent + BEAT, () => this.#ping());
    });
  }

  /** The other end does not answer: do not wait for the browser to notice. */
  #dead(): void {
    this.#drop()?.close(4000);
    this.#again(1006);
  }

  #closed(code: number): void {
    this.#drop();
    if (!isFinal(code)) this.#again(code);
    else {
      this.stop();
      this.listener.finished(code);
    }
  }

  #again(code: number): void {
    const now = Date.now();
    this.#rest = restUntil(now, code);
    this.#at(nextTry(Math.max(now, this.#rest), this.#lastTry, this.#tries++, Math.random()), () => this.#open());
    this.listener.lost(code);
  }

  /** Let go of the socket: nothing that it still says is heard. */
  #drop(): WebSocket | null {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }

  #wake = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#ping();
    else this.hurry();
  };

  #at(when: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, Math.max(0, when - Date.now()));
  }
}
