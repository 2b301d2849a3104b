/**
 * What is kept while she practises: in memory, with a key pair of its own. A reload forgets it.
 */

import { newStaffKeyPair } from "../../browser/sealing.ts";
import type { Kept, Keeps } from "../keeping.ts";

/** Return an empty keeping. */
export async function inMemory(): Promise<Keeps> {
  const drafts = new Map<string, Kept>();
  return {
    mine: await newStaffKeyPair(),
    load: async (conversation) => drafts.get(conversation) ?? null,
    save: async (conversation, kept) => void drafts.set(conversation, kept),
    drop: async (conversation) => void drafts.delete(conversation),
    dropExcept: async (wanted) => {
      for (const conversation of drafts.keys()) if (!wanted.includes(conversation)) drafts.delete(conversation);
    },
    wipe: async () => drafts.clear(),
  };
}
