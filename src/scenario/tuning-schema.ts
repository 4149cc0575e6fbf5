import { z } from "zod";

const value = z.union([z.number(), z.string(), z.boolean()], {
  error: "expected a number, a text, or true or false",
});

const param = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .optional()
      .describe("The setting, such as `target.payload`. Default: the engine's knob of this name."),
    type: z
      .enum(["int", "real", "bool", "choice"])
      .optional()
      .describe("Of an engine's knob it is int; where there are `values` it is choice."),
    scale: z
      .enum(["linear", "log", "log1p"])
      .optional()
      .describe(
        "How a search steps: by differences, by factors, or by factors of 1 + the value (from 0 on). Default: linear, or the knob's.",
      ),
    min: z.number().optional().describe("The smallest value. Default: the knob's."),
    max: z.number().optional().describe("The largest value. Default: the knob's."),
    step: z.number().positive().optional().describe("Values are `min` and so many steps. Default: all."),
    values: z.array(value).optional().describe("The values of a choice, which have no order."),
    default: value
      .optional()
      .describe("Where the search begins, unless the scenario sets it. Default: the knob's."),
    unit: z
      .string()
      .min(1)
      .optional()
      .describe("Of `min`, `max` and `default`, such as `ms` where the setting is a duration."),
    meaning: z.string().optional().describe("What turning it does, for reports."),
  })
  .nullable();

/** What may be tuned: settings by the names that reports and constraints use. */
export const paramsSchema = z
  .record(z.string(), param)
  .describe(
    "What `dyno tune` may change, such as `maxBatch: {}` or `size: { path: target.payload, type: int, min: 16, max: 4096, default: 256 }`. Default: all knobs of the engine.",
  );

/** What a configuration must satisfy. */
export const requireSchema = z
  .array(z.string())
  .describe("Conditions on the parameters in CEL, such as `maxBatch <= maxPendingEvents`.");

const metrics = z.union([z.string(), z.record(z.string(), z.number())], {
  error: "expected a metric such as p50 in steady, or metrics with their weights",
});

/** What is to become better. */
export const objectiveSchema = z
  .strictObject({
    minimize: metrics
      .optional()
      .describe(
        "A metric such as `p50 in steady`; or several with the exponents of their product, below 0 where more is better, such as `{ p50 in steady: 0.5, throughput in full: -0.5 }`.",
      ),
    maximize: metrics.optional().describe("A metric such as `throughput in full`."),
  })
  .describe("What `dyno tune` makes better: `minimize` or `maximize`.");

/** Targets that hold while tuning. */
export const subjectToSchema = z
  .array(z.string())
  .describe(
    "Targets that a tuned configuration must meet, such as `p99 <= 5ms in steady`. Default: those of `targets` that short slices can measure (latency, error_rate, throughput, cpu_per_op, rss).",
  );

/** The parameters of a file. */
export type ParamsInput = z.output<typeof paramsSchema>;

/** A parameter of a file. */
export type ParamInput = NonNullable<ParamsInput[string]>;

/** The objective of a file. */
export type ObjectiveInput = z.output<typeof objectiveSchema>;
