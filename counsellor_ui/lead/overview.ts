/**
 * The shift lead's overview: the light and its rules, how many wait and talk, who is at work, and what she can do by hand.
 * It only shows what the server has told (`overview`), and asks; what then is, the server tells again.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";

import type { AtWork, Lit, Overview, SomeTalk } from "../../browser/frames.ts";
import { spanWords } from "../say.ts";
import { type Asked, byHandView, dayClock, reasonField, reasonOf } from "./by_hand.ts";
import { chosenNothing, type Chosen } from "./chosen.ts";
import type { Around } from "./tabs.ts";

/** What she is asked about one talk: why, and where it is to go on. */
interface OfTalk {
  conversation: string;
  what: "end" | "move";
}

export class LeadOverview extends LitElement {
  static override properties = {
    around: { attribute: false },
    chosen: { state: true },
    asked: { state: true },
    ofTalk: { state: true },
  };

  declare around: Around;
  declare chosen: Chosen;
  declare asked: Asked;
  declare ofTalk: OfTalk | null;

  constructor() {
    super();
    this.chosen = chosenNothing();
    this.asked = null;
    this.ofTalk = null;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { say, shift } = this.around;
    const seen = shift.lead.overview;
    if (seen === null) return html`<p class="hint">${say("connecting")}</p>`;
    return html`<h2 class="unseen">${say("lead_overview")}</h2>
      ${this.#light(seen)} ${this.#numbers(seen)}
      <div class="lead-columns">
        ${this.#atWork(seen)}
        ${byHandView({
          around: this.around,
          seen,
          chosen: this.chosen,
          choose: (change) => (this.chosen = { ...this.chosen, ...change }),
          asked: this.asked,
          ask: (asked) => (this.asked = asked),
        })}
      </div>`;
  }

  // --- the light ---

  #light({ light, rules }: Overview): TemplateResult {
    const { say } = this.around;
    const lit = rules.filter((rule) => rule.light !== "green");
    return html`<section class="light ${light}" aria-labelledby="light">
      <div class="light-says" role="status">
        <h3 id="light"><span class="lamp" aria-hidden="true"></span>${say(`light_${light}`)}</h3>
        ${lit.length === 0 ? nothing : html`<ul>${lit.map(({ what, now }) => html`<li>${say(`lit_why_${what}`, { n: now })}</li>`)}</ul>`}
      </div>
      <details>
        <summary>${say("light_rules")}</summary>
        <table>
          <thead><tr><th scope="col">${say("light_rule")}</th><th scope="col">${say("light_now")}</th><th scope="col">${say("light_from_yellow")}</th><th scope="col">${say("light_from_red")}</th></tr></thead>
          <tbody>${rules.map((rule) => this.#rule(rule))}</tbody>
        </table>
      </details>
    </section>`;
  }

  #rule({ what, now, yellow, red, light }: Lit): TemplateResult {
    const { say } = this.around;
    return html`<tr class=${light}>
      <th scope="row">${say(`lit_${what}`)}</th>
      <td>${now}${light === "green" ? nothing : html` <strong>${say(`light_is_${light}`)}</strong>`}</td>
      <td>${yellow ?? "–"}</td>
      <td>${red ?? "–"}</td>
    </tr>`;
  }

  // --- how many ---

  #numbers({ waiting, longest, talking, wrapping_up, late, unconfirmed, at_work, answered }: Overview): TemplateResult {
    const { say, shift, zone } = this.around;
    const room = at_work.filter(({ here, free }) => here && free).reduce((sum, { room }) => sum + room, 0);
    const facts: [string, string | number][] = [
      ["now_waiting", waiting],
      ["now_longest", longest === null ? say("none") : spanWords(say, Math.max(0, shift.now() - longest))],
      ["now_talking", talking],
      ["now_wrapping", wrapping_up],
      ["now_room", room],
      ["now_late", late],
      ["now_unconfirmed", unconfirmed],
    ];
    return html`<dl class="lead-numbers">
        ${facts.map(([key, value]) => html`<div><dt>${say(key)}</dt><dd>${value}</dd></div>`)}
      </dl>
      ${answered.length === 0
        ? nothing
        : html`<p class="hint">${say("answered")} ${answered.map(({ hour, count }) => say("answered_hour", { hour: dayClock(hour, zone), n: count })).join(", ")}</p>`}`;
  }

  // --- who is at work ---

  #atWork({ at_work }: Overview): TemplateResult {
    const { say } = this.around;
    return html`<section class="at-work" aria-labelledby="at-work">
      <h3 id="at-work">${say("at_work")}</h3>
      ${at_work.length === 0 ? html`<p class="hint">${say("at_work_nobody")}</p>` : nothing}
      <ul>
        ${at_work.map(
          (one) => html`<li>
            <p class="who"><strong>${one.name}</strong>${one.alias === one.name ? nothing : html` <span class="hint">${say("at_alias", { alias: one.alias })}</span>`}</p>
            <p class="standing ${standingOf(one)}">${say(`at_${standingOf(one)}`)}</p>
            <p class="many">${say("at_talks", { n: one.talks.length, most: one.room })}</p>
            ${one.talks.map((talk) => this.#talk(talk, one, at_work))}
          </li>`,
        )}
      </ul>
    </section>`;
  }

  #talk(talk: SomeTalk, holder: AtWork, all: readonly AtWork[]): TemplateResult {
    const { say, shift } = this.around;
    const { conversation, state, since, ended, danger } = talk;
    const span = spanWords(say, Math.max(0, shift.now() - (ended ?? since)));
    const asks = this.ofTalk?.conversation === conversation && state === "talking";
    const which = say("at_whose", { name: holder.name, span });
    const ask = (what: OfTalk["what"]) => (this.ofTalk = { conversation, what });
    return html`<div class="one-talk">
      <p>${say(`at_${state}`, { span })} ${danger ? html`<span class="fact danger">${say("danger")}</span>` : nothing}</p>
      ${state === "talking"
        ? html`<span class="row"
            ><button class="quiet" aria-label="${say("at_move")}: ${which}" @click=${() => ask("move")}>${say("at_move")}</button>
            <button class="quiet" aria-label="${say("at_end")}: ${which}" @click=${() => ask("end")}>${say("at_end")}</button></span
          >`
        : nothing}
      ${asks ? this.#ask(talk, holder, all) : nothing}
    </div>`;
  }

  #ask({ conversation }: SomeTalk, holder: AtWork, all: readonly AtWork[]): TemplateResult {
    const { say } = this.around;
    const what = this.ofTalk?.what ?? "end";
    const others = all.filter(({ desk, here, room, talks }) => here && desk !== holder.desk && talks.length < room && talks.every(({ state }) => state === "talking"));
    return html`<form class="asks-why" @submit=${(event: SubmitEvent) => this.#do(event, conversation)}>
      <p>${say(`at_${what}_told`)}</p>
      ${what === "move"
        ? html`<label>${say("move_to")} <select name="desk"><option value="">${say("move_front")}</option>${others.map(({ desk, name }) => html`<option value=${desk}>${name}</option>`)}</select></label>`
        : nothing}
      ${reasonField(say)}
      <p class="row"><button class="primary">${say(what === "end" ? "end_go" : "move_go")}</button> <button type="button" class="quiet" @click=${() => (this.ofTalk = null)}>${say("order_cancel")}</button></p>
    </form>`;
  }

  #do(event: SubmitEvent, conversation: string): void {
    event.preventDefault();
    const reason = reasonOf(event);
    const desk = String(new FormData(event.target as HTMLFormElement).get("desk"));
    const { lead } = this.around.shift;
    if (this.ofTalk?.what === "end") lead.endTalk(conversation, reason);
    else lead.moveTalk(conversation, reason, desk || null);
    this.ofTalk = null;
  }
}

type Standing = "free" | "away" | "gone" | "rings";

function standingOf({ here, free, rings }: AtWork): Standing {
  if (!here) return "gone";
  if (rings) return "rings";
  return free ? "free" : "away";
}
