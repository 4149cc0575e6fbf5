import type { TrendChange, TrendSeries } from "../../../measure/trend.ts";
import { type Look, metricLooks } from "../icons.ts";

/** The look of how a series went. */
export function trendLook(verdict: TrendSeries["verdict"] | TrendChange["verdict"]): Look {
  if (verdict === "too few") return { ...metricLooks.inconclusive, className: "v-none", word: "Too few" };
  if (verdict === "same") return { ...metricLooks.same, className: "v-pass", word: "Steady" };
  return metricLooks[verdict];
}
