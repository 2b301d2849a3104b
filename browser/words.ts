/**
 * Every word on the screen comes from config/wording/<lang>.toml; no element writes its own.
 */

/** The words of one language: key -> text with {placeholders}. */
export type Words = Readonly<Record<string, string>>;
/** Says one of them. */
export type Say = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** Return the function that says the words of a language. A key that is missing shows itself (a test forbids it). */
export function speaker(words: Words): Say {
  return (key, values = {}) => fill(words[key] ?? key, values);
}

/** Put the values in the places of a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
