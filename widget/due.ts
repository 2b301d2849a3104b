/**
 * What this browser owes the server or the screen next. Pure: a visit and a moment in, one thing out.
 */

import * as outboxes from "../browser/outbox.ts";
import * as talks from "../browser/talk.ts";
import { type Counsellor, isOver, type Visit } from "./visit.ts";

export type Due =
  | { do: "join" }
  | { do: "wrap"; counsellor: Counsellor }
  | { do: "open"; entry: talks.Entry }
  | { do: "say"; item: outboxes.Unsent }
  | { do: "wait"; until: number }
  | { do: "danger" }
  | { do: "language" }
  | { do: "range"; after: number }
  | { do: "seen"; delivered: number; read: number };

/** Return the next thing that this browser owes the server or the screen; null when all is done. `painted`: entries shown so far. */
export function due(visit: Visit, now: number, painted: number): Due | null {
  const [entry] = talks.unopened(visit.talk);
  if (entry !== undefined) return { do: "open", entry };
  if (visit.line !== "open" || isOver(visit)) return null;
  return dueToJoin(visit, now) ?? dueToTell(visit, now) ?? dueToSay(visit, now) ?? dueToMark(visit, painted) ?? dueToWait(visit, now);
}

function dueToJoin({ joined, told, pause, counsellor }: Visit, now: number): Due | null {
  if (!joined && !told.join && now >= pause) return { do: "join" };
  return counsellor !== null && told.keyId !== counsellor.keyId ? { do: "wrap", counsellor } : null;
}

function dueToTell({ joined, told, wish, screen, talk, pause }: Visit, now: number): Due | null {
  if (!joined || now < pause) return null;
  if (wish.danger && !told.danger && screen === "waiting") return { do: "danger" };
  if (told.language !== wish.language) return { do: "language" };
  const after = talks.gap(talk);
  return after !== null && told.range !== after ? { do: "range", after } : null;
}

function dueToSay({ joined, told, talk, outbox, pause, paced, full }: Visit, now: number): Due | null {
  if (!joined || full || told.saying !== null || now < Math.max(pause, paced) || talks.gap(talk) !== null) return null;
  const item = outboxes.head(outboxes.align(outbox, talk.next.child));
  return item && { do: "say", item };
}

function dueToWait({ outbox, paced }: Visit, now: number): Due | null {
  return outbox.items.length > 0 && now < paced ? { do: "wait", until: paced } : null;
}

/** Only what the other side has said is marked: of one's own messages nobody needs to be told. */
function dueToMark({ joined, told, talk }: Visit, painted: number): Due | null {
  const delivered = talk.entries.reduce((last, { role, seq }) => (role === talk.me ? last : seq), 0);
  const read = Math.min(painted, delivered);
  return joined && (delivered > told.delivered || read > told.read) ? { do: "seen", delivered, read } : null;
}
