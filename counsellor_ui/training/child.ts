/**
 * A practice child: what it says, and when, to what the counsellor does. Pure: state × event × now -> state and acts.
 *
 * Rules of this file:
 * 1. When it has said its piece it waits for her: while she types, or has just written, it says nothing. What she writes in several messages is one answer.
 * 2. It answers to a few intents and to nothing else. The first that fits decides; when none does the story goes on.
 * 3. Nobody who is left alone stays: it asks once or twice whether somebody is there, and then goes.
 */

import { intentsOf, type Wrote } from "./intents.ts";
import type { Beat, Intents, Story, Tongue } from "./story.ts";

/** Something that happens to the child. */
export type Event = { t: "taken" } | ({ t: "wrote" } & Wrote) | { t: "types"; on: boolean } | { t: "called" } | { t: "ended" } | { t: "tick" };

/** Something that the child does: it types (or stops), says something, loses its connection and comes back, leaves. */
export type Act = { do: "type"; on: boolean } | { do: "say"; text: string } | { do: "go" } | { do: "come" } | { do: "leave" };

/** A text of hers, what was understood of it, and where in the story it stood. */
export interface Heard extends Wrote {
  at: number;
  beat: string;
  intents: ReadonlySet<string>;
}

/** How a practice talk stands. Instants are of the practice clock (ms). */
export interface Playing {
  readonly beat: string;
  /** What is still to be said. */
  readonly lines: readonly string[];
  /** When the next thing is due; null: it listens. */
  readonly due: number | null;
  readonly typing: boolean;
  readonly away: boolean;
  /** Since when it listens. */
  readonly since: number;
  /** What she has written that is not answered yet. */
  readonly heard: readonly Heard[];
  /** Until when she is believed to be typing. */
  readonly shesWriting: number;
  readonly asked: number;
  readonly reacted: readonly string[];
  readonly over: boolean;
  readonly record: Record;
}

/** What is kept for the talk afterwards. */
export interface Record {
  readonly taken: number | null;
  readonly ended: number | null;
  readonly hers: readonly Heard[];
  /** When the child said something. */
  readonly childs: readonly number[];
  readonly calls: number;
  /** The child gave up. */
  readonly gaveUp: boolean;
  readonly beats: readonly string[];
}

/** What a child is played by: its story, its language, how it understands, and its pace (1: as a child writes; smaller: quicker). */
export interface Script {
  story: Story;
  tongue: Tongue;
  intents: Intents;
  pace: number;
}

const A_LETTER = 85;
const SHORTEST = 1_200;
const LONGEST = 7_000;
const BETWEEN = 1_500;
const READS = 3_500;
/** Between its goodbye and its leaving. */
const LEAVES = 6_000;
const HER_TYPING = 8_000;
/** So long (ms) it waits for her before it asks whether she is there. The pace does not change it: she needs her time. */
const WAITS = 75_000;
const QUICK = 60_000;

/** Return a child that has not been taken yet. */
export function newChild(story: Story): Playing {
  const record = { taken: null, ended: null, hers: [], childs: [], calls: 0, gaveUp: false, beats: [] };
  const still = { lines: [], due: null, typing: false, away: false, since: 0, heard: [], shesWriting: 0, asked: 0, reacted: [], over: false };
  return { beat: story.beats[0]?.id ?? "", ...still, record };
}

/** Return what becomes of the child, and what it does. */
export function step(script: Script, was: Playing, event: Event, now: number): { child: Playing; acts: Act[] } {
  if (was.over || (was.record.taken === null && event.t !== "taken")) return { child: was, acts: [] };
  switch (event.t) {
    case "taken":
      return { child: arrives(script, was, now), acts: [] };
    case "wrote":
      return { child: hears(script, was, event, now), acts: [] };
    case "types":
      return { child: { ...was, shesWriting: event.on ? now + HER_TYPING : 0 }, acts: [] };
    case "called":
      return { child: { ...was, record: { ...was.record, calls: was.record.calls + 1 } }, acts: [] };
    case "ended":
      return { child: over(was, now), acts: [] };
    case "tick":
      return ticks(script, was, now);
  }
}

function arrives(script: Script, was: Playing, now: number): Playing {
  if (was.record.taken !== null) return was;
  return begins(script, { ...was, record: { ...was.record, taken: now } }, beatOf(script, was.beat), [], now);
}

function hears({ intents, tongue }: Script, was: Playing, { text, mustTell = false }: Wrote, now: number): Playing {
  const { record, beat } = was;
  const found = intentsOf({ text, mustTell }, intents, tongue);
  if (record.hers.length === 0 && now - (record.taken ?? now) <= QUICK) found.add("quick");
  const heard = { text, mustTell, at: now, beat, intents: found };
  const stays = record.gaveUp ? { lines: [], due: null, typing: false } : {}; // it was about to go, and is answered
  return { ...was, ...stays, heard: [...was.heard, heard], shesWriting: 0, asked: 0, record: { ...record, gaveUp: false, hers: [...record.hers, heard] } };
}

function over(was: Playing, now: number): Playing {
  return { ...was, over: true, lines: [], due: null, typing: false, record: { ...was.record, ended: now } };
}

function ticks(script: Script, was: Playing, now: number): { child: Playing; acts: Act[] } {
  if (was.due !== null) return now < was.due ? { child: was, acts: [] } : goesOn(script, was, now);
  const last = was.heard[was.heard.length - 1];
  if (now < was.shesWriting) return { child: was, acts: [] };
  if (last !== undefined) return { child: now - last.at < READS * script.pace ? was : answers(script, was, now), acts: [] };
  return { child: now - Math.max(was.since, was.shesWriting) < WAITS ? was : asksAgain(script, was, now), acts: [] };
}

/** The next thing is due: it comes back, begins to type, says what it typed, or has said all. */
function goesOn(script: Script, was: Playing, now: number): { child: Playing; acts: Act[] } {
  const [line, ...rest] = was.lines;
  if (was.away) return { child: { ...was, away: false, due: null, since: now }, acts: [{ do: "come" }] };
  if (line === undefined) return leaves(was, now);
  if (!was.typing) return { child: { ...was, typing: true, due: now + typingTime(line, script.pace) }, acts: [{ do: "type", on: true }] };
  const acts: Act[] = [{ do: "type", on: false }, { do: "say", text: line }];
  const said = { ...was, typing: false, lines: rest, since: now, record: { ...was.record, childs: [...was.record.childs, now] } };
  if (rest.length > 0) return { child: { ...said, due: now + BETWEEN * script.pace }, acts };
  const { away, ends } = beatOf(script, was.beat);
  if (ends || was.record.gaveUp) return { child: { ...said, due: now + LEAVES * script.pace }, acts };
  if (away > 0 && was.asked === 0) return { child: { ...said, away: true, due: now + away * 1_000 * script.pace }, acts: [...acts, { do: "go" }] };
  return { child: { ...said, due: null }, acts };
}

function leaves(was: Playing, now: number): { child: Playing; acts: Act[] } {
  return { child: over(was, now), acts: [{ do: "leave" }] };
}

/** What she has written decides what comes next. */
function answers(script: Script, was: Playing, now: number): Playing {
  const { story, tongue } = script;
  const heard = new Set(was.heard.flatMap(({ intents }) => [...intents]));
  const reaction = story.reactions.find(({ did }) => heard.has(did) && !was.reacted.includes(did));
  const { on, next } = beatOf(script, was.beat);
  const found = Object.keys(on).find((intent) => heard.has(intent));
  const reacted = reaction === undefined ? was.reacted : [...was.reacted, reaction.did];
  return begins(script, { ...was, heard: [], reacted }, beatOf(script, found === undefined ? (next ?? was.beat) : (on[found] ?? was.beat)), reaction?.[tongue] ?? [], now);
}

function begins({ tongue, pace }: Script, was: Playing, beat: Beat, first: readonly string[], now: number): Playing {
  const record = { ...was.record, beats: [...was.record.beats, beat.id] };
  return { ...was, beat: beat.id, lines: [...first, ...beat[tongue]], due: now + (beat.quiet * 1_000 + BETWEEN) * pace, record };
}

/** Nobody answers: it asks, and at last it goes. */
function asksAgain({ story, tongue }: Script, was: Playing, now: number): Playing {
  const ask = story.asks[tongue][was.asked];
  if (ask !== undefined) return { ...was, lines: [ask], asked: was.asked + 1, due: now };
  return { ...was, lines: [...story.gives_up[tongue]], due: now, record: { ...was.record, gaveUp: true } };
}

function beatOf({ story }: Script, id: string): Beat {
  return story.beats.find((beat) => beat.id === id) as Beat; // the server has checked that it is there
}

function typingTime(line: string, pace: number): number {
  return Math.min(LONGEST, Math.max(SHORTEST, line.length * A_LETTER)) * pace;
}
