/**
 * What the keyboard does, and the list of it that is shown. Alt and one key; AltGr is for writing.
 */

import { html, type TemplateResult } from "lit";

import type { Say } from "../browser/words.ts";

/** What a key does: to a talk (by its place), to what rings, to the talk in which she is, or to the whole screen. */
export type Act = "ring" | "talk_1" | "talk_2" | "talk_3" | "replies" | "form" | "notes" | "here" | "keys";

/** The physical key of each, and how it is written. */
export const KEYS: Readonly<Record<Act, readonly [code: string, shown: string]>> = {
  ring: ["Digit0", "0"],
  talk_1: ["Digit1", "1"],
  talk_2: ["Digit2", "2"],
  talk_3: ["Digit3", "3"],
  replies: ["KeyS", "S"],
  form: ["KeyF", "F"],
  notes: ["KeyN", "N"],
  here: ["KeyH", "H"],
  keys: ["KeyK", "K"],
};

/** The part of a key press that matters. */
export interface Press {
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  getModifierState(key: "AltGraph"): boolean;
}

/** Return what a press asks for; null when it is for writing or for the browser. */
export function actOf(press: Press): Act | null {
  if (!press.altKey || press.ctrlKey || press.metaKey || press.shiftKey || press.getModifierState("AltGraph")) return null;
  const found = (Object.keys(KEYS) as Act[]).find((act) => KEYS[act][0] === press.code);
  return found ?? null;
}

/** Draw the list. Within a field the browser's own keys do what they always do. */
export function keysView(say: Say, close: () => void): TemplateResult {
  return html`<dialog class="keys" aria-labelledby="keys-title" @close=${close}>
    <h2 id="keys-title">${say("keys")}</h2>
    <dl>
      ${(Object.keys(KEYS) as Act[]).map((act) => row(`Alt + ${KEYS[act][1]}`, say(`key_${act}`)))}
      ${row("Enter", say("key_send"))} ${row("Shift + Enter", say("key_line"))} ${row(say("key_short_keys"), say("key_short"))}
      ${row("Esc", say("key_escape"))}
    </dl>
    <form method="dialog"><button class="primary">${say("put_away")}</button></form>
  </dialog>`;
}

function row(keys: string, what: string): TemplateResult {
  return html`<div><dt><kbd>${keys}</kbd></dt><dd>${what}</dd></div>`;
}
