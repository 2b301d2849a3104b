/**
 * What a staff browser keeps over a reload: the counsellor's key pair, and her drafts, sealed.
 *
 * Rules of this file:
 * 1. Nothing readable is written: drafts are AES-GCM under a key that cannot be exported, each bound to its talk.
 * 2. It belongs to one counsellor: another one who signs in finds it empty.
 * 3. A draft that does not open is no draft; it never stops the work.
 */

import { type Bytes, concat, fromUtf8, randomBytes, toHex, utf8 } from "../browser/bytes.ts";
import { EMPTY, type Outbox } from "../browser/outbox.ts";
import { newStaffKeyPair, type StaffKey, staffKey } from "../browser/sealing.ts";
import { type Draft, restored } from "./form.ts";
import type { Identity } from "./names.ts";
import { Store } from "./store.ts";

const NONCE = 12;

/** What is kept of one talk. */
export interface Kept {
  form: Draft;
  composer: string;
  /** What she has sent and the server has not acknowledged. */
  outbox: Outbox;
  identity: Identity;
  formOpen: boolean;
  /** The text that a second person was asked to sign. */
  toSign?: { text: string; what: string };
}

/** What a shift needs of it. */
export type Keeps = Pick<Keeping, "mine" | "load" | "save" | "drop" | "dropExcept" | "wipe">;

/** The keeping of one counsellor in this browser. */
export class Keeping {
  private constructor(
    private readonly store: Store,
    private readonly key: CryptoKey,
    /** Her key pair: the conversation keys are wrapped for it. */
    readonly mine: StaffKey,
  ) {}

  /** Open what `owner` has here; what belongs to another counsellor is forgotten. */
  static async open(owner: string): Promise<Keeping> {
    const store = await Store.open();
    if ((await store.get("keys", "owner")) !== owner) {
      await store.clear();
      await store.put("keys", "owner", owner);
    }
    return new Keeping(store, await draftKey(store), await ownPair(store));
  }

  /** Return what is kept of a talk; null when nothing is, or when it does not open. */
  async load(conversation: string): Promise<Kept | null> {
    const box = await this.store.get<Bytes>("drafts", await nameOf(conversation));
    if (box === undefined) return null;
    try {
      const plain = await crypto.subtle.decrypt(gcm(box.slice(0, NONCE), conversation), this.key, box.slice(NONCE));
      const kept = JSON.parse(fromUtf8(new Uint8Array(plain))) as Kept;
      return { ...kept, form: restored(kept.form), outbox: kept.outbox ?? EMPTY };
    } catch {
      return null;
    }
  }

  /** Keep a talk's drafts. */
  async save(conversation: string, kept: Kept): Promise<void> {
    const nonce = randomBytes(NONCE);
    const box = await crypto.subtle.encrypt(gcm(nonce, conversation), this.key, utf8(JSON.stringify(kept)));
    await this.store.put("drafts", await nameOf(conversation), concat(nonce, new Uint8Array(box)));
  }

  /** Forget a talk. */
  async drop(conversation: string): Promise<void> {
    await this.store.delete("drafts", await nameOf(conversation));
  }

  /** Forget every talk but these. */
  async dropExcept(conversations: readonly string[]): Promise<void> {
    const wanted = new Set(await Promise.all(conversations.map(nameOf)));
    for (const name of await this.store.names("drafts")) {
      if (!wanted.has(name)) await this.store.delete("drafts", name);
    }
  }

  /** Forget everything: she signs out. */
  async wipe(): Promise<void> {
    await this.store.clear();
  }
}

async function draftKey(store: Store): Promise<CryptoKey> {
  const kept = await store.get<CryptoKey>("keys", "drafts");
  if (kept !== undefined) return kept;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await store.put("keys", "drafts", made);
  return made;
}

async function ownPair(store: Store): Promise<StaffKey> {
  const kept = await store.get<CryptoKeyPair>("keys", "pair");
  if (kept !== undefined) return staffKey(kept);
  const made = await newStaffKeyPair();
  await store.put("keys", "pair", made.pair);
  return made;
}

/** The name under which a talk's draft lies: not the conversation's id itself. */
async function nameOf(conversation: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(`draft|${conversation}`))));
}

function gcm(iv: Bytes, conversation: string): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: utf8(`draft|${conversation}`) };
}
