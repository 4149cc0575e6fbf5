const binMs = 10;
/** The start of a load that is left out, in milliseconds. */
export const settlingMs = 300;

/**
 * The index of dispersion of arrival times (milliseconds, ascending): variance over mean of the counts in bins of 10 ms.
 * 0 for a metronome, 1 for a Poisson process. The first 300 ms and the last bin are left out.
 */
export function dispersionOf(arrivalsMs: readonly number[]): number {
  const start = (arrivalsMs[0] ?? 0) + settlingMs;
  const bins = Math.floor(((arrivalsMs.at(-1) ?? 0) - start) / binMs) - 1;
  const counts = new Array<number>(Math.max(0, bins)).fill(0);
  for (const at of arrivalsMs) {
    const bin = Math.floor((at - start) / binMs);
    if (bin >= 0 && bin < bins) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / counts.length;
  return variance / mean;
}
