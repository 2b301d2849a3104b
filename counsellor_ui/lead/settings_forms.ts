/**
 * The forms of the settings: a week, dates, other help, quick replies.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../../browser/words.ts";
import type { HouseState } from "./house_state.ts";
import { freshWeek, type HelpRow, type HoursRow, nextDate, type ReplyRow } from "./house_value.ts";
import type { Words } from "./settings_shown.ts";

/** Draw the form of the part that is open. */
export function partForm(house: HouseState, words: Words): TemplateResult {
  switch (house.part) {
    case "opening":
      return weekForm(house.rows("opening"), words.say, (rows) => house.edit("opening", rows));
    case "exceptions":
      return datesForm(house, words);
    case "other_help":
      return helpForm(house, words);
    case "replies":
      return repliesForm(house, words);
  }
}

function put<T>(rows: readonly T[], at: number, change: Partial<T>): T[] {
  return rows.map((row, index) => (index === at ? { ...row, ...change } : row));
}

function without<T>(rows: readonly T[], at: number): T[] {
  return rows.filter((_, index) => index !== at);
}

const valueIn = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement).value;

function weekForm(rows: HoursRow[], say: Say, edit: (rows: HoursRow[]) => void): TemplateResult {
  return html`<div class="hours">
    ${rows.map((row, at) => {
      const name = say(`weekday_${at}`);
      return html`<div class="line" role="group" aria-label=${name}>
        <label class="check"><input type="checkbox" .checked=${row.open} @change=${() => edit(put(rows, at, { open: !row.open }))} /> ${name}</label>
        ${row.open ? clocks(row, name, say, (change) => edit(put(rows, at, change))) : html`<span class="hint">${say("house_closed")}</span>`}
      </div>`;
    })}
  </div>`;
}

function clocks(row: HoursRow, name: string, say: Say, edit: (change: Partial<HoursRow>) => void): TemplateResult {
  const field = (which: "from" | "to", called: string) =>
    html`<input
      class="clock"
      inputmode="numeric"
      maxlength="5"
      autocomplete="off"
      aria-label="${name}: ${say(called)}"
      .value=${row[which]}
      @input=${(event: Event) => edit({ [which]: valueIn(event) })}
    />`;
  return html`<span class="clocks">${field("from", "house_from")} – ${field("to", "house_to")}</span>`;
}

function datesForm(house: HouseState, { say, zone, now }: Words): TemplateResult {
  const rows = house.rows("exceptions");
  const edit = (next: HoursRow[]) => house.edit("exceptions", next);
  const add = () => edit([...rows, { day: nextDate(rows, now, zone), open: false, from: "16:15", to: "22:45" }]);
  return html`<div class="hours">
    ${rows.map(
      (row, at) =>
        html`<div class="line" role="group" aria-label=${row.day}>
          <input type="date" required aria-label=${say("house_date")} .value=${row.day} @change=${(event: Event) => edit(put(rows, at, { day: valueIn(event) }))} />
          <label class="check"><input type="checkbox" .checked=${row.open} @change=${() => edit(put(rows, at, { open: !row.open }))} /> ${say("house_open")}</label>
          ${row.open ? clocks(row, row.day, say, (change) => edit(put(rows, at, change))) : html`<span class="hint">${say("house_closed")}</span>`}
          <button type="button" class="quiet" aria-label="${say("house_remove")}: ${row.day}" @click=${() => edit(without(rows, at))}>${say("house_remove")}</button>
        </div>`,
    )}
    ${rows.length === 0 ? html`<p class="hint">${say("house_no_dates")}</p>` : nothing}
    <button type="button" @click=${add}>${say("house_add_date")}</button>
  </div>`;
}

function helpForm(house: HouseState, { say, standing }: Words): TemplateResult {
  const rows = house.rows("other_help");
  const edit = (next: HelpRow[]) => house.edit("other_help", next);
  const free = standing.labels.find(([label]) => rows.every((row) => row.label !== label)) ?? standing.labels[0];
  const add = () => free && edit([...rows, { label: free[0], number: "", tel: "", hours: null }]);
  return html`<ol class="rows">
      ${rows.map((row, at) => {
        const name = standing.labels.find(([label]) => label === row.label)?.[1] ?? row.label;
        const hours = (on: boolean) => edit(put(rows, at, { hours: on ? freshWeek() : null }));
        return html`<li>
          <div class="line" role="group" aria-label=${name}>
            <select aria-label=${say("house_who")} @change=${(event: Event) => edit(put(rows, at, { label: valueIn(event) }))}>
              ${standing.labels.map(([label, word]) => html`<option value=${label} ?selected=${label === row.label}>${word}</option>`)}
            </select>
            <input
              class="number"
              inputmode="tel"
              autocomplete="off"
              aria-label="${say("house_number")}: ${name}"
              .value=${row.number}
              @input=${(event: Event) => edit(put(rows, at, { number: valueIn(event), tel: "" }))}
            />
            <label class="check"><input type="checkbox" .checked=${row.hours !== null} @change=${() => hours(row.hours === null)} /> ${say("house_say_hours")}</label>
            <button type="button" class="quiet" aria-label="${say("house_remove")}: ${name}" @click=${() => edit(without(rows, at))}>${say("house_remove")}</button>
          </div>
          ${row.hours === null ? nothing : weekForm(row.hours, say, (week) => edit(put(rows, at, { hours: week })))}
        </li>`;
      })}
    </ol>
    <button type="button" @click=${add}>${say("house_add_number")}</button>`;
}

function repliesForm(house: HouseState, { say, standing }: Words): TemplateResult {
  const rows = house.rows("replies");
  const edit = (next: ReplyRow[]) => house.edit("replies", next);
  return html`<ol class="rows">
      ${rows.map(
        (row, at) =>
          html`<li>
            <details ?open=${row.texts[standing.default] === undefined}>
              <summary><b>/${row.short}</b> <span class="hint">${row.texts[standing.default] ?? ""}</span></summary>
              <label>${say("house_short")}<input class="short" maxlength="20" autocomplete="off" .value=${row.short} @input=${(event: Event) => edit(put(rows, at, { short: valueIn(event) }))} /></label>
              ${standing.languages.map(
                ([code, language]) =>
                  html`<label lang=${code.slice(0, 2)}
                    >${language}<textarea
                      rows="2"
                      maxlength="1000"
                      .value=${row.texts[code] ?? ""}
                      @input=${(event: Event) => edit(put(rows, at, { texts: { ...row.texts, [code]: valueIn(event) } }))}
                    ></textarea
                  ></label>`,
              )}
              <button type="button" class="quiet" aria-label="${say("house_remove")}: /${row.short}" @click=${() => edit(without(rows, at))}>${say("house_remove")}</button>
            </details>
          </li>`,
      )}
    </ol>
    <button type="button" @click=${() => edit([...rows, { short: "", texts: {} }])}>${say("house_add_reply")}</button>`;
}
