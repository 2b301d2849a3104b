/**
 * What the server's page tells the script: facts of the helpline, nothing of the visitor.
 */

import type { Base64, Language } from "../browser/frames.ts";
import type { Words } from "../browser/words.ts";

/** A telephone number: as written, the wording key of its label, and what is dialled. */
export type TelephoneNumber = readonly [written: string, label: string, dialled: string];

/** Other help: a number, whether it is open now (null: not known), and when that changes (ms). */
export type OtherHelp = readonly [written: string, label: string, dialled: string, open: boolean | null, changes: number | null];

export interface Page {
  readonly language: Language;
  /** Codes, and names in themselves, in the order they are offered. */
  readonly languages: readonly (readonly [code: Language, name: string])[];
  readonly words: Words;
  readonly registrar_key: Base64;
  readonly exit_url: string;
  /** Where one finds the chat again, as it is said. */
  readonly site: string;
  /** Where the script is fetched from that works for a moment, while very many come. */
  readonly work: string;
  /** Where the script is fetched from that connects where no WebSocket can be opened. */
  readonly stream: string;
  readonly timezone: string;
  readonly silence_minutes: number;
  /** So long a place in the line is held for a browser that is away. */
  readonly hold_minutes: number;
  readonly numbers: readonly TelephoneNumber[];
  readonly other_help: readonly OtherHelp[];
  readonly open: boolean;
  /** Somebody has taken it down: it is closed, and says that it does not work. */
  readonly down: boolean;
  /** The opening window is not looked at: a trial. */
  readonly open_always: boolean;
  /** Instants (ms): when this window ends, and when the next begins. */
  readonly closes_at: number | null;
  readonly opens_at: number | null;
  /** When (ms) a talk that runs must end; null while no end is in sight. */
  readonly ends_at: number | null;
}

/** Return what this page tells. */
export function readPage(): Page {
  return JSON.parse(document.getElementById("page")?.textContent ?? "") as Page;
}
