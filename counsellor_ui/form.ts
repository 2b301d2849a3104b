/**
 * The registration form while it is written: what is answered, what is missing, and the form that is sealed.
 * The codes are those of `server/wire/form.py`; null means that nobody has answered yet.
 */

export const WHO = ["child_about_self", "young_person", "adult_worried", "other"] as const;
export const NON_CONTACTS = ["silent", "test", "abusive"] as const;
export const AGES = ["0-5", "6-9", "10-12", "13-15", "16-17", "18-24", "25+", "unknown"] as const;
export const GENDERS = ["girl", "boy", "other", "unknown"] as const;
export const REASONS = [
  "violence",
  "mental_health",
  "family_relationships",
  "peer_relationships",
  "sexuality",
  "physical_health",
  "education_occupation",
  "discrimination",
  "access_to_services",
  "missing_children",
] as const;
export const URGENCIES = ["now", "soon", "low", "unknown"] as const;
export const OUTCOMES = ["immediate_help", "concern_report", "other_services", "advice"] as const;
export const IMMEDIATE_HELP = ["police", "out_of_hours_doctor"] as const;
export const CONSIDERED = ["considered_yes", "considered_no", "not_considered"] as const;

export type Outcome = (typeof OUTCOMES)[number];
export type NonContact = (typeof NON_CONTACTS)[number];
export type Who = (typeof WHO)[number];
export type Considered = (typeof CONSIDERED)[number];

export const MOST_SUMMARY = 4000;
export const MOST_PHRASE = 1000;
export const MOST_NOTES = 1500;
export const MOST_CALLS = 20;

export const CALLED = ["police", "ambulance", "fire", "out_of_hours_doctor", "child_welfare", "other"] as const;
export const TOLD = ["told", "not_safe", "unsaid"] as const;
export type Called = (typeof CALLED)[number];
export type Told = (typeof TOLD)[number];

/** Somebody was called: who, at which number, when (ms), and whether the child was told first. */
export interface Call {
  who: Called;
  number: string;
  at: number;
  told: Told;
}

/** A form while it is written. That a contact is none is never written here: it is said in the moment it is handed in. */
export interface Draft {
  who: Who | null;
  age: (typeof AGES)[number] | null;
  gender: (typeof GENDERS)[number] | null;
  stay_municipality: string | null;
  home_municipality: string | null;
  reasons: (typeof REASONS)[number][];
  urgency: (typeof URGENCIES)[number] | null;
  outcomes: (typeof OUTCOMES)[number][];
  immediate_help: (typeof IMMEDIATE_HELP)[number][];
  duty_to_report: Considered | null;
  duty_to_report_reason: string;
  duty_to_avert: Considered | null;
  duty_to_avert_reason: string;
  summary: string;
  /** For herself and for whoever takes the talk over; it goes with the registration, and never to the child. */
  notes: string;
  calls: Call[];
}

export type Field = keyof Draft;

/** What binds a form to the talk that the counsellor saw. */
export interface Bound {
  conversation: string;
  seq: number;
  digest: string;
  counsellor: string;
  /** Who else has signed it. */
  second?: string;
}

/** Return what changes in a draft once somebody was called: the call, and the outcome that it is. */
export function called(draft: Draft, call: Call): Partial<Draft> {
  const help = call.who === "police" || call.who === "out_of_hours_doctor" ? [call.who] : [];
  const outcome = call.who === "child_welfare" || call.who === "other" ? "other_services" : "immediate_help";
  return {
    calls: [...draft.calls, call].slice(0, MOST_CALLS),
    outcomes: OUTCOMES.filter((one) => one === outcome || draft.outcomes.includes(one)),
    immediate_help: IMMEDIATE_HELP.filter((one) => help.includes(one) || draft.immediate_help.includes(one)),
  };
}

/** Return what a second person signs: what was found, what is done, and why. */
export function signedText({ summary, duty_to_report_reason, stay_municipality, urgency }: Draft): string {
  return [summary.trim(), duty_to_report_reason.trim(), stay_municipality ?? "", urgency ?? ""].filter((part) => part !== "").join("\n\n");
}

/** What a talk says of itself. */
export interface Facts {
  about: "unsaid" | "me" | "other";
  danger: boolean;
  /** The child was told that somebody has to be told. */
  mustTell: boolean;
}

/** An answer that the talk already holds: a word of the wording, and what it would change. */
export interface Offer {
  word: string;
  change: Partial<Draft>;
}

/** Return the answers that a talk already holds and that nobody has given yet. She takes them or leaves them. */
export function offers(draft: Draft, { about, danger, mustTell }: Facts): Offer[] {
  const report: Outcome = "concern_report";
  const found: (Offer | null)[] = [
    draft.who === null && about === "me" ? { word: "who_child_about_self", change: { who: "child_about_self" } } : null,
    draft.urgency === null && danger ? { word: "urgency_now", change: { urgency: "now" } } : null,
    mustTell && !draft.outcomes.includes(report) ? { word: "outcome_concern_report", change: { outcomes: OUTCOMES.filter((one) => one === report || draft.outcomes.includes(one)) } } : null,
    mustTell && draft.duty_to_report === null ? { word: "offer_duty", change: { duty_to_report: "considered_yes" } } : null,
  ];
  return found.filter((one): one is Offer => one !== null);
}

/** Return a form in which nothing is answered. */
export function emptyDraft(): Draft {
  return {
    who: null,
    age: null,
    gender: null,
    stay_municipality: null,
    home_municipality: null,
    reasons: [],
    urgency: null,
    outcomes: [],
    immediate_help: [],
    duty_to_report: null,
    duty_to_report_reason: "",
    duty_to_avert: null,
    duty_to_avert_reason: "",
    summary: "",
    notes: "",
    calls: [],
  };
}

/** Return a draft that was kept, with the questions that are new, and without a kind of contact that is not of the form. */
export function restored(kept: Partial<Draft>): Draft {
  const draft = { ...emptyDraft(), ...kept };
  return WHO.includes(draft.who as Who) ? draft : { ...draft, who: null };
}

/** Why a field does not do yet: a word of the wording file. */
export type Fault = "choose" | "choose_some" | "which" | "reason" | "write" | "too_long";

/** Return what keeps the form from being registered, by field, in the order of the screen. A municipality may be unknown. */
export function faults(draft: Draft): Map<Field, Fault> {
  const found: [Field, Fault | null][] = [
    ["who", draft.who === null ? "choose" : null],
    ["age", draft.age === null ? "choose" : null],
    ["gender", draft.gender === null ? "choose" : null],
    ["reasons", draft.reasons.length === 0 ? "choose_some" : null],
    ["urgency", draft.urgency === null ? "choose" : null],
    ["outcomes", draft.outcomes.length === 0 ? "choose_some" : null],
    ["immediate_help", draft.outcomes.includes("immediate_help") && draft.immediate_help.length + draft.calls.length === 0 ? "which" : null],
    ["duty_to_report", draft.duty_to_report === null ? "choose" : null],
    ["duty_to_report_reason", reasonFault(draft.duty_to_report, draft.duty_to_report_reason)],
    ["duty_to_avert", draft.duty_to_avert === null ? "choose" : null],
    ["duty_to_avert_reason", reasonFault(draft.duty_to_avert, draft.duty_to_avert_reason)],
    ["notes", tooLong(draft.notes, MOST_NOTES)],
    ["summary", draft.summary.trim() === "" ? "write" : tooLong(draft.summary, MOST_SUMMARY)],
  ];
  return new Map(found.filter((entry): entry is [Field, Fault] => entry[1] !== null));
}

function reasonFault(considered: Considered | null, reason: string): Fault | null {
  if (considered === null || considered === "not_considered") return null;
  return reason.trim() === "" ? "reason" : tooLong(reason, MOST_PHRASE);
}

function tooLong(text: string, most: number): Fault | null {
  return [...text].length > most ? "too_long" : null;
}

/** Return how many of the required answers are given, and of how many. */
export function progress(draft: Draft): { done: number; of: number } {
  const of = faults(emptyDraft()).size;
  return { done: Math.max(0, of - faults(draft).size), of };
}

/** Return the form as it is sealed, of a contact that is none if `none` says so. What is not answered has the schema's default. */
export function toForm(draft: Draft, bound: Bound, none: NonContact | null = null): Record<string, unknown> {
  const who = none ?? draft.who;
  if (who === null) throw new FormError("who");
  const chosen = (considered: Considered | null, reason: string) =>
    considered === null || considered === "not_considered" ? "" : reason.trim();
  return {
    who,
    ...bound,
    age: draft.age ?? "unknown",
    gender: draft.gender ?? "unknown",
    stay_municipality: draft.stay_municipality,
    home_municipality: draft.home_municipality,
    reasons: draft.reasons,
    urgency: draft.urgency ?? "unknown",
    outcomes: draft.outcomes,
    immediate_help: draft.outcomes.includes("immediate_help") ? draft.immediate_help : [],
    duty_to_report: draft.duty_to_report ?? "not_considered",
    duty_to_report_reason: chosen(draft.duty_to_report, draft.duty_to_report_reason),
    duty_to_avert: draft.duty_to_avert ?? "not_considered",
    duty_to_avert_reason: chosen(draft.duty_to_avert, draft.duty_to_avert_reason),
    summary: draft.summary.trim(),
    notes: draft.notes.trim(),
    calls: draft.calls,
  };
}

/** A form cannot be made because a field without a default is not answered. It names the field. */
export class FormError extends Error {
  override name = "FormError";
  constructor(readonly field: Field) {
    super(field);
  }
}
