import { isWithin, judgeTargets } from "../../judge/targets.ts";
import { formatMetric } from "../../measure/format-metric.ts";
import type { TrialResult } from "../../measure/result.ts";
import type { SweepTarget } from "../../measure/sweep.ts";
import type { TargetRule } from "../../scenario/scenario.ts";
import { levelPhase } from "./run-sweep.ts";

/** Holds each target against each level, and says up to how many clients it is met. */
export function judgeSweep(
  rules: readonly TargetRule[],
  clients: readonly number[],
  trials: readonly TrialResult[],
): SweepTarget[] {
  return rules.map((rule) => judgeOne(rule, clients, trials));
}

function judgeOne(rule: TargetRule, clients: readonly number[], trials: readonly TrialResult[]): SweepTarget {
  const { text, line, column } = rule;
  const place = { text, line, column };
  if (rule.metric.kind === "figure") {
    const [verdict] = judgeTargets([rule], trials);
    const isMet = verdict?.outcome === "pass";
    return {
      ...place,
      metAt: isMet ? clients : [],
      ...(isMet ? { upTo: clients.at(-1) ?? 0 } : {}),
      sentence: verdict?.sentence ?? "It was not measured.",
    };
  }
  const byLevel = clients.map((count) => {
    const [verdict] = judgeTargets([{ ...rule, phase: levelPhase(count) }], trials);
    return { count, verdict };
  });
  // Few samples at few clients are in the nature of a closed loop: what does not break the limit is met.
  const isMet = ({ verdict }: (typeof byLevel)[number]): boolean =>
    verdict?.measured !== undefined && isWithin(rule, verdict.measured);
  const metAt = byLevel.filter(isMet).map(({ count }) => count);
  const firstMiss = byLevel.findIndex((level) => !isMet(level));
  const upTo = firstMiss < 0 ? clients.at(-1) : clients[firstMiss - 1];
  const miss = byLevel[firstMiss];
  const measured = miss?.verdict?.measured;
  const missText =
    miss === undefined
      ? ""
      : `at ${miss.count} it is ${measured === undefined || miss.verdict === undefined ? "not measured" : formatMetric(measured, miss.verdict.unit)}`;
  return {
    ...place,
    metAt,
    ...(upTo === undefined ? {} : { upTo }),
    sentence: sentenceOf(clients, metAt, upTo, missText),
  };
}

function sentenceOf(
  clients: readonly number[],
  metAt: readonly number[],
  upTo: number | undefined,
  missText: string,
): string {
  if (metAt.length === clients.length) return `It is met up to ${upTo} clients, the most that were tried.`;
  if (metAt.length === 0) return `It is met at no number of clients: ${missText}.`;
  if (upTo !== undefined && metAt.at(-1) === upTo) return `It is met up to ${upTo} clients; ${missText}.`;
  return `It is met at ${metAt.join(", ")} clients; ${missText}.`;
}
