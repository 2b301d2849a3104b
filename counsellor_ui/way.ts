/**
 * How a shift reaches its server: what carries its frames, and what is asked of the server beside them.
 */

import { type Carry, webSocket } from "../browser/carrier.ts";
import type { Own } from "./replies.ts";

const TICKET_WITHIN = 4_000;
const ANSWER_WITHIN = 10_000;

/** The way to a server. */
export interface Way {
  readonly carry: Carry;
  /** Nothing that is done this way is real: it is marked wherever it is shown. */
  readonly practice?: boolean;
  /** Return a ticket for one connection; null: she is signed out. Rejects when there is no answer. */
  ticket(): Promise<string | null>;
  /** Keep these as her own quick replies; tell whether they are kept. */
  keep(own: readonly Own[]): Promise<boolean>;
  /** End the session; tell whether it is ended. */
  signOut(): Promise<boolean>;
}

/** The way to the server that this page came from. */
export function ourServer(origin: string): Way {
  return { carry: webSocket(`${origin.replace(/^http/, "ws")}/staff/ws`), ticket, keep, signOut };
}

async function ticket(): Promise<string | null> {
  const answer = await post("/staff/ticket", TICKET_WITHIN);
  return answer.status === 401 ? null : ((await answer.json()) as { ticket: string }).ticket;
}

async function keep(own: readonly Own[]): Promise<boolean> {
  return done(post("/staff/replies", ANSWER_WITHIN, new URLSearchParams({ replies: JSON.stringify(own) })));
}

async function signOut(): Promise<boolean> {
  return done(post("/staff/sign-out", ANSWER_WITHIN));
}

async function done(asked: Promise<Response>): Promise<boolean> {
  try {
    return (await asked).ok;
  } catch {
    return false;
  }
}

function post(path: string, within: number, body: URLSearchParams | null = null): Promise<Response> {
  return fetch(path, { method: "POST", credentials: "same-origin", body, signal: AbortSignal.timeout(within) });
}
