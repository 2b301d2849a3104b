/**
 * What comes after a talk: how to come back, two questions, a copy to keep.
 *
 * An answer is counted and nothing else; a copy is made only when the child asks for it, and never leaves this browser.
 */

import { html, nothing, type TemplateResult } from "lit";

import { clockWords } from "../browser/clock.ts";
import type { Shown } from "../browser/talk.ts";
import type { Say } from "../browser/words.ts";
import type { Last } from "./last.ts";

const QUESTIONS = ["helped", "again"] as const;
const ANSWERS = ["yes", "some", "no"] as const;
/** The copy's name tells nothing to who finds it. */
const FILE = "tekst.txt";
/** So long (ms) a browser may take to write the copy down. */
const WRITTEN = 60_000;

/** The page after a talk. `opens`: when the chat opens next, in a sentence. */
export function after(with_: Last, opens: string): TemplateResult {
  const { say, page, answers } = with_;
  return html`<section class="told after">
      <h2>${say("back_title")}</h2>
      <p>${say("back_body", { site: page.site })} ${page.open_always ? nothing : opens}</p>
      <p>${say("back_new")}</p>
    </section>
    <section class="told after">
      <h2>${say("ask_title")}</h2>
      <p class="hint">${say("ask_counted")}</p>
      ${QUESTIONS.map(
        (question) => html`<fieldset>
          <legend>${say(`ask_${question}`)}</legend>
          ${question in answers
            ? html`<p role="status">${say("ask_thanks")}</p>`
            : html`<div class="row">
                ${ANSWERS.map((answer) => html`<button type="button" class="quiet" @click=${() => give(with_, question, answer)}>${say(`answer_${answer}`)}</button>`)}
              </div>`}
        </fieldset>`,
      )}
    </section>`;
}

/** To keep the talk as text, with what that risks; nothing when nothing was said. */
export function copyChoice(with_: Last): TemplateResult | typeof nothing {
  const { visit, say } = with_;
  if (visit.talk.entries.length === 0) return nothing;
  return html`<details class="opens">
    <summary>${say("copy_title")}</summary>
    <div class="after"><p>${say("copy_risk")}</p>
      <button type="button" class="quiet" @click=${() => save(textOf(with_))}>${say("copy_save")}</button></div>
  </details>`;
}

/** The talk as plain text: who, when, what. */
export function textOf({ visit, say, page }: Last): string {
  const names = { child: say("you"), counsellor: visit.lastName ?? say("counsellor") };
  return visit.talk.entries
    .map(({ role, at, shown }) => `${names[role]}, ${clockWords(at, page.timezone, say)}:\n${wordsOf(shown, say)}\n`)
    .join("\n");
}

/** What was said, under what it is where it is more than words. */
function wordsOf(shown: Shown, say: Say): string {
  if (!("text" in shown)) return say("broken");
  return shown.kind === "text" ? shown.text : `${say(shown.kind)}\n${shown.text}`;
}

/** Have an answer counted, once. That it did not arrive is no trouble of the child's. */
function give({ visit, answers, answered }: Last, question: string, answer: string): void {
  answered({ ...answers, [question]: answer });
  const body = JSON.stringify({ token: visit.token, question, answer });
  void fetch("/answers", { method: "POST", body, credentials: "omit", keepalive: true }).catch(() => undefined);
}

function save(text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = FILE;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), WRITTEN);
}
