/**
 * How numbers are drawn: rows of a table with a bar in each, or columns in the order of time with their table below.
 *
 * Every number can be read as a number; a bar only shows it once more. What is hidden has a dashed outline of its own, and no length but
 * that of what its evenings show.
 */

import { html, nothing, svg, type TemplateResult } from "lit";

import type { Say } from "../../browser/words.ts";
import { type Bar, type Plot, withheld } from "../numbers.ts";

const TALL = 120;
const WIDE = 720;
const MOST_LABELS = 12;

/** Draw one plot. */
export function plotView(plot: Plot, say: Say): TemplateResult {
  if (withheld(plot)) return html`<figure class="plot"><figcaption>${plot.title}</figcaption><p class="hint">${say("numbers_hidden_all")}</p></figure>`;
  return html`<figure class="plot ${plot.inTime ? "in-time" : ""}">
    <figcaption>${plot.title}</figcaption>
    ${plot.note === "" ? nothing : html`<p class="hint">${plot.note}</p>`}
    ${plot.inTime ? html`${columns(plot)}<details><summary>${say("numbers_as_table")}</summary>${table(plot, say, false)}</details>` : table(plot, say, true)}
    ${plot.bars.some(({ n }) => n === null) ? html`<p class="hint">${say("numbers_hidden_note")}</p>` : nothing}
  </figure>`;
}

function most({ bars }: Plot): number {
  return Math.max(1, ...bars.map(({ n, least }) => n ?? least));
}

function table(plot: Plot, say: Say, drawn: boolean): TemplateResult {
  const whole = most(plot);
  return html`<table aria-label=${plot.title}>
    <thead class="unseen">
      <tr>
        <th scope="col">${say("numbers_code")}</th>
        <th scope="col">${say("numbers_count")}</th>
      </tr>
    </thead>
    <tbody>
      ${plot.bars.map(
        (bar) =>
          html`<tr>
            <th scope="row">${bar.label}</th>
            <td>${drawn ? row(bar, whole) : nothing}<span class=${bar.n === null ? "hint" : "n"}>${told(bar, say)}</span></td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function told({ n, least }: Bar, say: Say): string {
  if (n !== null) return String(n);
  return least > 0 ? say("numbers_at_least", { n: least }) : say("numbers_hidden");
}

function row({ n, least }: Bar, whole: number): TemplateResult {
  const part = (100 * (n ?? least)) / whole;
  const none = svg`<rect class="none" x="0.5" y="2.5" width="12" height="11"></rect>`;
  const bar = part === 0 ? none : svg`<rect class=${n === null ? "none" : ""} y="0.5" width=${`${part}%`} height="15"></rect>`;
  return html`<svg class="bar" aria-hidden="true" focusable="false" width="100%" height="16">${bar}</svg>`;
}

function columns(plot: Plot): TemplateResult {
  const { bars, title } = plot;
  const whole = most(plot);
  const step = WIDE / bars.length;
  const gap = Math.min(6, step / 4);
  const each = Math.ceil(bars.length / MOST_LABELS);
  return html`<svg class="columns" role="img" aria-label=${title} viewBox="0 -18 ${WIDE} ${TALL + 40}">
    ${bars.map(({ label, n, least }, at) => {
      const [x, wide] = [at * step + gap, Math.min(step - 2 * gap, 64)];
      const tall = n === null && least === 0 ? 10 : (TALL * (n ?? least)) / whole;
      const middle = x + wide / 2;
      return svg`<rect class=${n === null ? "none" : ""} x=${x} y=${TALL - tall} width=${wide} height=${tall}></rect>
        ${(n === null && least === 0) || bars.length > 2 * MOST_LABELS ? nothing : svg`<text x=${middle} y=${TALL - tall - 4}>${n ?? `≥ ${least}`}</text>`}
        ${at % each === 0 ? svg`<text class="at" x=${middle} y=${TALL + 16}>${label}</text>` : nothing}`;
    })}
    <line x1="0" x2=${WIDE} y1=${TALL} y2=${TALL}></line>
  </svg>`;
}
