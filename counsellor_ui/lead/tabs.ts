/**
 * The shift lead's views beside her talks, and the bar with which she goes from one to another.
 *
 * Rules of this file:
 * 1. A view is there when its own file has registered it; the bar shows those, in this order, and is not there while there are none.
 * 2. The bar hides nothing that may not be seen: the server gives a view's data to a lead alone, and refuses the rest.
 * 3. Her talks stay where they are while a view is open: they are hidden, not taken off the page, and they ring on.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../../browser/words.ts";
import type { Shift } from "../shift.ts";

export type TabName = "overview" | "settings" | "people" | "numbers" | "blocks";
const ORDER: readonly TabName[] = ["overview", "settings", "people", "numbers", "blocks"];

/** What a view is drawn from. */
export interface Around {
  shift: Shift;
  say: Say;
  /** The helpline's time zone. */
  zone: string;
  /** Draw the screen again. */
  changed(): void;
}

/** A view in this page, or the address of a page of its own. */
export type View = { draw(around: Around): TemplateResult } | { href: string };

const views = new Map<TabName, View>();

/** Put a view on the bar. Its name on the bar is the staff word `lead_<tab>`. */
export function registerTab(name: TabName, view: View): void {
  views.set(name, view);
}

/** The views that are there, in the order of the bar. */
export function tabsThere(there: ReadonlyMap<TabName, View> = views): TabName[] {
  return ORDER.filter((name) => there.has(name));
}

/** Which view a lead has open; null: her talks. */
export class Tabs {
  #open: TabName | null = null;

  constructor(private readonly there: ReadonlyMap<TabName, View> = views) {}

  get open(): TabName | null {
    return this.#open;
  }

  go(name: TabName | null): void {
    const view = name === null ? undefined : this.there.get(name);
    this.#open = view !== undefined && "draw" in view ? name : null;
  }

  /** Draw the bar; `calls`: how many of her talks call for her while they cannot be seen. */
  bar({ say, changed }: Pick<Around, "say" | "changed">, calls = 0): TemplateResult | typeof nothing {
    const names = tabsThere(this.there);
    if (names.length === 0) return nothing;
    const go = (name: TabName | null) => {
      this.go(name);
      changed();
    };
    return html`<nav class="tabs" aria-label=${say("lead_tabs")}>
      ${this.#button(say("lead_talks"), null, go, calls)}
      ${names.map((name) => {
        const view = this.there.get(name);
        return view !== undefined && "href" in view
          ? html`<a class="tab" href=${view.href + location.search} target="_blank">${say(`lead_${name}`)}</a>`
          : this.#button(say(`lead_${name}`), name, go);
      })}
    </nav>`;
  }

  /** Draw the open view; nothing while her talks are open. */
  view(around: Around): TemplateResult | typeof nothing {
    const view = this.#open === null ? undefined : this.there.get(this.#open);
    return view !== undefined && "draw" in view ? html`<div class="lead">${view.draw(around)}</div>` : nothing;
  }

  #button(words: string, name: TabName | null, go: (name: TabName | null) => void, calls = 0): TemplateResult {
    return html`<button type="button" class="tab" aria-current=${this.#open === name ? "page" : "false"} @click=${() => go(name)}>
      ${words}${calls > 0 && this.#open !== null ? html` <span class="waits">${calls}</span>` : nothing}
    </button>`;
  }
}
