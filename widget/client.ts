/**
 * The edge of a visit: the socket, the key, the clock. What to do is decided in visit.ts; here it is only done.
 *
 * Rules of this file:
 * 1. The conversation key and the words live in memory only, and are let go of when the child leaves.
 * 2. One thing is done at a time, in the order that `due` gives; whatever came meanwhile is looked at before the next.
 */

import { fromBase64, newId, toBase64 } from "../browser/bytes.ts";
import { fetched, webSocket } from "../browser/carrier.ts";
import { Connection } from "../browser/connection.ts";
import type { ChildFrame, ChildHello, Language, OtherNumber, Puzzle, ToChild } from "../browser/frames.ts";
import { newConversationKey, openMessage, readConversationKey, sealMessage, showConversationKey, wrapKey } from "../browser/sealing.ts";
import { have, unopened, type Entry, type Shown } from "../browser/talk.ts";
import { STILL, pressed, stopped } from "../browser/typing.ts";
import type { Page } from "./page.ts";
import type * as Work from "./work.ts";
import { remember } from "./remember.ts";
import * as visits from "./visit.ts";
import { type Due, due } from "./due.ts";
import type { Kept, Visit, Wish } from "./visit.ts";

const SECOND = 1_000;
/** How long (ms) an "end" may take to reach the server once it is said. */
const FAREWELL = 3_000;
/** How long (ms) it is tried to say "end" while there is no connection. */
const PATIENCE = 60_000;

/** One child, here. */
export class Client {
  visit: Visit;
  #connection: Connection<ChildFrame, ToChild> | null = null;
  #key: CryptoKey | null = null;
  #typing = STILL;
  #timer: ReturnType<typeof setInterval> | undefined;
  #working = false;
  /** How many entries the browser has painted: in a hidden frame or tab it paints nothing, so nothing is read. */
  #painted = 0;
  #painting = false;
  /** How often all was forgotten: what was begun before that is not wanted any more. */
  #times = 0;
  /** What is in the field and not yet sent. */
  draft = "";
  /** The child has asked that this tab remembers the visit. */
  remembers = false;
  /** How often that was said, or ended: only what was said last is done. */
  #said = 0;
  /** Whom else one can ring is another one now. */
  helpCame: (numbers: OtherNumber[]) => void = () => undefined;

  constructor(
    private readonly page: Page,
    private readonly address: string,
    private readonly changed: () => void,
  ) {
    this.visit = visits.nobody(page.language, page.opens_at);
  }

  // --- what the child does ---

  /** Start: make the key, connect, enter the line. */
  async start(wish: Wish): Promise<void> {
    this.forget();
    await this.#begin(visits.begin(this.visit, wish, Date.now()), newConversationKey());
  }

  /** Go on with a visit that this tab has remembered. */
  async resume(kept: Kept): Promise<void> {
    this.remembers = true;
    await this.#begin(visits.resume(this.visit, kept, Date.now()), readConversationKey(fromBase64(kept.key)));
  }

  async #begin(visit: Visit, coming: Promise<CryptoKey>): Promise<void> {
    this.#set(visit);
    const times = this.#times;
    try {
      const key = await coming;
      if (times !== this.#times) return;
      this.#key = key;
    } catch {
      if (times === this.#times) this.#set(visits.failed(this.visit, "browser"));
      return;
    }
    const listener = {
      opened: () => this.#send(visits.hello(this.visit)),
      received: (frames: ToChild[]) => this.#received(frames),
      lost: (code: number) => this.#moved(visits.disconnected(this.visit, code, Date.now())),
      finished: (code: number) => this.#moved(visits.finished(this.visit, code)),
      beat: () => this.#send({ t: "ping", seq: have(this.visit.talk) }),
    };
    this.#connection = new Connection(webSocket(this.address), listener, fetched(this.page.stream));
    this.#timer = setInterval(() => this.#moved(visits.ticked(this.visit, Date.now(), this.draft)), SECOND);
    this.#connection.start();
  }

  /** Say something. */
  say(text: string): void {
    this.draft = "";
    this.rest();
    this.#moved(visits.write(this.visit, newId(), text, Date.now()));
  }

  /** Say who and where one is. */
  share(text: string): void {
    this.#moved(visits.write(this.visit, newId(), text, Date.now(), "who_where"));
  }

  /** A key was pressed in the field. */
  typed(): void {
    const { typing, say } = pressed(this.#typing, Date.now());
    this.#typing = typing;
    if (say && this.visit.screen === "talk" && this.#send({ t: "typing", on: true })) this.#set(visits.isHere(this.visit, Date.now()));
  }

  /** The child is here and needs time: the counsellor sees it as typing, and the talk goes on. */
  here(): void {
    this.#send({ t: "typing", on: true });
    this.#moved(visits.isHere(this.visit, Date.now()));
  }

  /** The child says whether a colleague may go on with the talk. */
  answerOver(yes: boolean): void {
    if (this.#send({ t: "answer_over", yes })) this.#moved({ ...this.visit, over: null });
  }

  /** The child writes no more for now. */
  rest(): void {
    const { typing, say } = stopped(this.#typing);
    this.#typing = typing;
    if (say && this.visit.screen === "talk") this.#send({ t: "typing", on: false });
  }

  /** It is dangerous now. */
  danger(): void {
    this.#moved(visits.inDanger(this.visit));
    this.#rememberWish();
  }

  /** Another language. */
  speak(language: Language): void {
    this.#moved(visits.speaks(this.visit, language));
    this.#rememberWish();
  }

  /** What is wished has changed: a tab that remembers remembers that. */
  #rememberWish(): void {
    if (this.remembers) void this.remember(true);
  }

  /** The child wants this tab to remember the visit, or not any more. */
  async remember(on: boolean): Promise<void> {
    const said = ++this.#said;
    const { token, epoch, wish } = this.visit;
    const kept = on && token !== null && epoch !== null ? { ...wish, token, epoch, key: toBase64(await showConversationKey(this.#theKey())) } : null;
    if (said !== this.#said) return;
    this.remembers = remember(this.visit.token === token ? kept : null) && kept !== null;
    this.changed();
  }

  /** Try to connect now. */
  tryNow(): void {
    this.#connection?.hurry();
  }

  /** End the talk, or leave the line. The server is told, now or when it is there again. */
  end(): void {
    const sent = this.visit.line === "open" && this.#send({ t: "end" });
    this.#letGo();
    this.#set(visits.ended(this.visit, "child"));
    if (sent) {
      const times = this.#times;
      setTimeout(() => times === this.#times && this.#rest(), FAREWELL);
    } else {
      this.#rest();
      if (this.visit.token !== null) sayGoodbye(this.address, this.page.stream, visits.hello(this.visit));
    }
  }

  /** Leave at once: the server is told if that takes no time, and nothing is kept. */
  leave(): void {
    this.#send({ t: "end", fast: true });
    this.forget();
  }

  /** Forget everything: the key, the words, the connection. */
  forget(): void {
    clearInterval(this.#timer);
    this.#connection?.stop();
    this.#connection = this.#key = null;
    this.#typing = STILL;
    this.#letGo();
    this.draft = "";
    this.#times++;
    this.#set(visits.nobody(this.visit.wish.language, this.visit.opensAt));
  }

  /** Something may be due. */
  async settle(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next = this.#due(); next !== null; next = this.#due()) {
        const before = this.visit;
        await this.#do(next);
        if (this.visit === before) return; // it could not be done now: the next frame or second looks again
      }
    } catch {
      this.#moved(visits.failed(this.visit, "error"));
    } finally {
      this.#working = false;
    }
  }

  // --- pieces ---

  #received(frames: ToChild[]): void {
    this.#moved(frames.reduce((visit, frame) => visits.receive(visit, frame, Date.now()), this.visit));
    for (const frame of frames) {
      if (frame.t === "work") void this.#work(frame.puzzle);
      if (frame.t === "other_help") this.helpCame(frame.numbers);
    }
  }

  /**
   * Very many come: work for a moment, then be let in. What cannot be fetched is asked for again with the next connection, and
   * what was found for an earlier one is not said: a connection that has let us in takes it for a bad frame.
   */
  async #work(puzzle: Puzzle): Promise<void> {
    const found = await import(this.page.work).then(({ work }: typeof Work) => work(puzzle), () => null);
    if (found !== null && this.visit.working === puzzle) this.#send(found);
  }

  #moved(visit: Visit): void {
    this.#set(visit);
    if (visit.line === "idle") this.#rest();
    void this.settle();
  }

  /** No more to be done with the server; what was said stays on the screen until the child clears it. */
  #rest(): void {
    if (this.visit.line !== "idle") return; // a new visit has begun meanwhile
    this.#letGo();
    clearInterval(this.#timer);
    this.#connection?.stop();
    this.#connection = null;
  }

  /** The tab remembers nothing any more, and the browser is asked to keep nothing either; no rule relies on that. */
  #letGo(): void {
    navigator.sendBeacon("/w/gone");
    this.#said++;
    if (this.remembers) remember(null);
    this.remembers = false;
  }

  #set(visit: Visit): void {
    this.visit = visit;
    this.changed();
    this.#watchPainting();
  }

  #watchPainting(): void {
    if (this.#painting || have(this.visit.talk) === this.#painted) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      this.#painting = false;
      this.#painted = have(this.visit.talk);
      void this.settle();
    });
  }

  #due(): Due | null {
    return this.#key === null ? null : due(this.visit, Date.now(), this.#painted);
  }

  #send(frame: ChildFrame): boolean {
    return this.#connection?.send(frame) ?? false;
  }

  /** Send what needs a welcomed connection, and note it. */
  #tell(frame: ChildFrame, told: Partial<visits.Told>): void {
    if (this.visit.line === "open" && this.#send(frame)) this.#set(visits.didTell(this.visit, told));
  }

  async #do(next: Due): Promise<void> {
    const { wish, conversation } = this.visit;
    switch (next.do) {
      case "open":
        return this.#openAll();
      case "join":
        return this.#tell({ t: "join", key: await this.#wrap(this.page.registrar_key, "registrar"), ...wish }, { join: true, ...wish });
      case "wrap": {
        const { key, keyId } = next.counsellor;
        return this.#tell({ t: "key", key_id: keyId, key: await this.#wrap(key, keyId) }, { keyId });
      }
      case "danger":
        return this.#tell({ t: "danger" }, { danger: true });
      case "language":
        return this.#tell({ t: "language", language: wish.language }, { language: wish.language });
      case "range":
        return this.#tell({ t: "range", after: next.after }, { range: next.after });
      case "seen":
        return this.#tell({ t: "seen", delivered: next.delivered, read: next.read }, next);
      case "wait":
        setTimeout(() => void this.settle(), next.until - Date.now());
        return;
      case "say": {
        const { id, n, text, kind, box } = next.item;
        if (box !== null) return this.#tell({ t: "say", id, n, box }, { saying: id });
        const sealed = await sealMessage(this.#theKey(), { conversation: conversation ?? "", role: "child", id, n }, text, kind);
        if (this.visit.conversation === conversation) this.#set(visits.didSeal(this.visit, id, n, toBase64(sealed)));
      }
    }
  }

  async #wrap(publicKey: string, reader: string): Promise<string> {
    return toBase64(await wrapKey(this.#theKey(), fromBase64(publicKey), reader, this.visit.conversation ?? ""));
  }

  /** Open everything that has come, and draw it once: a talk that comes back whole must not hold up the page. */
  async #openAll(): Promise<void> {
    const conversation = this.visit.conversation ?? "";
    const found = await Promise.all(unopened(this.visit.talk).map(async (entry) => ({ ...entry, shown: await this.#open(entry, conversation) })));
    if (this.visit.conversation === conversation) this.#set(found.reduce((visit, { seq, id, shown }) => visits.didOpen(visit, seq, shown, id), this.visit));
  }

  async #open({ role, id, n, box }: Entry, conversation: string): Promise<Shown> {
    try {
      return await openMessage(this.#theKey(), { conversation, role, id, n }, fromBase64(box));
    } catch {
      return { kind: "broken" };
    }
  }

  #theKey(): CryptoKey {
    if (this.#key === null) throw new Error("no key: the visit is over");
    return this.#key;
  }
}

/** Say "end" for a visit as soon as there is a connection again, whatever the child does meanwhile. */
function sayGoodbye(address: string, stream: string, hello: ChildHello): void {
  const listener = {
    opened: () => connection.send(hello),
    received: (frames: ToChild[]) => {
      if (!frames.some(({ t }) => t === "welcome")) return;
      connection.send({ t: "end" });
      setTimeout(() => connection.stop(), FAREWELL);
    },
    lost: (code: number) => code === 4010 && connection.stop(),
    finished: () => undefined,
    beat: () => connection.send({ t: "ping" }),
  };
  const connection: Connection<ChildFrame, ToChild> = new Connection(webSocket(address), listener, fetched(stream));
  setTimeout(() => connection.stop(), PATIENCE);
  connection.start();
}
