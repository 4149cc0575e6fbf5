import { formatBytes, formatCount, formatDuration, formatRate, formatRatio } from "../base/units.ts";
import type { MetricUnit } from "./result.ts";

/** A metric's value as people read it, with its unit. */
export function formatMetric(value: number, unit: MetricUnit): string {
  switch (unit) {
    case "us":
    case "us_per_op":
      return formatDuration(value);
    case "ratio":
      return formatRatio(value);
    case "per_second":
      return formatRate(value);
    case "bytes":
      return formatBytes(value);
    case "count":
      return formatCount(value);
  }
}
