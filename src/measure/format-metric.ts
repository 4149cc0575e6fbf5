import { formatBytes, formatCount, formatDuration, formatRate, formatRatio } from "../base/units.ts";
import type { MetricUnit } from "./result.ts";

/** How the values of each unit are written. */
export const metricFormats: Readonly<Record<MetricUnit, (value: number) => string>> = {
  us: formatDuration,
  us_per_op: formatDuration,
  ratio: formatRatio,
  per_second: formatRate,
  bytes: formatBytes,
  count: formatCount,
};

/** A metric's value as people read it, with its unit. */
export function formatMetric(value: number, unit: MetricUnit): string {
  return metricFormats[unit](value);
}
