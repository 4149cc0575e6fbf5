import { formatCount, formatDuration, formatRate } from "../base/units.ts";
import type { StudySpec } from "./scenario.ts";

/** A study in words: `capacity: the highest rate from 100/s on until p99 > 5ms, each held for 2 s`. */
export function describeStudy(study: StudySpec): string {
  const held = `each held for ${formatDuration(study.holdMs * 1000)}`;
  if (study.kind === "sweep") {
    return `sweep: ${study.clients.map(formatCount).join(", ")} clients, ${held}, in ${study.rounds} rounds`;
  }
  const { fromRatePerSec, toRatePerSec, until } = study;
  const upTo = toRatePerSec === undefined ? " on" : ` to ${formatRate(toRatePerSec)}`;
  const conditions = until.map(({ text }) => text).join(" or ");
  return `capacity: the highest rate from ${formatRate(fromRatePerSec)}${upTo} until ${conditions}, ${held}`;
}

/** How long the load of a study takes at most, without starting its processes, in milliseconds. */
export function longestStudyMs(study: StudySpec): number {
  return study.kind === "capacity" ? study.budgetMs : study.clients.length * study.rounds * study.holdMs;
}
