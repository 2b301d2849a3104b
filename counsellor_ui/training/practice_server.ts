/**
 * The server of one practice talk, in this page: it speaks the frames of the real one to one dashboard, and plays one child.
 *
 * Rules of this file:
 * 1. Nothing leaves the page: no request, no socket, no storage. What is sealed is sealed for keys that are made here and forgotten here.
 * 2. The dashboard is spared nothing: a key that is wrapped for it, boxes that are opened in their place, counters, acknowledgements.
 * 3. While it is paused its clock stands still, and so does the child.
 */

import { fromBase64, newId, toBase64 } from "../../browser/bytes.ts";
import type { Carry, Heard as Told } from "../../browser/carrier.ts";
import type { Desk, EndedBy, Held, Message, Offer, StaffFrame, ToStaff } from "../../browser/frames.ts";
import { keyId, newConversationKey, newStaffKeyPair, openMessage, sealMessage, wrapKey } from "../../browser/sealing.ts";
import { type Act, type Event, newChild, type Playing, type Script, step } from "./child.ts";
import { Clock } from "./clock.ts";

/** Her desk, in practice. */
export const ME = "practice";
const BEATS = 200;
const RINGS_AFTER = 3_000;
const SEES_AFTER = 1_000;

export class PracticeServer {
  readonly conversation = newId();
  child: Playing;
  readonly #clock = new Clock();
  readonly #epoch = newId();
  #told: Told | null = null;
  #key: CryptoKey | null = null;
  #registrarKey = "";
  #her: { id: string; key: string } = { id: "", key: "" };
  #log: Message[] = [];
  #desk: Omit<Desk, "t"> = { free: false, room: 1, offer: null, talks: [] };
  #rings: number | null = null;
  #sees: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Frames and acts are done one after the other, as they came. */
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly script: Script,
    /** Her own name; how long an offer rings (ms). */
    private readonly her: { name: string; ring: number },
    /** The talk has been handed in: it is over and done. */
    private readonly registered: () => void,
  ) {
    this.child = newChild(script.story);
  }

  /** What carries the frames: this page. */
  readonly carry: Carry = (told) => {
    this.#told = told;
    setTimeout(() => told.opened());
    this.#timer ??= setInterval(() => this.#tick(), BEATS);
    return {
      send: (text) => (this.#next(() => this.#take(JSON.parse(text) as StaffFrame)), true),
      close: () => this.stop(),
    };
  };

  now(): number {
    return this.#clock.now(Date.now());
  }

  get paused(): boolean {
    return this.#clock.paused;
  }

  pause(): void {
    this.#clock.pause(Date.now());
  }

  /** Go on; the dashboard is told what time it is, as by a new connection. */
  resume(): void {
    if (!this.paused) return;
    this.#clock.resume(Date.now());
    this.#welcome();
  }

  /** Nothing more is said or done. */
  stop(): void {
    clearInterval(this.#timer);
    this.#told = null;
    this.#key = null;
    this.#log = [];
  }

  /** Somebody was called, as she has written down. */
  called(): void {
    this.#plays({ t: "called" });
  }

  // --- from the dashboard ---

  async #take(frame: StaffFrame): Promise<void> {
    switch (frame.t) {
      case "hello":
        return this.#hello(frame.key);
      case "free":
        return this.#free(frame.room);
      case "away":
      case "decline":
        return this.#away();
      case "take":
        return this.#taken();
      case "open":
      case "range":
        return this.#history(frame.after ?? 0);
      case "say":
        return this.#said(frame);
      case "typing":
        return this.#plays({ t: "types", on: frame.on });
      case "end":
      case "no_child":
        return this.#ended("counsellor");
      case "plan":
        return this.#held({ planned: frame.minutes === 0 ? null : this.now() + frame.minutes * 60_000 });
      case "register":
        return this.#register();
      case "help":
        return this.#tell({ t: "beside", colleagues: [], asked: [], readers: [], calls: frame.on ? [this.#call()] : [] });
      case "ping":
        return this.#tell({ t: "pong" });
      default: // what is done among colleagues: nobody is there
    }
  }

  async #hello(key: string): Promise<void> {
    const [child, registrar] = await Promise.all([newConversationKey(), newStaffKeyPair()]);
    this.#key = child;
    this.#registrarKey = toBase64(registrar.publicKey); // its private half is kept by nobody: what is sealed for it stays sealed
    this.#her = { id: await keyId(fromBase64(key)), key };
    this.#welcome();
  }

  #welcome(): void {
    this.#tell({ t: "welcome", name: this.her.name, registrar_key: this.#registrarKey, now: this.now() });
    this.#showDesk();
  }

  #free(room: number): void {
    this.#desk = { ...this.#desk, free: true, room };
    if (this.#desk.talks.length === 0 && this.#rings === null) this.#rings = this.now() + RINGS_AFTER * this.script.pace;
    this.#showDesk();
  }

  #away(): void {
    this.#desk = { ...this.#desk, free: false, offer: null };
    this.#rings = null;
    this.#showDesk();
  }

  #taken(): void {
    if (this.#desk.talks.length > 0) return;
    const { language, about, danger } = this.#offer();
    const still = { ended_by: null, run_until: null, planned: null, ended: null, over: null, over_said: null, second: null, signed: null };
    const held: Held = { conversation: this.conversation, state: "talking", language, about, danger, since: this.now(), here: true, seq: 0, ...still };
    this.#desk = { ...this.#desk, offer: null, talks: [held] };
    this.#rings = null;
    this.#showDesk();
    this.#plays({ t: "taken" });
  }

  async #history(after: number): Promise<void> {
    const { conversation } = this;
    if (this.#key === null) return;
    const key = toBase64(await wrapKey(this.#key, fromBase64(this.#her.key), this.#her.id, conversation));
    this.#tell({ t: "key", conversation, key_id: this.#her.id, key });
    this.#tell({ t: "history", conversation, epoch: this.#epoch, after, n: this.#counter("counsellor"), messages: this.#log.slice(after) });
  }

  async #said({ id, n, box }: Extract<StaffFrame, { t: "say" }>): Promise<void> {
    const { conversation } = this;
    const known = this.#log.find((message) => message.id === id);
    if (known === undefined && n !== this.#counter("counsellor")) return this.#tell({ t: "refused", what: "say", why: "out_of_order", conversation });
    if (known === undefined && this.child.over) return this.#tell({ t: "refused", what: "say", why: "not_talking", conversation });
    const message = known ?? this.#append("counsellor", id, n, box);
    this.#tell({ t: "said", conversation, id, seq: message.seq, at: message.at });
    if (known !== undefined || this.#key === null) return;
    const content = await openMessage(this.#key, { conversation, role: "counsellor", id, n }, fromBase64(box));
    if (content.kind === "unknown") return;
    this.#sees = this.now() + SEES_AFTER * this.script.pace;
    this.#plays({ t: "wrote", text: content.text, mustTell: content.kind === "must_tell" });
  }

  #ended(by: EndedBy): void {
    if (this.#desk.talks[0]?.state !== "talking") return;
    this.#plays({ t: "ended" });
    this.#held({ state: "wrapping_up", ended_by: by, ended: this.now(), planned: null });
  }

  #register(): void {
    this.#plays({ t: "ended" });
    this.#desk = { ...this.#desk, free: false, talks: [] };
    this.#tell({ t: "registered", conversation: this.conversation });
    this.#showDesk();
    this.registered();
  }

  // --- the child ---

  #tick(): void {
    if (this.paused || this.#told === null) return;
    const now = this.now();
    if (this.#rings !== null && now >= this.#rings) this.#ring(now);
    if (this.#desk.offer !== null && now >= this.#desk.offer.until) this.#away();
    if (this.#sees !== null && now >= this.#sees && this.#desk.talks[0]?.here) this.#seen();
    this.#plays({ t: "tick" });
  }

  #ring(now: number): void {
    this.#rings = null;
    this.#desk = { ...this.#desk, offer: { ...this.#offer(), until: now + this.her.ring } };
    this.#showDesk();
  }

  #seen(): void {
    this.#sees = null;
    this.#tell({ t: "seen", conversation: this.conversation, delivered: this.#log.length, read: this.#log.length });
  }

  #plays(event: Event): void {
    const { child, acts } = step(this.script, this.child, event, this.now());
    this.child = child;
    for (const act of acts) this.#next(() => this.#acts(act));
  }

  async #acts(act: Act): Promise<void> {
    const { conversation } = this;
    switch (act.do) {
      case "type":
        return this.#tell({ t: "typing", conversation, on: act.on });
      case "say":
        return this.#says(act.text);
      case "go":
        return this.#held({ here: false });
      case "come":
        return this.#held({ here: true });
      case "leave":
        return this.#held({ state: "wrapping_up", ended_by: "child", ended: this.now(), planned: null, here: false });
    }
  }

  async #says(text: string): Promise<void> {
    const { conversation } = this;
    if (this.#key === null) return;
    const id = newId();
    const n = this.#counter("child");
    const box = toBase64(await sealMessage(this.#key, { conversation, role: "child", id, n }, text));
    const { t: _, ...message } = this.#append("child", id, n, box);
    this.#tell({ t: "message", conversation, ...message });
  }

  // --- within ---

  #append(role: "child" | "counsellor", id: string, n: number, box: string): Message {
    const message: Message = { t: "message", seq: this.#log.length + 1, role, id, n, at: this.now(), box };
    this.#log.push(message);
    return message;
  }

  #counter(role: "child" | "counsellor"): number {
    return this.#log.filter((message) => message.role === role).length;
  }

  #offer(): Offer {
    const { story, tongue } = this.script;
    const { about, danger, waited } = story;
    const now = this.now();
    return { conversation: this.conversation, language: tongue, about, danger, lost: false, since: now - waited * 60_000, until: now + this.her.ring };
  }

  #call() {
    return { desk: ME, conversation: this.conversation, since: this.now(), coming: null };
  }

  #held(change: Partial<Held>): void {
    this.#desk = { ...this.#desk, talks: this.#desk.talks.map((held) => ({ ...held, ...change, seq: this.#log.length })) };
    this.#showDesk();
  }

  #showDesk(): void {
    this.#tell({ t: "desk", ...this.#desk });
    const waits = this.#desk.offer === null && this.#desk.talks.length === 0;
    const { until: _, ...first } = this.#offer();
    this.#tell({ t: "line", count: waits ? 1 : 0, longest: null, first: waits ? [{ ...first, place: 1 }] : [], open: true, free: 0 });
  }

  #tell(frame: ToStaff): void {
    this.#told?.heard(JSON.stringify(frame));
  }

  #next(work: () => Promise<void> | void): void {
    this.#work = this.#work.then(work);
  }
}
