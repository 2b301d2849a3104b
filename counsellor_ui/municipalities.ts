/**
 * Searching the 357 municipalities by Norwegian, Sami or Kven name, by number or by county, as people type them.
 */

/** One municipality. Two names are not unique (Herøy, Våler): the number is the key and the county is always shown. */
export interface Municipality {
  number: string;
  name: string;
  /** The official name where it has parts in more languages, such as "Gáivuotna - Kåfjord - Kaivuono"; else the name. */
  official: string;
  county: string;
}

const LETTERS: Record<string, string> = { æ: "ae", ä: "ae", ø: "o", ö: "o", đ: "d", ŋ: "n", ŧ: "t", ð: "d" };

/**
 * Return a text without case, marks and doubled spellings: å/á/č/š/ž lose their mark, æ is ae, ø is o, đ ŋ ŧ are d n t,
 * and "aa" and "oe" count as å and ø.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/[æäøöđŋŧð]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replaceAll("aa", "a")
    .replaceAll("oe", "o")
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

/** Return the best `most` matches: the name itself, names that begin so, words, parts of words; A to Å within. */
export function search(all: readonly Municipality[], typed: string, most = 8): Municipality[] {
  const query = fold(typed);
  if (query === "") return [];
  return all
    .map((municipality) => ({ municipality, rank: rank(municipality, query) }))
    .filter(({ rank }) => rank !== null)
    .sort((a, b) => (a.rank as number) - (b.rank as number) || byName(a.municipality, b.municipality))
    .slice(0, most)
    .map(({ municipality }) => municipality);
}

/** Return what is shown once a municipality is chosen: name and county. */
export function label({ name, county }: Municipality): string {
  return name === county ? name : `${name}, ${county}`;
}

function rank(municipality: Municipality, query: string): number | null {
  const names = fold(`${municipality.name} ${municipality.official}`);
  const own = fold(municipality.name);
  if (own === query || municipality.number.startsWith(query)) return 0;
  if (own.startsWith(query)) return 1;
  if (` ${names}`.includes(` ${query}`)) return 2;
  if (names.includes(query)) return 3;
  const whole = `${names} ${fold(municipality.county)}`;
  return query.split(" ").every((word) => ` ${whole}`.includes(` ${word}`)) ? 4 : null;
}

const collator = new Intl.Collator("nb");

function byName(a: Municipality, b: Municipality): number {
  return collator.compare(a.name, b.name) || collator.compare(a.county, b.county);
}
