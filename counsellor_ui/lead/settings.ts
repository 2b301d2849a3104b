/**
 * The shift lead's view of the settings: a form for each part, what would follow, and who changed what.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../../browser/words.ts";
import { HouseState, PARTS } from "./house_state.ts";
import { placeOf } from "./house_value.ts";
import { partForm } from "./settings_forms.ts";
import { dayName, historyView, previewView, type Words } from "./settings_shown.ts";
import { type Around, registerTab } from "./tabs.ts";

let state: HouseState | null = null;

/** Put the view on the bar. */
export function registerSettings(): void {
  registerTab("settings", {
    draw(around) {
      state ??= new HouseState(around.changed);
      state.drawn(Date.now());
      return settingsView(state, around);
    },
  });
}

/** Draw the view. */
export function settingsView(house: HouseState, { say, zone, shift }: Around): TemplateResult {
  const { standing, preview } = house;
  if (standing === null) return html`<p role="status">${say(house.failed ? "house_failed" : "connecting")}</p>`;
  const words: Words = { say, zone, standing, now: shift.now() };
  return html`<section class="house" aria-label=${say("lead_settings")}>
    ${standing.hours_known ? nothing : html`<p class="fault" role="alert">${say("house_unknown")}</p>`}
    ${standing.always ? html`<p class="hint">${say("house_always")}</p>` : nothing}
    <div class="parts" role="group" aria-label=${say("house_parts")}>
      ${PARTS.map(
        (part) =>
          html`<button type="button" class="quiet" aria-pressed=${house.part === part} @click=${() => house.show(part)}>
            ${say(`house_part_${part}`)}${house.dirty(part) ? html` <span class="hint">${say("house_unsaved")}</span>` : nothing}
          </button>`,
      )}
    </div>
    ${preview !== null
      ? previewView(preview, words, { back: () => house.back(), save: () => void house.save(), busy: house.busy, fault: faultView(house, words) })
      : html`${formView(house, words)}
          <p class="saved" role="status">${house.saved > 0 ? say("house_saved") : ""}</p>
          ${historyView(standing.history.filter(({ part }) => part === house.part), words, (n, part) => void house.look(part, n))}`}
  </section>`;
}

function formView(house: HouseState, words: Words): TemplateResult {
  const { say } = words;
  const { part } = house;
  const dirty = house.dirty(part);
  return html`<form
    @submit=${(event: Event) => {
      event.preventDefault();
      void house.look(part);
    }}
  >
    <h2>${say(`house_part_${part}`)}</h2>
    <p class="hint">${say(`house_hint_${part}`)}</p>
    ${house.standing?.parts[part].faults.length ? html`<p class="fault" role="alert">${say("house_misfit")}</p>` : nothing} ${partForm(house, words)}
    ${faultView(house, words)}
    <div class="row">
      <button class="primary" ?disabled=${!dirty || house.busy}>${say("house_look")}</button>
      ${dirty ? html`<button type="button" class="quiet" @click=${() => house.drop(part)}>${say("house_drop")}</button>` : nothing}
    </div>
  </form>`;
}

/** What was wrong, or what somebody else did meanwhile. */
function faultView(house: HouseState, { say, zone }: Words): TemplateResult | typeof nothing {
  const { fault } = house;
  if (fault === null) return nothing;
  switch (fault.why) {
    case "changed": {
      const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short", timeZone: zone }).format(fault.at);
      return html`<div class="fault" role="alert">
        <p>${say("house_changed", { name: fault.who, clock })}</p>
        <div class="row">
          <button type="button" @click=${() => void house.keepMine()}>${say("house_keep_mine")}</button>
          <button type="button" class="quiet" @click=${() => house.drop(house.part)}>${say("house_take_theirs")}</button>
        </div>
      </div>`;
    }
    case "wrong":
      return html`<p class="fault" role="alert">${say(`house_wrong_${house.part}`, { where: whereOf(house, fault.name, say) })}</p>`;
    case "twice":
      return html`<p class="fault" role="alert">${say("house_twice", { where: fault.name })}</p>`;
    case "not_now":
      return html`<p class="fault" role="alert">${say("house_not_now")}</p>`;
  }
}

/** Name the place of a fault as she sees it: a day, a date, a number, a reply. */
function whereOf(house: HouseState, name: string, say: Say): string {
  const { key, index } = placeOf(name);
  if (house.part === "replies") return index === null ? say("house_part_replies") : `/${house.rows("replies")[index]?.short ?? ""}`;
  if (house.part === "other_help") return index === null ? say("house_part_other_help") : (house.rows("other_help")[index]?.number ?? "");
  return dayName(key, say);
}
