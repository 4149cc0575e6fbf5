import type { MetricUnit } from "./result.ts";

/** The version of a trend as JSON. It rises when a reader of the older one would misread the newer one. */
export const trendSchemaVersion = 1;

/** One run or gate in a series. */
export interface TrendPoint {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly revision?: string;
  readonly dirty?: boolean;
  /** In the metric's base unit. */
  readonly value: number;
  /** A 95 % interval, where the metric has one. */
  readonly low?: number;
  readonly high?: number;
}

/** A stretch of a series between changes. */
export interface TrendLevel {
  /** Its first point, and the one behind its last. */
  readonly start: number;
  readonly end: number;
  /** The median. */
  readonly value: number;
  /** The middle half of the values lies between these. */
  readonly low: number;
  readonly high: number;
}

/** A place in a series from where on its level is another. */
export interface TrendChange {
  /** The first point of the new level. */
  readonly index: number;
  /** The chance of so clear a change in a series that has none. */
  readonly p: number;
  /** The new level by the old one, 1.05 is 5 % more (with `difference`: less the old one). */
  readonly size: number;
  readonly verdict: "better" | "worse";
  /** The load was changed in the same place, and may be why. */
  readonly loadChange?: { readonly was: string; readonly is: string };
}

/** How one metric went. */
export interface TrendSeries {
  readonly metric: string;
  /** Absent for metrics of the whole process. */
  readonly phase?: string;
  /** Whether runs or gates measured it: they measure differently, and are never mixed. */
  readonly kind: "run" | "gate";
  readonly unit: MetricUnit;
  readonly higherIsBetter: boolean;
  /** How changes count: `difference` where values may be 0 (error_rate). */
  readonly scale: "ratio" | "difference";
  /** In the order of time. */
  readonly points: readonly TrendPoint[];
  /** At least one. */
  readonly levels: readonly TrendLevel[];
  readonly changes: readonly TrendChange[];
  /** The last level against the first, as `size` counts. */
  readonly drift: number;
  readonly verdict: "better" | "worse" | "same" | "too few";
  /** One or two sentences in plain words. */
  readonly sentence: string;
}

/** How a scenario went on machines of one class; every output is a pure function of it. */
export interface Trend {
  readonly schemaVersion: typeof trendSchemaVersion;
  readonly scenario: string;
  /** The class of the machine. */
  readonly class: string;
  /** The command that does this again. */
  readonly command: string;
  readonly dynoVersion: string;
  readonly series: readonly TrendSeries[];
  /** What matters most, in one or two sentences. */
  readonly sentence: string;
  readonly verdict: TrendSeries["verdict"];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}
