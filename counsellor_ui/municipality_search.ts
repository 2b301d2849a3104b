/**
 * A combobox over the municipalities: type part of a name, choose with arrows and Enter or with a click.
 * The WAI-ARIA pattern "editable combobox with list autocomplete"; focus never leaves the field.
 */

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";

import type { Say } from "../browser/words.ts";
import { label, type Municipality, search } from "./municipalities.ts";

export class MunicipalitySearch extends LitElement {
  static override properties = {
    all: { attribute: false },
    chosen: { attribute: false },
    say: { attribute: false },
    name: {},
    text: {},
    typed: { state: true },
    active: { state: true },
  };

  declare all: readonly Municipality[];
  /** The number of the municipality that is chosen; null when none is. */
  declare chosen: string | null;
  declare say: Say;
  /** The start of its ids: unique on the page. */
  declare name: string;
  /** What is asked for. */
  declare text: string;
  /** What stands in the field while somebody types; null when nobody does. */
  declare typed: string | null;
  declare active: number;

  constructor() {
    super();
    this.all = [];
    this.chosen = null;
    this.typed = null;
    this.active = 0;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const found = this.#found();
    const open = this.typed !== null && this.typed.trim() !== "";
    const current = open && found.length > 0 ? `${this.name}-${this.active}` : nothing;
    return html`
      <label for=${this.name}>${this.text}</label>
      <div class="search">
        <input
          id=${this.name}
          role="combobox"
          autocomplete="off"
          spellcheck="false"
          aria-autocomplete="list"
          aria-expanded=${open && found.length > 0 ? "true" : "false"}
          aria-controls="${this.name}-list"
          aria-activedescendant=${current}
          placeholder=${this.say("municipality_unknown")}
          .value=${live(this.typed ?? this.#label())}
          @input=${(event: InputEvent) => this.#type((event.target as HTMLInputElement).value)}
          @keydown=${(event: KeyboardEvent) => this.#key(event, found)}
          @blur=${() => this.#leave()}
        />
        ${this.chosen === null ? nothing : html`<button type="button" class="quiet" @click=${() => this.#choose(null)}>${this.say("municipality_clear")}</button>`}
      </div>
      <ul id="${this.name}-list" role="listbox" aria-label=${this.text} ?hidden=${!open || found.length === 0}>
        ${open ? found.map((municipality, index) => this.#option(municipality, index)) : nothing}
      </ul>
      <p class="hint" role="status">${open && found.length === 0 ? this.say("municipality_none") : nothing}</p>
    `;
  }

  /** The list is drawn in the flow; bring it into view when it opens or changes. */
  protected override updated(): void {
    if (this.typed !== null) this.querySelector("ul:not([hidden])")?.scrollIntoView({ block: "nearest" });
  }

  #option(municipality: Municipality, index: number): TemplateResult {
    const other = municipality.official === municipality.name ? nothing : html` <span class="official">${municipality.official}</span>`;
    return html`<li
      id="${this.name}-${index}"
      role="option"
      aria-selected=${index === this.active ? "true" : "false"}
      @pointerdown=${(event: PointerEvent) => event.preventDefault()}
      @click=${() => this.#choose(municipality.number)}
    >
      ${label(municipality)}${other}
    </li>`;
  }

  #found(): Municipality[] {
    return this.typed === null ? [] : search(this.all, this.typed);
  }

  #label(): string {
    const chosen = this.all.find(({ number }) => number === this.chosen);
    return chosen === undefined ? "" : label(chosen);
  }

  #type(text: string): void {
    this.typed = text;
    this.active = 0;
    if (text.trim() === "") this.#tell(null);
  }

  #key(event: KeyboardEvent, found: readonly Municipality[]): void {
    const act = this.#acts(found)[event.key];
    if (act === undefined || this.typed === null) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #acts(found: readonly Municipality[]): Record<string, () => void> {
    const move = (step: number) => {
      this.active = found.length === 0 ? 0 : (this.active + step + found.length) % found.length;
    };
    return {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Enter: () => this.#choose(found[this.active]?.number ?? this.chosen),
      Escape: () => this.#leave(),
    };
  }

  #choose(number: string | null): void {
    this.typed = null;
    this.#tell(number);
    this.querySelector("input")?.focus();
  }

  /** What was typed and not chosen is no answer: the field shows again what is chosen. */
  #leave(): void {
    this.typed = null;
    this.requestUpdate();
  }

  #tell(number: string | null): void {
    this.dispatchEvent(new CustomEvent("chosen", { detail: number }));
  }
}
