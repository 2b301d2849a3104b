/**
 * What a shift lead does with the settings: loads them, changes them in a form, looks what would follow, and only then saves. Undo too.
 *
 * Rules of this file:
 * 1. What she wrote stays in the form until it is saved or she takes it back herself, whatever the server answers.
 * 2. Nothing is saved that she has not been shown.
 */

import { got, sent } from "../house.ts";
import { type Part, PARTS, type Rows, rowsOf, twice, valueOf } from "./house_value.ts";

export interface Difference {
  name: string;
  before: string | null;
  after: string | null;
}
/** What a child would be shown. */
export interface Shown {
  open: boolean;
  closes_at: number | null;
  says: Record<string, string>;
  windows: [from: number, to: number][];
  other_help: [number: string, label: string, tel: string, open: boolean | null, changes: number | null][];
}
export interface Change {
  n: number;
  at: number;
  who: string;
  part: Part;
  undoes: number;
  differences: Difference[];
}
/** What the server tells. */
export interface Standing {
  parts: Record<Part, { value: unknown; revision: number; faults: string[] }>;
  labels: [label: string, name: string][];
  languages: [code: string, name: string][];
  default: string;
  hours_known: boolean;
  always: boolean;
  shown: Shown;
  now: number;
  history: Change[];
}
export type Fault =
  | { why: "wrong"; name: string; came: string }
  | { why: "twice"; name: string }
  | { why: "changed"; who: string; at: number; n: number }
  | { why: "not_now" };
/** What she looks at before she saves. */
export interface Preview {
  part: Part;
  /** The change that is taken back; 0: none. */
  undo: number;
  /** The change of this part on which she stands. */
  revision: number;
  differences: Difference[];
  shown: Shown;
  before: Shown;
}

const AGAIN = 3_000;

export class HouseState {
  standing: Standing | null = null;
  part: Part = "exceptions";
  preview: Preview | null = null;
  fault: Fault | null = null;
  /** The number of the change that was saved last here; 0: none. */
  saved = 0;
  busy = false;
  failed = false;
  #rows: Partial<Rows> = {};
  /** On which change of a part she stood when she began to write. */
  #stands: Partial<Record<Part, number>> = {};
  #drawn = 0;

  constructor(
    private readonly changed: () => void,
    private readonly ask: (path: string) => Promise<unknown> = got,
    private readonly send: (path: string, body: unknown) => Promise<unknown> = sent,
  ) {}

  /** The view is on the screen: when it was not a moment ago, see what holds now. */
  drawn(now: number): void {
    const fresh = now - this.#drawn > AGAIN;
    this.#drawn = now;
    if (fresh && !this.busy) void this.load();
  }

  async load(): Promise<void> {
    this.busy = true;
    const standing = (await this.ask("/staff/house.json")) as Standing | null;
    this.busy = false;
    this.failed = standing === null;
    if (standing !== null) this.standing = standing;
    this.changed();
  }

  /** The form of a part: what she has written, else what holds. */
  rows<P extends Part>(part: P): Rows[P] {
    return (this.#rows[part] as Rows[P] | undefined) ?? rowsOf(part, this.standing?.parts[part].value ?? (part === "opening" || part === "exceptions" ? {} : []));
  }

  dirty(part: Part): boolean {
    return this.#rows[part] !== undefined;
  }

  edit<P extends Part>(part: P, rows: Rows[P]): void {
    this.#stands[part] ??= this.#revision(part);
    this.#rows[part] = rows as Rows[typeof part];
    this.fault = this.fault?.why === "changed" ? this.fault : null;
    this.preview = null;
    this.saved = 0;
    this.changed();
  }

  show(part: Part): void {
    this.part = part;
    this.preview = this.fault = null;
    this.saved = 0;
    this.changed();
  }

  /** Take back what she has written and not saved. */
  drop(part: Part): void {
    this.#forget(part);
    this.preview = this.fault = null;
    void this.load();
  }

  /** She has seen what somebody else changed, and goes on with her own. */
  async keepMine(): Promise<void> {
    await this.load();
    this.#stands[this.part] = this.#revision(this.part);
    this.fault = null;
    await this.look(this.part);
  }

  /** See what would follow from the form of a part, or from taking a change back. */
  async look(part: Part, undo = 0): Promise<void> {
    const date = undo === 0 && part === "exceptions" ? twice(this.rows("exceptions")) : null;
    if (date !== null) return this.#refused({ why: "twice", name: date });
    const answer = await this.#sent("/staff/house/preview", undo === 0 ? { part, value: valueOf(part, this.rows(part)) } : { undo });
    if (answer === null || "why" in answer) return this.#refused(answer);
    const revision = undo === 0 ? (this.#stands[part] ?? this.#revision(part)) : this.#revision(part);
    this.preview = { part, undo, revision, ...(answer as unknown as Pick<Preview, "differences" | "shown" | "before">) };
    this.fault = null;
    this.changed();
  }

  back(): void {
    this.preview = null;
    this.changed();
  }

  /** Save what she has looked at. */
  async save(): Promise<void> {
    if (this.preview === null) return;
    const { part, undo, revision } = this.preview;
    const wish = undo === 0 ? { part, value: valueOf(part, this.rows(part)), revision } : { undo, revision };
    const answer = await this.#sent("/staff/house/change", wish);
    if (answer === null || "why" in answer) return this.#refused(answer);
    this.#forget(part);
    this.preview = this.fault = null;
    this.saved = (answer as { n: number }).n;
    await this.load();
  }

  #forget(part: Part): void {
    delete this.#rows[part];
    delete this.#stands[part];
  }

  #revision(part: Part): number {
    return this.standing?.parts[part].revision ?? 0;
  }

  async #sent(path: string, body: unknown): Promise<Record<string, unknown> | null> {
    this.busy = true;
    this.changed();
    const answer = (await this.send(path, body)) as Record<string, unknown> | null;
    this.busy = false;
    return answer;
  }

  #refused(answer: unknown): void {
    this.fault = (answer as Fault | null) ?? { why: "not_now" };
    if (this.fault.why === "changed") this.preview = null;
    this.changed();
  }
}

/** The parts, in the order in which they are shown. */
export { PARTS };
