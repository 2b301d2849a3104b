/**
 * A counsellor's shift in this browser: one connection, her desk, the line, the talks that she holds.
 *
 * Rules of this file:
 * 1. The server's `desk` decides which talks are here. One that is not in it is forgotten at once, from memory and from disk.
 * 2. After every new connection each talk is opened again from where this browser is.
 * 3. Nothing is lost by a refusal: what was refused is said beside what it concerns.
 */

import { toBase64 } from "../browser/bytes.ts";
import { Connection } from "../browser/connection.ts";
import type { Desk, Line, Refusal, Refused, StaffFrame, ToStaff } from "../browser/frames.ts";
import { Company } from "./company.ts";
import { inOrder } from "./desk.ts";
import type { NonContact } from "./form.ts";
import { HeldTalk } from "./held_talk.ts";
import { type Lines, NO_LINES } from "./here_and_now.ts";
import { HouseNews } from "./house.ts";
import type { Keeps } from "./keeping.ts";
import { Leading } from "./lead/leading.ts";
import { type Identity, identify } from "./names.ts";
import { NO_PHRASES, type Own, type Phrases } from "./replies.ts";
import type { Way } from "./way.ts";

/** How the connection stands. `over`: for good, with the close code that says why; `kept`: she signed out, and what is kept here could not be deleted. */
export type Link = { state: "connecting" } | { state: "open" } | { state: "lost" } | { state: "over"; code: number; kept?: boolean };

/** Something that is said once, near the top, until it is put away. */
export type Notice = { kind: "refused"; what: string; why: Refusal } | { kind: "given_back"; identity: Identity } | { kind: "still_signed_in" };

const SIGNED_OUT = 4501;
const RESTING = 3;

export class Shift {
  link: Link = { state: "connecting" };
  name = "";
  desk: Desk | null = null;
  line: Line | null = null;
  notice: Notice | null = null;
  /** When this session is over, if that is near; `last`: nothing prolongs it. */
  ends: { at: number; last: boolean } | null = null;
  readonly talks = new Map<string, HeldTalk>();
  /** Who is beside her. */
  readonly company: Company;
  /** What the leads have changed, and what waits for a second person. */
  readonly house: HouseNews;
  /** What she sees and does when she leads the shift. */
  readonly lead = new Leading((frame) => this.#ask(frame));
  /** All that she can put into a writing field. */
  phrases: Phrases = NO_PHRASES;
  /** Whom she may call here and now. */
  lines: Lines = NO_LINES;
  /** Names and colours that no talk gets here: they are those of practice. */
  avoided: readonly Identity[] = [];
  /** Nothing of this shift is real. */
  readonly practice: boolean;
  #connection: Connection<StaffFrame, ToStaff>;
  #registrarKey = "";
  #skew = 0;
  #resting: Identity[] = [];
  #fresh = new Set<string>();
  #keeping = new Set<string>();
  #again = new Set<string>();

  constructor(
    private readonly way: Way,
    private readonly keeping: Keeps,
    private readonly changed: () => void,
    /** Her own desk. */
    readonly me = "",
  ) {
    this.practice = way.practice === true;
    this.company = new Company({
      send: (frame) => this.#send(frame),
      ...{ changed, mine: keeping.mine, me },
      held: (conversation) => this.talks.get(conversation),
      onScreen: () => [...this.talks.values()].map(({ identity }) => identity),
    });
    this.house = new HouseNews(({ replies, numbers }) => {
      this.phrases = { ...this.phrases, replies, numbers };
      changed();
    });
    this.#connection = new Connection(way.carry, {
      opened: () => void this.#hello(),
      received: (frames) => this.#received(frames),
      lost: () => this.#linked({ state: "lost" }),
      finished: (code) => this.#finished(code),
      beat: () => this.#send({ t: "ping" }),
    });
  }

  start(): void {
    this.#connection.start();
  }

  /** The server's clock, as this browser can tell it. */
  now(): number {
    return Date.now() + this.#skew;
  }

  // --- what she does ---

  free(room: number): void {
    this.#ask({ t: "free", room });
  }

  away(): void {
    this.#ask({ t: "away" });
  }

  /** Take this child, or the next one. */
  take(conversation: string | null): void {
    this.#ask({ t: "take", conversation });
  }

  decline(conversation: string): void {
    this.#ask({ t: "decline", conversation });
  }

  end(conversation: string): void {
    this.#ask({ t: "end", conversation });
  }

  /** Whoever writes in this talk is no child: end it, and shut out who comes from there. */
  shutOut(conversation: string): void {
    this.#ask({ t: "no_child", conversation });
  }

  /** Tell the child of a talk how many minutes they have left; 0 takes it back. */
  plan(conversation: string, minutes: number): void {
    this.#ask({ t: "plan", conversation, minutes });
  }

  /** Hand a talk in with its form; `none`: as a contact that is none, which the server ends if it still runs. */
  register(conversation: string, none: NonContact | null = null): void {
    const second = this.desk?.talks.find((held) => held.conversation === conversation)?.second;
    void this.talks.get(conversation)?.register(this.#registrarKey, this.name, none, second == null ? "" : this.company.nameOf(second));
  }

  /** Keep these as her own quick replies, here and at the server; one that could not be kept is said. */
  async keepOwn(own: readonly Own[]): Promise<void> {
    const before = this.phrases;
    this.phrases = { ...before, own };
    this.changed();
    if (await this.way.keep(own)) return;
    this.phrases = before;
    this.notice = { kind: "refused", what: "replies", why: "not_now" };
    this.changed();
  }

  /** Try to connect now. */
  hurry(): void {
    this.#connection.hurry();
  }

  /** Say that she is at work. */
  here(): void {
    this.#ask({ t: "here" });
  }

  putAway(): void {
    this.notice = null;
    this.changed();
  }

  /** Tell each talk what of it can be seen; called after every drawing. */
  shown(visible: boolean): void {
    if (this.link.state !== "open") return;
    for (const talk of this.talks.values()) talk.shown(visible);
  }

  /** Let go of the connection, and of everything in memory. */
  leave(): void {
    this.#connection.stop();
    this.#forgetAll();
  }

  /** Sign out at the server, and only then forget everything here, in memory and on disk. Return whether both are done; if not, it is said. */
  async signOut(): Promise<boolean> {
    if (!(await this.way.signOut())) {
      this.notice = { kind: "still_signed_in" };
      this.changed();
      return false;
    }
    this.leave();
    try {
      await this.keeping.wipe();
      return true;
    } catch {
      this.#linked({ state: "over", code: SIGNED_OUT, kept: true });
      return false;
    }
  }

  // --- the connection ---

  async #hello(): Promise<void> {
    try {
      const ticket = await this.way.ticket();
      if (ticket !== null) {
        this.#send({ t: "hello", ticket, key: toBase64(this.keeping.mine.publicKey) });
        return;
      }
      this.#connection.stop();
      this.#finished(SIGNED_OUT);
    } catch {
      return; // without a hello the server closes, and it is tried again
    }
  }

  #finished(code: number): void {
    this.#forgetAll();
    this.#linked({ state: "over", code });
  }

  #linked(link: Link): void {
    this.link = link;
    this.changed();
  }

  #send(frame: StaffFrame): boolean {
    return this.#connection.send(frame);
  }

  /** Ask the server for something; without a connection say at once that it did not work. */
  #ask(frame: StaffFrame): void {
    this.notice = this.#send(frame) ? null : { kind: "refused", what: frame.t, why: "not_now" };
    this.changed();
  }

  #received(frames: ToStaff[]): void {
    for (const frame of frames) this.#take(frame);
    this.changed();
  }

  // --- the frames ---

  #take(frame: ToStaff): void {
    switch (frame.t) {
      case "welcome":
        this.#welcome(frame);
        break;
      case "desk":
        void this.#deskCame(frame);
        break;
      case "line":
        this.line = frame;
        break;
      case "registered":
        this.#forget(frame.conversation);
        break;
      case "refused":
        this.#refused(frame);
        break;
      case "session_ends":
        this.ends = frame.at == null ? null : { at: frame.at, last: frame.last ?? false };
        break;
      case "beside":
        this.company.besideCame(frame);
        break;
      case "house":
        void this.house.came(frame);
        break;
      case "whispered":
        void this.company.whisperCame(frame);
        break;
      case "overview":
        this.lead.overviewCame(frame);
        break;
      case "pong":
        break;
      default:
        this.#ofTalk(frame);
    }
  }

  #welcome({ name, registrar_key, now }: Extract<ToStaff, { t: "welcome" }>): void {
    this.name = name;
    this.#registrarKey = registrar_key;
    this.#skew = now - Date.now();
    this.#fresh.clear();
    this.ends = null;
    this.link = { state: "open" };
    this.company.reopen();
  }

  #ofTalk(frame: Exclude<ToStaff, { t: "welcome" | "desk" | "line" | "registered" | "refused" | "session_ends" | "beside" | "house" | "whispered" | "overview" | "pong" }>): void {
    const talk = this.talks.get(frame.conversation) ?? this.company.along.get(frame.conversation);
    if (talk === undefined) return;
    switch (frame.t) {
      case "key":
        void talk.keyCame(this.keeping.mine, frame.key_id, frame.key);
        break;
      case "history":
        void talk.historyCame(frame.epoch, frame.n, frame.messages, frame.more ?? false);
        break;
      case "message":
        void talk.messageCame({ ...frame, t: "message" });
        break;
      case "said":
        void talk.saidCame(frame.id, frame.seq, frame.at);
        break;
      case "typing":
        talk.typingCame(frame.on, Date.now());
        break;
      case "seen":
        talk.seenCame(frame.delivered, frame.read);
    }
  }

  /** The desk, whole: forget what is not hers any more, take up what is new, open again what this connection has not opened. */
  async #deskCame(desk: Desk): Promise<void> {
    const hers = inOrder(desk.talks, [...this.talks.keys()]).map(({ conversation }) => conversation);
    for (const [conversation, talk] of this.talks) {
      if (hers.includes(conversation)) continue;
      if (talk.registering !== "sending") this.notice = { kind: "given_back", identity: talk.identity };
      this.#forget(conversation);
    }
    this.desk = desk;
    for (const conversation of hers) await this.#takeUp(conversation);
    for (const { conversation, seq } of desk.talks) this.talks.get(conversation)?.heardOf(seq);
    await this.keeping.dropExcept(hers);
    this.changed();
  }

  async #takeUp(conversation: string): Promise<void> {
    if (this.#fresh.has(conversation)) return;
    this.#fresh.add(conversation);
    if (!this.talks.has(conversation)) await this.#make(conversation);
    this.talks.get(conversation)?.reopen();
  }

  async #make(conversation: string): Promise<void> {
    const kept = await this.keeping.load(conversation);
    if (!this.desk?.talks.some((held) => held.conversation === conversation)) return;
    const others = [...[...this.talks.values()].map(({ identity }) => identity), ...this.avoided];
    const identity = kept?.identity ?? identify(conversation, others, this.#resting);
    const talk = new HeldTalk(conversation, identity, {
      send: (frame) => this.#send(frame),
      changed: this.changed,
      keep: () => void this.#keep(conversation),
    });
    const draft = this.company.draftOf(conversation);
    if (kept !== null) talk.restore(kept);
    else if (draft !== null) talk.form = draft;
    else talk.formOpen = this.talks.size === 0;
    this.talks.set(conversation, talk);
    void this.#keep(conversation);
  }

  #refused(frame: Refused): void {
    const talk = frame.conversation == null ? undefined : this.talks.get(frame.conversation);
    if (frame.what === "say") talk?.sayRefused(frame.why);
    else if (frame.what === "register") talk?.registerRefused(frame.why);
    else if (frame.what === "open" || frame.what === "range") talk?.askingRefused(frame.what, frame.why);
    else if (!this.company.looksAgain(frame)) this.notice = { kind: "refused", what: frame.what, why: frame.why };
  }

  // --- keeping and forgetting ---

  /** Keep a talk's drafts now; what changes while that is being done is kept right after it. */
  async #keep(conversation: string): Promise<void> {
    if (this.#keeping.has(conversation)) {
      this.#again.add(conversation);
      return;
    }
    this.#keeping.add(conversation);
    try {
      do {
        this.#again.delete(conversation);
        const talk = this.talks.get(conversation);
        if (talk !== undefined) await this.keeping.save(conversation, talk.kept);
      } while (this.#again.has(conversation));
    } finally {
      this.#keeping.delete(conversation);
    }
    if (!this.talks.has(conversation)) await this.keeping.drop(conversation); // it went while it was being written
  }

  #forget(conversation: string): void {
    const talk = this.talks.get(conversation);
    if (talk === undefined) return;
    this.talks.delete(conversation);
    this.#fresh.delete(conversation);
    this.#resting = [talk.identity, ...this.#resting].slice(0, RESTING);
    talk.forget();
    this.company.forgetTalk(conversation);
    void this.keeping.drop(conversation);
  }

  /** Forget from memory alone: the sealed drafts stay for when she is back. */
  #forgetAll(): void {
    for (const talk of this.talks.values()) talk.forget();
    this.talks.clear();
    this.company.forgetAll();
    this.lead.forget();
    this.desk = null;
    this.line = null;
  }
}
