/**
 * The registration form beside a talk. It only shows a draft and tells what was answered; the draft lives in the talk.
 */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

import type { Say } from "../browser/words.ts";
import * as form from "./form.ts";
import type { HeldTalk, Registering } from "./held_talk.ts";
import type { Municipality } from "./municipalities.ts";

/** What the form needs of the pane around it. */
export interface FormView {
  talk: HeldTalk;
  say: Say;
  /** The start of its ids and names: unique on the page. */
  prefix: string;
  municipalities: readonly Municipality[];
  /** The talk is over: the form may be handed in, and what is missing is said. */
  over: boolean;
  /** She has tried to hand it in. */
  tried: boolean;
  /** Which contact that is none she is asked about: the child has written, and the talk runs. */
  asked: form.NonContact | "shut_out" | null;
  /** What the talk says of itself. */
  facts: form.Facts;
  /** A second person has to sign: who has, and whether somebody was asked and reads along; null: nobody has to. */
  second: { by: string; asked: boolean; readers: string } | null;
  askSecond(): void;
  print(): void;
  register(): void;
  close(who: form.NonContact | "shut_out"): void;
  /** She answered that question. */
  answered(yes: boolean): void;
}

type Choice = "who" | "age" | "gender" | "urgency" | "duty_to_report" | "duty_to_avert";
type Choices = "reasons" | "outcomes" | "immediate_help";
type Place = "stay_municipality" | "home_municipality";
type Text = "duty_to_report_reason" | "duty_to_avert_reason" | "summary" | "notes";

/** Draw the form. */
export function formView(view: FormView): TemplateResult {
  const { talk, say } = view;
  const faults = view.over ? form.faults(talk.form) : new Map<form.Field, form.Fault>();
  const one = (field: Choice, codes: readonly string[]) => choice(view, faults, field, codes, "radio");
  const some = (field: Choices, codes: readonly string[]) => choice(view, faults, field, codes, "checkbox");
  const sending = talk.registering === "sending";
  return html`
    <form class="form ${view.tried ? "tried" : ""}" novalidate aria-label=${say("form")} @submit=${(event: Event) => submit(event, view)}>
      <fieldset class="whole" ?disabled=${sending}>
        <div class="notes">${text(view, faults, "notes", form.MOST_NOTES, 2)}</div>
        ${offered(view)} ${nonContacts(view)} ${one("who", form.WHO)} ${one("age", form.AGES)} ${one("gender", form.GENDERS)}
        <div class="places">${place(view, "stay_municipality")} ${place(view, "home_municipality")}</div>
        ${some("reasons", form.REASONS)} ${one("urgency", form.URGENCIES)} ${some("outcomes", form.OUTCOMES)}
        ${talk.form.outcomes.includes("immediate_help") ? some("immediate_help", form.IMMEDIATE_HELP) : nothing}
        ${duty(view, faults, "duty_to_report")} ${duty(view, faults, "duty_to_avert")}
        ${text(view, faults, "summary", form.MOST_SUMMARY, 6)}
      </fieldset>
      ${view.over ? handIn(view, faults.size) : html`<p class="hint">${say("form_later")}</p>`}
    </form>
  `;
}

/** What the talk already holds: taken with one press, or left. */
function offered({ talk, say, facts }: FormView): TemplateResult | typeof nothing {
  const all = form.offers(talk.form, facts);
  if (all.length === 0) return nothing;
  return html`<div class="offers" role="group" aria-label=${say("offers")}>
    <p>${say("offers")}</p>
    ${all.map(({ word, change }) => html`<button type="button" class="quiet" @click=${() => talk.answer(change)}>${say(word)}</button>`)}
  </div>`;
}

function submit(event: Event, { register }: FormView): void {
  event.preventDefault();
  register();
}

function nonContacts(view: FormView): TemplateResult {
  const { say, close, prefix, talk } = view;
  const { registering, tapped } = talk;
  return html`
    <div class="one-tap" role="group" aria-labelledby="${prefix}-one-tap">
      <p id="${prefix}-one-tap">${say("one_tap")}</p>
      ${form.NON_CONTACTS.map((who) => html`<button type="button" class="quiet" @click=${() => close(who)}>${say(`who_${who}`)}</button>`)}
      ${view.over ? nothing : html`<button type="button" class="quiet" @click=${() => close("shut_out")}>${say("shut_out")}</button>`}
      ${view.asked === null ? nothing : sure(view, view.asked)}
      <p class="refused" role="alert">${tapped && isRefused(registering) ? say(`register_${registering}`) : nothing}</p>
    </div>
  `;
}

function isRefused(registering: Registering): boolean {
  return registering !== "writing" && registering !== "sending";
}

/** Ask before a talk in which the child has written is ended as one that is none. */
function sure({ say, answered }: FormView, who: form.NonContact | "shut_out"): TemplateResult {
  const question = who === "shut_out" ? say("shut_out_ask") : say("close_ask", { kind: say(`who_${who}`) });
  const escape = (event: KeyboardEvent) => void (event.key === "Escape" && answered(false));
  return html`<div class="asking" role="group" aria-label=${question} @keydown=${escape}>
    <p>${question}</p>
    <button type="button" class="primary" @click=${() => answered(true)}>${say(who === "shut_out" ? "shut_out_yes" : "close_yes")}</button>
    <button type="button" class="quiet" @click=${() => answered(false)}>${say("close_no")}</button>
  </div>`;
}

function choice(
  { talk, say, prefix }: FormView,
  faults: ReadonlyMap<form.Field, form.Fault>,
  field: Choice | Choices,
  codes: readonly string[],
  type: "radio" | "checkbox",
): TemplateResult {
  const chosen = talk.form[field];
  const has = (code: string) => (Array.isArray(chosen) ? (chosen as string[]).includes(code) : chosen === code);
  const set = (code: string, on: boolean) =>
    talk.answer({ [field]: Array.isArray(chosen) ? toggled(codes, chosen, code, on) : code } as Partial<form.Draft>);
  return html`
    <fieldset class="question">
      <legend>${say(`form_${field}`)} ${fault(say, prefix, field, faults)}</legend>
      <div class="chips">
        ${codes.map(
          (code) => html`<label class="chip"
            ><input
              type=${type}
              name="${prefix}-${field}"
              value=${code}
              .checked=${live(has(code))}
              @change=${(event: Event) => set(code, (event.target as HTMLInputElement).checked)}
            /><span>${say(`${WORD[field]}_${code}`)}</span></label
          >`,
        )}
      </div>
    </fieldset>
  `;
}

/** The beginning of the words of each question's answers. */
const WORD: Record<Choice | Choices, string> = {
  who: "who",
  age: "age",
  gender: "gender",
  urgency: "urgency",
  reasons: "reason",
  outcomes: "outcome",
  immediate_help: "immediate",
  duty_to_report: "duty",
  duty_to_avert: "duty",
};

/** Return the chosen codes in the order of the screen, with one put in or taken out. */
function toggled(codes: readonly string[], chosen: readonly string[], code: string, on: boolean): string[] {
  return codes.filter((each) => (each === code ? on : chosen.includes(each)));
}

function place({ talk, say, prefix, municipalities }: FormView, field: Place): TemplateResult {
  return html`<municipality-search
    class="question"
    .all=${municipalities}
    .chosen=${talk.form[field]}
    .say=${say}
    name="${prefix}-${field}"
    text=${say(`form_${field}`)}
    @chosen=${(event: CustomEvent<string | null>) => talk.answer({ [field]: event.detail })}
  ></municipality-search>`;
}

function duty(view: FormView, faults: ReadonlyMap<form.Field, form.Fault>, field: "duty_to_report" | "duty_to_avert"): TemplateResult {
  const considered = view.talk.form[field];
  const why = considered !== null && considered !== "not_considered";
  return html`
    ${choice(view, faults, field, form.CONSIDERED, "radio")} ${why ? text(view, faults, `${field}_reason`, form.MOST_PHRASE, 2) : nothing}
  `;
}

function text(
  { talk, say, prefix }: FormView,
  faults: ReadonlyMap<form.Field, form.Fault>,
  field: Text,
  most: number,
  rows: number,
): TemplateResult {
  const id = `${prefix}-${field}`;
  const left = most - [...talk.form[field]].length;
  return html`
    <div class="question">
      <div class="asked"><label for=${id}>${say(`form_${field}`)}</label> ${fault(say, prefix, field, faults)}</div>
      <textarea
        id=${id}
        rows=${rows}
        autocomplete="off"
        aria-describedby=${faults.has(field) ? `${id}-fault` : nothing}
        .value=${live(talk.form[field])}
        @input=${(event: InputEvent) => talk.answer({ [field]: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
      ${left < most / 10 ? html`<p class="hint">${say("characters_left", { n: left })}</p>` : nothing}
    </div>
  `;
}

function fault(say: Say, prefix: string, field: form.Field, faults: ReadonlyMap<form.Field, form.Fault>): TemplateResult | typeof nothing {
  const why = faults.get(field);
  return why === undefined ? nothing : html`<span class="missing" id="${prefix}-${field}-fault">${say(`missing_${why}`)}</span>`;
}

/** Two sign a concern report: a colleague who reads along is shown what she signs, and signs it at her own desk. */
function signature({ say, second, askSecond }: FormView): TemplateResult | typeof nothing {
  if (second === null) return nothing;
  const { by, asked, readers } = second;
  if (by !== "") return html`<p class="signed" role="status">${say("second_signed", { name: by })}</p>`;
  return html`<div class="signed">
    <p>${say(readers === "" ? "second_nobody" : asked ? "second_asked" : "second_needed", { names: readers })}</p>
    ${readers === "" ? nothing : html`<button type="button" @click=${askSecond}>${say("second_ask")}</button>`}
  </div>`;
}

function handIn(view: FormView, missing: number): TemplateResult {
  const { talk, say, tried, print } = view;
  const sending = talk.registering === "sending";
  const refused = !talk.tapped && isRefused(talk.registering);
  return html`
    <div class="hand-in">
      <p role="alert">${refused ? say(`register_${talk.registering}`) : tried && missing > 0 ? say("form_missing", { n: missing }) : nothing}</p>
      ${signature(view)}
      <button class="primary" ?disabled=${sending}>${say(sending ? "registering" : "register")}</button>
      <button type="button" class="quiet" @click=${print}>${say("paper")}</button>
      <p class="hint">${say("register_help")}</p>
    </div>
  `;
}
