/**
 * The first screen: whom one writes to, what becomes of it, whom to ring, and the way in. Nothing has to be answered.
 */

import { html, nothing, type TemplateResult } from "lit";

import { clockWords } from "../browser/clock.ts";
import type { About } from "../browser/frames.ts";
import type { Say } from "../browser/words.ts";
import type { Page } from "./page.ts";
import { dangerBox } from "./pieces.ts";

/** What the child may have chosen before it starts. */
export interface Choice {
  about: About;
  danger: boolean;
}

export interface Before {
  page: Page;
  say: Say;
  choice: Choice;
  choose(choice: Partial<Choice>): void;
  start(): void;
}

export function beforeScreen({ page, say, choice, choose, start }: Before): TemplateResult {
  const closes = page.closes_at;
  return html`<main class="fill">
    <form class="fill" autocomplete="off" @submit=${(event: Event) => (event.preventDefault(), start())}>
      <div class="page">
        ${page.open_always ? html`<p class="trial">${say("open_always")}</p>` : nothing}
        <h1 tabindex="-1">${say("greeting_title")}</h1>
        <p class="lead">${say("greeting_body")}</p>
        ${dangerBox(page.numbers, say, dangerChoice(choice, choose, say))} ${told(page, say)}
        <fieldset>
          <legend>${say("about_legend")}</legend>
          <p class="hint">${say("nothing_needed")}</p>
          <div class="choices">${aboutChoice("me", choice, choose, say)} ${aboutChoice("other", choice, choose, say)}
            ${aboutChoice("unsaid", choice, choose, say)}</div>
        </fieldset>
        ${safety(say)}
      </div>
      <div class="foot">
        <button class="primary">${say("start")}</button>
        ${closes === null ? nothing : html`<p class="hint">${say("open_until", { time: clockWords(closes, page.timezone, say) })}</p>`}
      </div>
    </form>
  </main>`;
}

function dangerChoice(choice: Choice, choose: Before["choose"], say: Say): TemplateResult {
  return html`<label class="check">
    <input type="checkbox" .checked=${choice.danger} @change=${(event: Event) => choose({ danger: isChecked(event) })} />
    <span>${say("danger_check")} <small>${say("danger_check_help")}</small></span>
  </label>`;
}

function aboutChoice(about: About, choice: Choice, choose: Before["choose"], say: Say): TemplateResult {
  return html`<label class="choice"
    ><input type="radio" name="about" .checked=${choice.about === about} @change=${() => choose({ about })} /> <span>${say(`about_${about}`)}</span></label
  >`;
}

function isChecked(event: Event): boolean {
  return (event.target as HTMLInputElement).checked;
}

/** Who reads this, what is written down, and when others must be told. */
function told(page: Page, say: Say): TemplateResult {
  return html`<section class="told" aria-labelledby="told">
    <h2 id="told">${say("before_title")}</h2>
    <dl>
      ${["who", "written", "told"].map((key) => html`<div><dt>${say(`${key}_title`)}</dt><dd>${say(`${key}_body`)}</dd></div>`)}
      <div><dt>${say("limit_title")}</dt><dd>${limit(page, say)}</dd></div>
    </dl>
  </section>`;
}

/** How long a talk may be, said before it begins. */
function limit({ ends_at: ends, timezone, silence_minutes: n }: Page, say: Say): string {
  const until = ends === null ? "" : `${say("limit_until", { time: clockWords(ends, timezone, say) })} `;
  return `${until}${say("limit_quiet", { n })}`;
}

/** What others may still see of this visit. */
function safety(say: Say): TemplateResult {
  return html`<section class="safety" aria-labelledby="safety">
    <h2 id="safety">${say("safety_title")}</h2>
    <ul>
      <li>${say("exit_help")}</li>
      ${["nothing", "page", "private", "spy", "shift"].map((key) => html`<li>${say(`safety_${key}`)}</li>`)}
    </ul>
  </section>`;
}
