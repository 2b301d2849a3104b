/**
 * One talk as this browser holds it. Pure; shared by both sides.
 *
 * Rules of this file:
 * 1. Entries are shown from 1 without a hole. What comes early waits; `gap` tells what to ask for.
 * 2. Each side counts its messages from 0. Another counter than the next is shown as broken: the server is not trusted with order.
 * 3. An entry that does not open, or holds what we cannot show, is shown as such, never silently left out and never as text.
 */

import type { Message, Role } from "./frames.ts";
import type { Content } from "./sealing.ts";

/** What is shown of an entry: not yet opened, what is in it, or why there is nothing. */
export type Shown = Content | { kind: "sealed" } | { kind: "broken" };

export interface Entry extends Omit<Message, "t"> {
  readonly shown: Shown;
}

export interface Marks {
  readonly delivered: number;
  readonly read: number;
}

export interface Talk {
  /** Who we are in it. */
  readonly me: Role;
  /** Entries 1, 2, 3 ... without a hole. */
  readonly entries: readonly Entry[];
  /** Entries that came before one that is missing. */
  readonly early: readonly Message[];
  /** The next counter of each side. */
  readonly next: Readonly<Record<Role, number>>;
  /** The highest `seq` that the server has spoken of, and not taken back by a range without it. */
  readonly known: number;
  /** How far the other side has received and read. */
  readonly marks: Marks;
}

/** Return an empty talk. */
export function newTalk(me: Role): Talk {
  return { me, entries: [], early: [], next: { child: 0, counsellor: 0 }, known: 0, marks: { delivered: 0, read: 0 } };
}

/** Return the last `seq` up to which nothing is missing. */
export function have(talk: Talk): number {
  return talk.entries.length;
}

/** Return after which `seq` entries are missing; null when none are. */
export function gap(talk: Talk): number | null {
  return talk.known > have(talk) ? have(talk) : null;
}

/** Note that the server's talk has reached `seq`. */
export function heardOf(talk: Talk, seq: number): Talk {
  return seq > talk.known ? { ...talk, known: seq } : talk;
}

/**
 * Note that a range has come to its end: what is neither in it nor early is not there, if it was spoken of (as `upTo` at the most) before
 * the range was asked for. A store that has lost its master may have spoken of an entry that did not last.
 */
export function settled(talk: Talk, upTo = Infinity): Talk {
  if (talk.known > upTo) return talk;
  return { ...talk, known: Math.max(have(talk), ...talk.early.map(({ seq }) => seq)) };
}

/** Take in messages in any order, any number of times. */
export function receive(talk: Talk, messages: readonly Message[]): Talk {
  const waiting = new Map(talk.early.map((message) => [message.seq, message]));
  for (const message of messages) {
    if (message.seq > have(talk) && !waiting.has(message.seq)) waiting.set(message.seq, message);
  }
  const entries = [...talk.entries];
  const next = { ...talk.next };
  for (let message = waiting.get(entries.length + 1); message !== undefined; message = waiting.get(entries.length + 1)) {
    waiting.delete(message.seq);
    entries.push(entry(message, next[message.role]));
    next[message.role] = Math.max(next[message.role], message.n + 1);
  }
  const known = Math.max(talk.known, entries.length, ...waiting.keys());
  return { ...talk, entries, next, known, early: [...waiting.values()] };
}

function entry({ seq, role, id, n, at, box }: Message, expected: number): Entry {
  return { seq, role, id, n, at, box, shown: { kind: n === expected ? "sealed" : "broken" } };
}

/** Return the entries that are to be opened. */
export function unopened(talk: Talk): Entry[] {
  return talk.entries.filter((entry) => entry.shown.kind === "sealed");
}

/** Keep what opening an entry gave, if it is still that entry. A broken one stays broken. */
export function opened(talk: Talk, seq: number, shown: Shown, id?: string): Talk {
  const entries = talk.entries.map((entry) => (entry.seq === seq && (id ?? entry.id) === entry.id && entry.shown.kind === "sealed" ? { ...entry, shown } : entry));
  return { ...talk, entries };
}

/** Note how far the other side is; it never goes back. */
export function marked(talk: Talk, delivered: number, read: number): Talk {
  return { ...talk, marks: { delivered: Math.max(talk.marks.delivered, delivered), read: Math.max(talk.marks.read, read) } };
}

/** Return how an own entry stands with the other side. */
export function standing(talk: Talk, seq: number): "stored" | "delivered" | "read" {
  if (seq <= talk.marks.read) return "read";
  return seq <= talk.marks.delivered ? "delivered" : "stored";
}
