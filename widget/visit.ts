/**
 * One child's visit, as this browser sees it. Pure: frames and moments in, the next state out.
 *
 * Rules of this file:
 * 1. The screen is a function of this state. The server decides where a visit stands; here it is only followed.
 * 2. Nothing that the child has written is dropped before the server has stored it (browser/outbox.ts).
 * 3. Every way in which a visit can stop leads to a screen with words and a way on, never to silence.
 */

import type { About, Base64, ChildHello, EndedBy, History, Language, Message, Paired, Puzzle, Refused, ToChild, Welcome } from "../browser/frames.ts";
import * as outboxes from "../browser/outbox.ts";
import type { Kind } from "../browser/sealing.ts";
import * as talks from "../browser/talk.ts";
import { FORGET } from "../browser/typing.ts";

export type Screen = "before" | "waiting" | "talk" | "ended" | "closed" | "failed";
/** Why the chat does not work; each is a key `failed_...` of the wording. */
export type Problem = "error" | "connect" | "full" | "lost" | "place" | "old" | "tab" | "browser";
/** How the socket stands: not wanted, tried for the first time, welcomed, or gone for a moment. */
export type Line = "idle" | "connecting" | "open" | "lost";

/** What a child may tell before it starts; none of it is needed. */
export interface Wish {
  readonly language: Language;
  readonly about: About;
  readonly danger: boolean;
}

export interface Counsellor {
  readonly name: string;
  readonly keyId: string;
  readonly key: Base64;
  /** Her connection is gone; she may come back. */
  readonly away: boolean;
}

export interface Visit {
  readonly screen: Screen;
  readonly problem: Problem | null;
  readonly wish: Wish;
  readonly line: Line;
  /** Since when (ms) there has been no connection. */
  readonly since: number;
  /** Until when (ms) it is said that the connection is back. */
  readonly back: number;
  readonly token: string | null;
  readonly epoch: string | null;
  readonly conversation: string | null;
  /** The server has us in the line or in a talk. */
  readonly joined: boolean;
  readonly place: number | null;
  /** Between how many and how many minutes it may take; null when that is not known. */
  readonly span: readonly [low: number, high: number] | null;
  readonly counsellor: Counsellor | null;
  /** The name of the last counsellor who was here; null when nobody has been. */
  readonly lastName: string | null;
  /** A counsellor was here and did not come back. */
  readonly wasLost: boolean;
  readonly talk: talks.Talk;
  readonly outbox: outboxes.Outbox;
  /** What this connection has been told; all of it is told again on the next one. */
  readonly told: Told;
  /** Say nothing again before this moment (ms): the server could not take it. */
  readonly pause: number;
  /** Say the next message not before this moment (ms): a long outbox is sent slowly. */
  readonly paced: number;
  /** Until when (ms) the counsellor is believed to be typing. */
  readonly typing: number;
  /** When (ms) anybody last wrote, if only a letter: who types is not silent, here as on the server. */
  readonly lastWord: number;
  /** When (ms) the talk must end, once the server has said so. */
  readonly mustEnd: number | null;
  /** Until when (ms) the counsellor has said that there is time; nothing ends by itself then. */
  readonly planned: number | null;
  /** Who may go on with the talk, if the child says yes; null: nobody is asked about. */
  readonly over: string | null;
  readonly endedBy: EndedBy | null;
  readonly opensAt: number | null;
  /** The chat was taken down: it does not work just now. */
  readonly down: boolean;
  /** The talk has reached its cap. */
  readonly full: boolean;
  /** What the browser works at for a moment, before this connection lets it in. */
  readonly working: Puzzle | null;
}

export interface Told {
  readonly join: boolean;
  /** The message that is on its way. */
  readonly saying: string | null;
  /** The id of the counsellor's key that we have wrapped for. */
  readonly keyId: string | null;
  readonly danger: boolean;
  readonly language: Language | null;
  /** After which entry we have asked for what is missing. */
  readonly range: number | null;
  readonly delivered: number;
  readonly read: number;
}

const NOTHING_TOLD: Told = { join: false, saying: null, keyId: null, danger: false, language: null, range: null, delivered: 0, read: 0 };
const AGAIN = 2_000;
/** So long (ms) after a message is stored the next one is said: never more than ten a second. */
export const PACE = 100;
const BACK = 5_000;
/** Without any connection for so long (ms) at the start, the chat says that it does not work here. */
export const GIVE_UP = 20_000;
/** This long (ms) before a quiet talk ends, the child is told. */
export const NUDGE = 5 * 60_000;

/** Return a visit that has not begun. */
export function nobody(language: Language, opensAt: number | null = null): Visit {
  return {
    screen: "before",
    problem: null,
    wish: { language, about: "unsaid", danger: false },
    line: "idle",
    since: 0,
    back: 0,
    token: null,
    epoch: null,
    conversation: null,
    joined: false,
    place: null,
    span: null,
    counsellor: null,
    lastName: null,
    wasLost: false,
    talk: talks.newTalk("child"),
    outbox: outboxes.EMPTY,
    told: NOTHING_TOLD,
    pause: 0,
    paced: 0,
    typing: 0,
    lastWord: 0,
    mustEnd: null,
    planned: null,
    over: null,
    endedBy: null,
    opensAt,
    down: false,
    full: false,
    working: null,
  };
}

// --- what the child does ---

/** The child presses start: a fresh visit, connecting. */
export function begin(visit: Visit, wish: Wish, now: number): Visit {
  return { ...nobody(wish.language, visit.opensAt), screen: "waiting", wish, line: "connecting", since: now };
}

/** What a tab that may remember keeps of a visit; nothing else is ever kept. */
export interface Kept extends Wish {
  readonly token: string;
  readonly epoch: string;
  readonly key: Base64;
}

/** The tab has remembered a visit: take it up again. */
export function resume(visit: Visit, { token, epoch, language, about, danger }: Kept, now: number): Visit {
  return { ...begin(visit, { language, about, danger }, now), token, epoch };
}

/** The child is here, though it does not write. */
export function isHere(visit: Visit, now: number): Visit {
  return { ...visit, lastWord: now };
}

/** The child writes: the message is kept at once and said when it can be. */
export function write(visit: Visit, id: string, text: string, now: number, kind: Kind = "text"): Visit {
  return { ...visit, outbox: outboxes.write(visit.outbox, id, text, now, kind), lastWord: now };
}

/** The child says that it is dangerous now. */
export function inDanger(visit: Visit): Visit {
  return { ...visit, wish: { ...visit.wish, danger: true } };
}

/** The child chose another language. */
export function speaks(visit: Visit, language: Language): Visit {
  return { ...visit, wish: { ...visit.wish, language } };
}

/** The child has chosen to end, or to leave the line. What the server still says of it changes nothing. */
export function ended(visit: Visit, by: EndedBy): Visit {
  if (isOver(visit)) return visit;
  const screen = by === "hours" && visit.lastName === null ? "closed" : "ended";
  return { ...visit, screen, endedBy: by, line: "idle", counsellor: null, typing: 0 };
}

// --- what the connection does ---

/** Return the first frame of a socket. */
export function hello({ token, epoch, talk }: Visit): ChildHello {
  return token === null || epoch === null ? { t: "hello" } : { t: "hello", token, epoch, seq: talks.have(talk) };
}

/** The socket is gone for now. Code 4010: the server does not know the visit any more. */
export function disconnected(visit: Visit, code: number, now: number): Visit {
  if (isOver(visit)) return visit;
  if (code === 4010) return failed(visit, "lost");
  const since = visit.line === "lost" || visit.line === "connecting" ? visit.since : now;
  return { ...visit, line: "lost", since, told: NOTHING_TOLD, typing: 0, working: null };
}

/** The socket is gone for good. */
export function finished(visit: Visit, code: number): Visit {
  if (isOver(visit)) return visit;
  if (code === 4504) return ended(visit, visit.endedBy ?? "counsellor");
  if (code === 4510) return { ...visit, screen: "closed", line: "idle" };
  return failed(visit, problemOf(code, visit.token !== null));
}

function problemOf(code: number, known: boolean): Problem {
  switch (code) {
    case 4501:
      return "lost";
    case 4503:
      return known ? "lost" : "place";
    case 4509:
      return "tab";
    case 4526:
      return "old";
    default:
      return "error";
  }
}

/** It does not go on, and why. */
export function failed(visit: Visit, problem: Problem): Visit {
  return { ...visit, screen: "failed", problem, line: "idle", counsellor: null, typing: 0 };
}

/** Time has passed: give up a start that leads nowhere, unless the child has written something, if only a draft. */
export function ticked(visit: Visit, now: number, draft = ""): Visit {
  const waiting = (visit.line === "connecting" || visit.line === "lost") && visit.outbox.items.length === 0 && draft === "";
  return waiting && visit.token === null && now - visit.since >= GIVE_UP ? failed(visit, "connect") : visit;
}

// --- what the server says ---

/** Tell whether the visit is over, or has not begun: nothing that the server says changes it. */
export function isOver({ screen }: Visit): boolean {
  return screen !== "waiting" && screen !== "talk";
}

/** Take in one frame. */
export function receive(visit: Visit, frame: ToChild, now: number): Visit {
  if (isOver(visit)) return visit;
  switch (frame.t) {
    case "work":
      return { ...visit, working: frame.puzzle };
    case "welcome":
      return welcomed(visit, frame, now);
    case "position":
      return { ...visit, place: frame.place, span: frame.low == null || frame.high == null ? null : [frame.low, frame.high], joined: true };
    case "paired":
      return paired(visit, frame, now);
    case "said":
      return said(visit, frame.id, frame.seq, frame.at, now);
    case "message":
      return entries({ ...visit, typing: 0, lastWord: now }, [frame]);
    case "history":
      return ranged(visit, frame);
    case "typing":
      return frame.on ? { ...visit, typing: now + FORGET, lastWord: now } : { ...visit, typing: 0 };
    case "seen":
      return { ...visit, talk: talks.marked(visit.talk, frame.delivered, frame.read) };
    case "counsellor_lost":
      return frame.waiting ? lineAgain(visit) : { ...visit, typing: 0, counsellor: visit.counsellor && { ...visit.counsellor, away: true } };
    case "closing_soon":
      return { ...visit, mustEnd: frame.at };
    case "planned":
      return { ...visit, planned: frame.at };
    case "hand_over":
      return { ...visit, over: frame.alias };
    case "ended":
      return ended(visit, frame.by);
    case "closed":
      return { ...visit, screen: "closed", line: "idle", opensAt: frame.opens_at ?? visit.opensAt, down: frame.down ?? false };
    case "refused":
      return refused(visit, frame, now);
    case "pong":
      return { ...visit, talk: talks.heardOf(visit.talk, frame.seq ?? 0), told: { ...visit.told, range: null } };
    default:
      return visit; // a frame of a newer server: nothing is lost by not knowing it
  }
}

function welcomed(visit: Visit, frame: Welcome, now: number): Visit {
  const { token, epoch, conversation, recovered, seq, state } = frame;
  if (visit.conversation !== null && visit.conversation !== conversation) return failed(visit, "lost");
  const talk = talks.heardOf(recovered ? visit.talk : talks.newTalk("child"), seq);
  const back = visit.token === null ? 0 : now + BACK;
  const next: Visit = { ...visit, token, epoch, conversation, talk, back, working: null, line: "open", joined: state !== "arrived", told: NOTHING_TOLD };
  return state === "waiting" && visit.screen === "talk" ? lineAgain(next) : next; // she was lost while the line was down
}

function paired(visit: Visit, { alias, key_id: keyId, key }: Paired, now: number): Visit {
  const counsellor = { name: alias, keyId, key, away: false };
  return { ...visit, screen: "talk", counsellor, joined: true, lastName: alias, wasLost: false, place: null, lastWord: Math.max(visit.lastWord, now) };
}

function lineAgain(visit: Visit): Visit {
  return { ...visit, screen: "waiting", counsellor: null, wasLost: true, place: null, span: null, typing: 0, mustEnd: null, planned: null, over: null };
}

function said(visit: Visit, id: string, seq: number, at: number, now: number): Visit {
  const item = outboxes.find(visit.outbox, id);
  const next = { ...visit, told: { ...visit.told, saying: null }, paced: now + PACE };
  if (item?.box == null) return { ...next, talk: talks.heardOf(visit.talk, seq) };
  const message: Message = { t: "message", seq, role: "child", id, n: item.n, at, box: item.box };
  const received = talks.receive(visit.talk, [message]);
  if (![...received.entries, ...received.early].some((entry) => entry.id === id)) return { ...next, pause: now + AGAIN }; // another one has its place
  const talk = talks.opened(received, seq, { kind: item.kind ?? "text", text: item.text }, id);
  return { ...next, talk, outbox: outboxes.acknowledged(visit.outbox, id), lastWord: now };
}

/** Take in a part of a range. All that the server speaks of comes here in the order in which it was read, so its end is the talk's. */
function ranged(visit: Visit, { after, messages, more }: History): Visit {
  const next = entries(visit, messages);
  return more === true || after > talks.have(visit.talk) ? next : { ...next, talk: talks.settled(next.talk) };
}

function entries(visit: Visit, messages: readonly Message[]): Visit {
  const talk = talks.receive(visit.talk, messages);
  const own = messages.filter(({ role }) => role === "child").map(({ id }) => id);
  const outbox = own.reduce(outboxes.acknowledged, visit.outbox);
  const saying = own.includes(visit.told.saying ?? "") ? null : visit.told.saying;
  return { ...visit, talk, outbox, told: { ...visit.told, saying } };
}

function refused(visit: Visit, { what, why }: Refused, now: number): Visit {
  if (what === "join" && why === "line_full") return failed(visit, "full");
  if (why === "too_many") return { ...visit, full: true };
  return { ...visit, told: { ...visit.told, ...UNTOLD[what] }, pause: now + AGAIN };
}

/** What must be told again when a frame of this name had no effect. */
const UNTOLD: Readonly<Record<string, Partial<Told>>> = {
  join: { join: false },
  say: { saying: null, range: null },
  key: { keyId: null },
  danger: { danger: false },
  language: { language: null },
  range: { range: null },
};

// --- what was done ---

/** Note that something was told on this connection. */
export function didTell(visit: Visit, told: Partial<Told>): Visit {
  return { ...visit, told: { ...visit.told, ...told } };
}

/** Note the sealed form of a message, for the counter that it had; with another counter it must be sealed again. */
export function didSeal(visit: Visit, id: string, n: number, box: Base64): Visit {
  return { ...visit, outbox: outboxes.sealed(outboxes.align(visit.outbox, visit.talk.next.child), id, n, box) };
}

/** Note what opening an entry gave. */
export function didOpen(visit: Visit, seq: number, shown: talks.Shown, id?: string): Visit {
  return { ...visit, talk: talks.opened(visit.talk, seq, shown, id) };
}

/** Return the minutes until a quiet talk ends, once that is near; null otherwise. */
export function minutesLeft(visit: Visit, now: number, silenceMinutes: number): number | null {
  const left = visit.lastWord + silenceMinutes * 60_000 - now;
  return visit.screen === "talk" && left <= NUDGE ? Math.max(1, Math.ceil(left / 60_000)) : null;
}
