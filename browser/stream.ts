/**
 * A connection where a network lets no WebSocket through: what the server says comes as the answer to one POST that goes on and on,
 * what we say goes in POSTs of its own. The same frames; docs/protocol.md tells how.
 *
 * Rules of this file:
 * 1. Each frame has a number. What the server has not said to have taken (`id`) is said again: nothing is lost, doubled or out of order.
 * 2. One POST at a time, until it is answered or all that it bore was taken; but for the last, which travels by itself when the page goes.
 * 3. Each beat is answered at once, also in a hidden tab, whose timers sleep.
 * 4. The stream's name stands in bodies only, and no cookie goes with any of it.
 */

import type { Carrier, Heard } from "./carrier.ts";
import { PROTOCOL } from "./frames.ts";

/** After so long (ms) what was not taken is said again. */
const AGAIN = 2_000;
/** How many characters of frames go in one POST, unless one alone has more. */
const MOST = 12_000;
/** How many frames go in one POST: the server takes no more. */
const MOST_FRAMES = 64;

/** Begin a connection. */
export function carry(told: Heard): Carrier {
  return new Stream(told);
}

class Stream implements Carrier {
  #told: Heard | null;
  #gone = new AbortController();
  #name = "";
  /** What was not taken yet; of these, the first `#sent` are on their way. */
  #queue: string[] = [];
  #sent = 0;
  /** The number of the last frame that was taken. */
  #taken = 0;
  #posting = false;
  /** How many POSTs there were. */
  #posts = 0;
  #beat = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(told: Heard) {
    this.#told = told;
    void this.#listen();
  }

  send(text: string): boolean {
    if (this.#name === "" || this.#told === null) return false;
    this.#queue.push(text);
    this.#post();
    return true;
  }

  close(code: number): void {
    this.#told = null;
    clearTimeout(this.#timer);
    const letGo = (): void => this.#gone.abort();
    if (code === 1000 && this.#queue.length > 0) this.#ask(this.#some(0), 0, true).then(letGo, letGo);
    else letGo();
  }

  async #listen(): Promise<void> {
    let code = 1006;
    try {
      const { ok, body } = await ask("/events", JSON.stringify({ protocol: PROTOCOL }), this.#gone.signal);
      const reader = ok && body !== null ? body.getReader() : null;
      const text = new TextDecoder();
      for (let rest = "", next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
        const events = (rest + text.decode(next.value, { stream: true })).split("\n\n");
        rest = events.pop() ?? "";
        for (const event of events) code = this.#heard(fieldsOf(event)) ?? code;
      }
    } catch {
      // it broke, or we let go of it
    }
    this.#over(code);
  }

  /** Take in one event; return the code if it is the last. */
  #heard({ id, event, data = "" }: Fields): number | undefined {
    if (id !== undefined) this.#took(Number(id));
    switch (event) {
      case "open":
        this.#name = data;
        this.#told?.opened();
        break;
      case "beat":
        this.#beat = true;
        this.#post();
        break;
      case "close":
        return Number(data);
      default:
        if (data !== "") this.#told?.heard(data);
    }
    return undefined;
  }

  #took(id: number): void {
    const more = id - this.#taken;
    this.#queue.splice(0, more);
    this.#sent = Math.max(0, this.#sent - more);
    this.#taken = id;
    if (more > 0 && this.#sent === 0) this.#posted(204, this.#posts); // whatever became of its answer
  }

  /** Say what waits, if anything does and no POST is under way. */
  #post(): void {
    const from = this.#sent;
    const frames = this.#some(from);
    if (this.#posting || this.#told === null || (frames.length === 0 && !this.#beat)) return;
    this.#posting = true;
    this.#beat = false;
    this.#sent += frames.length;
    this.#later();
    const which = ++this.#posts;
    this.#ask(frames, from).then(
      ({ status }) => this.#posted(status, which),
      () => this.#posted(0, which),
    );
  }

  /** A POST was answered (0: it was not), or needs no answer any more. The server knows the stream no more: another one is needed. */
  #posted(status: number, which: number): void {
    if (which === this.#posts) this.#posting = false;
    if (status >= 400 && status < 500 && status !== 429) this.#over(1006);
    else if (status === 204) this.#post();
  }

  /** What is still not taken goes once more, with all that came after it. */
  #again(): void {
    this.#sent = 0;
    this.#post();
    if (this.#queue.length > 0) this.#later();
  }

  #later(): void {
    clearTimeout(this.#timer);
    if (this.#told !== null) this.#timer = setTimeout(() => this.#again(), AGAIN);
  }

  #over(code: number): void {
    const told = this.#told;
    this.close(code);
    told?.closed(code);
  }

  /** Return as many of what waits, from here on, as go in one POST. */
  #some(from: number): string[] {
    let size = 0;
    return this.#queue.slice(from).filter((text, at) => at < MOST_FRAMES && ((size += text.length) <= MOST || at === 0));
  }

  #ask(frames: readonly string[], from: number, keepalive = false): Promise<Response> {
    const body = `{"stream":"${this.#name}","first":${this.#taken + from + 1},"frames":[${frames.join()}]}`;
    return ask("/frames", body, keepalive ? null : this.#gone.signal, keepalive);
  }
}

interface Fields {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** Return the fields of an event; what is a comment has none. */
function fieldsOf(event: string): Fields {
  return Object.fromEntries(event.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
}

function ask(path: string, body: string, signal: AbortSignal | null, keepalive = false): Promise<Response> {
  return fetch(path, { method: "POST", body, signal, keepalive, credentials: "omit", cache: "no-store" });
}
