/**
 * What a written-up contact looks like on paper, or in a PDF: the answers, whom was called, the notes. Not the child's words.
 */

import { html, nothing, type TemplateResult } from "lit";

import { clockWords } from "../browser/clock.ts";
import type { Say } from "../browser/words.ts";
import type { Draft } from "./form.ts";
import { label, type Municipality } from "./municipalities.ts";

export interface PrintView {
  form: Draft;
  say: Say;
  zone: string;
  municipalities: readonly Municipality[];
  /** The counsellor's own name, and the second one's. */
  by: string;
  second: string;
  /** Nothing of it is real. */
  practice: boolean;
}

/** Draw the sheet. It is on paper only. */
export function printView({ form, say, zone, municipalities, by, second, practice }: PrintView): TemplateResult {
  const place = (number: string | null): string => {
    const found = municipalities.find((one) => one.number === number);
    return found === undefined ? (number ?? "") : `${label(found)} (${found.number})`;
  };
  const one = (start: string, code: string | null): string => (code === null ? "" : say(`${start}_${code}`));
  const some = (start: string, codes: readonly string[]): string => codes.map((code) => say(`${start}_${code}`)).join(", ");
  const rows: [string, string][] = [
    ["form_who", one("who", form.who)],
    ["form_age", one("age", form.age)],
    ["form_gender", one("gender", form.gender)],
    ["form_stay_municipality", place(form.stay_municipality)],
    ["form_home_municipality", place(form.home_municipality)],
    ["form_reasons", some("reason", form.reasons)],
    ["form_urgency", one("urgency", form.urgency)],
    ["form_outcomes", some("outcome", form.outcomes)],
    ["form_immediate_help", some("immediate", form.immediate_help)],
    ["form_duty_to_report", [one("duty", form.duty_to_report), form.duty_to_report_reason].filter(Boolean).join("\n")],
    ["form_duty_to_avert", [one("duty", form.duty_to_avert), form.duty_to_avert_reason].filter(Boolean).join("\n")],
    ["form_summary", form.summary],
    ["here_calls", form.calls.map(({ who, number, at, told }) => `${clockWords(at, zone, say)} ${say(`called_${who}`)} ${number}, ${say(`told_${told}`)}`).join("\n")],
    ["form_notes_paper", form.notes],
    ["written_by", by],
    ["second_by", second],
  ];
  return html`<section class="print">
    <h1>${practice ? `${say("practice")}: ` : nothing}${say("paper_title")}</h1>
    <dl>${rows.map(([word, value]) => (value === "" ? nothing : html`<div><dt>${say(word)}</dt><dd>${value}</dd></div>`))}</dl>
    <p>${say("paper_careful")}</p>
  </section>`;
}
