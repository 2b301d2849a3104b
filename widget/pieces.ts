/**
 * Small pieces that several screens of the child's side have.
 */

import { html, nothing, type TemplateResult } from "lit";

import { clockWords, wallTime } from "../browser/clock.ts";
import type { Say } from "../browser/words.ts";
import type { OtherHelp, TelephoneNumber } from "./page.ts";

/** Numbers that can be pressed. */
export function numberList(numbers: readonly TelephoneNumber[], say: Say): TemplateResult {
  return html`<ul class="numbers">
    ${numbers.map(([written, label, dialled]) => html`<li><a href="tel:${dialled}"><b>${written}</b> ${say(label)}</a></li>`)}
  </ul>`;
}

/** Others to ring, each with whether it is open now, where that is known. */
export function otherNumbers(numbers: readonly OtherHelp[], now: number, zone: string, say: Say): TemplateResult {
  return html`<ul class="numbers">
    ${numbers.map(
      ([written, label, dialled, open, changes]) =>
        html`<li><a href="tel:${dialled}"><b>${written}</b> ${say(label)} <small>${open === null ? nothing : openWords(open, changes, now, zone, say)}</small></a></li>`,
    )}
  </ul>`;
}

/** Whether it is open, as the server has said; once that moment has passed, the contrary, and no time. */
function openWords(open: boolean, changes: number | null, now: number, zone: string, say: Say): string {
  const passed = changes !== null && now >= changes;
  if (open === passed) return passed || changes === null ? say("help_closed") : `${say("help_closed")} ${opensWords(changes, now, zone, say)}`;
  return passed || changes === null ? say("help_open") : say("help_until", { time: clockWords(changes, zone, say) });
}

/** A text in which numbers can be pressed. */
export function pressable(text: string): (string | TemplateResult)[] {
  return text.split(/\b(116\s11[17]|11[23])\b/).map((part, index) => (index % 2 === 0 ? part : html`<a class="number" href="tel:${part.replace(/\s/, "")}">${part}</a>`));
}

/** "Is it dangerous now?" with the numbers, and what more belongs there. */
export function dangerBox(numbers: readonly TelephoneNumber[], say: Say, more: TemplateResult | typeof nothing = nothing): TemplateResult {
  return html`<section class="danger" aria-labelledby="danger">
    <h2 id="danger">${say("danger_title")}</h2>
    <p>${say("danger_body")}</p>
    ${numberList(numbers, say)} ${more}
  </section>`;
}

/** When the chat opens next, in a sentence; the server's page says it in the same way. */
export function opensWords(at: number | null, now: number, zone: string, say: Say): string {
  if (at === null) return say("opens_unknown");
  const { weekday, day, month, hour, minute } = wallTime(at, zone);
  const name = say(`weekday_${weekday}`);
  const days = daysBetween(now, at, zone);
  const when =
    days < 2 ? say(days < 1 ? "day_today" : "day_tomorrow") : days < 7 ? say("day_week", { weekday: name }) : say("day_date", { weekday: name, day, month: say(`month_${month}`) });
  return say("opens", { day: when, time: say("clock", { hour, minute }) });
}

/** Whole calendar days from one instant to another, on the wall of the helpline's place. */
function daysBetween(from: number, to: number, zone: string): number {
  const date = (at: number): number => {
    const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    return Date.parse(`${parts.format(at)}T00:00:00Z`);
  };
  return Math.round((date(to) - date(from)) / 86_400_000);
}
