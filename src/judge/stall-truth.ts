/** A target that answers at once, but stands still for the last `stallMs` of every `everyMs`. */
export interface Stall {
  readonly stallMs: number;
  readonly everyMs: number;
}

/**
 * The true quantile, in milliseconds, of response times under a constant rate: arithmetic, since a share
 * s = stallMs / everyMs of all operations falls due within a stall and waits for its end, evenly from 0 to stallMs,
 * while the others are answered at once. So P(response <= t) = 1 - s + s t / stallMs.
 */
export function stallQuantileMs({ stallMs, everyMs }: Stall, q: number): number {
  const share = stallMs / everyMs;
  return q <= 1 - share ? 0 : stallMs * ((q - (1 - share)) / share);
}

/** The true quantile of an exponential law with this mean, in the unit of the mean. */
export function exponentialQuantile(mean: number, q: number): number {
  return -mean * Math.log1p(-q);
}
