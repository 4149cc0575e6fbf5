import { fingerprintOf } from "../../measure/fingerprint.ts";
import { type MergedPhase, mergePhases } from "../../measure/merge-phases.ts";
import type { Environment, RunResult } from "../../measure/result.ts";
import type { EntryMetric, RunEntry } from "../../measure/run-entry.ts";
import { proportionInterval } from "../../stats/proportion-interval.ts";
import { quantileInterval } from "../../stats/quantile-interval.ts";
import { environmentFacts } from "../environment-facts.ts";
import { curvePhase } from "../html/charts/percentiles.ts";
import { courseOf } from "./course.ts";

/** Of more phases than this the later ones are left to the report. */
const mostPhases = 6;

const latencies = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p99", 0.99],
  ["p99.9", 0.999],
] as const;

/** What the list shows of a run. */
export function entryOfRun(result: RunResult): RunEntry {
  const phases = mergePhases(result.trials);
  const main = curvePhase({ phases });
  const course = main === undefined ? undefined : courseOf(main.phase, result.trials);
  return {
    kind: "run",
    scenario: result.scenario.name,
    ...standing(result.environment),
    startedAt: result.startedAt,
    durationMs: result.durationMs,
    outcome: result.outcome,
    exitCode: result.exitCode,
    reason: result.reason,
    anchor: "",
    ...(main === undefined ? {} : { mainPhase: main.phase }),
    metrics: phases.slice(0, mostPhases).flatMap((phase) => phaseMetrics(phase, result)),
    ...(course === undefined ? {} : { course }),
  };
}

/** What an entry tells of the code and the machine. */
export function standing(
  environment: Environment,
): Pick<RunEntry, "branch" | "revision" | "dirty" | "machine" | "facts"> {
  const { gitBranch, gitRevision, gitDirty } = environment;
  return {
    ...(gitBranch === undefined ? {} : { branch: gitBranch }),
    ...(gitRevision === undefined ? {} : { revision: gitRevision }),
    ...(gitDirty === undefined ? {} : { dirty: gitDirty }),
    machine: fingerprintOf(environment),
    facts: environmentFacts(environment),
  };
}

function phaseMetrics(phase: MergedPhase, result: RunResult): readonly EntryMetric[] {
  const { completed, failed, durationMs, response } = phase;
  const all = completed + failed;
  const of = (
    metric: string,
    unit: EntryMetric["unit"],
    value: number,
    interval?: EntryMetric["interval"],
  ) => ({ metric, phase: phase.phase, unit, value, ...(interval === undefined ? {} : { interval }) });
  return [
    of("throughput", "per_second", (completed * 1000) / durationMs),
    ...latencies.map(([name, q]) => of(name, "us", response.quantile(q), quantileInterval(response, q))),
    of("error_rate", "ratio", failed / all, proportionInterval(failed, all)),
    of("cpu_per_op", "us_per_op", cpuMicros(phase, result) / completed),
  ].filter(({ value }) => Number.isFinite(value));
}

function cpuMicros({ phase: name }: MergedPhase, { trials }: RunResult): number {
  return trials
    .flatMap(({ phases }) => phases)
    .filter(({ phase, kind }) => phase === name && kind === "measured")
    .reduce((sum, { cpuMicros, outsideCpuMicros = 0 }) => sum + cpuMicros + outsideCpuMicros, 0);
}
