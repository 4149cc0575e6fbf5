import { normalCdf, normalQuantile } from "./normal.ts";

/** Up to so many pairs (50 by 50 values) the distribution is summed exactly: some milliseconds. */
const exactPairs = 2500;

/** What the null distribution of Mann and Whitney's U depends on. */
export interface RankSumSizes {
  readonly m: number;
  readonly n: number;
  /** The sum of t^3 - t over groups of t equal values; 0 without ties. */
  readonly ties: number;
}

/**
 * P(U <= u) for samples of sizes m and n from one distribution: exact for up to 2,500 pairs without ties, else by the
 * normal approximation with corrections for ties and continuity (Hollander, Wolfe and Chicken, 4.1).
 */
export function chanceOfUAtMost(u: number, sizes: RankSumSizes): number {
  const { m, n, ties } = sizes;
  if (ties > 0 || m * n > exactPairs) return approximateChance(u, sizes);
  // The distribution is symmetric, and the shorter tail costs less to sum.
  if (2 * u >= m * n) return 1 - sumOf(uChances(m, n, m * n - u - 1));
  return sumOf(uChances(m, n, u));
}

/** The largest u with P(U <= u) at most `level` (below 0.5) without ties; undefined where there is none. */
export function criticalU(m: number, n: number, level: number): number | undefined {
  if (m * n > exactPairs) {
    const sizes = { m, n, ties: 0 };
    const u = Math.floor((m * n) / 2 + normalQuantile(level) * deviationOf(sizes) - 0.5);
    return u < 0 ? undefined : u;
  }
  let reached = 0;
  let critical: number | undefined;
  for (const [u, chance] of uChances(m, n, Math.floor((m * n) / 2)).entries()) {
    reached += chance;
    if (reached > level) return critical;
    critical = u;
  }
  return critical;
}

function approximateChance(u: number, sizes: RankSumSizes): number {
  const deviation = deviationOf(sizes);
  if (!(deviation > 0)) return 1;
  return normalCdf((u + 0.5 - (sizes.m * sizes.n) / 2) / deviation);
}

function deviationOf({ m, n, ties }: RankSumSizes): number {
  const all = m + n;
  return Math.sqrt(((m * n) / 12) * (all + 1 - ties / (all * (all - 1))));
}

/**
 * The chance of each U from 0 to `limit`. Of i + j values the largest is one of the i with chance i / (i + j), and is
 * then above all j (Mann and Whitney, Annals of Mathematical Statistics 1947).
 */
function uChances(m: number, n: number, limit: number): Float64Array {
  const bySize = Array.from({ length: m + 1 }, () => new Float64Array(Math.max(0, limit + 1)).fill(1, 0, 1));
  for (let j = 1; j <= n; j++) {
    for (let i = 1; i <= m; i++) mix(bySize[i], bySize[i - 1], i, j);
  }
  return bySize[m] ?? new Float64Array(0);
}

/** Turns the chances of i and j - 1 values into those of i and j, given those of i - 1 and j. */
function mix(chances: Float64Array | undefined, fewer: Float64Array | undefined, i: number, j: number): void {
  if (chances === undefined || fewer === undefined) return;
  for (let u = 0; u < chances.length; u++) {
    const above = u < j ? 0 : (fewer[u - j] ?? 0);
    chances[u] = (i * above + j * (chances[u] ?? 0)) / (i + j);
  }
}

function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
