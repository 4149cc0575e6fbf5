const z = 1.959964;

/**
 * Wilson's 95 % interval of a proportion (Wilson, JASA 1927): good also where hardly anything or nothing was hit.
 * Undefined without trials.
 */
export function proportionInterval(hits: number, trials: number): readonly [number, number] | undefined {
  if (trials === 0) return undefined;
  const share = hits / trials;
  const scale = 1 / (1 + (z * z) / trials);
  const middle = scale * (share + (z * z) / (2 * trials));
  const half = scale * z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return [hits === 0 ? 0 : Math.max(0, middle - half), hits === trials ? 1 : Math.min(1, middle + half)];
}

/**
 * The fewest trials without a hit that show, with 95 %, that a proportion is below `limit`: (1 - limit)^n <= 0.05, the
 * rule of three (Hanley and Lippman-Hand, JAMA 1983). 29,956 for 0.01 %.
 */
export function trialsForProportion(limit: number): number {
  if (limit <= 0) return Number.POSITIVE_INFINITY;
  return limit >= 1 ? 1 : Math.ceil(Math.log(0.05) / Math.log1p(-limit));
}
