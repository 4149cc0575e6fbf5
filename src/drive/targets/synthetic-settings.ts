import { z } from "zod";
import { durationMicros, durationMs, ratio } from "../../base/unit-schema.ts";

/** The settings of the synthetic target, whose law is known, so that the instrument can be tested. */
export const syntheticSettings = z.strictObject({
  kind: z.literal("synthetic"),
  law: z
    .enum(["noop", "fixed", "exponential", "queue", "stall", "error", "work"])
    .describe(
      "noop: done at once. fixed: done after `latency`. exponential: with that mean. queue: one after the other, each with that mean, so 1 / `latency` is all that it carries. stall: done at once, but the target stands still for `stall` in every `every`. error: fails a share of `errorRatio`. work: computes for `rounds`.",
    ),
  latency: durationMicros().default(1000).describe("fixed, exponential and queue: the (mean) latency."),
  stall: durationMs().default(1000).describe("stall: how long it stands still."),
  every: durationMs().default(10_000).describe("stall: how often; the stall ends each period."),
  rounds: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(10_000)
    .describe("work: rounds of arithmetic for each operation; twice as many take twice as long."),
  errorRatio: ratio().default(0).describe("error: share of operations that fail."),
});

/** The settings after checking: `latency` in microseconds, `stall` and `every` in milliseconds. */
export type SyntheticSettings = z.output<typeof syntheticSettings>;
