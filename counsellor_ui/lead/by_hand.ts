/**
 * The opening, as it is and as it stands by hand, and the form with which a shift lead decides. Each deed has a reason, and an end of its own.
 */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

import { wallTime } from "../../browser/clock.ts";
import type { Overview, Stands } from "../../browser/frames.ts";
import type { Say } from "../../browser/words.ts";
import { spanWords } from "../say.ts";
import { type Chosen, CLOSES_IN, instantsOf, KINDS, LASTS } from "./chosen.ts";
import type { Around } from "./tabs.ts";

/** She is asked why she takes back what stands. */
export type Asked = "lift" | null;

export interface ByHandView {
  around: Around;
  seen: Overview;
  chosen: Chosen;
  choose(change: Partial<Chosen>): void;
  asked: Asked;
  ask(asked: Asked): void;
}

/** A time of day, such as 22:45. */
export function dayClock(at: number, zone: string): string {
  const { hour, minute } = wallTime(at, zone);
  return `${hour}:${minute}`;
}

export function byHandView(view: ByHandView): TemplateResult {
  const { around: { say }, seen } = view;
  return html`<section class="by-hand" aria-labelledby="by-hand">
    <h3 id="by-hand">${say("opening_now")}</h3>
    <p class="opening">${openingWords(view)}</p>
    ${seen.order === null ? form(view) : standing(view, seen.order)}
  </section>`;
}

function openingWords({ around: { say, zone, shift }, seen: { open, serving, closes_at, opens_at } }: ByHandView): string {
  const now = shift.now();
  if (closes_at !== null && serving) {
    const facts = { time: dayClock(closes_at, zone), span: spanWords(say, Math.max(0, closes_at - now)) };
    return say(open ? "opening_open_until" : "opening_serving", facts);
  }
  if (open) return say("opening_open");
  if (opens_at === null) return say("opening_closed");
  return say("opening_closed_until", { time: dayAndClock(opens_at, zone) });
}

/** A day of the week and a time of day, in the page's language. */
function dayAndClock(at: number, zone: string): string {
  return new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", hour: "2-digit", minute: "2-digit", timeZone: zone }).format(at);
}

function standing({ around, asked, ask }: ByHandView, { kind, name, reason, at, until, closes_at }: Stands): TemplateResult {
  const { say, zone } = around;
  const facts = { what: say(`order_is_${kind}`), name, at: dayClock(at, zone), until: dayAndClock(until, zone) };
  return html`<div class="stands ${kind}" role="status">
      <p><strong>${facts.what}</strong>${closes_at === null ? nothing : html`. ${say("order_closes", { time: dayClock(closes_at, zone) })}`}</p>
      <p>${say("order_stands", facts)}</p>
      <p>${say("order_why", { reason })}</p>
    </div>
    ${asked === null
      ? html`<button class="primary" @click=${() => ask("lift")}>${say("order_lift")}</button>`
      : html`<form class="asks-why" @submit=${(event: SubmitEvent) => lift(event, around, ask)}>
          <p>${say("order_lift_told")}</p>
          ${reasonField(say)}
          <p class="row"><button class="primary">${say("order_lift")}</button> <button type="button" class="quiet" @click=${() => ask(null)}>${say("order_cancel")}</button></p>
        </form>`}`;
}

function lift(event: SubmitEvent, { shift }: Around, ask: ByHandView["ask"]): void {
  event.preventDefault();
  shift.lead.lift(reasonOf(event));
  ask(null);
}

/** Where she writes why; what is only blanks is no reason. */
export function reasonField(say: Say): TemplateResult {
  return html`<label>${say("order_reason")} <input name="reason" required pattern=".*\\S.*" maxlength="300" autocomplete="off" /></label>`;
}

export function reasonOf(event: SubmitEvent): string {
  return String(new FormData(event.target as HTMLFormElement).get("reason")).trim();
}

function form({ around, seen, chosen, choose }: ByHandView): TemplateResult {
  const { say } = around;
  const { kind } = chosen;
  const possible = KINDS.filter((one) => seen.serving || one === "open" || one === "down");
  return html`<form class="asks-why" @submit=${(event: SubmitEvent) => give(event, around, chosen, choose)}>
    <fieldset>
      <legend>${say("order_title")}</legend>
      <div class="chips">
        ${possible.map(
          (one) => html`<label class="chip"
            ><input type="radio" name="kind" .checked=${live(kind === one)} @change=${() => choose({ kind: one })} /><span>${say(`order_${one}`)}</span></label
          >`,
        )}
      </div>
    </fieldset>
    ${kind === null || !possible.includes(kind) ? nothing : rest(say, chosen, choose)}
  </form>`;
}

function rest(say: Say, { kind, lasts, closesIn }: Chosen, choose: ByHandView["choose"]): TemplateResult {
  const minutes = (n: number) => (n < 60 ? say("order_minutes", { n }) : say("order_hours", { n: n / 60 }));
  return html`<p class="told">${say(`order_told_${kind}`)}</p>
    ${kind === "closing"
      ? html`<label>${say("order_in")}
          <select @change=${(event: Event) => choose({ closesIn: Number((event.target as HTMLSelectElement).value) })}>
            ${CLOSES_IN.map((n) => html`<option value=${n} ?selected=${n === closesIn}>${minutes(n)}</option>`)}
          </select></label>`
      : nothing}
    <label>${say("order_lasts")}
      <select @change=${(event: Event) => choose({ lasts: Number((event.target as HTMLSelectElement).value) || null })}>
        <option value="" ?selected=${lasts === null}>${say("order_evening")}</option>
        ${LASTS.map((n) => html`<option value=${n} ?selected=${n === lasts}>${minutes(n)}</option>`)}
      </select></label>
    ${reasonField(say)}
    <button class="primary">${say(`order_${kind}`)}</button>`;
}

function give(event: SubmitEvent, { shift }: Around, chosen: Chosen, choose: ByHandView["choose"]): void {
  event.preventDefault();
  if (chosen.kind === null) return;
  const { until, closesAt } = instantsOf(chosen, shift.now());
  shift.lead.order(chosen.kind, reasonOf(event), until, closesAt);
  choose({ kind: null });
}
