/**
 * Gives the shared elements their tags. Apart from the classes, so that importing a class changes nothing.
 */

import { ChatComposer } from "./composer.ts";
import { ChatTranscript } from "./transcript.ts";

/** Define the shared elements, once. */
export function defineShared(): void {
  if (customElements.get("chat-transcript") !== undefined) return;
  customElements.define("chat-transcript", ChatTranscript);
  customElements.define("chat-composer", ChatComposer);
}

declare global {
  interface HTMLElementTagNameMap {
    "chat-transcript": ChatTranscript;
    "chat-composer": ChatComposer;
  }
}
