import type { BenchRow } from "./row.ts";

/** The middle one of some figures, or the mean of the two in the middle. NaN where there is none. */
export function medianOf(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}

/** Ours divided by the peer's, round by round: the median of the ratios, and their range. */
export function ratioOf(ours: readonly number[], peer: readonly number[]): BenchRow["ratio"] {
  const ratios = ours.map((figure, round) => figure / (peer[round] ?? Number.NaN));
  return { median: medianOf(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}
