/**
 * Who is beside her: colleagues at work, calls for help, talks that she reads along, what is said among colleagues.
 *
 * Rules of this file:
 * 1. Whoever is asked in gets the key of the talk from this browser, wrapped for her; the child's browser has no part in it.
 * 2. What is said among colleagues is sealed here for each reader's key, and is never put where a child's message is.
 * 3. The server's `beside` decides what she may read along; the rest is forgotten at once.
 */

import { fromBase64, newId, toBase64 } from "../browser/bytes.ts";
import type { Asked, Beside, Colleague, HelpCall, Refused, StaffFrame, Whispered } from "../browser/frames.ts";
import { openWhisper, rewrapKey, sealWhisper, type StaffKey } from "../browser/sealing.ts";
import { type Draft, restored } from "./form.ts";
import { HeldTalk } from "./held_talk.ts";
import { type Identity, identify } from "./names.ts";

export const ROOM = "room";
const KINDS = ["say", "draft", "sign"];

/** Something that was said among colleagues, opened. */
export interface Said {
  id: string;
  desk: string;
  name: string;
  at: number;
  text: string;
}

/** What the company needs of the shift around it. */
export interface AroundCompany {
  send(frame: StaffFrame): boolean;
  changed(): void;
  mine: StaffKey;
  /** Her own desk. */
  me: string;
  held(conversation: string): HeldTalk | undefined;
  onScreen(): Identity[];
}

const NOBODY: Beside = { t: "beside", colleagues: [], asked: [], readers: [], calls: [], late: 0 };

export class Company {
  beside: Beside = NOBODY;
  /** Talks of others that she reads along. */
  readonly along = new Map<string, HeldTalk>();
  /** What was said in the staff room (`room`) and in each talk. */
  readonly said = new Map<string, Said[]>();
  /** What she is asked to sign, by talk. */
  readonly toSign = new Map<string, { text: string; what: string }>();
  /** How many of the staff room's she has not seen. */
  unseen = 0;
  roomOpen = false;
  #drafts = new Map<string, Draft>();
  #wrappedFor = new Map<string, string>();
  /** The desk to which she is on her way: its talk is opened as soon as she is let in. */
  #comingTo: string | null = null;
  #seen = new Set<string>();

  constructor(private readonly around: AroundCompany) {}

  // --- from the server ---

  /** Who is beside her, whole. */
  besideCame(beside: Beside): void {
    this.beside = beside;
    const asked = new Map(beside.asked.map((one) => [one.conversation, one]));
    for (const [conversation] of this.along) if (!asked.has(conversation)) this.#forget(conversation);
    for (const one of beside.asked) if (one.desk === this.#comingTo) this.lookIn(one);
    for (const { conversation, coming } of this.mine()) if (coming != null) this.#letIn(conversation, coming);
    for (const { conversation, desk } of beside.readers) this.#letIn(conversation, desk);
  }

  /** A connection is new: what she reads along is asked for again. */
  reopen(): void {
    for (const talk of this.along.values()) talk.reopen();
  }

  /** Something was said among colleagues. What does not open, or is not for us to show, is left out. */
  async whisperCame({ id, desk, name, at, box, conversation }: Whispered): Promise<void> {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const channel = conversation ?? ROOM;
    const content = await openWhisper(this.around.mine, channel, fromBase64(box)).catch(() => null);
    const { kind, text, what } = (content ?? {}) as { kind?: unknown; text?: unknown; what?: unknown };
    if (!KINDS.includes(String(kind)) || typeof text !== "string") return;
    if (kind === "say") this.said.set(channel, [...(this.said.get(channel) ?? []), { id, desk, name, at, text }]);
    if (kind === "sign" && typeof what === "string" && desk !== this.around.me) this.toSign.set(channel, { text, what });
    if (kind === "draft" && desk !== this.around.me) this.#drafts.set(channel, restored(JSON.parse(text) as Partial<Draft>));
    if (channel === ROOM && desk !== this.around.me && !this.roomOpen) this.unseen++;
    this.around.changed();
  }

  // --- what she does ---

  /** Call everybody, or not any more. */
  help(conversation: string, on: boolean): void {
    this.around.send({ t: "help", conversation, on });
  }

  /** Go and help. */
  come({ desk }: HelpCall): void {
    this.#comingTo = desk;
    this.around.send({ t: "come", desk });
  }

  /** Let a colleague read along in one of her talks. */
  async askIn(conversation: string, { desk, key_id, key }: Colleague): Promise<void> {
    const wrapped = this.around.held(conversation)?.wrapped;
    if (wrapped == null) return;
    this.#wrappedFor.set(`${conversation}:${desk}`, key_id);
    const box = await rewrapKey(this.around.mine, fromBase64(wrapped), conversation, fromBase64(key), key_id);
    this.around.send({ t: "ask_in", conversation, desk, key_id, key: toBase64(box) });
  }

  /** Read along in a talk that she was asked in to. */
  lookIn({ conversation }: Pick<Asked, "conversation">): void {
    this.#comingTo = null;
    if (this.along.has(conversation)) return;
    const identity = identify(conversation, [...this.around.onScreen(), ...[...this.along.values()].map(({ identity }) => identity)]);
    const talk = new HeldTalk(conversation, identity, {
      send: (frame) => (frame.t === "open" || frame.t === "range" ? this.around.send({ t: "look_in", conversation, after: frame.after ?? 0 }) : false),
      changed: () => this.around.changed(),
      keep: () => undefined,
    });
    this.along.set(conversation, talk);
    talk.reopen();
    this.around.changed();
  }

  /** Tell whether what was refused is asked for again: to read along, where the store could not follow. */
  looksAgain({ what, why, conversation }: Refused): boolean {
    const talk = what === "look_in" && why === "not_now" ? this.along.get(conversation ?? "") : undefined;
    talk?.askingRefused("open", why);
    return talk !== undefined;
  }

  /** Read along no more. */
  lookOut(conversation: string): void {
    this.around.send({ t: "look_out", conversation });
    this.#forget(conversation);
  }

  /** Say something in the staff room, or to those who are in a talk. */
  async whisper(channel: string, text: string): Promise<boolean> {
    return this.#tell(channel, this.#listeners(channel), { kind: "say", text });
  }

  /** Ask the child whether a colleague may go on; what she has noted goes to that colleague. */
  async askOver(conversation: string, colleague: Colleague): Promise<void> {
    const talk = this.around.held(conversation);
    if (talk !== undefined) await this.#tell(conversation, [colleague], { kind: "draft", text: JSON.stringify(talk.form) });
    this.around.send({ t: "ask_over", conversation, desk: colleague.desk });
  }

  /** The child is not asked any more. */
  askNoMore(conversation: string): void {
    this.around.send({ t: "ask_over", conversation, desk: null });
  }

  /** Ask those who read along to sign a text. */
  async askToSign(conversation: string, asked: { text: string; what: string }): Promise<void> {
    await this.#tell(conversation, this.#listeners(conversation), { kind: "sign", ...asked });
  }

  sign(conversation: string): void {
    const asked = this.toSign.get(conversation);
    if (asked !== undefined && this.around.send({ t: "sign", conversation, what: asked.what })) this.toSign.delete(conversation);
  }

  // --- what is asked of it ---

  /** Her own calls for help. */
  mine(): HelpCall[] {
    return this.beside.calls.filter(({ desk }) => desk === this.around.me);
  }

  /** Who reads along in one of her talks, and is here. */
  readers(conversation: string): Colleague[] {
    const desks = this.beside.readers.filter((one) => one.conversation === conversation).map(({ desk }) => desk);
    return this.beside.colleagues.filter(({ desk }) => desks.includes(desk));
  }

  nameOf(desk: string): string {
    return this.beside.colleagues.find((one) => one.desk === desk)?.name ?? "";
  }

  /** What the one before has noted in a talk that is hers now; once. */
  draftOf(conversation: string): Draft | null {
    const draft = this.#drafts.get(conversation) ?? null;
    this.#drafts.delete(conversation);
    return draft;
  }

  /** A talk is gone from her desk: nothing of what was said about it stays. */
  forgetTalk(conversation: string): void {
    if (!this.along.has(conversation)) this.said.delete(conversation);
    this.#drafts.delete(conversation);
  }

  forgetAll(): void {
    for (const conversation of [...this.along.keys()]) this.#forget(conversation);
    this.said.clear();
    this.#drafts.clear();
    this.#seen.clear();
    this.beside = NOBODY;
  }

  // --- within ---

  #forget(conversation: string): void {
    this.along.get(conversation)?.forget();
    this.along.delete(conversation);
    if (this.around.held(conversation) === undefined && !this.#drafts.has(conversation)) this.said.delete(conversation);
    this.toSign.delete(conversation);
  }

  /** Whoever comes to help, or comes back with another key, gets the key of the talk. */
  #letIn(conversation: string, desk: string): void {
    const colleague = this.beside.colleagues.find((one) => one.desk === desk);
    if (colleague === undefined || this.#wrappedFor.get(`${conversation}:${desk}`) === colleague.key_id) return;
    void this.askIn(conversation, colleague);
  }

  #listeners(channel: string): Colleague[] {
    const { colleagues, asked } = this.beside;
    if (channel === ROOM) return colleagues;
    const holder = asked.find(({ conversation }) => conversation === channel)?.desk;
    return [...this.readers(channel), ...colleagues.filter(({ desk }) => desk === holder)];
  }

  /** Seal something for each of these and for herself, and say it. */
  async #tell(channel: string, to: readonly Colleague[], content: { kind: string; text: string; what?: string }): Promise<boolean> {
    const { mine } = this.around;
    const keys = [{ key_id: mine.id, key: toBase64(mine.publicKey) }, ...to];
    const boxes = await Promise.all(
      keys.map(async ({ key_id, key }) => ({ key_id, box: toBase64(await sealWhisper(fromBase64(key), channel, content)) })),
    );
    return this.around.send({ t: "whisper", id: newId(), boxes, conversation: channel === ROOM ? null : channel });
  }
}
