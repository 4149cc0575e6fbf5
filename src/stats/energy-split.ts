/** Where a series is best cut in two, and how clear the cut is. */
export interface Split {
  /** The first value after the cut. */
  readonly index: number;
  /** The energy statistic: larger where what lies before and after differs more. */
  readonly strength: number;
}

/**
 * The cut after which the values differ most from those before it, by the energy statistic of Matteson and James (A
 * nonparametric approach for multiple change point analysis of multivariate data, JASA 2014, equations 5 to 7, alpha
 * 1). What is compared with the values before may end early, so that a level that lasts for a while is found too.
 * Undefined where the series is shorter than two segments of `minSegment` (at least 2) values. Takes O(n^2) steps.
 */
export function bestSplit(values: Float64Array, minSegment: number): Split | undefined {
  const n = values.length;
  const within = distancesWithin(values);
  const toHead = new Float64Array(n + 1);
  let index = -1;
  let strength = Number.NEGATIVE_INFINITY;
  for (let cut = 1; cut <= n - minSegment; cut++) {
    addDistances(toHead, values, cut - 1);
    if (cut < minSegment) continue;
    for (let end = cut + minSegment; end <= n; end++) {
      const energy = energyOf(cut, end, within, toHead);
      if (energy <= strength) continue;
      index = cut;
      strength = energy;
    }
  }
  return index < 0 ? undefined : { index, strength };
}

/** The energy statistic of the values [0, cut) and [cut, end). */
function energyOf(cut: number, end: number, within: Float64Array, toHead: Float64Array): number {
  const m = cut;
  const n = end - cut;
  const before = within[cut] ?? 0;
  const across = (toHead[end] ?? 0) - before;
  const after = (within[end] ?? 0) - 2 * across - before;
  const apart = (2 * across) / (m * n) - before / (m * (m - 1)) - after / (n * (n - 1));
  return ((m * n) / (m + n)) * apart;
}

/** For each end, the sum of |x_i - x_j| over all i and j before it. */
function distancesWithin(values: Float64Array): Float64Array {
  const within = new Float64Array(values.length + 1);
  for (let end = 0; end < values.length; end++) {
    const value = values[end] ?? 0;
    let sum = 0;
    for (let j = 0; j < end; j++) sum += Math.abs(value - (values[j] ?? 0));
    within[end + 1] = (within[end] ?? 0) + 2 * sum;
  }
  return within;
}

/** Adds to each end the sum of the distances of one value to all before that end. */
function addDistances(sums: Float64Array, values: Float64Array, from: number): void {
  const value = values[from] ?? 0;
  let sum = 0;
  for (let j = 0; j < values.length; j++) {
    sum += Math.abs(value - (values[j] ?? 0));
    sums[j + 1] = (sums[j + 1] ?? 0) + sum;
  }
}
