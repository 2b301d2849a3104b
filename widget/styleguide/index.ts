/** The style page: what is written stands in its template; here the colours are read from the sheet, and every state is put beside its name. */

import { html, render } from "lit";

import { STATES } from "./states.ts";

const COLOURS = [
  ["ink", "ground"],
  ["ink", "surface"],
  ["soft", "ground"],
  ["soft", "surface"],
  ["on-accent", "accent"],
  ["on-tint", "tint"],
  ["on-warm", "warm"],
  ["on-firm", "firm"],
] as const;
const EDGES = ["line", "edge"] as const;

const style = getComputedStyle(document.documentElement);
const value = (name: string): string => style.getPropertyValue(`--${name}`).trim();

render(
  COLOURS.map(([ink, ground]) => html`<li class="swatch ${ground}"><b>${ground}</b> ${value(ground)} <span>${ink} ${value(ink)}</span></li>`).concat(
    EDGES.map((edge) => html`<li class="swatch surface ${edge}"><b>${edge}</b> ${value(edge)}</li>`),
  ),
  document.getElementById("colours")!,
);

render(
  Object.entries(STATES).map(
    ([group, states]) =>
      html`<h2>${group}</h2>
        <div class="states">
          ${Object.keys(states).map((name) => {
            const address = `/styleguide/state${location.search}#${encodeURIComponent(`${group}/${name}`)}`;
            return html`<figure>
              <figcaption><a href=${address}>${name}</a></figcaption>
              <iframe loading="lazy" title="${group}: ${name}" src=${address}></iframe>
            </figure>`;
          })}
        </div>`,
  ),
  document.getElementById("states")!,
);
