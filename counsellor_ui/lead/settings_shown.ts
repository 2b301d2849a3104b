/**
 * What a change would make different, what a child would be shown, and who changed what.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../../browser/words.ts";
import type { Change, Difference, Preview, Shown, Standing } from "./house_state.ts";
import { type Day, DAYS, type Part } from "./house_value.ts";

/** With what is said what is shown. */
export interface Words {
  say: Say;
  zone: string;
  standing: Standing;
  now: number;
}

/** A day of the week by its name; a date as it is. */
export function dayName(day: string, say: Say): string {
  const at = DAYS.indexOf(day as Day);
  return at < 0 ? day : say(`weekday_${at}`);
}

interface Acts {
  back(): void;
  save(): void;
  busy: boolean;
  fault: TemplateResult | typeof nothing;
}

/** Draw what she looks at before she saves. */
export function previewView(preview: Preview, words: Words, acts: Acts): TemplateResult {
  const { say } = words;
  const same = preview.differences.length === 0;
  return html`<div class="preview">
    <h2>${say(preview.undo === 0 ? "house_preview" : "house_preview_undo")}</h2>
    ${same ? html`<p>${say("house_same")}</p>` : differencesView(preview.differences, preview.part, words)} ${childView(preview, words)} ${acts.fault}
    <div class="row">
      <button type="button" class="primary" ?disabled=${same || acts.busy} @click=${acts.save}>${say("house_save")}</button>
      <button type="button" class="quiet" @click=${acts.back}>${say("house_back")}</button>
    </div>
  </div>`;
}

/** Draw differences in words: what it was, what it is. */
export function differencesView(differences: readonly Difference[], part: Part, words: Words): TemplateResult {
  return html`<ul class="differences">
    ${differences.map(({ name, before, after }) => {
      const what = html`<b>${nameOf(name, part, words)}</b>`;
      if (before === null) return html`<li>${what}: ${words.say(hours(part) ? "house_becomes" : "house_new")} <ins>${told(after, part, words)}</ins></li>`;
      if (after === null) return html`<li>${what}: <del>${told(before, part, words)}</del> ${words.say("house_gone")}</li>`;
      return html`<li>${what}: <del>${told(before, part, words)}</del> → <ins>${told(after, part, words)}</ins></li>`;
    })}
  </ul>`;
}

const hours = (part: Part) => part === "opening" || part === "exceptions";

function told(value: string | null, part: Part, { say }: Words): string {
  if (value === "closed" && part === "exceptions") return say("house_closed");
  return hours(part) ? (value ?? "").replace("-", "–") : (value ?? "");
}

function nameOf(name: string, part: Part, { say, standing }: Words): string {
  if (name === "order") return say("house_order");
  if (part === "opening") return dayName(name, say);
  if (part === "exceptions") return dateWords(name);
  if (part === "replies") return name;
  const [label, day] = name.split(" ");
  const who = standing.labels.find(([one]) => one === label)?.[1] ?? label ?? "";
  return day === undefined ? who : `${who}, ${dayName(day, say)}`;
}

function dateWords(date: string): string {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return format.format(new Date(`${date}T12:00:00Z`));
}

/** What a child would be shown after the change: whether it can write, the days to come, whom else to ring. */
function childView({ part, shown, before }: Preview, words: Words): TemplateResult | typeof nothing {
  const { say } = words;
  if (part === "replies") return nothing;
  if (part === "other_help") return html`<h3>${say("house_child_sees")}</h3>${otherHelp(shown, words)}`;
  const [was, becomes] = [before, shown].map(({ windows }) => new Set(windows.map(([from, to]) => `${from} ${to}`)));
  const all = [...shown.windows, ...before.windows.filter(([from, to]) => !becomes?.has(`${from} ${to}`))].sort(([one], [other]) => one - other);
  const windowView = ([from, to]: [number, number]) => {
    const told = windowWords(from, to, words);
    if (!becomes?.has(`${from} ${to}`)) return html`<li><del>${told}</del> ${say("house_gone")}</li>`;
    return html`<li>${told}${was?.has(`${from} ${to}`) ? nothing : html` <strong>${say("house_is_new")}</strong>`}</li>`;
  };
  return html`<h3>${say("house_child_sees")}</h3>
    <ul class="says">
      ${words.standing.languages.map(([code, name]) => html`<li lang=${code.slice(0, 2)}><span class="hint">${name}</span> ${shown.says[code] ?? ""}</li>`)}
    </ul>
    <h3>${say("house_fortnight")}</h3>
    ${shown.windows.length === 0
      ? html`<p class="warn">${say("house_never")}</p>`
      : html`<ol class="windows">${all.map(windowView)}</ol>`}`;
}

function windowWords(from: number, to: number, { zone }: Words): string {
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long", timeZone: zone });
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short", timeZone: zone });
  return `${day.format(from)} ${clock.format(from)}–${clock.format(to)}`;
}

function otherHelp({ other_help: numbers }: Shown, { say, standing }: Words): TemplateResult {
  return html`<ul class="says">
    ${numbers.map(([number, label, , open]) => {
      const name = standing.labels.find(([one]) => one === label)?.[1] ?? label;
      return html`<li>${name} <b>${number}</b>${open === null ? nothing : html` <span class="hint">${say(open ? "house_open_now" : "house_closed_now")}</span>`}</li>`;
    })}
  </ul>`;
}

/** Draw who changed what of a part, the newest first, each with the way back to before it. */
export function historyView(changes: readonly Change[], words: Words, undo: (n: number, part: Part) => void): TemplateResult {
  const { say, zone } = words;
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  return html`<section class="history">
    <h2>${say("house_history")}</h2>
    ${changes.length === 0 ? html`<p class="hint">${say("house_no_history")}</p>` : nothing}
    <ol>
      ${changes.map(
        ({ n, at, who, part, undoes, differences }) =>
          html`<li>
            <p>${when.format(at)} · ${who === "" ? say("house_somebody") : who}${undoes > 0 ? html` · ${say("house_undid")}` : nothing}</p>
            ${differencesView(differences, part, words)}
            <button type="button" class="quiet" aria-label="${say("house_undo")}: ${when.format(at)}" @click=${() => undo(n, part)}>${say("house_undo")}</button>
          </li>`,
      )}
    </ol>
  </section>`;
}
