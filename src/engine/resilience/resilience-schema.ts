import { z } from "zod";
import { durationMs, ratio } from "../../base/unit-schema.ts";
import { breakerShape } from "./breaker-shape.ts";

const name = z.string().regex(/^[A-Za-z][\w-]*$/, "begin with a letter, then letters, digits, - and _ only");

const network = z.strictObject({
  panicShare: ratio()
    .optional()
    .describe("A cascade stops before more than this share of all breakers is failing."),
  panicFrom: z.int().min(1).optional().describe("With fewer breakers a cascade does not stop."),
  rampStep: durationMs(1000).optional().describe("How long each of the three steps of a recovery takes."),
});

const breaker = z.strictObject({
  ...breakerShape,
  dependsOn: z.array(name).default([]).describe("Breakers that fail this one fast when they are open."),
});

const policy = z.strictObject({
  why: z.string().optional(),
  breaker: name.optional().describe("One of the breakers of this file. Left out: none."),
  deadline: durationMs(1000).optional().describe("For all attempts, their waits included."),
  timeout: durationMs(1000).optional().describe("For one attempt."),
  retry: z
    .strictObject({
      attempts: z.int().min(1).optional().describe("All attempts, the first included."),
      delay: durationMs(0).optional().describe("The longest wait before the second attempt; it doubles."),
      maxDelay: durationMs(0).optional().describe("The longest wait before any."),
      maxRetryAfter: durationMs(0)
        .optional()
        .describe("An error that asks for a longer wait is not retried."),
    })
    .optional(),
  retryBudget: z
    .strictObject({
      perSuccess: ratio().optional().describe("Retries that each success pays for."),
      perSecond: z.number().min(0).optional().describe("Retries a second that are free."),
      burst: z.number().min(1).optional().describe("Retries that can be saved up."),
    })
    .optional(),
  bulkhead: z
    .strictObject({
      running: z.int().min(1).optional().describe("Calls under way at a time."),
      queued: z.int().min(0).optional().describe("Calls that wait at most."),
      maxWait: durationMs(0).optional().describe("The longest wait; 0ms: until the call's deadline."),
    })
    .optional(),
  fallback: z.strictObject({ value: z.unknown().describe("The answer in place of an error.") }).optional(),
});

/** What a resilience file may say: the one schema. */
export const resilienceSchema = z
  .strictObject({
    why: z.string().optional(),
    network: network.default({}).describe("How the breakers cascade and recover together."),
    breakers: z.record(name, breaker).default({}),
    policies: z.record(name, policy).default({}),
  })
  .describe("dyno breakers and policies.");

/** A resilience file as it says it, units resolved. */
export type ResilienceFile = z.output<typeof resilienceSchema>;

/** The JSON Schema (draft 2020-12) of resilience files, for editors and designers. */
export function resilienceJsonSchema(): object {
  const schema = z.toJSONSchema(resilienceSchema, { io: "input", target: "draft-2020-12" });
  return { title: "dyno resilience", ...schema };
}
