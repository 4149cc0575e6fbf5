import { resolve } from "node:path";
import { messageOf } from "../base/errors.ts";
import { appendHistory } from "../judge/history/history-file.ts";
import { historyLineOfComparison } from "../judge/history/make-history-line.ts";
import type { ComparisonResult } from "../measure/comparison.ts";
import type { ComparedMember } from "./gate-plan.ts";
import type { Io } from "./io.ts";

/** Appends a gate to its history, where one is named. A history that cannot be written is told of, and fails nothing. */
export async function recordHistory(
  compared: readonly ComparedMember[],
  { environment, startedAt }: ComparisonResult,
  file: string | undefined,
  io: Io,
): Promise<void> {
  if (file === undefined) return;
  const lines = compared
    .filter(({ comparison }) => comparison.metrics.length > 0)
    .map(({ comparison, services }) =>
      historyLineOfComparison(comparison, { ...environment, services }, new Date(startedAt)),
    );
  try {
    await appendHistory(resolve(io.cwd, file), lines);
  } catch (error) {
    io.stderr.write(`dyno: the history ${file} could not be written: ${messageOf(error)}\n`);
  }
}
