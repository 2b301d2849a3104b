/** The frame's only script: gives the elements their tags. */

import { defineShared } from "../browser/elements.ts";
import { ChildChat } from "./chat.ts";
import { ShareWhere } from "./share.ts";

defineShared();
customElements.define("share-where", ShareWhere);
customElements.define("child-chat", ChildChat);
