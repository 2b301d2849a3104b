/**
 * What the practice room shows before and after a talk. Only shows; the room acts.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../../browser/words.ts";
import { spanWords } from "../say.ts";
import type { Debrief, Went } from "./debrief.ts";
import type { Pace } from "./room.ts";
import { type Moment, type Story, TONGUES, type Tongue } from "./story.ts";

export interface ChooseView {
  say: Say;
  tongue: Tongue;
  pace: Pace;
  stories: readonly Story[];
  setTongue(tongue: Tongue): void;
  setPace(pace: Pace): void;
  play(story: Story): void;
}

/** Draw the stories, each with what there is to practise in it. */
export function chooseView(view: ChooseView): TemplateResult {
  const { say, tongue, pace, stories, setTongue, setPace, play } = view;
  return html`<div class="practice-room">
    <p>${say("practice_what")}</p>
    <div class="practice-choices">
      ${choice("practice-tongue", say("practice_language"), TONGUES.map((code) => [code, say(`language_${code}`)]), tongue, setTongue)}
      ${choice("practice-pace", say("practice_pace"), [["calm", say("practice_calm")], ["quick", say("practice_quick")]], pace, setPace)}
    </div>
    <ul class="stories">
      ${stories.map(
        (story) => html`<li>
          <h3 lang=${tongue}>${story.title[tongue]}</h3>
          <p lang=${tongue}>${story.goal[tongue]}</p>
          <button class="primary" aria-label=${say("practice_start_label", { title: story.title[tongue] })} @click=${() => play(story)}>${say("practice_start")}</button>
        </li>`,
      )}
    </ul>
  </div>`;
}

function choice<T extends string>(name: string, legend: string, all: readonly (readonly [T, string])[], chosen: T, set: (one: T) => void): TemplateResult {
  return html`<fieldset class="question">
    <legend>${legend}</legend>
    <div class="chips">
      ${all.map(
        ([code, words]) => html`<label class="chip"><input type="radio" name=${name} .checked=${code === chosen} @change=${() => set(code)} /><span>${words}</span></label>`,
      )}
    </div>
  </fieldset>`;
}

export interface DebriefView {
  say: Say;
  tongue: Tongue;
  story: Story;
  told: Debrief;
  /** How many calls she wrote down. */
  calls: number;
  again(): void;
}

/** Draw how it went. */
export function debriefView({ say, tongue, story, told, calls, again }: DebriefView): TemplateResult {
  const { firstAnswer, longestSilence, messages, questions, length, gaveUp, moments } = told;
  const figures: [string, string | number][] = [
    [say("practice_first"), firstAnswer === null ? say("none") : spanWords(say, firstAnswer)],
    [say("practice_longest"), spanWords(say, longestSilence)],
    [say("practice_messages"), messages],
    [say("practice_questions"), questions],
    [say("practice_calls"), calls],
    [say("practice_length"), spanWords(say, length)],
  ];
  return html`<div class="practice-room">
    <h3 lang=${tongue}>${story.title[tongue]}</h3>
    <p lang=${tongue}>${story.background[tongue]}</p>
    ${gaveUp ? html`<p class="warn">${say("practice_gave_up")}</p>` : nothing}
    <h3>${say("practice_moments")}</h3>
    <ul class="moments">
      ${moments.map(({ moment, went }) => momentView(say, tongue, moment, went))}
    </ul>
    <p class="hint">${say("practice_simple")}</p>
    <h3>${say("practice_figures")}</h3>
    <dl class="figures">
      ${figures.map(([word, value]) => html`<div><dt>${word}</dt><dd>${value}</dd></div>`)}
    </dl>
    <p class="hint">${say("practice_kept")}</p>
    <button class="primary" @click=${again}>${say("practice_again")}</button>
  </div>`;
}

function momentView(say: Say, tongue: Tongue, moment: Moment, went: Went): TemplateResult {
  return html`<li class=${went.how}>
    <strong>${say(`practice_${went.how}`)}</strong>
    <span lang=${tongue}>${moment[tongue]}</span>
    ${went.how === "did" && went.words !== "" ? html`<q lang=${tongue}>${went.words}</q>` : nothing}
  </li>`;
}
