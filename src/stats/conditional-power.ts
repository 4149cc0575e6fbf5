import { normalCdf, normalQuantile } from "./normal.ts";

/** How a sequential test stands at a look. */
export interface Interim {
  /** The one-sided p-value of the look, were it the only one. */
  readonly p: number;
  /** The share of the planned data that is in: above 0, below 1. */
  readonly fraction: number;
  /** The one-sided level of the whole test. */
  readonly alpha: number;
}

/**
 * The chance that a test will have succeeded by its planned end, if the truth lies `errors` standard errors above what the
 * data so far say: by the B-value B = z sqrt(t), a Brownian motion with drift B/t (Lan and Wittes, The B-value: a tool for
 * monitoring data, Biometrics 1988). The level is taken as spent at the end alone, so it is rather too large.
 */
export function conditionalPower({ p, fraction, alpha }: Interim, errors: number): number {
  const root = Math.sqrt(fraction);
  const reached = -normalQuantile(p) * root;
  const drift = reached / fraction + errors / root;
  const expected = reached + drift * (1 - fraction);
  return normalCdf((expected + normalQuantile(alpha)) / Math.sqrt(1 - fraction));
}
