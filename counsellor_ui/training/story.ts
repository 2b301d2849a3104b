/**
 * The stories of practice children as the server gives them: the shapes of `server/training.py`, which has checked them.
 */

/** The languages in which stories are told. */
export const TONGUES = ["nb", "en"] as const;
export type Tongue = (typeof TONGUES)[number];

export type Text = Readonly<Record<Tongue, string>>;
/** What the child says, message by message. */
export type Said = Readonly<Record<Tongue, readonly string[]>>;

/** One step: what the child says, and what comes after what the counsellor answers. Times in seconds. */
export interface Beat extends Said {
  readonly id: string;
  /** Intent -> the next beat; the first that fits. */
  readonly on: Readonly<Record<string, string>>;
  readonly next: string | null;
  readonly quiet: number;
  readonly away: number;
  readonly ends: boolean;
}

/** What the child says first, once in a story, when she has written in this way. */
export interface Reaction extends Said {
  readonly did: string;
}

/** A moment that matters, and what to do in it. */
export interface Moment extends Text {
  /** One of these intents is enough. */
  readonly did: readonly string[];
  /** At these beats; none: anywhere. */
  readonly at: readonly string[];
  /** And none of these. */
  readonly never: readonly string[];
}

export interface Story {
  readonly id: string;
  readonly about: "unsaid" | "me" | "other";
  readonly danger: boolean;
  /** For how many minutes the child seems to have waited. */
  readonly waited: number;
  readonly title: Text;
  readonly goal: Text;
  readonly background: Text;
  readonly beats: readonly Beat[];
  readonly asks: Said;
  readonly gives_up: Said;
  readonly moments: readonly Moment[];
  readonly reactions: readonly Reaction[];
}

/** How each intent is recognised: whole words or, with a star at the end, beginnings of words. */
export type Intents = Readonly<Record<string, Readonly<Record<Tongue, readonly string[]>>>>;

export interface Training {
  readonly intents: Intents;
  readonly stories: readonly Story[];
}
