import { z } from "zod";
import { baselineSchemaVersion } from "./baseline.ts";

const figure = z.number().nonnegative();
const count = z.int().nonnegative();
const text = z.string();

/** What a measurement stands on, as files hold it. */
export const environmentSchema = z.object({
  dynoVersion: text,
  node: text,
  v8: text,
  os: text,
  kernel: text,
  cpuModel: text,
  cores: count,
  governor: text.exactOptional(),
  memoryBytes: count,
  container: text.exactOptional(),
  swap: text.exactOptional(),
  gitRevision: text.exactOptional(),
  gitBranch: text.exactOptional(),
  gitDirty: z.boolean().exactOptional(),
  lockHash: text.exactOptional(),
  services: z.array(text),
});

/** What one process did in one phase, without its latencies. */
export const phaseFiguresSchema = z.object({
  phase: text,
  loop: z.enum(["open", "closed"]),
  varies: z.boolean().exactOptional(),
  completed: count,
  failed: count,
  errors: z.array(z.object({ kind: text, count, sample: text, firstAtMs: figure })),
  measuredMs: figure,
  costMicros: z.array(figure),
  p50Micros: z.array(figure),
  cpuMicrosPerOp: z.array(figure),
});

const storedPhase = phaseFiguresSchema.extend({
  quantiles: z.object({
    p50: figure.exactOptional(),
    p90: figure.exactOptional(),
    p99: figure.exactOptional(),
    "p99.9": figure.exactOptional(),
  }),
});

/** What a target found out about its own work. */
export const checkSchema = z.object({
  name: text,
  ok: z.boolean(),
  detail: text,
  figure: z.object({ name: z.enum(["lost", "duplicates"]), value: z.number() }).exactOptional(),
});

/** A scenario, and what it meant. */
export const scenarioSchema = z.object({
  name: text,
  digest: text,
  target: text,
  phases: z.array(z.object({ phase: text, summary: text })),
});

/** What a baseline file holds; keys that it does not know are let be. */
export const baselineSchema = z.object({
  schemaVersion: z.literal(baselineSchemaVersion),
  scenario: scenarioSchema,
  recordedAt: z.iso.datetime(),
  reason: text.exactOptional(),
  fingerprint: z.object({ class: text.regex(/^[0-9a-f]{8}$/), fields: z.record(text, text) }),
  environment: environmentSchema,
  phases: z.array(z.object({ phase: text, completed: count, failed: count, response: text })),
  blocks: z
    .array(
      z.object({
        block: count,
        seed: count,
        core: count.exactOptional(),
        tookMs: figure,
        figures: z.object({
          phases: z.array(storedPhase),
          rssPeakBytes: figure,
          checks: z.array(checkSchema),
        }),
      }),
    )
    .min(1),
  digest: text,
});
