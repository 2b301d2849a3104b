/**
 * One talk that a counsellor holds: its entries, its key, what she has written and not yet sent, its form.
 *
 * Rules of this file:
 * 1. Nothing is shown before it has opened in its place; what was sealed here, under the box that the talk now holds, is known without that.
 * 2. What she writes stays here until the server has stored it.
 * 3. `forget` drops everything at once; work that was under way ends without a trace.
 */

import { fromBase64, newId, toBase64, toHex } from "../browser/bytes.ts";
import type { Message, Refusal, StaffFrame } from "../browser/frames.ts";
import * as outboxes from "../browser/outbox.ts";
import { openMessage, type Place, sealForm, sealMessage, type StaffKey, talkDigest, unwrapKey } from "../browser/sealing.ts";
import * as talks from "../browser/talk.ts";
import * as typing from "../browser/typing.ts";
import { AGAIN, Asking } from "./asking.ts";
import type { Known } from "./desk.ts";
import { type Draft, emptyDraft, type NonContact, restored, toForm } from "./form.ts";
import type { Kept } from "./keeping.ts";
import type { Identity } from "./names.ts";

/** What a talk needs of the shift around it. */
export interface Around {
  send(frame: StaffFrame): boolean;
  /** Something that is shown has changed. */
  changed(): void;
  /** Something that is kept over a reload has changed. */
  keep(talk: HeldTalk): void;
}

/** How a form stands: being written, on its way, or why it did not go. */
export type Registering = "writing" | "sending" | Refusal | "too_long";

export class HeldTalk {
  talk = talks.newTalk("counsellor");
  outbox = outboxes.EMPTY;
  form: Draft = emptyDraft();
  composer = "";
  formOpen = false;
  registering: Registering = "writing";
  /** The last one to be handed in was a contact that is none: what became of it is said beside those buttons. */
  tapped = false;
  /** Why the last message was not taken; null when it was. */
  refused: Refusal | null = null;
  /** The wrapped key came and did not open with this browser's key. */
  keyFault = false;
  /** Until when the child is believed to be typing. */
  childTypes = 0;
  /** The conversation key as it came, wrapped for this browser: what a colleague who is asked in gets is made from it. */
  wrapped: string | null = null;
  /** The text that she has asked a second person to sign, and its digest. */
  toSign = { text: "", what: "" };
  #key: CryptoKey | null = null;
  #epoch: string | null = null;
  #typing = typing.STILL;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #saying: string | null = null;
  #doubtful = new Set<string>();
  #asking = new Asking(
    () => this.talk,
    (t, after) => this.around.send({ t, conversation: this.conversation, after }),
  );
  /** Its end can be seen on the screen. */
  inView = true;
  /** Up to which entry she has been in this talk. */
  #attended = 0;
  #told = { delivered: 0, read: 0 };
  #opening = false;
  #gone = false;

  constructor(
    readonly conversation: string,
    readonly identity: Identity,
    private readonly around: Around,
  ) {}

  /** What the desk's view needs to know. */
  get known(): Known {
    return { unanswered: this.#unanswered(), readable: this.#key !== null, unread: this.unread };
  }

  /** How many messages of the child have come since she was last here. */
  get unread(): number {
    return this.talk.entries.filter(({ seq, role }) => role === "child" && seq > this.#attended).length;
  }

  /** She is in this talk now. */
  attend(): void {
    this.#attended = talks.have(this.talk);
  }

  /** What was said until now has all come. */
  get whole(): boolean {
    return this.#epoch !== null && talks.gap(this.talk) === null;
  }

  /** The child may have written something: it has, whether or not it can be read here, or what was said has not all come yet. */
  get childWrote(): boolean {
    return !this.whole || this.talk.entries.some(({ role }) => role === "child");
  }

  get kept(): Kept {
    return { form: this.form, composer: this.composer, outbox: this.outbox, identity: this.identity, formOpen: this.formOpen, toSign: this.toSign };
  }

  /** Take up what was kept over a reload. Of what was not yet acknowledged, the server may already have another box. */
  restore({ form, composer, outbox, formOpen, toSign }: Kept): void {
    Object.assign(this, { form: restored(form), composer, outbox, formOpen, toSign: toSign ?? { text: "", what: "" } });
    for (const { id } of outbox.items) this.#doubtful.add(id);
  }

  // --- from the server ---

  /** A connection is new: ask for what is missing; what was not acknowledged is said again after it. */
  reopen(): void {
    this.#saying = null;
    if (this.registering === "sending") this.registering = "not_now";
    this.#asking.anew();
  }

  /** The key, wrapped for her; null: the child's browser has yet to wrap it. */
  async keyCame(mine: StaffKey, keyId: string, wrapped: string | null): Promise<void> {
    if (wrapped === null || this.#key !== null || keyId !== mine.id) return;
    try {
      const key = await unwrapKey(mine.pair, fromBase64(wrapped), keyId, this.conversation);
      if (this.#gone) return;
      this.#key = key;
      this.wrapped = wrapped;
      this.keyFault = false;
    } catch {
      this.keyFault = true;
    }
    this.around.changed();
    await this.#openAll();
    await this.#pump();
  }

  /** A range of the talk, and her next counter. An epoch that differs means that the store lost the talk: begin anew. */
  async historyCame(epoch: string, n: number, messages: readonly Message[], more: boolean): Promise<void> {
    if (this.#gone) return;
    if (this.#epoch !== null && this.#epoch !== epoch) {
      this.talk = talks.newTalk("counsellor");
      this.#asking.begunAnew();
    }
    this.#epoch = epoch;
    for (const { id } of messages) this.#acknowledge(id);
    this.talk = this.#asking.answered(talks.receive(this.talk, messages), messages.length, more);
    await this.#came();
    if (more) return;
    this.outbox = outboxes.align(this.outbox, Math.max(n, this.talk.next.counsellor));
    this.#saying = null;
    await this.#pump();
  }

  /** A message, live. */
  async messageCame(message: Message): Promise<void> {
    if (message.role === "child") this.childTypes = 0;
    await this.#receive([message]);
  }

  /** One of hers is stored. */
  async saidCame(id: string, seq: number, at: number): Promise<void> {
    const item = outboxes.find(this.outbox, id);
    if (this.#saying === id) this.#saying = null;
    this.refused = null;
    this.#acknowledge(id);
    if (this.#doubtful.has(id) || item?.box == null) this.heardOf(seq);
    else await this.#receive([{ t: "message", seq, role: "counsellor", id, n: item.n, at, box: item.box }], item);
    await this.#pump();
  }

  /** The server knows of entries up to `seq`. */
  heardOf(seq: number): void {
    this.talk = talks.heardOf(this.talk, seq);
    this.#asking.missing();
  }

  typingCame(on: boolean, now: number): void {
    this.childTypes = on ? now + typing.FORGET : 0;
    this.around.changed();
  }

  seenCame(delivered: number, read: number): void {
    this.talk = talks.marked(this.talk, delivered, read);
    this.around.changed();
  }

  /** What was asked for was refused. */
  askingRefused(what: "open" | "range", why: Refusal): void {
    this.#asking.refused(what, why);
  }

  /** A message was refused: read again and send again, try later, or say why beside the composer. */
  sayRefused(why: Refusal): void {
    this.#saying = null;
    if (why === "out_of_order") this.#asking.open();
    else if (why === "not_now") setTimeout(() => void this.#pump(), AGAIN);
    else this.refused = why;
    this.around.changed();
  }

  // --- from her ---

  /** She writes: the text is kept here, and the other side learns that she is typing, never what. */
  write(text: string): void {
    this.composer = text;
    this.around.keep(this);
    clearTimeout(this.#pause);
    const step = text === "" ? typing.stopped(this.#typing) : typing.pressed(this.#typing, Date.now());
    this.#typing = step.typing;
    if (step.say) this.around.send({ t: "typing", conversation: this.conversation, on: text !== "" });
    if (text !== "") this.#pause = setTimeout(() => this.#stopTyping(), typing.PAUSE);
  }

  /** She sends what is in the composer. */
  async say(text: string): Promise<void> {
    this.outbox = outboxes.write(this.outbox, newId(), text, Date.now());
    this.attend();
    this.write("");
    this.around.changed();
    await this.#pump();
  }

  /** She says that somebody has to be told now: a step of its own in the talk. */
  async mustTell(text: string): Promise<void> {
    this.outbox = outboxes.write(this.outbox, newId(), text, Date.now(), "must_tell");
    this.around.keep(this);
    this.around.changed();
    await this.#pump();
  }

  /** What the child told of itself is put at the end of the summary, and the form is opened at it. */
  intoSummary(text: string): void {
    const { summary } = this.form;
    if (!summary.includes(text)) this.answer({ summary: summary === "" ? text : `${summary.trimEnd()}\n\n${text}` });
    this.openForm(true);
  }

  /** She answered something in the form. */
  answer(change: Partial<Draft>): void {
    this.form = { ...this.form, ...change };
    if (this.registering !== "sending") this.registering = "writing";
    this.around.keep(this);
    this.around.changed();
  }

  openForm(open: boolean): void {
    this.formOpen = open;
    this.around.keep(this);
    this.around.changed();
  }

  /** Seal the form, bound to the talk as it is on her screen, and hand it in; `none`: as a contact that is none, the draft unchanged. */
  async register(registrarKey: string, counsellor: string, none: NonContact | null = null, second = ""): Promise<void> {
    this.tapped = none !== null;
    this.#register("sending");
    try {
      const { conversation, talk } = this;
      const digest = toHex(await talkDigest(conversation, talk.entries.map(({ box }) => fromBase64(box))));
      const form = toForm(this.form, { conversation, seq: talks.have(talk), digest, counsellor, second }, none);
      const box = toBase64(await sealForm(fromBase64(registrarKey), conversation, form));
      if (!this.around.send({ t: "register", conversation, box })) this.#register("not_now");
    } catch {
      this.#register("too_long");
    }
  }

  registerRefused(why: Refusal): void {
    this.#register(why);
  }

  /** What is on her screen has been seen, if she can see it. */
  shown(visible: boolean): void {
    const delivered = talks.have(this.talk);
    const read = visible && this.inView && talks.unopened(this.talk).length === 0 ? delivered : this.#told.read;
    if (delivered === this.#told.delivered && read === this.#told.read) return;
    if (this.around.send({ t: "seen", conversation: this.conversation, delivered, read })) this.#told = { delivered, read };
  }

  /** Drop everything of this talk from memory. */
  forget(): void {
    this.#gone = true;
    this.#asking.forget();
    clearTimeout(this.#pause);
    this.#key = null;
    this.talk = talks.newTalk("counsellor");
    this.outbox = outboxes.EMPTY;
    this.form = emptyDraft();
    this.composer = "";
    this.wrapped = null;
    this.toSign = { text: "", what: "" };
  }

  // --- within ---

  #register(state: Registering): void {
    this.registering = state;
    this.around.changed();
  }

  #acknowledge(id: string): void {
    if (outboxes.find(this.outbox, id) === undefined) return;
    this.outbox = outboxes.acknowledged(this.outbox, id);
    this.around.keep(this);
  }

  #stopTyping(): void {
    const step = typing.stopped(this.#typing);
    this.#typing = step.typing;
    if (step.say) this.around.send({ t: "typing", conversation: this.conversation, on: false });
  }

  /** Take in entries; `own`: the only one is what was sealed here, whose words need no opening. */
  async #receive(messages: readonly Message[], own?: outboxes.Unsent): Promise<void> {
    if (this.#gone) return;
    this.talk = talks.receive(this.talk, messages);
    if (own !== undefined) this.talk = talks.opened(this.talk, messages[0]!.seq, { kind: own.kind ?? "text", text: own.text }, own.id);
    await this.#came();
  }

  async #came(): Promise<void> {
    this.#asking.missing();
    this.around.changed();
    await this.#openAll();
  }

  /** Open, in order, what has come and is not yet opened. */
  async #openAll(): Promise<void> {
    if (this.#opening) return;
    this.#opening = true;
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      const { seq, id } = entry;
      const shown = await this.#open(entry);
      if (this.#gone) break;
      this.talk = talks.opened(this.talk, seq, shown, id);
    }
    this.#opening = false;
    this.around.changed();
  }

  #next(): talks.Entry | undefined {
    return this.#key === null ? undefined : talks.unopened(this.talk)[0];
  }

  async #open({ role, id, n, box }: talks.Entry): Promise<talks.Shown> {
    try {
      return await openMessage(this.#key as CryptoKey, this.#place(role, id, n), fromBase64(box));
    } catch {
      return { kind: "broken" };
    }
  }

  #place(role: Place["role"], id: string, n: number): Place {
    return { conversation: this.conversation, role, id, n };
  }

  /** Say the first message that is not acknowledged, once; the next follows when it is. */
  async #pump(): Promise<void> {
    const item = outboxes.head(this.outbox);
    if (item === null || this.#key === null || this.#saying !== null || this.#epoch === null) return;
    this.#saying = item.id;
    const fresh = item.box ?? toBase64(await sealMessage(this.#key, this.#place("counsellor", item.id, item.n), item.text, item.kind));
    const now = outboxes.find(this.outbox, item.id);
    const box = now?.n === item.n ? (now.box ?? fresh) : null; // one box for one place: the digest is over what was said
    if (box !== null) this.outbox = outboxes.sealed(this.outbox, item.id, item.n, box);
    this.around.keep(this);
    if (box === null || !this.around.send({ t: "say", conversation: this.conversation, id: item.id, n: item.n, box })) this.#saying = null;
    if (box === null && now !== undefined) await this.#pump();
  }

  #unanswered(): number | null {
    if (this.outbox.items.length > 0) return null;
    let since: number | null = null;
    for (const { role, at } of [...this.talk.entries].reverse()) {
      if (role === "counsellor") break;
      since = at;
    }
    return since;
  }
}
