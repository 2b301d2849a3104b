/**
 * The door to the practice room: its script is fetched when she wants to practise, and not before.
 */

import { html, nothing, type TemplateResult } from "lit";

import type { Say } from "../browser/words.ts";
import type { LineView } from "./desk.ts";
import type { Lines } from "./here_and_now.ts";
import type { Municipality } from "./municipalities.ts";
import { Shift } from "./shift.ts";

/** What the room needs of the screen around it. */
export interface Around {
  shift: Shift;
  say: Say;
  zone: string;
  /** How long an offer rings (ms). */
  ring: number;
  municipalities: readonly Municipality[];
  turn: number;
  /** Something rings at her desk. */
  rings: boolean;
  /** Something else has the screen. */
  hidden: boolean;
  line: LineView | null;
}

export class Practice {
  #open = false;
  #failed = false;

  constructor(
    /** Where the script is; "": there is nothing to practise. */
    private readonly address: string,
    private readonly changed: () => void,
  ) {}

  get open(): boolean {
    return this.#open;
  }

  /** Draw the way in, for the left side. Not while she has a talk: a child comes first. */
  door(say: Say, shift: Shift): TemplateResult | typeof nothing {
    if (this.address === "" || this.#open) return nothing;
    const busy = busyWith(shift, false) !== null;
    return html`<button class="quiet" ?disabled=${busy} @click=${() => void this.#enter()}>${say("practice_open")}</button>
      ${this.#failed ? html`<p class="hint" role="alert">${say("practice_failed")}</p>` : nothing}`;
  }

  /** Draw the room, while she is in it. */
  room({ shift, say, zone, ring, municipalities, turn, rings, line, hidden }: Around): TemplateResult | typeof nothing {
    if (!this.#open) return nothing;
    const lines: Lines = shift.lines;
    return html`<practice-room
      .real=${shift}
      .shiftClass=${Shift}
      .say=${say}
      .municipalities=${municipalities}
      .lines=${lines}
      .busy=${busyWith(shift, rings)}
      .waiting=${line?.count ?? 0}
      .turn=${turn}
      ring=${ring}
      zone=${zone}
      ?hidden=${hidden}
      @leave-practice=${() => this.#leave()}
    ></practice-room>`;
  }

  async #enter(): Promise<void> {
    this.#failed = false;
    try {
      await import(this.address);
      this.#open = true;
    } catch {
      this.#failed = true;
    }
    this.changed();
  }

  #leave(): void {
    this.#open = false;
    this.changed();
  }
}

/** Return what of the real work comes before practice; null: nothing. */
export function busyWith({ company, talks, me }: Pick<Shift, "company" | "talks" | "me">, rings: boolean): "rings" | "talks" | "called" | null {
  if (rings) return "rings";
  if (talks.size + company.along.size > 0) return "talks";
  return company.beside.calls.some(({ desk, coming }) => desk !== me && coming == null) ? "called" : null;
}
