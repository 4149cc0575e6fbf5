import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** The workloads that were recorded. */
export type Workload = "cpu" | "io";

/** A pair of processes that worked in turn. */
export interface RecordedPair {
  readonly costMs: number;
  /** Pairs of one session followed one another. */
  readonly session: number;
  /** Logarithm of B's lower quartile of batch times over A's. */
  readonly logRatio: number;
}

/** A process that worked alone. */
export interface RecordedProcess {
  readonly costMs: number;
  readonly session: number;
  readonly batchMs: readonly number[];
}

const quartile = 0.25;

/** Reads the twin pairs of a workload whose B was slowed down by `percent`. */
export function readPairs(dir: string, workload: Workload, percent: number): RecordedPair[] {
  return readLines(dir, `twinNP_${workload}_${percent}`).map((line) => ({
    costMs: numberIn(line, "cost"),
    session: numberIn(line, "sess"),
    logRatio: Math.log(lowerQuartile(numbersIn(line, "bw")) / lowerQuartile(numbersIn(line, "aw"))),
  }));
}

/** Reads the single processes of a workload, all alike. */
export function readProcesses(dir: string, workload: Workload): RecordedProcess[] {
  return readLines(dir, `seqNP_${workload}_0`).map((line) => ({
    costMs: numberIn(line, "cost"),
    session: numberIn(line, "sess"),
    batchMs: numbersIn(line, "W"),
  }));
}

type Line = Readonly<Record<string, unknown>>;

function readLines(dir: string, name: string): Line[] {
  const text = gunzipSync(readFileSync(join(dir, `${name}.jsonl.gz`))).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

function numberIn(line: Line, field: string): number {
  const value = line[field];
  if (typeof value !== "number") throw new Error(`the recording has no number ${field}`);
  return value;
}

/** One list of all numbers, whether they are grouped by slices or not. */
function numbersIn(line: Line, field: string): number[] {
  const value = line[field];
  if (!Array.isArray(value)) throw new Error(`the recording has no list ${field}`);
  return (value as readonly (number | readonly number[])[]).flat() as number[];
}

function lowerQuartile(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(quartile * (sorted.length - 1))] ?? Number.NaN;
}
