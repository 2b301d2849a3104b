/**
 * A colour and a name for each talk, so that two talks on one screen cannot be confused.
 *
 * Rules of this file:
 * 1. Both come from the conversation's id, so they are stable and say nothing about the child.
 * 2. No two talks on the screen share a colour, a shape or an animal, and none a family of colours while one is free.
 * 3. What was just used rests for a while: the next child does not inherit the previous one's name.
 */

export const COLOURS = ["blue", "orange", "green", "purple", "rose", "teal"] as const;
export type Colour = (typeof COLOURS)[number];

export const ANIMALS = ["fox", "bear", "moose", "hare", "wolf", "otter", "owl", "gull", "seal", "whale", "falcon", "crane"] as const;
export type Animal = (typeof ANIMALS)[number];

/** How a talk is called and drawn on this screen. The colour also decides the shape. */
export interface Identity {
  colour: Colour;
  animal: Animal;
}

/** Colours of one family look alike to some eyes. */
const FAMILY: Record<Colour, number> = { blue: 0, purple: 0, orange: 1, rose: 1, green: 2, teal: 2 };

/**
 * Return the colour and animal of a talk, given those on the screen now and those used just before.
 * With up to three talks no family of colours is shown twice.
 */
export function identify(conversation: string, onScreen: readonly Identity[], resting: readonly Identity[] = []): Identity {
  const seed = hash(conversation);
  const taken = new Set(onScreen.map(({ colour }) => colour));
  const families = new Set(onScreen.map(({ colour }) => FAMILY[colour]));
  const rested = new Set(resting.map(({ colour }) => colour));
  const animals = new Set(onScreen.map(({ animal }) => animal));
  const tired = new Set([...animals, ...resting.map(({ animal }) => animal)]);
  return {
    colour: pick(COLOURS, seed, [
      (colour) => !families.has(FAMILY[colour]) && !rested.has(colour),
      (colour) => !families.has(FAMILY[colour]),
      (colour) => !taken.has(colour),
    ]),
    animal: pick(ANIMALS, Math.floor(seed / COLOURS.length), [(animal) => !tired.has(animal), (animal) => !animals.has(animal)]),
  };
}

/** Return the first choice, from `seed` on and round, that meets the first wish that any choice meets. */
function pick<T>(choices: readonly T[], seed: number, wishes: readonly ((choice: T) => boolean)[]): T {
  const start = seed % choices.length;
  const ordered = [...choices.slice(start), ...choices.slice(0, start)];
  for (const wish of wishes) {
    const found = ordered.find(wish);
    if (found !== undefined) return found;
  }
  return ordered[0] as T;
}

/** FNV-1a over the id's characters: spread, not secret. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return value;
}
