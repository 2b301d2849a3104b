/**
 * Times of day as the helpline's place has them, whatever the device believes its place to be.
 */

import type { Say } from "./words.ts";

export interface WallTime {
  /** 0 is Monday. */
  readonly weekday: number;
  readonly day: number;
  readonly month: number;
  readonly hour: string;
  readonly minute: string;
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** What has been asked for, by place and minute: a long talk asks for each of its minutes again and again. */
const known = new Map<string, WallTime>();

/** Return what the clock and calendar on the wall show at an instant (ms). */
export function wallTime(at: number, zone: string): WallTime {
  const minute = `${zone} ${Math.floor(at / 60_000)}`;
  const time = known.get(minute) ?? read(at, zone);
  known.set(minute, time);
  return time;
}

function read(at: number, zone: string): WallTime {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value])) as Record<string, string>;
  return {
    weekday: DAYS.indexOf(part["weekday"] ?? ""),
    day: Number(part["day"]),
    month: Number(part["month"]),
    hour: part["hour"] ?? "",
    minute: part["minute"] ?? "",
  };
}

/** Return a time of day in words, such as 18.04. */
export function clockWords(at: number, zone: string, say: Say): string {
  const { hour, minute } = wallTime(at, zone);
  return say("clock", { hour, minute });
}
