import assert from "node:assert/strict";
import { test } from "node:test";

import type { StaffFrame, ToStaff } from "../../browser/frames.ts";
import { newStaffKeyPair } from "../../browser/sealing.ts";
import { HeldTalk } from "../../counsellor_ui/held_talk.ts";
import { to_staff } from "../browser/golden.ts";

const golden = <T extends ToStaff["t"]>(name: T): Extract<ToStaff, { t: T }> => to_staff.find(({ t }) => t === name) as Extract<ToStaff, { t: T }>;

test("every golden frame of a talk is taken in: what is missing is asked for, and what cannot be opened is never text", async () => {
  const sent: StaffFrame[] = [];
  const history = golden("history");
  const around = { send: (frame: StaffFrame) => sent.push(frame) > 0, changed: () => undefined, keep: () => undefined };
  const talk = new HeldTalk(history.conversation, { colour: "blue", animal: "fox" }, around);
  const { key_id, key } = golden("key");
  const { t: _, conversation, ...message } = golden("message");
  const { id, seq, at } = golden("said");
  const { delivered, read } = golden("seen");

  await talk.keyCame(await newStaffKeyPair(), key_id, key);
  await talk.historyCame(history.epoch, history.n, history.messages, history.more ?? false);
  await talk.messageCame({ t: "message", ...message });
  await talk.saidCame(id, seq, at);
  talk.typingCame(golden("typing").on, Date.now());
  talk.seenCame(delivered, read);
  talk.registerRefused(golden("refused").why);

  assert.equal(conversation, talk.conversation);
  assert.deepEqual(sent.filter(({ t }) => t === "range")[0], { t: "range", conversation, after: 0 });
  assert.deepEqual([talk.talk.known, talk.talk.marks], [seq, { delivered, read }]);
  assert.deepEqual(talk.talk.entries.filter(({ shown }) => shown.kind === "text"), []);
  talk.forget();
});
