/**
 * The evening and the month in numbers: a month to choose, the whole of it or one of its evenings, drawn, and the file for a spreadsheet.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";

import type { Say } from "../../browser/words.ts";
import { type Chosen, type InEvening, type InMonth, plotOfEvenings, plotsOfEvening, plotsOfMonth, type Spread, spreadWords } from "../numbers.ts";
import { plotView } from "./numbers_plot.ts";

const WHOLE = "whole";

export class LeadNumbers extends LitElement {
  static override properties = {
    say: { attribute: false },
    found: { state: true },
    failed: { state: true },
    period: { state: true },
  };

  declare say: Say;
  /** What the server told; null: nothing yet. */
  declare found: Chosen | null;
  declare failed: boolean;
  /** An evening, or the whole month. */
  declare period: string;

  constructor() {
    super();
    this.found = null;
    this.failed = false;
    this.period = WHOLE;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.fetch("");
  }

  /** Ask for a month; "": the newest. */
  async fetch(month: string): Promise<void> {
    this.failed = false;
    try {
      const answer = await fetch(`/staff/figures.json${month === "" ? "" : `?month=${month}`}`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.found = (await answer.json()) as Chosen;
      this.period = this.found.month === null ? (last(this.found.evenings)?.evening ?? WHOLE) : WHOLE;
    } catch {
      this.failed = true;
    }
  }

  protected override render(): TemplateResult {
    const { say, found } = this;
    const again = () => void this.fetch(found?.chosen ?? "");
    if (this.failed) return html`<p role="alert">${say("numbers_failed")} <button type="button" @click=${again}>${say("numbers_again")}</button></p>`;
    if (found === null) return html`<p role="status">${say("numbers_fetching")}</p>`;
    const about = html`<p class="about">${say("numbers_about")}</p>
      <p class="about hint">${say("numbers_settled")}</p>`;
    if (found.months.length === 0) return html`${about}<p>${say("numbers_none")}</p>`;
    return html`${about}${this.#choice(found)}${this.#chosen(found)}`;
  }

  #choice({ months, chosen, month, evenings }: Chosen): TemplateResult {
    const { say } = this;
    const choose = (event: Event) => void this.fetch((event.target as HTMLSelectElement).value);
    const show = (event: Event) => (this.period = (event.target as HTMLSelectElement).value);
    const csv = `/staff/figures.csv?month=${chosen}&lang=${document.documentElement.lang}`;
    return html`<div class="choice">
      <div>
        <label for="numbers-month">${say("numbers_month")}</label>
        <select id="numbers-month" @change=${choose}>
          ${months.map((one) => html`<option value=${one} .selected=${one === chosen}>${monthName(one)}</option>`)}
        </select>
      </div>
      <div>
        <label for="numbers-period">${say("numbers_period")}</label>
        <select id="numbers-period" @change=${show}>
          ${month === null ? nothing : html`<option value=${WHOLE} .selected=${this.period === WHOLE}>${say("numbers_whole_month")}</option>`}
          ${evenings.map(({ evening }) => html`<option value=${evening} .selected=${this.period === evening}>${dayName(evening)}</option>`)}
        </select>
      </div>
      <a class="button" href=${csv} download>${say("numbers_csv")}</a>
    </div>
    ${month === null ? html`<p class="hint">${say("numbers_month_later")}</p>` : nothing}`;
  }

  #chosen({ month, evenings }: Chosen): TemplateResult {
    const { say } = this;
    const evening = evenings.find((one) => one.evening === this.period);
    const each = plotOfEvenings(evenings, say, dayOfMonth);
    if (evening !== undefined) return html`${this.#facts(evening)}<div class="plots">${[...plotsOfEvening(evening, say), each].map((plot) => plotView(plot, say))}</div>`;
    if (month === null) return html`${nothing}`;
    return html`${this.#facts(month)}<div class="plots">${[each, ...plotsOfMonth(month, evenings, say)].map((plot) => plotView(plot, say))}</div>`;
  }

  #facts(period: InEvening | InMonth): TemplateResult {
    const { say } = this;
    return html`<dl class="in-short" aria-label=${say("numbers_summary")}>
      ${fact(say("numbers_contacts"), [String(period.contacts)])}
      ${"evenings" in period ? fact(say("numbers_evenings"), [String(period.evenings)]) : nothing}
      ${this.#spread("numbers_wait", period.wait)}${this.#spread("numbers_talk", period.talk)}
      ${"evenings" in period ? fact(say("numbers_no_contacts"), [String(period.no_contacts ?? say("numbers_hidden"))]) : nothing}
    </dl>`;
  }

  #spread(title: string, spread: Spread): TemplateResult {
    return fact(this.say(title), spreadWords(spread, this.say));
  }
}

function fact(title: string, told: string[]): TemplateResult {
  return html`<div>
    <dt>${title}</dt>
    ${told.map((one) => html`<dd>${one}</dd>`)}
  </div>`;
}

function last<One>(all: readonly One[]): One | undefined {
  return all[all.length - 1];
}

function named(day: string, how: Intl.DateTimeFormatOptions): string {
  const lang = document.documentElement.lang;
  return new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { timeZone: "UTC", ...how }).format(new Date(`${day}T12:00:00Z`));
}

function monthName(month: string): string {
  return named(`${month}-01`, { month: "long", year: "numeric" });
}

function dayName(day: string): string {
  return named(day, { weekday: "long", day: "numeric", month: "long" });
}

function dayOfMonth(day: string): string {
  return String(Number(day.slice(8)));
}
