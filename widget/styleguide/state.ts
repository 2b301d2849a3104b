/** One state of the child's side, named by the address's fragment, in the real element with the real words. In development only. */

import { defineShared } from "../../browser/elements.ts";
import { ChildChat } from "../chat.ts";
import { ShareWhere } from "../share.ts";
import { STATES } from "./states.ts";

defineShared();
customElements.define("share-where", ShareWhere);
customElements.define("child-chat", ChildChat);

/** Draw the state that the address names, in an element that knows of nothing else. */
async function show(): Promise<void> {
  const [group, name] = decodeURIComponent(location.hash.slice(1)).split("/");
  const state = STATES[group ?? ""]?.[name ?? ""];
  if (state === undefined) return;
  const chat = new ChildChat();
  document.querySelector("child-chat")?.replaceWith(chat);
  chat.page = { ...chat.page, ...state.page };
  chat.client.visit = { ...chat.client.visit, ...state.visit };
  chat.client.draft = state.draft ?? "";
  chat.client.remembers = state.remembers ?? false;
  Object.assign(chat, state.chat);
  chat.requestUpdate();
  await chat.updateComplete;
  state.then?.(chat);
  await new Promise((drawn) => requestAnimationFrame(drawn));
  document.documentElement.dataset["shown"] = `${group}/${name}`;
}

addEventListener("hashchange", () => void show());
void show();
