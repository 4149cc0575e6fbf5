import { z } from "zod";
import { count, durationMs, ratePerSec, ratio } from "../base/unit-schema.ts";
import type { Path } from "../base/yaml.ts";
import { faultSchema } from "./fault-schema.ts";
import { matrixSchema } from "./matrix-schema.ts";
import { comparedMetrics } from "./scenario.ts";
import { studySchema, wrongLoad } from "./study-schema.ts";
import { shortFormSchemas } from "./target-shorthand.ts";
import type { NumberParam } from "./tuning.ts";
import { objectiveSchema, paramsSchema, requireSchema, subjectToSchema } from "./tuning-schema.ts";

/** What a kind of target can be told. */
export interface TargetSchema {
  /** Its settings; they have `kind` as a literal. */
  readonly settings: z.ZodObject;
  /** The setting that may be given by the kind's name alone: with `url`, `{ http: URL }` is `{ kind: http, url: URL }`. */
  readonly shorthand?: string;
  /** Finds what is wrong with files that checked settings name, beside a scenario in `dir`; paths begin below `target`. */
  checkFiles?(
    settings: unknown,
    dir: string,
  ): Promise<readonly { readonly path: Path; readonly message: string }[]>;
  /** What can be tuned by its name alone; absent where there is nothing. */
  readonly knobs?: TargetKnobs;
  /** The phases that it is driven with where a file has no `load`, as the file would say them. */
  readonly defaultLoad?: readonly z.input<typeof phase>[];
}

/** The schemas of the targets, by kind. */
export type TargetSchemas = Readonly<Record<string, TargetSchema>>;

/** The knobs of a kind of target. */
export interface TargetKnobs {
  /** What they stand under in a scenario: `target.knobs`. */
  readonly path: Path;
  readonly list: readonly TargetKnob[];
}

/** A setting that is known to be worth turning; its values are whole numbers. */
export interface TargetKnob extends Pick<NumberParam, "name" | "meaning" | "unit" | "scale"> {
  readonly min: number;
  readonly max: number;
  /** Where nobody turns it. */
  readonly default: number;
}

const name = z.string().regex(/^[\w-]+$/, "use letters, digits, - and _ only");

const open = {
  phase: name.describe("Name of the phase, for targets and reports."),
  for: durationMs(1000).describe("How long operations are sent, such as 10s."),
  arrivals: z
    .enum(["uniform", "poisson"])
    .default("uniform")
    .describe("uniform: evenly spaced. poisson: independent arrivals, as from many users."),
  lowCpu: z
    .boolean()
    .default(false)
    .describe("Timers alone: saves a core, costs about half a millisecond of precision."),
};

const phase = z
  .discriminatedUnion("shape", [
    z.strictObject({ ...open, shape: z.literal("constant-rate"), rate: ratePerSec() }),
    z.strictObject({ ...open, shape: z.literal("ramp"), from: ratePerSec(0), to: ratePerSec(0) }),
    z.strictObject({
      ...open,
      shape: z.literal("steps"),
      from: ratePerSec(0),
      to: ratePerSec(0),
      steps: z.int().min(2).max(1000).describe("How many levels, the first and the last included."),
    }),
    z.strictObject({
      ...open,
      shape: z.literal("spike"),
      base: ratePerSec(0),
      peak: ratePerSec(),
      at: durationMs(0).describe("When the rise begins."),
      hold: durationMs().describe("How long the peak lasts."),
      rise: durationMs(0).default(0),
      fall: durationMs(0).default(0),
    }),
    z.strictObject({
      phase: open.phase,
      for: open.for,
      shape: z.literal("concurrency"),
      clients: count({ min: 1, max: 100_000 }).optional().describe("A fixed number of clients."),
      from: count({ min: 1, max: 100_000 }).optional().describe("Clients at the start of a ramp."),
      to: count({ min: 1, max: 100_000 }).optional().describe("Clients at its end."),
    }),
  ])
  .describe("One stretch of load. Phases follow one another.");

/** A phase as the file says it, units resolved. */
export type PhaseInput = z.output<typeof phase>;

const warmup = z.union(
  [z.literal("none"), durationMs(), z.strictObject({ min: durationMs(), max: durationMs() })],
  { error: "expected none, a duration such as 2s, or { min: 1s, max: 5s }" },
);

/** Margins by metric, such as `{ p50: 5%, p99: 10% }`. */
export const marginsSchema = z
  .partialRecord(z.enum(comparedMetrics), ratio())
  .describe(
    "The smallest worsening that matters, by metric, such as `p99: 10%`; each metric named here can fail a gate. Default: 5% of throughput (closed loop) or p50 (open loop), and an error_rate of 0.1%.",
  );

/** The one schema of scenario files, for the targets that there are. */
export function scenarioSchema(targets: TargetSchemas) {
  const [first, ...others] = Object.values(targets).map(({ settings }) => settings);
  if (first === undefined) throw new TypeError("no targets");
  return z
    .strictObject({
      why: z.string().min(1).describe("Why this scenario exists, in a sentence or two."),
      name: name.optional().describe("Default: the name of the file."),
      target: z.discriminatedUnion("kind", [first, ...others]).describe("What is driven, and its settings."),
      warmup: warmup
        .optional()
        .describe("Load that is not measured. Default: from 1s to 5s, until throughput is steady."),
      load: z
        .union(
          [
            z
              .array(phase)
              .min(1)
              .describe(`The phases, in sequence.${defaultLoadText(targets)}`),
            studySchema(open),
          ],
          { error: wrongLoad },
        )
        .describe("The phases, in sequence; or what is to be found out: capacity, or sweep."),
      faults: z
        .array(faultSchema)
        .default([])
        .describe("What is broken on purpose, and when, such as `{ at: 5s, fault: redis-kill, for: 3s }`."),
      targets: z
        .array(z.string())
        .default([])
        .describe(
          "What is expected, such as `p99 <= 5ms in steady`, `error_rate < 0.01%`, `lost == 0`, `recovery < 10s`.",
        ),
      variants: z
        .record(name, z.record(z.string(), z.unknown()))
        .default({})
        .describe("What `dyno ab` compares: settings by name, such as `b: { target.knobs.maxBatch: 64 }`."),
      gate: z
        .strictObject({
          budget: durationMs().optional().describe("How long comparing may take. Default: 60s."),
          margins: marginsSchema.default({}),
        })
        .default({ margins: {} })
        .describe("How `dyno gate` and `dyno ab` compare this scenario."),
      matrix: matrixSchema.optional(),
      params: paramsSchema.optional(),
      require: requireSchema.optional(),
      objective: objectiveSchema.optional(),
      subjectTo: subjectToSchema.optional(),
      repeat: z.int().min(1).max(1000).default(1).describe("Trials, each in a fresh process."),
      seed: z.int().min(0).max(4_294_967_295).default(1).describe("Seed of every random choice."),
      interval: durationMs(100_000)
        .optional()
        .describe(
          "One row of the timeline. Default: 250ms, or 1s from 30s of load on; with faults 100ms, or 250ms.",
        ),
    })
    .describe("A dyno scenario.");
}

/** What the schema makes of a file. */
export type ScenarioInput = z.output<ReturnType<typeof scenarioSchema>>;

/** The JSON Schema (draft 2020-12) of what people write, for editors. */
export function scenarioJsonSchema(targets: TargetSchemas): object {
  const schema = z.toJSONSchema(scenarioSchema(targets), {
    io: "input",
    target: "draft-2020-12",
    // In an editor a value may still be a variable.
    override: ({ jsonSchema }) => {
      if (jsonSchema.pattern !== undefined) jsonSchema.pattern += "|\\$\\{";
    },
  });
  const target = schema.properties?.target as { oneOf: object[] };
  target.oneOf.push(...shortFormSchemas(target.oneOf, targets));
  const required = schema.required?.filter((key) => key !== "load" || kindsWithLoad(targets).length === 0);
  return { title: "dyno scenario", ...schema, ...(required ? { required } : {}) };
}

function kindsWithLoad(targets: TargetSchemas): readonly string[] {
  return Object.keys(targets).filter((kind) => targets[kind]?.defaultLoad !== undefined);
}

function defaultLoadText(targets: TargetSchemas): string {
  const kinds = kindsWithLoad(targets);
  return kinds.length === 0 ? "" : ` May be left out for the target ${kinds.join(", ")}.`;
}
