import { z } from "zod";

/** The version of history lines. It rises when a reader of the older one would misread the newer one. */
export const historyVersion = 1;

/** In what a metric is measured, as files hold it. */
export const metricUnitSchema = z.enum(["us", "ratio", "per_second", "us_per_op", "bytes", "count"]);

const metric = z.object({
  metric: z.string(),
  phase: z.string().exactOptional(),
  unit: metricUnitSchema,
  higherIsBetter: z.boolean(),
  /** In the metric's base unit. */
  value: z.number(),
  /** A 95 % interval of the value, where the metric has one. */
  low: z.number().exactOptional(),
  high: z.number().exactOptional(),
  /** Of a gate: the value by that of its base, with its interval. */
  ratio: z.number().exactOptional(),
  ratioLow: z.number().exactOptional(),
  ratioHigh: z.number().exactOptional(),
});

const noise = z.object({
  metric: z.string(),
  phase: z.string().exactOptional(),
  /** The spread of a pair's ln of the ratio (of error_rate: of the difference). */
  pairSd: z.number(),
  /** How long a pair took, in milliseconds. */
  pairMs: z.number(),
});

/** What one line of a history holds; keys that it does not know are let be. */
export const historyLineSchema = z.object({
  v: z.literal(historyVersion),
  kind: z.enum(["run", "gate"]),
  scenario: z.string(),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  revision: z.string().exactOptional(),
  dirty: z.boolean().exactOptional(),
  /** The class of the machine, as `fingerprintOf` gives it. */
  class: z.string(),
  /** The phases in words: a change of the load is no change of the code. */
  load: z.string().exactOptional(),
  outcome: z.enum(["pass", "fail", "inconclusive", "invalid", "setup_failed", "interrupted"]),
  metrics: z.array(metric),
  noise: z.array(noise).exactOptional(),
});

/** One run, or one scenario of a gate, in the history of a project. */
export type HistoryLine = Readonly<z.output<typeof historyLineSchema>>;

/** One metric of a history line. */
export type HistoryMetric = Readonly<z.output<typeof metric>>;

/** How much pairs were spread in one metric of a gate. */
export type HistoryNoise = Readonly<z.output<typeof noise>>;

/** Whether what was measured can be trusted: a run or gate that came to its end, whatever it found. */
export function isSound({ outcome }: Pick<HistoryLine, "outcome">): boolean {
  return outcome === "pass" || outcome === "fail" || outcome === "inconclusive";
}
