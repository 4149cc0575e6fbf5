import { formatDuration, formatRatio } from "../../base/units.ts";
import type { Comparison } from "../../measure/comparison.ts";
import type { DoctorResult, Finding, FindingLevel, NoiseFloor } from "../../measure/doctor-result.ts";
import { checkActivity, type Seen } from "./check-activity.ts";
import { checkMachine, type MachineView } from "./check-machine.ts";
import { checkProcess, type ProcessView } from "./check-process.ts";
import { findNoiseFloors } from "./noise-floor.ts";

/** Everything that was looked at. */
export interface Examination {
  readonly machine: MachineView;
  readonly process: ProcessView;
  readonly seen: Seen;
  /** Of the two equal variants; absent where there was none. */
  readonly comparison?: Comparison;
  /** Why there was none, or why it came to nothing. */
  readonly problem?: string;
}

const ranks: Readonly<Record<FindingLevel, number>> = { bad: 0, warn: 1, note: 2, ok: 3 };
/** The budget that the closing sentence speaks of: that of a gate where none is named. */
const usualBudgetMs = 60_000;

/** Judges all that was looked at, worst first, and closes with one plain sentence. */
export function makeDoctorResult({ machine, process, seen, comparison, problem }: Examination): DoctorResult {
  const floors = comparison === undefined ? [] : findNoiseFloors(comparison);
  const findings = [
    ...checkMachine(machine),
    ...checkProcess(process),
    ...checkActivity(seen),
    ...checkTwins(comparison, floors, problem),
  ].sort((a, b) => ranks[a.level] - ranks[b.level]);
  return {
    schemaVersion: 1,
    findings,
    ...(comparison === undefined || floors.length === 0
      ? {}
      : {
          noise: {
            scenario: comparison.scenario.name,
            pairs: comparison.pairs,
            pairMs: comparison.tookMs / comparison.pairs,
            floors,
          },
        }),
    hiccups: seen.hiccups,
    conclusion: conclude(findings, floors),
    exitCode: findings.some(({ level }) => level === "bad") ? 3 : 0,
  };
}

function checkTwins(
  comparison: Comparison | undefined,
  floors: readonly NoiseFloor[],
  problem: string | undefined,
): Finding[] {
  const name = "noise floor";
  const isUnmeasured = comparison?.outcome === "invalid" || comparison?.outcome === "setup_failed";
  const reason = problem ?? (isUnmeasured ? comparison.reason : undefined);
  if (reason !== undefined) return [{ name, level: "bad", value: "not measured", sentence: reason }];
  if (comparison === undefined) return [];
  if (floors.length === 0) {
    const sentence = `Six pairs of equal processes are the least, and ${comparison.pairs} fitted into the time. Give it more: --budget 60s.`;
    return [{ name, level: "bad", value: "not measured", sentence }];
  }
  const differs = comparison.metrics.find(({ judged, verdict }) => judged && isDifferent(verdict));
  return differs === undefined
    ? [{ name: "equal twins", level: "ok", value: "equal", sentence: "Two equal variants came out equal." }]
    : [
        {
          name: "equal twins",
          level: "warn",
          value: "not equal",
          sentence: `Two equal variants came out different, which chance does in one of a hundred cases: ${differs.sentence} Examine it again; where it stays, something favours one of them.`,
        },
      ];
}

function isDifferent(verdict: string): boolean {
  return verdict === "better" || verdict === "worse";
}

function conclude(findings: readonly Finding[], floors: readonly NoiseFloor[]): string {
  const bad = findings.filter(({ level }) => level === "bad").map(({ name }) => name);
  const mend =
    bad.length === 0 ? "" : `Figures from here prove little until this is mended: ${bad.join(", ")}. `;
  return `${mend}${whatIsSeen(floors)}`;
}

function whatIsSeen(floors: readonly NoiseFloor[]): string {
  const floor = floors.find(({ judged, scale }) => judged && scale === "ratio") ?? floors[0];
  if (floor === undefined) return "What this machine can see was not measured.";
  const usual = floor.smallest.find(({ budgetMs }) => budgetMs === usualBudgetMs);
  const budget = formatDuration(usualBudgetMs * 1000);
  const sees =
    usual?.effect === undefined || floor.scale !== "ratio"
      ? `In ${budget} this machine cannot show that ${floor.metric} is worse`
      : `This machine can see a ${formatRatio(rounded(usual.effect))} ${worseningOf(floor)} in ${budget}`;
  return `${sees}; ${whatIsNeeded(floors, floor)}`;
}

function worseningOf({ metric }: NoiseFloor): string {
  if (metric === "throughput") return "loss of throughput";
  return `${metric.startsWith("p") ? "slowdown" : "rise"} of ${metric}`;
}

/** Of the metrics that are judged by the same margin, the one that takes longest. */
function whatIsNeeded(floors: readonly NoiseFloor[], floor: NoiseFloor): string {
  const judged = floors.filter((other) => other.judged === floor.judged && other.scale === "ratio");
  const slowest = judged.toSorted((a, b) => b.budgetForMarginMs - a.budgetForMarginMs)[0] ?? floor;
  const needs = formatDuration(rounded(slowest.budgetForMarginMs) * 1000);
  const whose = slowest.metric === floor.metric ? "" : ` (${slowest.metric})`;
  return `a margin of ${formatRatio(slowest.margin)} needs about ${needs} per scenario${whose}.`;
}

/** Two digits: the estimate of a spread from some ten pairs has no more. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
