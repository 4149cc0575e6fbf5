import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../base/errors.ts";
import { foretellBudget } from "../judge/history/foretell.ts";
import { readHistory } from "../judge/history/history-file.ts";
import type { HistoryLine } from "../judge/history/history-line.ts";
import { historyLineOfComparison } from "../judge/history/make-history-line.ts";
import type { ComparisonResult } from "../measure/comparison.ts";
import { appendToHistory } from "./append-to-history.ts";
import { type ComparedMember, type GateOptions, planMember } from "./gate-plan.ts";
import type { Io } from "./io.ts";
import type { SuiteMember } from "./read-suite.ts";

/** Appends a line for each scenario of a gate to its history, where one is named. */
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
  await appendToHistory(file, lines, io);
}

/**
 * Says before a gate starts where, by its history, the budget is not going to be enough. A history that cannot be read
 * is told of, and hinders no gate.
 */
export async function foretell(members: readonly SuiteMember[], options: GateOptions, io: Io): Promise<void> {
  const { history } = options;
  if (history === undefined || !existsSync(resolve(io.cwd, history))) return;
  const lines = await linesOf(history, io);
  for (const member of members) {
    const { question, budgetMs } = planMember(member, members.length, options);
    const text = foretellBudget(lines, member.scenario.name, question, budgetMs);
    if (text !== undefined) io.stderr.write(`${member.scenario.name}: ${text}\n`);
  }
}

async function linesOf(history: string, io: Io): Promise<readonly HistoryLine[]> {
  try {
    const { lines, warnings } = await readHistory(resolve(io.cwd, history), history);
    for (const warning of warnings) io.stderr.write(`dyno: ${warning}\n`);
    return lines;
  } catch (error) {
    io.stderr.write(`dyno: the history says nothing of this gate's budget: ${messageOf(error)}\n`);
    return [];
  }
}
