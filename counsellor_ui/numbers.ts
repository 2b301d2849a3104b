/**
 * The evening and the month in numbers as they come from the server, and what is drawn of them. Nothing is counted here, and nothing here could be:
 * a number under five is not in what comes.
 */

import type { Say } from "../browser/words.ts";

/** A number that is shown, or null: hidden. */
export type Shown = number | null;
export type Counts = Readonly<Record<string, Shown>>;
/** Steps of minutes, such as "5-9" or "90+"; null: too few. */
export interface Spread {
  p50: string | null;
  p90: string | null;
}
export interface InEvening {
  evening: string;
  contacts: number;
  answered: Counts;
  hours: Counts;
  wait: Spread;
  talk: Spread;
}
export interface InMonth extends Omit<InEvening, "evening"> {
  month: string;
  evenings: number;
  no_contacts: Shown;
  weekdays: Counts;
  unanswered_how: Counts;
  unanswered_after: Counts;
  outcomes: Counts;
  reasons: Counts;
}
/** One month: its numbers once it is over, and its evenings so far. */
export interface Chosen {
  months: string[];
  chosen: string;
  month: InMonth | null;
  evenings: InEvening[];
}

/** One bar. Where a month's number is hidden, `least` is what its evenings show of it, summed: 0 where they show nothing. */
export interface Bar {
  label: string;
  n: Shown;
  least: number;
}

/** One drawing: its title, and what stands at each bar. */
export interface Plot {
  title: string;
  note: string;
  /** In the order of time, as columns; else as rows. */
  inTime: boolean;
  bars: readonly Bar[];
}

/** The hours of an evening in their order: it begins at six in the morning. */
const HOURS = Array.from({ length: 24 }, (_, at) => String((at + 6) % 24).padStart(2, "0"));
export const WAYS = ["gave_up", "cut_off", "closed"];
export const ANSWERED = ["answered", "unanswered"];
export const DAYS = ["1", "2", "3", "4", "5", "6", "7"];
const STAYED = ["0-1", "2-4", "5-9", "10-19", "20+"];

/** Say a step of minutes. */
export function minutes(step: string, say: Say): string {
  const n = step.replace("+", "").replace("-", "–");
  return say(step.endsWith("+") ? "numbers_more" : "numbers_minutes", { n });
}

/** Say the middle and the ninth tenth of some minutes. */
export function spreadWords({ p50, p90 }: Spread, say: Say): string[] {
  const told = [
    ...(p50 === null ? [] : [`${say("numbers_p50")} ${minutes(p50, say)}`]),
    ...(p90 === null ? [] : [`${say("numbers_p90")} ${minutes(p90, say)}`]),
  ];
  return told.length === 0 ? [say("numbers_too_few")] : told;
}

/** Whether a whole table is hidden. */
export function withheld({ bars }: Plot): boolean {
  return bars.every(({ n, least }) => n === null && least === 0);
}

/** What is drawn of one evening. */
export function plotsOfEvening(evening: InEvening, say: Say): Plot[] {
  return [answered(evening, say), hours(evening, say)];
}

/** What is drawn of one month, with its evenings. */
export function plotsOfMonth(month: InMonth, evenings: readonly InEvening[], say: Say): Plot[] {
  const several = say("numbers_several");
  return [
    answered(month, say, summed(evenings.map((evening) => evening.answered))),
    hours(month, say, summed(evenings.map((evening) => evening.hours))),
    plot(say("numbers_weekdays"), DAYS.filter((day) => day in month.weekdays), month.weekdays, (day) => say(`numbers_day_${day}`)),
    plot(say("numbers_how"), WAYS, month.unanswered_how, (way) => say(`numbers_how_${way}`)),
    plot(say("numbers_after"), STAYED, month.unanswered_after, (step) => minutes(step, say)),
    plot(say("numbers_outcomes"), Object.keys(month.outcomes), month.outcomes, (code) => say(`outcome_${code}`), several),
    plot(say("numbers_reasons"), largestFirst(month.reasons), month.reasons, (code) => say(`reason_${code}`), several),
  ];
}

/** The contacts of each evening of a month. */
export function plotOfEvenings(evenings: readonly InEvening[], say: Say, day: (evening: string) => string): Plot {
  const bars = evenings.map(({ evening, contacts: n }) => ({ label: day(evening), n, least: 0 }));
  return { title: say("numbers_evenings_each"), note: "", inTime: true, bars };
}

type Least = Readonly<Record<string, number>>;

/** What is shown of some tables, summed: everybody could do it, so it tells nothing new. */
function summed(tables: readonly Counts[]): Least {
  const sums: Record<string, number> = {};
  for (const table of tables) for (const [code, n] of Object.entries(table)) sums[code] = (sums[code] ?? 0) + (n ?? 0);
  return sums;
}

function answered(period: Pick<InEvening, "answered">, say: Say, least: Least = {}): Plot {
  return plot(say("numbers_answered"), ANSWERED, period.answered, (code) => say(`numbers_answered_${code}`), "", least);
}

/** From the first hour that is shown to the last: what is before and after is as good as closed. */
function hours({ hours: counts }: Pick<InEvening, "hours">, say: Say, least: Least = {}): Plot {
  const there = HOURS.filter((hour) => typeof counts[hour] === "number" || (least[hour] ?? 0) > 0);
  const between = HOURS.slice(HOURS.indexOf(there[0] ?? ""), HOURS.indexOf(there[there.length - 1] ?? "") + 1);
  const drawn = there.length === 0 ? [] : between;
  return { ...plot(say("numbers_hours"), drawn, counts, (hour) => hour, "", least), inTime: true };
}

function plot(title: string, codes: readonly string[], counts: Counts, label: (code: string) => string, note = "", least: Least = {}): Plot {
  const bars = codes.map((code) => {
    const n = counts[code] ?? null;
    return { label: label(code), n, least: n === null ? (least[code] ?? 0) : 0 };
  });
  return { title, note, inTime: false, bars };
}

/** What is shown, the largest first, then what is hidden, in its own order: the order tells nothing of it. */
function largestFirst(counts: Counts): string[] {
  return Object.keys(counts).sort((one, other) => (counts[other] ?? 0) - (counts[one] ?? 0));
}
