import { z } from "zod";
import { count, durationMs, ratePerSec } from "../base/unit-schema.ts";

/** Of an open phase, what a search for the highest rate can be told as well. */
interface OpenSettings {
  readonly arrivals: z.ZodType<"uniform" | "poisson">;
  readonly lowCpu: z.ZodType<boolean>;
}

const capacity = ({ arrivals, lowCpu }: OpenSettings) =>
  z.strictObject({
    until: z
      .string()
      .describe(
        "What is too much, joined by `or`: p99 > 5ms or error_rate > 0.1%. There are quantiles, max, mean, error_rate, availability, cpu_per_op, rss.",
      ),
    from: ratePerSec().optional().describe("The rate that the search begins with. Default: 100/s."),
    to: ratePerSec()
      .optional()
      .describe("The rate that it does not go beyond. Default: as far as it is carried."),
    hold: durationMs(100_000).optional().describe("How long each rate is held. Default: 2s."),
    budget: durationMs(1_000_000).optional().describe("How long the search may take. Default: 60s."),
    arrivals,
    lowCpu,
  });

const sweep = z.strictObject({
  concurrency: z
    .array(count({ min: 1, max: 100_000 }))
    .min(4, "give at least four numbers of clients: three describe the curve, and one has to contradict it")
    .max(40)
    .describe("Numbers of clients, ascending, such as [1, 2, 4, 8, 16]."),
  hold: durationMs(100_000).optional().describe("How long each is held in each round. Default: 1s."),
  rounds: z
    .int()
    .min(2)
    .max(100)
    .optional()
    .describe("How often each is measured, in shuffled order, each round in a fresh process. Default: 3."),
});

/** What a load can be asked to find out, in place of its phases. */
export function studySchema(open: OpenSettings) {
  return z.strictObject({
    capacity: capacity(open)
      .optional()
      .describe("Finds the highest rate that is carried without what `until` names."),
    sweep: sweep
      .optional()
      .describe("Measures throughput over the number of clients, and fits the law of scalability."),
  });
}

/** What to say of a load that is neither a list nor a map. */
export function wrongLoad({ input }: { readonly input?: unknown }): string | undefined {
  if (input === undefined) return undefined;
  return "expected a list of phases, or { capacity: { until: p99 > 5ms } }, or { sweep: { concurrency: [1, 2, 4, 8] } }";
}
