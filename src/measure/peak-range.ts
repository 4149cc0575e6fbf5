import { formatCount } from "../base/units.ts";
import type { PeakClients } from "./sweep.ts";

/** The interval of a peak in words: `18 to 31`, or `66 or more` where there is no telling how many. */
export function peakRange({ low, high }: PeakClients): string {
  return high === undefined ? `${formatCount(low)} or more` : `${formatCount(low)} to ${formatCount(high)}`;
}
