import { z } from "zod";
import { durationMs } from "../../base/unit-schema.ts";
import { breakerShape } from "../resilience/breaker-shape.ts";

const name = z.string().regex(/^[A-Za-z][\w-]*$/, "begin with a letter, then letters, digits, - and _ only");
const stepId = z
  .string()
  .regex(
    /^[A-Za-z]\w*$/,
    "begin with a letter, then letters, digits and _ only: expressions read it as steps.ID",
  );
const cel = z.string().min(1);
const values = z.record(z.string(), z.unknown());

const breaker = z.strictObject({
  name: name.describe("Steps that name the same breaker share it."),
  ...breakerShape,
});

const call = z.strictObject({
  action: z.string().min(1),
  with: values.default({}).describe("The action's input; {{ }} holds an expression."),
});

const step = z.strictObject({
  id: stepId,
  why: z.string().optional(),
  action: z.string().min(1).optional().describe("What the step does: a built-in or a registered action."),
  pipeline: name.optional().describe("Runs another pipeline; `with` is the data of its event."),
  switch: z
    .record(name, cel)
    .optional()
    .describe("Names of cases and their conditions; the first that holds is taken. Needed as ID.CASE."),
  else: name.optional().describe("The case of a switch that is taken where no condition holds."),
  with: values.optional().describe("The input; {{ }} holds an expression."),
  needs: z.array(z.string()).default([]).describe("Steps, or cases of switches, that come before."),
  if: cel.optional().describe("CEL over event, steps and params; false skips the step."),
  forEach: z
    .union([cel, z.array(z.unknown())])
    .optional()
    .describe("A list; the step runs for each item."),
  concurrency: z.int().min(1).max(10_000).optional().describe("Items of forEach at a time. Default 1."),
  retry: z
    .strictObject({
      attempts: z.int().min(1).max(1000).describe("All attempts, the first included."),
      delay: durationMs(0).default(100).describe("The longest wait before the second attempt; it doubles."),
      maxDelay: durationMs(0).default(30_000),
    })
    .optional(),
  timeout: durationMs().optional().describe("For one attempt."),
  breaker: z.union([name, breaker]).optional(),
  bulkhead: z
    .union([z.int().min(1), z.strictObject({ max: z.int().min(1), queue: z.int().min(0).optional() })])
    .optional()
    .describe("Attempts of this step at a time, over all runs; and how many more wait (default: all)."),
  onError: z.enum(["fail", "continue", "compensate"]).default("fail"),
  compensate: z
    .union([call, z.array(call).min(1)])
    .optional()
    .describe("What undoes the step when the run fails with onError: compensate."),
  pure: z
    .boolean()
    .optional()
    .describe("It may run twice without harm, so it is not recorded before it runs."),
});

const pipeline = z
  .strictObject({
    why: z.string().min(1).optional().describe("Why this pipeline exists, in a sentence or two."),
    name: name.optional().describe("Default: the name of the file."),
    on: z.string().min(1).optional().describe("Topic pattern of the events that each start a run."),
    params: values.default({}).describe("Fixed values for expressions."),
    concurrency: z.int().min(1).max(100_000).default(256).describe("Runs at a time."),
    steps: z.array(step).min(1),
    outputs: values.default({}).describe("What a run gives; {{ }} holds an expression."),
  })
  .describe("A dyno pipeline.");

/** What a pipeline file may say: the one schema. */
export const pipelineSchema = pipeline;

/** A pipeline as its file says it, units resolved. */
export type PipelineInput = z.output<typeof pipeline>;

/** A step as the file says it. */
export type StepInput = PipelineInput["steps"][number];

/** A breaker that is shared by name, or one with settings. */
export type BreakerInput = NonNullable<StepInput["breaker"]>;

/** How many attempts at a time, and how many more wait. */
export type BulkheadInput = NonNullable<StepInput["bulkhead"]>;

/** The JSON Schema (draft 2020-12) of pipeline files, for editors and designers. */
export function pipelineJsonSchema(): object {
  const schema = z.toJSONSchema(pipeline, { io: "input", target: "draft-2020-12" });
  return { title: "dyno pipeline", ...schema };
}
