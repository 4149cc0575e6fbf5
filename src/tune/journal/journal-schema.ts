import { z } from "zod";
import {
  checkSchema,
  environmentSchema,
  phaseFiguresSchema,
  scenarioSchema,
} from "../../judge/baselines/baseline-schema.ts";
import { metricUnitSchema } from "../../judge/history/history-line.ts";
import { type JournalEntry, journalVersion } from "./journal-entry.ts";

const count = z.int().nonnegative();
const text = z.string();
const config = z.record(text, z.union([z.number(), z.string(), z.boolean()]));
const misses = z.array(z.number());

const header = z.object({
  kind: z.literal("header"),
  v: z.literal(journalVersion),
  startedAt: z.iso.datetime(),
  scenario: scenarioSchema,
  objective: text,
  subjectTo: z.array(text),
  constraints: z.array(text),
  space: text,
  algorithm: z.enum(["gradient", "random"]),
  seed: count,
  budget: z.union([z.object({ ms: z.number() }), z.object({ trials: z.number() })]),
  minGain: z.number(),
  environment: environmentSchema,
});

const block = z.object({
  kind: z.literal("block"),
  block: z.object({
    block: count,
    seed: count,
    arms: z.array(z.object({ config, role: z.enum(["default", "probe", "explore", "descend", "race"]) })),
    length: z.number(),
  }),
  measured: z.object({
    arms: z.array(
      z
        .object({
          score: z.number().exactOptional(),
          misses,
          figures: z.array(
            z.object({
              metric: text,
              phase: text.exactOptional(),
              unit: metricUnitSchema,
              value: z.number(),
            }),
          ),
          failure: text.exactOptional(),
        })
        .transform(({ score, ...arm }) => ({ score, ...arm })),
    ),
    tookMs: z.number(),
  }),
});

const armFigures = z.object({
  phases: z.array(phaseFiguresSchema.extend({ response: text })),
  rssPeakBytes: z.number(),
  checks: z.array(checkSchema),
});

const pair = z.object({
  kind: z.literal("pair"),
  order: z.object({ proof: count, pair: count, seed: count, base: config, candidate: config }),
  measured: z
    .object({
      gain: z.number().exactOptional(),
      misses,
      tookMs: z.number(),
      record: z
        .object({
          pair: count,
          seed: count,
          first: z.enum(["base", "candidate"]),
          core: count.exactOptional(),
          tookMs: z.number(),
          otherCpuRatio: z.number().exactOptional(),
          stealRatio: z.number().exactOptional(),
          base: armFigures,
          candidate: armFigures,
        })
        .exactOptional(),
      failure: text.exactOptional(),
    })
    .transform(({ gain, ...measured }) => ({ gain, ...measured })),
});

const verdict = z.object({
  kind: z.literal("verdict"),
  outcome: z.enum(["proven", "kept", "invalid", "setup_failed"]),
  chosen: config,
  share: z.number(),
});

/** What one line of a journal holds, but for its sum. */
export const journalEntrySchema: z.ZodType<JournalEntry> = z.discriminatedUnion("kind", [
  header,
  block,
  pair,
  verdict,
]);
