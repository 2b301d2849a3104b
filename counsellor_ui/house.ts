/**
 * What shift leads have changed while she works: quick replies and numbers are fetched anew. And which blocks wait for a second person.
 */

import type { BlockAsked, HouseNow } from "../browser/frames.ts";
import type { HelpNumber, Reply } from "./replies.ts";

const WITHIN = 10_000;

/** What is fetched anew. */
export interface Fresh {
  changed: number;
  replies: Reply[];
  numbers: HelpNumber[];
}

export class HouseNews {
  /** Blocks that a colleague asks to last for a week. */
  asked: readonly BlockAsked[] = [];
  /** How many changes of the leads this page has seen. */
  seen = 0;

  constructor(
    private readonly take: (fresh: Fresh) => void,
    private readonly fetched: () => Promise<Fresh | null> = phrases,
  ) {}

  async came({ changed, asked }: HouseNow): Promise<void> {
    this.asked = asked ?? [];
    if ((changed ?? 0) === this.seen) return;
    const fresh = await this.fetched();
    if (fresh === null) return; // the next change tries again
    this.seen = fresh.changed;
    this.take(fresh);
  }

  /** Say what is to be done with a block; tell what was done, or why nothing was ("": no answer). */
  async answer(block: string, what: "ask" | "agree" | "no" | "lift"): Promise<string> {
    this.asked = this.asked.filter((one) => one.block !== block);
    return answerBlock(block, what);
  }
}

export async function answerBlock(block: string, what: "ask" | "agree" | "no" | "lift"): Promise<string> {
  const answer = await sent("/staff/blocks", { block, what });
  return answer === null ? "" : ((answer as { answer?: string }).answer ?? "");
}

async function phrases(): Promise<Fresh | null> {
  return (await got("/staff/phrases.json")) as Fresh | null;
}

/** Return what an address tells; null: nothing. */
export async function got(path: string): Promise<unknown> {
  try {
    const answer = await fetch(path, { credentials: "same-origin", signal: AbortSignal.timeout(WITHIN) });
    return answer.ok ? ((await answer.json()) as unknown) : null;
  } catch {
    return null;
  }
}

/** Send something and return the answer, also one that says why not; null: there is none. */
export async function sent(path: string, body: unknown): Promise<unknown> {
  try {
    const answer = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(WITHIN),
    });
    return (await answer.json()) as unknown;
  } catch {
    return null;
  }
}
