/**
 * The screen of waiting and of talking: one and the same, so that nothing is lost when someone comes.
 */

import { html, nothing, type TemplateResult } from "lit";

import { clockWords } from "../browser/clock.ts";
import type { Say } from "../browser/words.ts";
import type { Page } from "./page.ts";
import { pressable } from "./pieces.ts";
import { minutesLeft, type Visit } from "./visit.ts";
import { endButton, rememberChoice, waitingCard } from "./waiting.ts";

/** Not shown as lost before so long (ms): a short break is no reason to frighten anyone. */
const STILL_LOST = 30_000;

export interface Conversation {
  page: Page;
  say: Say;
  visit: Visit;
  now: number;
  /** The child was asked whether it really wants to end, and has not answered yet. */
  asking: boolean;
  /** There is something calm to look at while one waits. */
  calm: boolean;
  /** This tab remembers the visit. */
  remembers: boolean;
  draft: string;
  write(text: string): void;
  /** Say who and where one is. */
  share(text: string): void;
  typed(draft: string): void;
  rested(): void;
  danger(): void;
  tryNow(): void;
  here(): void;
  answerOver(yes: boolean): void;
  remember(on: boolean): void;
  soothe(calm: boolean): void;
  ask(asking: boolean): void;
  end(): void;
}

export function conversationScreen(with_: Conversation): TemplateResult {
  const { visit, say, page, now } = with_;
  const waiting = visit.screen === "waiting";
  const name = visit.counsellor?.name ?? visit.lastName ?? say("counsellor");
  return html`<main class="talk ${waiting ? "is-waiting" : ""}">
    <h1 class="unseen">${say("log_label")}</h1>
    <div class="state-of-it">${banner(with_)} ${handOver(with_, name)} ${waiting ? waitingCard(with_) : talkingBar(with_, name)}</div>
    <chat-transcript
      .talk=${visit.talk}
      .unsent=${visit.outbox.items}
      .names=${{ child: say("you"), counsellor: name }}
      .say=${say}
      .zone=${page.timezone}
      .typing=${visit.typing > now ? name : ""}
      .stored=${waiting ? say("waiting_sent") : ""}
      .moment=${now}
    ></chat-transcript>
    <chat-composer
      .say=${say}
      .draft=${with_.draft}
      .closed=${visit.full}
      @say=${(event: CustomEvent<string>) => with_.write(event.detail)}
      @typed=${(event: Event) => with_.typed((event.target as HTMLElementTagNameMap["chat-composer"]).draft)}
      @rested=${with_.rested}
    ></chat-composer>
  </main>`;
}

/** What has gone wrong for a moment, and what is said once in good time; empty when there is nothing. It is seen, and heard as a status. */
export function warning(visit: Visit, page: Page, now: number, say: Say): string {
  if (visit.line === "lost") return say(visit.token === null || now - visit.since >= STILL_LOST ? "connection_still_lost" : "connection_lost");
  if (visit.back > now) return say("connection_back");
  if (visit.full) return say("too_many");
  if (visit.mustEnd !== null) return say(visit.screen === "waiting" ? "waiting_may_close" : "closing_soon", { time: clockWords(visit.mustEnd, page.timezone, say) });
  const minutes = minutesLeft(visit, now, page.silence_minutes);
  if (minutes !== null) return say("quiet_soon", { n: minutes });
  const { planned } = visit;
  if (planned === null || visit.screen !== "talk") return "";
  return now < planned ? say("planned", { time: clockWords(planned, page.timezone, say) }) : say("planned_now");
}

function banner({ visit, say, page, now, tryNow, here }: Conversation): TemplateResult | typeof nothing {
  const words = warning(visit, page, now, say);
  if (words === "") return nothing;
  const lost = visit.line === "lost";
  const quiet = !lost && minutesLeft(visit, now, page.silence_minutes) !== null;
  return html`<div class="notice ${lost ? "lost" : ""}">
    <p>${pressable(lost && visit.token !== null && now - visit.since < STILL_LOST ? `${words} ${say("call")}` : words)}</p>
    ${lost ? html`<button type="button" class="quiet" @click=${tryNow}>${say("try_now")}</button>` : nothing}
    ${quiet ? html`<button type="button" class="quiet" @click=${here}>${say("here_still")}</button>` : nothing}
  </div>`;
}

/** The child decides whether a colleague may go on; the one who is here stays for a while. */
function handOver({ visit, say, answerOver }: Conversation, name: string): TemplateResult | typeof nothing {
  if (visit.over === null) return nothing;
  return html`<div class="notice good" role="group">
    <p>${say("over_ask", { name, other: visit.over })}</p>
    <button type="button" class="quiet" @click=${() => answerOver(true)}>${say("over_yes")}</button>
    <button type="button" class="quiet" @click=${() => answerOver(false)}>${say("over_no")}</button>
  </div>`;
}

function talkingBar(with_: Conversation, name: string): TemplateResult {
  const { visit, say } = with_;
  return html`<section class="talking">
    <div class="row">
      <p class="with">${visit.counsellor?.away ? say("away", { name }) : say("here", { name })}</p>
      ${endButton(with_, "end")}
    </div>
    <details class="opens" name="more">
      <summary>${say("share_title")}</summary>
      <share-where .say=${say} @share=${(event: CustomEvent<string>) => share(event, with_)}></share-where>
    </details>
    <details class="opens" name="more">
      <summary>${say("record_title")}</summary>
      <p>${say("record_body")} ${say("told_body")}</p>
      ${rememberChoice(with_)}
    </details>
  </section>`;
}

/** What the child tells of itself is sent as a message of its own kind, and the form is put away; the focus goes to what opens it. */
function share({ detail, target }: CustomEvent<string>, with_: Conversation): void {
  with_.share(detail);
  const details = (target as Element).closest("details")!;
  details.open = false;
  details.querySelector("summary")!.focus();
}
