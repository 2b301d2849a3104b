/**
 * Starts the dashboard: reads what the page was given, opens this browser's keeping, connects.
 */

import { html } from "lit";

import { defineShared } from "../browser/elements.ts";
import { speaker, type Words } from "../browser/words.ts";
import { AlongPane } from "./along_pane.ts";
import { StaffDashboard } from "./dashboard.ts";
import type { Lines } from "./here_and_now.ts";
import { Keeping } from "./keeping.ts";
import { registerBlocks } from "./lead/blocks.ts";
import { registerSettings } from "./lead/settings.ts";
import { LeadOverview } from "./lead/overview.ts";
import { registerTab } from "./lead/tabs.ts";
import "./lead/numbers.ts";
import type { Municipality } from "./municipalities.ts";
import { MunicipalitySearch } from "./municipality_search.ts";
import { TalkPane } from "./pane.ts";
import type { HelpNumber, Own, Reply } from "./replies.ts";
import { QuickReplies } from "./replies_view.ts";
import { Practice } from "./practice.ts";
import { Shift } from "./shift.ts";
import { ourServer } from "./way.ts";

export { html, LitElement, nothing } from "lit"; // for the practice room, whose script comes later: see tools/build.mjs

/** What the server put into the page. */
interface Page {
  words: Words;
  language: string;
  tongues: { code: string; name: string }[];
  zone: string;
  /** The desk that is signed in: what this browser keeps belongs to it. */
  owner: string;
  /** The most talks at once. */
  room: number;
  /** How long an offer rings (s). */
  ring: number;
  /** After how many minutes a talk that is not written up is late. */
  late: number;
  /** Who waits is hidden while she could take nobody. */
  hidden: boolean;
  /** Two sign a concern report. */
  second: boolean;
  /** She leads the shift. */
  lead: boolean;
  alias: string;
  default_language: string;
  /** How many changes of the leads are in this page. */
  changed: number;
  replies: Reply[];
  own: Own[];
  numbers: HelpNumber[];
  lines: Lines;
  /** Where the script of the practice room is; "": nobody can practise. */
  training: string;
}

defineShared();
customElements.define("municipality-search", MunicipalitySearch);
customElements.define("quick-replies", QuickReplies);
customElements.define("along-pane", AlongPane);
customElements.define("talk-pane", TalkPane);
customElements.define("lead-overview", LeadOverview);
registerTab("overview", { draw: (around) => html`<lead-overview .around=${around}></lead-overview>` });
customElements.define("staff-dashboard", StaffDashboard);

registerSettings();
registerTab("people", { href: "/staff/people" });
registerBlocks();

async function start(): Promise<void> {
  const page = JSON.parse(document.querySelector("script#page")?.textContent ?? "") as Page;
  const dashboard = document.querySelector<StaffDashboard>("staff-dashboard");
  if (dashboard === null) return;
  const say = speaker(page.words);
  const { zone, room: most, hidden, second, lead } = page;
  Object.assign(dashboard, { say, zone, most, hidden, second, lead, ring: page.ring * 1000, late: page.late * 60_000, tongues: tongues(page) });
  dashboard.practice = new Practice(page.training, () => dashboard.requestUpdate());
  try {
    const keeping = await Keeping.open(page.owner);
    const shift = new Shift(ourServer(location.origin), keeping, () => dashboard.requestUpdate(), page.owner);
    const { replies, own, numbers, alias, default_language: language } = page;
    shift.house.seen = page.changed;
    shift.phrases = { replies, own, numbers, alias, language };
    shift.lines = page.lines;
    dashboard.shift = shift;
    shift.start();
    dashboard.municipalities = await municipalities();
  } catch {
    dashboard.failed ||= dashboard.shift === null; // this browser keeps nothing for us: no key, no talk
  }
}

function tongues({ tongues, language }: Page) {
  return html`<p class="tongues">
    ${tongues.map(
      ({ code, name }) => html`<a href="?lang=${code}" lang=${code} hreflang=${code} aria-current=${code === language ? "true" : "false"}>${name}</a> `,
    )}
  </p>`;
}

async function municipalities(): Promise<Municipality[]> {
  const answer = await fetch("/staff/municipalities.json", { credentials: "same-origin" });
  return answer.ok ? ((await answer.json()) as Municipality[]) : [];
}

void start();
