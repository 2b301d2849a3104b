/**
 * "Who and where I am": what only the child can send, when help must come. Sealed like every message.
 *
 * Rules of this file:
 * 1. Nothing is asked of the browser before the child presses for it; nothing leaves before the child presses send.
 * 2. What is written here is in memory only, and is gone when it is sent.
 * 3. A position is shown to the child before it is sent, with how exact it is.
 */

import { LitElement, html, type TemplateResult } from "lit";

import type { Say } from "../browser/words.ts";

const FIELDS = [
  ["name", 80],
  ["phone", 40],
  ["address", 200],
] as const;
/** So long (ms) the device may look for where it is. */
const PATIENCE = 20_000;

export class ShareWhere extends LitElement {
  static override properties = { say: { attribute: false }, place: { state: true } };

  say: Say = (key) => key;
  /** The position in words; "finding" and "failed" are none. */
  place: string | { readonly is: "none" | "finding" | "failed" } = { is: "none" };

  /** All styles come from the page's own file. */
  protected override createRenderRoot(): this {
    return this;
  }

  protected override render(): TemplateResult {
    const { say } = this;
    return html`<form class="stack" autocomplete="off" @submit=${this.#submit}>
      <p>${say("share_help")}</p>
      ${FIELDS.map(
        ([name, most]) => html`<label class="field"><span>${say(`share_${name}`)}</span><input name=${name} maxlength=${most} autocomplete="off" /></label>`,
      )}
      ${this.#place()}
      <button class="quiet firm">${say("share_send")}</button>
    </form>`;
  }

  #place(): TemplateResult {
    const { say, place } = this;
    const known = typeof place === "string";
    const words = known ? `${say("share_place")}: ${place}` : say(`share_${place.is}`);
    return html`<p class="hint" role="status">${words}</p>
      ${known
        ? html`<button type="button" class="quiet" @click=${() => (this.place = { is: "none" })}>${say("share_remove")}</button>`
        : html`<button type="button" class="quiet" ?disabled=${place.is === "finding"} @click=${this.#find}>${say("share_find")}</button>`}`;
  }

  #find = (): void => {
    const failed = () => void (this.place = { is: "failed" });
    if (!("geolocation" in navigator)) return failed(); // a browser that never tells where it is (Tor, or so set)
    this.place = { is: "finding" };
    const found = ({ coords: { latitude, longitude, accuracy } }: GeolocationPosition) =>
      void (this.place = `${latitude.toFixed(5)}, ${longitude.toFixed(5)} (${this.say("share_within", { n: Math.ceil(accuracy) })})`);
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: PATIENCE });
  };

  #submit = (event: Event): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    const told: [string, string][] = FIELDS.map(([name]) => [name, String(given.get(name)).trim()]);
    if (typeof this.place === "string") told.push(["place", this.place]);
    const lines = told.filter(([, text]) => text !== "").map(([name, text]) => `${this.say(`share_${name}`)}: ${text}`);
    if (lines.length === 0) return form.querySelector("input")?.focus();
    this.place = { is: "none" };
    form.reset();
    this.dispatchEvent(new CustomEvent("share", { detail: lines.join("\n") }));
  };
}
