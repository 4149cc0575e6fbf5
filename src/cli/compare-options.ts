import { InvalidArgumentError } from "commander";
import { durations, parseUnit, ratios } from "../base/units.ts";
import { type ComparedMetric, comparedMetrics, type Margins } from "../scenario/scenario.ts";

/** Parses `60s` into milliseconds, for commander. */
export function budgetMs(text: string): number {
  const micros = parseUnit(text, durations);
  if (micros !== undefined && micros >= 1e6 && micros <= 86_400e6) return micros / 1000;
  throw new InvalidArgumentError("It must be a duration from 1s to 24h, such as 60s.");
}

/** Parses `p99=10%`, for commander; each use adds one. */
export function marginSetting(text: string, earlier: Margins): Margins {
  const [, name = "", share = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const margin = parseUnit(share, ratios);
  if (isMetric(name) && margin !== undefined && margin > 0 && margin < 1)
    return { ...earlier, [name]: margin };
  throw new InvalidArgumentError(
    `It must be a metric and a share, such as p99=10%; the metrics are ${comparedMetrics.join(", ")}.`,
  );
}

function isMetric(name: string): name is ComparedMetric {
  return comparedMetrics.some((metric) => metric === name);
}
