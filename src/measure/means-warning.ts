import { formatCount } from "../base/units.ts";

/** Warns that latencies of a phase are means, in which single slow operations are levelled out. */
export function meansWarning(phase: string, operationsPerSample: number): string {
  return `${phase}: each latency is the mean of ${formatCount(operationsPerSample)} operations, since one is too short to be timed; percentiles are of such means`;
}
