/** One window of a warm-up. */
export interface WarmupWindow {
  readonly completedPerSec: number;
  /** Median from sent to done, in microseconds. */
  readonly serviceP50: number;
}

const windows = 4;
const tolerance = 0.1;

/**
 * Whether a warm-up is steady: over the last four windows neither throughput nor the median service time strays from
 * its mean by more than 10 % (the range rule of Georges, Buytaert and Eeckhout, "Statistically rigorous Java
 * performance evaluation", 2007, who ask the same of a coefficient of variation).
 */
export function isSteady(seen: readonly WarmupWindow[]): boolean {
  const last = seen.slice(-windows);
  if (last.length < windows) return false;
  return (
    isFlat(last.map(({ completedPerSec }) => completedPerSec)) &&
    isFlat(last.map(({ serviceP50 }) => serviceP50))
  );
}

function isFlat(values: readonly number[]): boolean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return mean > 0 && values.every((value) => Math.abs(value - mean) <= tolerance * mean);
}
