/**
 * The practice room's own script, fetched when somebody practises: importing it gives the element its tag.
 */

import { PracticeRoom } from "./room.ts";

if (customElements.get("practice-room") === undefined) customElements.define("practice-room", PracticeRoom);
