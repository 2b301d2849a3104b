/**
 * Who was shut out, without who: the lead's list, and for everybody else the question whether one may last longer.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../../browser/words.ts";
import { answerBlock, got } from "../house.ts";
import type { Shift } from "../shift.ts";
import { type Around, registerTab } from "./tabs.ts";

export interface Block {
  block: string;
  by: string;
  at: number;
  until: number;
  why: "no_child";
  /** Who asked for a week, and who agreed ("": nobody). */
  asked: string;
  second: string;
  /** She has asked herself. */
  own: boolean;
  may_lift: boolean;
}
interface Blocks {
  /** Somebody can be shut out here: a proxy tells from where they come. */
  able: boolean;
  blocks: Block[];
}

const AGAIN = 3_000;
const ANSWERS = ["asked", "agreed", "no", "lifted", "same", "gone", "not_yours"];

/** The list, as this page last saw it. */
export class BlockList {
  told: Blocks | null = null;
  /** What was answered to the last deed: a word's key, "" for none. */
  answer = "";
  #looked = 0;

  constructor(
    private readonly changed: () => void,
    private readonly ask: (path: string) => Promise<unknown> = got,
  ) {}

  /** The view is on the screen: look again every few seconds. */
  drawn(now: number): void {
    if (now - this.#looked < AGAIN) return;
    this.#looked = now;
    void this.#load();
  }

  async does(block: string, what: "ask" | "agree" | "no" | "lift"): Promise<void> {
    const answer = await answerBlock(block, what);
    this.answer = `block_${ANSWERS.includes(answer) ? answer : "failed"}`;
    await this.#load();
  }

  async #load(): Promise<void> {
    this.told = ((await this.ask("/staff/blocks.json")) as Blocks | null) ?? this.told;
    this.changed();
  }
}

let list: BlockList | null = null;

/** Put the view on the bar. */
export function registerBlocks(): void {
  registerTab("blocks", {
    draw(around) {
      list ??= new BlockList(around.changed);
      list.drawn(Date.now());
      return blocksView(list, around);
    },
  });
}

/** Draw the list. */
export function blocksView(blocks: BlockList, { say, zone }: Pick<Around, "say" | "zone">): TemplateResult {
  const { told } = blocks;
  if (told === null) return html`<p role="status">${say("connecting")}</p>`;
  return html`<section class="house" aria-label=${say("lead_blocks")}>
    <h2>${say("lead_blocks")}</h2>
    <p class="hint">${say("block_hint")}</p>
    ${told.able ? nothing : html`<p class="warn">${say("block_unable")}</p>`}
    <p class="saved" role="status">${blocks.answer === "" ? "" : say(blocks.answer)}</p>
    ${told.blocks.length === 0 ? html`<p>${say("block_none")}</p>` : nothing}
    <ol class="rows blocks">
      ${told.blocks.map((block) => blockView(block, say, zone, (what) => void blocks.does(block.block, what)))}
    </ol>
  </section>`;
}

function blockView(block: Block, say: Say, zone: string, does: (what: "ask" | "agree" | "no" | "lift") => void): TemplateResult {
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  const name = when.format(block.at);
  const waits = block.asked !== "" && block.second === "";
  return html`<li>
    <p>${say("block_told", { since: name, name: block.by || say("house_somebody"), until: when.format(block.until) })}</p>
    <p class="hint">${say(`block_why_${block.why}`)}</p>
    ${block.second === "" ? nothing : html`<p>${say("block_two", { one: block.asked, other: block.second })}</p>`}
    ${waits ? html`<p>${say(block.own ? "block_waits" : "block_asks", { name: block.asked })}</p>` : nothing}
    <div class="row">
      ${waits && !block.own ? html`<button type="button" @click=${() => does("agree")}>${say("block_agree")}</button>` : nothing}
      ${waits ? html`<button type="button" class="quiet" @click=${() => does("no")}>${say(block.own ? "block_withdraw" : "block_say_no")}</button>` : nothing}
      ${block.asked === "" ? html`<button type="button" class="quiet" @click=${() => does("ask")}>${say("block_ask")}</button>` : nothing}
      ${block.may_lift ? html`<button type="button" class="quiet" @click=${() => does("lift")}>${say("block_lift")}</button>` : nothing}
    </div>
  </li>`;
}

/** Ask whoever is at a desk: a colleague wants a block to last for a week. */
export function blocksAsked(shift: Shift, say: Say, zone: string, changed: () => void): TemplateResult | typeof nothing {
  const { asked } = shift.house;
  if (asked.length === 0) return nothing;
  const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  const answer = (block: string, what: "agree" | "no") => void shift.house.answer(block, what).then(changed);
  return html`${asked.map(
    ({ block, name, since }) =>
      html`<div class="notice" role="status">
        <p>${say("block_question", { name, since: when.format(since) })}</p>
        <span class="row">
          <button type="button" @click=${() => answer(block, "agree")}>${say("block_agree")}</button>
          <button type="button" class="quiet" @click=${() => answer(block, "no")}>${say("block_say_no")}</button>
        </span>
      </div>`,
  )}`;
}
