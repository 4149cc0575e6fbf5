import type { Random } from "../../src/base/random.ts";
import { normalQuantile } from "../../src/stats/normal.ts";

/** A value of the standard normal distribution, by inversion: one draw a value. */
export function drawNormal(random: Random): number {
  // Half a step up, since a draw may be 0.
  return normalQuantile(random.next() + 2 ** -33);
}
