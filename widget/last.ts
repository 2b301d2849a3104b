/**
 * The last screens: ended, closed, and "does not work". Each says what happened, whose fault it is not, and what to do now.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Unsent } from "../browser/outbox.ts";
import type { Say } from "../browser/words.ts";
import { after, copyChoice } from "./after.ts";
import type { Page } from "./page.ts";
import { dangerBox, opensWords, otherNumbers, pressable } from "./pieces.ts";
import type { Problem, Visit } from "./visit.ts";

export interface Last {
  page: Page;
  say: Say;
  visit: Visit;
  now: number;
  /** What is in the field and was not sent. */
  draft: string;
  /** The talk is to be seen once more. */
  reading: boolean;
  read(): void;
  clear(): void;
  again(): void;
  /** See whether the chat is open. */
  check(): void;
  reload(): void;
  /** What the child has answered to the two questions. */
  answers: Readonly<Record<string, string>>;
  answered(answers: Readonly<Record<string, string>>): void;
}

/** What can still be read of a visit that is over: what was said, and what the child wrote that was not sent. */
function unsent({ visit, draft }: Last): readonly Unsent[] {
  return draft.trim() === "" ? visit.outbox.items : [...visit.outbox.items, { id: "draft", n: 0, text: draft, at: visit.lastWord || visit.since, box: null }];
}

function readButtons(with_: Last): TemplateResult | typeof nothing {
  const { visit, say, reading } = with_;
  const said = visit.talk.entries.length > 0;
  if (!said && unsent(with_).length === 0) return nothing;
  return html`${reading ? nothing : html`<button type="button" class="quiet" @click=${with_.read}>${said ? say("read_again") : say("read_written")}</button>`}
    <button type="button" class="quiet" @click=${with_.clear}>${say("clear")}</button>`;
}

export function endedScreen(with_: Last): TemplateResult {
  const { visit, say, page } = with_;
  const talked = visit.lastName !== null;
  const shut = visit.endedBy === "hours";
  return html`<main class="page last">
    <h1 tabindex="-1">${say(talked ? "ended_title" : "gone_title")}</h1>
    ${endedWhy(visit, say)} ${talked ? html`<p>${say("after_tired")} ${say("after_tell")}</p>` : nothing}
    <p>${pressable(shut ? say("call") : say(talked ? "ended_back" : "gone_body"))}</p>
    <div class="stack">
      ${shut
        ? html`<button type="button" class="quiet" @click=${with_.check}>${say("closed_check")}</button>`
        : html`<button type="button" class="primary" @click=${with_.again}>${say("again")}</button>`}
      ${readButtons(with_)}
    </div>
    ${oldTalk(with_)} ${copyChoice(with_)} ${talked ? after(with_, opensWords(visit.opensAt, with_.now, page.timezone, say)) : nothing} ${otherHelp(with_)}
  </main>`;
}

function endedWhy({ endedBy, lastName }: Visit, say: Say): TemplateResult | typeof nothing {
  if (lastName === null) return nothing;
  const why = endedBy === "silence" || endedBy === "hours" || endedBy === "left" || endedBy === "lead" ? say(`ended_${endedBy}`) : "";
  return html`<p class="lead">${why} ${say("ended_thanks")}</p>`;
}

function oldTalk(with_: Last): TemplateResult | typeof nothing {
  const { visit, say, page, reading } = with_;
  if (!reading) return nothing;
  return html`<chat-transcript
    class="old"
    .talk=${visit.talk}
    .unsent=${unsent(with_)}
    .late=${say("unsent")}
    .names=${{ child: say("you"), counsellor: visit.lastName ?? say("counsellor") }}
    .say=${say}
    .zone=${page.timezone}
  ></chat-transcript>`;
}

export function closedScreen(with_: Last): TemplateResult {
  const { page, say, visit, now } = with_;
  const waited = visit.conversation !== null;
  return html`<main class="page last">
    <h1 tabindex="-1">${say(visit.down || page.down ? "failed_title" : "closed_title")}</h1>
    ${waited ? html`<p>${say("closed_waiting")}</p>` : nothing}
    <p class="lead">${opensWords(visit.opensAt, now, page.timezone, say)}</p>
    <p>${pressable(say("closed_call"))}</p>
    <div class="stack">
      <a class="primary" href="tel:116111">${say("call_now")}</a>
      <button type="button" class="quiet" @click=${with_.check}>${say("closed_check")}</button>${readButtons(with_)}
    </div>
    ${oldTalk(with_)}
    ${dangerBox(page.numbers, say)} ${otherHelp(with_)}
  </main>`;
}

/** What cannot be begun again from here. */
const NO_WAY_ON: readonly Problem[] = ["place", "browser", "tab"];
/** Where the chat works, only not here. */
const TITLES: Partial<Record<Problem, string>> = { lost: "lost_title", tab: "tab_title" };

export function failedScreen(with_: Last): TemplateResult {
  const { page, say, visit, again, reload } = with_;
  const problem = visit.problem ?? "error";
  const act = problem === "old" ? reload : again;
  return html`<main class="page last">
    <h1 tabindex="-1">${say(TITLES[problem] ?? "failed_title")}</h1>
    <p class="lead">${say(`failed_${problem}`)}</p>
    <p>${pressable(say("call"))}</p>
    <div class="stack">
      ${NO_WAY_ON.includes(problem) ? nothing : html`<button type="button" class="primary" @click=${act}>${say("start_again")}</button>`} ${readButtons(with_)}
    </div>
    ${oldTalk(with_)}
    ${dangerBox(page.numbers, say)} ${otherHelp(with_)}
  </main>`;
}

function otherHelp({ page: { other_help: numbers, timezone }, now, say }: Last): TemplateResult | typeof nothing {
  if (numbers.length === 0) return nothing;
  return html`<section class="others"><h2>${say("other_help_title")}</h2>${otherNumbers(numbers, now, timezone, say)}</section>`;
}
