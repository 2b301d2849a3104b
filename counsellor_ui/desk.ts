/**
 * What the screen shows, as a pure function of the server's `desk` and `line`, the talks and the clock.
 *
 * Rules of this file:
 * 1. No word, no element, no socket: codes and numbers only. The elements turn them into words.
 * 2. The server decides. What may be pressed here is what the server would allow; if they disagree, the server wins.
 */

import type { About, Desk, EndedBy, Held, InLine, Language, Line } from "../browser/frames.ts";

/** Why a child can or cannot come to her now. */
export type Standing = "away" | "free" | "full" | "writing_up";

/** What is known of a talk here, beside what the desk says. */
export interface Known {
  /** Instant since when the child waits for an answer; null when nothing is unanswered. */
  unanswered: number | null;
  /** The key has come and opened. */
  readable: boolean;
  /** How many messages of the child have come since she was last in this talk. */
  unread: number;
}

export interface OfferView {
  conversation: string;
  language: Language;
  about: About;
  danger: boolean;
  lost: boolean;
  waited: number;
  /** Whole seconds until it rings elsewhere; 0 while that is being done. */
  left: number;
  /** The part of the countdown that is left, 0 to 1. */
  share: number;
}

export interface WaitingView {
  conversation: string;
  place: number;
  language: Language;
  about: About;
  danger: boolean;
  lost: boolean;
  waited: number;
}

export interface LineView {
  open: boolean;
  count: number;
  longest: number | null;
  first: WaitingView[];
  /** How many wait behind the last one that is listed (one who rings somewhere stands in the line but is not listed). */
  more: number;
  /** Colleagues, and she herself, who are ready now. */
  ready: number;
  unconfirmed: number;
  /** Very many come at once. */
  attack: boolean;
}

export interface PaneView {
  conversation: string;
  state: Held["state"];
  language: Language;
  about: About;
  danger: boolean;
  here: boolean;
  /** How long the child has waited for an answer; null when nothing is unanswered or the talk is over. */
  unanswered: number | null;
  unread: number;
  /** The child's browser has yet to open the talk for her. */
  unopened: boolean;
  endedBy: EndedBy | null;
  /** The colleague about whom the child is asked; and what came of the last question. */
  asksOver: string | null;
  overSaid: string | null;
  /** The desk of the second person who has signed. */
  second: string | null;
  /** The digest of what that one has signed. */
  signed: string | null;
  /** How long ago it ended; null while it runs. */
  over: number | null;
  /** Milliseconds until the talk must end; null while no end is in sight. */
  runsFor: number | null;
  /** Milliseconds until the time that she has told the child; 0 when it has come, null when she has told none. */
  planned: number | null;
}

export interface DeskView {
  standing: Standing;
  /** She has said that she is free. */
  free: boolean;
  room: number;
  /** How many more children may come. */
  left: number;
  /** She may take somebody now. */
  mayTake: boolean;
  offer: OfferView | null;
  panes: PaneView[];
}

/** How long an offer rings unless set otherwise (ms): the countdown's whole circle. */
const RING = 45_000;

/** Return the desk as it is shown at `now` (the server's clock); an offer rings for `ring` ms. */
export function deskView(desk: Desk, known: ReadonlyMap<string, Known>, now: number, ring = RING): DeskView {
  const left = Math.max(0, desk.room - desk.talks.length);
  const writing = desk.talks.some(({ state }) => state === "wrapping_up");
  return {
    standing: standing(desk, left, writing),
    free: desk.free,
    room: desk.room,
    left,
    mayTake: !writing && left > 0,
    offer: desk.offer && offerView(desk.offer, now, ring),
    panes: inOrder(desk.talks, [...known.keys()]).map((held) => paneView(held, known.get(held.conversation), now)),
  };
}

/** Return the talks in the order in which they came to this screen: a pane never changes its place because another one comes. */
export function inOrder(talks: readonly Held[], shown: readonly string[]): Held[] {
  const place = ({ conversation }: Held) => (shown.includes(conversation) ? shown.indexOf(conversation) : shown.length);
  return [...talks].sort((a, b) => place(a) - place(b) || a.since - b.since || (a.conversation < b.conversation ? -1 : 1));
}

function standing(desk: Desk, left: number, writing: boolean): Standing {
  if (writing) return "writing_up";
  if (!desk.free) return "away";
  return left > 0 ? "free" : "full";
}

function offerView(offer: NonNullable<Desk["offer"]>, now: number, ring: number): OfferView {
  const { conversation, language, about, danger, lost, since, until } = offer;
  const left = Math.max(0, until - now);
  return {
    conversation,
    language,
    about,
    danger,
    lost,
    waited: waited(since, now),
    left: Math.ceil(left / 1000),
    share: Math.min(1, left / ring),
  };
}

function paneView(held: Held, known: Known | undefined, now: number): PaneView {
  const { conversation, state, language, about, danger, here } = held;
  const running = state === "talking";
  const since = known?.unanswered ?? null;
  return {
    conversation,
    state,
    language,
    about,
    danger,
    here,
    unanswered: running && since !== null ? waited(since, now) : null,
    unread: known?.unread ?? 0,
    unopened: !known?.readable,
    endedBy: held.ended_by,
    asksOver: held.over ?? null,
    overSaid: held.over_said ?? null,
    second: held.second ?? null,
    signed: held.signed ?? null,
    over: held.ended == null ? null : waited(held.ended, now),
    runsFor: running && held.run_until !== null ? Math.max(0, held.run_until - now) : null,
    planned: running && held.planned != null ? Math.max(0, held.planned - now) : null,
  };
}

/** Return the line as it is shown at `now`: who lost a counsellor first, then danger, as the server has placed them. */
export function lineView(line: Line, now: number): LineView {
  const first = line.first.map((entry) => waitingView(entry, now)).sort((a, b) => a.place - b.place);
  return {
    open: line.open,
    count: line.count,
    longest: line.longest === null ? null : waited(line.longest, now),
    first,
    more: Math.max(0, line.count - (first[first.length - 1]?.place ?? line.count)),
    ready: line.free,
    unconfirmed: line.unconfirmed ?? 0,
    attack: line.attack ?? false,
  };
}

function waitingView({ since, ...entry }: InLine, now: number): WaitingView {
  return { ...entry, waited: waited(since, now) };
}

function waited(since: number, now: number): number {
  return Math.max(0, now - since);
}

/** A length of time as it is said: whole seconds under a minute, minutes under an hour, then hours and minutes. */
export type Span = { unit: "seconds"; n: number } | { unit: "minutes"; n: number } | { unit: "hours"; n: number; m: number };

/** Return how a length of time (ms) is said. */
export function span(length: number): Span {
  const seconds = Math.floor(length / 1000);
  if (seconds < 60) return { unit: "seconds", n: seconds };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return { unit: "minutes", n: minutes };
  return { unit: "hours", n: Math.floor(minutes / 60), m: minutes % 60 };
}
