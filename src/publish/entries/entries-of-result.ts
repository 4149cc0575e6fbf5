import { type CapacityResult, capacitySchemaVersion } from "../../measure/capacity.ts";
import { type ComparisonResult, comparisonSchemaVersion } from "../../measure/comparison.ts";
import { type MatrixResult, matrixSchemaVersion } from "../../measure/matrix.ts";
import { type Environment, type RunResult, schemaVersion } from "../../measure/result.ts";
import type { EntryKind, EntryMetric, EntryOutcome, RunEntry } from "../../measure/run-entry.ts";
import { type SweepResult, sweepSchemaVersion } from "../../measure/sweep.ts";
import { type TuneResult, tuningSchemaVersion } from "../../measure/tuning.ts";
import { entriesOfComparison } from "./entries-of-comparison.ts";
import { entryOfRun, standing } from "./entry-of-run.ts";
import { entryOfTuning } from "./entry-of-tuning.ts";
import { capacityMetrics, sweepMetrics } from "./study-metrics.ts";

/** A file of results, and how its content becomes entries. */
interface ResultKind {
  readonly file: string;
  /** Absent: any. */
  readonly version?: number;
  readonly entries: (result: unknown) => readonly RunEntry[];
}

/** The table of the results that the list knows. One line adds one. */
const resultKinds: readonly ResultKind[] = [
  {
    file: "result.json",
    version: schemaVersion,
    entries: (result) => [entryOfRun(result as RunResult)],
  },
  {
    file: "comparison.json",
    version: comparisonSchemaVersion,
    entries: (result) => entriesOfComparison(result as ComparisonResult),
  },
  {
    file: "tuning.json",
    version: tuningSchemaVersion,
    entries: (result) => [entryOfTuning(result as TuneResult)],
  },
  {
    file: "capacity.json",
    version: capacitySchemaVersion,
    entries: (result) => [
      entryOfStudy("capacity", result as CapacityResult, capacityMetrics(result as CapacityResult)),
    ],
  },
  {
    file: "sweep.json",
    version: sweepSchemaVersion,
    entries: (result) => [entryOfStudy("sweep", result as SweepResult, sweepMetrics(result as SweepResult))],
  },
  {
    file: "matrix.json",
    version: matrixSchemaVersion,
    entries: (result) => [entryOfStudy("matrix", result as MatrixResult, [])],
  },
];

/** The names of the files that hold results, in the order in which they are looked for. */
export const resultFiles: readonly string[] = resultKinds.map(({ file }) => file);

/** What every study says of itself. */
interface StudyResult {
  readonly scenario: { readonly name: string };
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: EntryOutcome;
  readonly exitCode: number;
  readonly reason: string;
  readonly environment: Environment;
}

/**
 * The entries of a result by the name of its file. Throws an Error of one line where the content is of another version or
 * is not what the file should hold.
 */
export function entriesOfResult(file: string, result: unknown): readonly RunEntry[] {
  const kind = resultKinds.find((one) => one.file === file);
  const found = typeof result === "object" && result !== null ? result : {};
  const version = "schemaVersion" in found ? found.schemaVersion : undefined;
  if (kind?.version !== undefined && version !== kind.version)
    throw new Error(
      `its schemaVersion is ${JSON.stringify(version)}, and this version of dyno reads ${kind.version}`,
    );
  const entries = kind?.entries(found) ?? [];
  if (entries.every(isEntry)) return entries;
  throw new Error("it lacks what every result has: a scenario, a time, an outcome and a reason");
}

function entryOfStudy(kind: EntryKind, result: StudyResult, metrics: readonly EntryMetric[]): RunEntry {
  const { startedAt, durationMs, outcome, exitCode, reason, environment } = result;
  return {
    kind,
    scenario: result.scenario.name,
    ...standing(environment),
    startedAt,
    durationMs,
    outcome,
    exitCode,
    reason,
    anchor: "",
    metrics,
  };
}

/** Whether a value has what the list needs of every entry. */
export function isEntry(value: unknown): value is RunEntry {
  if (typeof value !== "object" || value === null) return false;
  const { scenario, startedAt, outcome, reason, durationMs, metrics } = value as Partial<RunEntry>;
  return (
    [scenario, startedAt, outcome, reason].every((text) => typeof text === "string") &&
    Number.isFinite(durationMs) &&
    Number.isFinite(Date.parse(startedAt ?? "")) &&
    Array.isArray(metrics)
  );
}
