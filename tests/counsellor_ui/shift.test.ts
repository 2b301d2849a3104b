import assert from "node:assert/strict";
import { mock, test } from "node:test";

import type { Heard } from "../../browser/carrier.ts";
import type { Held, Refusal, StaffFrame, ToStaff } from "../../browser/frames.ts";
import { Shift } from "../../counsellor_ui/shift.ts";
import { inMemory } from "../../counsellor_ui/training/keeping.ts";

const CONVERSATION = "c".repeat(22);
const AGAIN = 2_000;

/** A shift whose server is this test. */
interface Scene {
  shift: Shift;
  sent: StaffFrame[];
  tells(...frames: ToStaff[]): Promise<void>;
}

/** What of a page a connection looks at. */
const page = { addEventListener: () => undefined, removeEventListener: () => undefined, visibilityState: "visible" };
Object.assign(globalThis, { document: page, addEventListener: page.addEventListener, removeEventListener: page.removeEventListener });

async function scene(): Promise<Scene> {
  const sent: StaffFrame[] = [];
  let told: Heard | undefined;
  const carry = (heard: Heard) => {
    told = heard;
    return { send: (text: string) => sent.push(JSON.parse(text) as StaffFrame) > 0, close: () => undefined };
  };
  const way = { carry, ticket: async () => "ticket", keep: async () => true, signOut: async () => true };
  const shift = new Shift(way, await inMemory(), () => undefined);
  shift.start();
  told!.opened();
  await settled();
  const tells = async (...frames: ToStaff[]): Promise<void> => {
    for (const frame of frames) told!.heard(JSON.stringify(frame));
    await settled();
  };
  await tells({ t: "welcome", name: "Kari", registrar_key: "", now: Date.now() });
  return { shift, sent, tells };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const desk = (seq: number): ToStaff => ({ t: "desk", free: false, room: 1, offer: null, talks: [{ conversation: CONVERSATION, state: "talking", seq, since: 0 } as unknown as Held] });
const refused = (what: string, why: Refusal = "not_now"): ToStaff => ({ t: "refused", what, why, conversation: CONVERSATION });
const asked = ({ sent }: Scene) => sent.filter(({ t }) => t === "open" || t === "range" || t === "look_in").map(({ t }) => t);

for (const what of ["open", "range"] as const)
  test(`${what} that the store could not follow is asked again, and no notice is made of it`, async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const one = await scene();
    await one.tells(desk(0));
    if (what === "range") await one.tells({ t: "history", conversation: CONVERSATION, epoch: "e".repeat(22), after: 0, n: 0, messages: [] }, desk(3));
    assert.equal(asked(one).at(-1), what);

    const before = asked(one).length;
    await one.tells(refused(what));
    assert.equal(asked(one).length, before, "not at once");
    mock.timers.tick(AGAIN);
    assert.deepEqual(asked(one).slice(before), [what]);

    await one.tells(refused(what, "not_yours"));
    mock.timers.tick(AGAIN);
    assert.equal(asked(one).length, before + 1);
    assert.equal(one.shift.notice, null);
    mock.timers.reset();
  });

test("reading along is asked for again too, and what is refused for good is said", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const one = await scene();
  one.shift.company.lookIn({ conversation: CONVERSATION });
  await one.tells(refused("look_in"));
  mock.timers.tick(AGAIN);
  assert.deepEqual([asked(one), one.shift.notice], [["look_in", "look_in"], null]);

  await one.tells(refused("look_in", "not_yours"));
  assert.deepEqual(one.shift.notice, { kind: "refused", what: "look_in", why: "not_yours" });
  mock.timers.reset();
});
