/**
 * What a shift lead sees of the whole shift, and what she does by hand. The server gives it to nobody else, and refuses it to everybody else.
 */

import type { Overview, StaffFrame } from "../../browser/frames.ts";

export type Order = Extract<StaffFrame, { t: "order" }>;
export type OrderKind = Order["kind"];

export class Leading {
  /** Null until the server has told it. */
  overview: Overview | null = null;

  constructor(private readonly ask: (frame: StaffFrame) => void) {}

  overviewCame(overview: Overview): void {
    this.overview = overview;
  }

  /** Let an order stand until an instant (ms), or (null) until this evening ends. */
  order(kind: OrderKind, reason: string, until: number | null, closesAt: number | null = null): void {
    this.ask({ t: "order", kind, reason, until, closes_at: closesAt });
  }

  lift(reason: string): void {
    this.ask({ t: "lift", reason });
  }

  endTalk(conversation: string, reason: string): void {
    this.ask({ t: "end_talk", conversation, reason });
  }

  /** Let a talk go on at another desk, or (null) with the next who is free. */
  moveTalk(conversation: string, reason: string, desk: string | null): void {
    this.ask({ t: "move_talk", conversation, reason, desk });
  }

  forget(): void {
    this.overview = null;
  }
}
