import assert from "node:assert/strict";
import { test } from "node:test";

import { called, type Draft, emptyDraft, faults, FormError, MOST_CALLS, NON_CONTACTS, offers, progress, restored, signedText, toForm } from "../../counsellor_ui/form.ts";

const BOUND = { conversation: "A".repeat(22), seq: 3, digest: "0".repeat(64), counsellor: "Ola" };

const whole = (change: Partial<Draft> = {}): Draft => ({
  ...emptyDraft(),
  who: "child_about_self",
  age: "13-15",
  gender: "girl",
  reasons: ["violence"],
  urgency: "soon",
  outcomes: ["advice"],
  duty_to_report: "considered_no",
  duty_to_report_reason: "Kjent sak",
  duty_to_avert: "not_considered",
  summary: "Et sammendrag",
  ...change,
});

test("a form that is answered has no faults", () => {
  assert.deepEqual([...faults(whole())], []);
});

test("each answer that is missing is named, in the order of the screen", () => {
  assert.deepEqual(
    [...faults(emptyDraft()).keys()],
    ["who", "age", "gender", "reasons", "urgency", "outcomes", "duty_to_report", "duty_to_avert", "summary"],
  );
});

test("a municipality may be unknown, and unknown is an answer to age, gender and urgency", () => {
  assert.equal(faults(whole({ age: "unknown", gender: "unknown", urgency: "unknown", stay_municipality: null })).size, 0);
});

test("a considered duty needs its reason, whichever way it fell", () => {
  for (const considered of ["considered_yes", "considered_no"] as const) {
    assert.equal(faults(whole({ duty_to_report: considered, duty_to_report_reason: "  " })).get("duty_to_report_reason"), "reason");
    assert.equal(faults(whole({ duty_to_avert: considered })).get("duty_to_avert_reason"), "reason");
  }
});

test("immediate help needs to say which", () => {
  assert.equal(faults(whole({ outcomes: ["immediate_help"] })).get("immediate_help"), "which");
  assert.equal(faults(whole({ outcomes: ["immediate_help"], immediate_help: ["police"] })).size, 0);
});

test("a text that the schema refuses for its length is named before it is sent", () => {
  assert.equal(faults(whole({ summary: "å".repeat(4001) })).get("summary"), "too_long");
  assert.equal(faults(whole({ summary: "😀".repeat(4000) })).size, 0);
  assert.equal(faults(whole({ duty_to_report_reason: "å".repeat(1001) })).get("duty_to_report_reason"), "too_long");
});

test("a contact that is none is sealed as such from an empty form and from a full one", () => {
  for (const none of NON_CONTACTS) {
    assert.equal(toForm(emptyDraft(), BOUND, none)["who"], none);
    assert.equal(toForm(whole(), BOUND, none)["who"], none);
  }
});

test("a draft that was kept as a contact that is none comes back unanswered, and the rest of it as it was", () => {
  const kept = restored({ ...whole(), who: "abusive" } as unknown as Draft);
  assert.deepEqual(kept, { ...whole(), who: null });
  assert.equal(faults(kept).get("who"), "choose");
  assert.deepEqual(restored(whole()), whole());
});

test("the sealed form names the talk and leaves out answers that no longer hold", () => {
  const form = toForm(whole({ immediate_help: ["police"], duty_to_avert_reason: "fra før" }), BOUND);
  assert.equal(form["conversation"], BOUND.conversation);
  assert.equal(form["digest"], BOUND.digest);
  assert.deepEqual(form["immediate_help"], []);
  assert.equal(form["duty_to_avert_reason"], "");
});

test("a form without who made contact cannot be made", () => {
  assert.throws(() => toForm(emptyDraft(), BOUND), FormError);
});

test("progress counts what is answered", () => {
  assert.deepEqual(progress(emptyDraft()), { done: 0, of: 9 });
  assert.deepEqual(progress(whole()), { done: 9, of: 9 });
});

test("whoever is called is written down with its time, and is an outcome; nothing that was answered is lost", () => {
  const before = whole({ outcomes: ["advice"], immediate_help: [] });
  const police = { ...before, ...called(before, { who: "police", number: "112", at: 1, told: "told" }) };
  assert.deepEqual([police.outcomes, police.immediate_help], [["immediate_help", "advice"], ["police"]]);
  const welfare = { ...police, ...called(police, { who: "child_welfare", number: "38075400", at: 2, told: "not_safe" }) };
  assert.deepEqual(welfare.outcomes, ["immediate_help", "other_services", "advice"]);
  assert.deepEqual(welfare.calls.map(({ who, at, told }) => [who, at, told]), [["police", 1, "told"], ["child_welfare", 2, "not_safe"]]);
  assert.equal(faults(welfare).size, 0);
  assert.deepEqual(toForm(welfare, BOUND)["calls"], welfare.calls);
});

test("an ambulance that was called says which help it was", () => {
  const draft = { ...whole(), ...called(whole(), { who: "ambulance", number: "113", at: 1, told: "unsaid" }) };
  assert.equal(faults(draft).size, 0);
});

test("there is an end to how many calls are kept", () => {
  let draft = whole();
  for (let at = 0; at < MOST_CALLS + 3; at++) draft = { ...draft, ...called(draft, { who: "other", number: "", at, told: "unsaid" }) };
  assert.equal(draft.calls.length, MOST_CALLS);
});

test("what the talk holds is offered while nobody has answered, and is never an answer by itself", () => {
  const facts = { about: "me", danger: true, mustTell: true } as const;
  assert.deepEqual(offers(emptyDraft(), facts).map(({ word }) => word), ["who_child_about_self", "urgency_now", "outcome_concern_report", "offer_duty"]);
  assert.deepEqual(offers(emptyDraft(), { about: "unsaid", danger: false, mustTell: false }), []);
  const taken = offers(emptyDraft(), facts).reduce((draft, { change }) => ({ ...draft, ...change }), emptyDraft());
  assert.deepEqual(offers(taken, facts), []);
  assert.equal(emptyDraft().who, null);
});

test("what is signed is the summary and why; a change of either is another text", () => {
  const one = signedText(whole());
  assert.notEqual(one, signedText(whole({ summary: "Et annet" })));
  assert.notEqual(one, signedText(whole({ duty_to_report_reason: "Et annet" })));
  assert.equal(one, signedText(whole({ age: "unknown", notes: "egne" })));
});
