/**
 * The shapes of the talks: a colour is never the only sign by which two children are told apart.
 */

import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

import type { Colour } from "./names.ts";

const SHAPES: Record<Colour, SVGTemplateResult> = {
  blue: svg`<circle cx="8" cy="8" r="7" />`,
  orange: svg`<path d="M8 1 15 15 1 15Z" />`,
  green: svg`<rect x="1.5" y="1.5" width="13" height="13" />`,
  purple: svg`<path d="M8 .5 15.5 8 8 15.5 .5 8Z" />`,
  rose: svg`<path d="M5.5 1h5v4.500h4.500v5h-4.500v4.500h-5v-4.500h-4.500v-5h4.500Z" />`,
  teal: svg`<path d="M4.200 1h7.600L15.500 8l-3.700 7H4.200L.5 8Z" />`,
};

/** Draw the shape of a colour. */
export function shape(colour: Colour): TemplateResult {
  return html`<svg class="shape" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[colour]}</svg>`;
}
