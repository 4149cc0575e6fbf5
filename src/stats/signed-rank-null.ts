/** A sum of ranks and the chance to get it or less. */
export interface CriticalSum {
  readonly sum: number;
  readonly probability: number;
}

/**
 * P(sum <= limit), where each rank counts or not by the toss of a fair coin: the null distribution of Wilcoxon's
 * signed-rank statistic given the ranks, ties and all. Ranks are multiples of a half, in ascending order.
 */
export function chanceOfAtMost(limit: number, ranks: readonly number[]): number {
  const unit = ranks.every(Number.isInteger) ? 1 : 0.5;
  const steps = ranks.map((rank) => rank / unit);
  const total = sumOf(steps);
  const most = limit / unit;
  // The distribution is symmetric, and the shorter tail costs less to sum.
  if (2 * most >= total) return 1 - sumOf(sumChances(steps, total - most - 1));
  return sumOf(sumChances(steps, most));
}

/** The largest sum of the ranks 1 to n whose lower tail is at most `level` (below 0.5); undefined where none is. */
export function criticalSum(n: number, level: number): CriticalSum | undefined {
  const ranks = Array.from({ length: n }, (_, i) => i + 1);
  const chances = sumChances(ranks, Math.floor((n * (n + 1)) / 4));
  let critical: CriticalSum | undefined;
  let reached = 0;
  for (const [sum, chance] of chances.entries()) {
    reached += chance;
    if (reached > level) return critical;
    critical = { sum, probability: reached };
  }
  return critical;
}

/** The chance of each sum from 0 to `limit`, rank after rank: with or without it, half and half. */
function sumChances(ranks: readonly number[], limit: number): Float64Array {
  const chances = new Float64Array(Math.max(0, limit + 1)).fill(1, 0, 1);
  let reached = 0;
  for (const rank of ranks) {
    reached = Math.min(limit, reached + rank);
    for (let sum = reached; sum >= rank; sum--) {
      chances[sum] = ((chances[sum] ?? 0) + (chances[sum - rank] ?? 0)) / 2;
    }
    for (let sum = Math.min(reached, rank - 1); sum >= 0; sum--) chances[sum] = (chances[sum] ?? 0) / 2;
  }
  return chances;
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
