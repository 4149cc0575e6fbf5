import { normalQuantile } from "../../src/stats/normal.ts";
import { rankSumTest } from "../../src/stats/rank-sum.ts";
import { welchTest } from "../../src/stats/welch.ts";

/** A sample of processes, each with its batch times. */
export type Sample = readonly (readonly number[])[];

/** Another way to decide whether B is slower than A. */
export interface Peer {
  readonly name: string;
  /** How much it speaks for "B is slower". */
  score(a: Sample, b: Sample): number;
  /** It raises an alarm from this score on. */
  readonly threshold: number;
}

/** Two-sided p below 1 %, and slower. The tools' own default is mostly 5 %, which would alarm more often. */
const oneSided = 0.005;

/** The methods of other tools, as they are commonly used: all processes of A, then all of B. */
export const peers: readonly Peer[] = [
  {
    name: "10 % threshold on means",
    score: (a, b) => meanOf(meansOf(b)) / meanOf(meansOf(a)),
    threshold: 1.1,
  },
  {
    name: "Welch on all batches",
    score: (a, b) => welchTest(a.flat(), b.flat())?.t ?? 0,
    threshold: -normalQuantile(oneSided),
  },
  {
    name: "Mann-Whitney on process means",
    score: (a, b) => -Math.log10(rankSumTest(meansOf(a), meansOf(b)).above),
    threshold: -Math.log10(oneSided),
  },
  {
    name: "Mann-Whitney on all batches",
    score: (a, b) => rankSumZ(a.flat(), b.flat()),
    threshold: -normalQuantile(oneSided),
  },
  {
    name: "minimum, 5 % threshold",
    score: (a, b) => minimumOf(b) / minimumOf(a),
    threshold: 1.05,
  },
];

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meansOf(sample: Sample): number[] {
  return sample.map(meanOf);
}

function minimumOf(sample: Sample): number {
  return Math.min(...sample.map((batches) => Math.min(...batches)));
}

/** Mann and Whitney's U in deviations: p-values of many thousand batches are too small to be told apart. */
function rankSumZ(a: readonly number[], b: readonly number[]): number {
  const product = a.length * b.length;
  const deviation = Math.sqrt((product / 12) * (a.length + b.length + 1));
  return (countAbove(Float64Array.from(a).sort(), Float64Array.from(b).sort()) - product / 2) / deviation;
}

/** In how many pairs b's value is the greater, equal ones by half; both ascend. */
function countAbove(a: Float64Array, b: Float64Array): number {
  let u = 0;
  let below = 0;
  let upTo = 0;
  for (const value of b) {
    while (below < a.length && (a[below] ?? 0) < value) below++;
    while (upTo < a.length && (a[upTo] ?? 0) <= value) upTo++;
    u += (below + upTo) / 2;
  }
  return u;
}
