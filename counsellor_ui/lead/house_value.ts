/**
 * Hours, dates, numbers and replies as they stand in a form, and as the settings say them. No screen, no network.
 */

export const PARTS = ["exceptions", "opening", "replies", "other_help"] as const;
export type Part = (typeof PARTS)[number];

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

type Window = readonly [from: string, to: string];

/** A day of the week, or a date: open from and to, or not. */
export interface HoursRow {
  day: string;
  open: boolean;
  from: string;
  to: string;
}
/** Somebody else to ring; `hours`: null where nothing is said of them. */
export interface HelpRow {
  label: string;
  number: string;
  tel: string;
  hours: HoursRow[] | null;
}
/** A quick reply: its short name, and its text by language. */
export interface ReplyRow {
  short: string;
  texts: Record<string, string>;
}

/** What stands in the forms. */
export interface Rows {
  opening: HoursRow[];
  exceptions: HoursRow[];
  other_help: HelpRow[];
  replies: ReplyRow[];
}

interface HelpValue {
  label: string;
  number: string;
  tel: string;
  opening?: Record<string, Window>;
}

/** Return the form of what the settings say. */
export function rowsOf<P extends Part>(part: P, value: unknown): Rows[P] {
  return ROWS[part](value) as Rows[P];
}

/** Return what the settings would say of a form. */
export function valueOf<P extends Part>(part: P, rows: Rows[P]): unknown {
  return VALUES[part](rows as never);
}

const ROWS: Record<Part, (value: unknown) => Rows[Part]> = {
  opening: (value) => weekOf(value as Record<string, Window>),
  exceptions: (value) =>
    Object.entries(value as Record<string, Window | "closed">)
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([day, window]) => hoursRow(day, window === "closed" ? undefined : window)),
  other_help: (value) =>
    (value as HelpValue[]).map(({ label, number, tel, opening }) => ({ label, number, tel, hours: opening === undefined ? null : weekOf(opening) })),
  replies: (value) => (value as ({ short: string } & Record<string, string>)[]).map(({ short, ...texts }) => ({ short, texts })),
};

const VALUES: { [P in Part]: (rows: Rows[P]) => unknown } = {
  opening: (rows) => windows(rows.filter(({ open }) => open)),
  exceptions: (rows) => Object.fromEntries(rows.map((row) => [row.day, row.open ? [row.from, row.to] : "closed"])),
  other_help: (rows) =>
    rows.map(({ label, number, tel, hours }) => ({
      number: number.trim(),
      label,
      tel: tel.trim() === "" ? dialled(number) : tel.trim(),
      ...(hours === null ? {} : { opening: windows(hours.filter(({ open }) => open)) }),
    })),
  replies: (rows) => rows.map(({ short, texts }) => ({ short: short.trim(), ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== "")) })),
};

function hoursRow(day: string, window: Window | undefined): HoursRow {
  return { day, open: window !== undefined, from: window?.[0] ?? "16:15", to: window?.[1] ?? "22:45" };
}

function weekOf(value: Record<string, Window>): HoursRow[] {
  return DAYS.map((day) => hoursRow(day, value[day]));
}

function windows(rows: readonly HoursRow[]): Record<string, Window> {
  return Object.fromEntries(rows.map(({ day, from, to }) => [day, [from.trim(), to.trim()]]));
}

/** Return what is dialled for a number as it is written. */
export function dialled(number: string): string {
  return number.replace(/[^0-9+]/g, "");
}

/** Return a date that stands twice in the form; null: none does. */
export function twice(rows: readonly HoursRow[]): string | null {
  const seen = new Set<string>();
  for (const { day } of rows) {
    if (seen.has(day)) return day;
    seen.add(day);
  }
  return null;
}

/** Return a week without hours, for other help of which hours are to be said. */
export function freshWeek(): HoursRow[] {
  return weekOf(Object.fromEntries(DAYS.map((day) => [day, ["00:00", "24:00"]])));
}

/** Return the date after `now`, in this zone, that is not in the form yet. */
export function nextDate(rows: readonly HoursRow[], now: number, zone: string): string {
  const taken = new Set(rows.map(({ day }) => day));
  const today = Date.parse(new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(now)); // by the calendar: a day may have 23 or 25 hours
  for (let ahead = 1; ; ahead++) {
    const date = new Date(today + ahead * 86_400_000).toISOString().slice(0, 10);
    if (!taken.has(date)) return date;
  }
}

/** Return where in a form a fault of the server is: `house: opening.tue` is `tue`, `house: other_help[1].tel` is the second. */
export function placeOf(name: string): { key: string; index: number | null } {
  const path = name.replace(/^house: /, "");
  const index = /\[(\d+)\]/.exec(path);
  const key = /^(?:opening|exceptions)\.(.+)$/.exec(path)?.[1] ?? "";
  return { key, index: index === null ? null : Number(index[1]) };
}
