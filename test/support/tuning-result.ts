import type { TuneProof, TuneResult } from "../../src/measure/tuning.ts";
import { sampleComparison } from "./sample-comparison.ts";

const { environment, comparisons } = sampleComparison({ kind: "ab" });
const [comparison] = comparisons;

const share = { estimate: 0.72, low: 0.67, high: 0.77 };
const chosen = { maxBatch: 256, linger: 0, store: "log" };

/** The proof of the sample: 23 % less at least. */
export const sampleProof: TuneProof = {
  config: chosen,
  outcome: "proven",
  sentence: "p50 in steady is at least 23 % lower (99 % confidence, 28 pairs).",
  share,
  confidence: 0.99,
  pairs: 28,
  targets: [{ text: "p99 in steady <= 5ms", outcome: "met", sentence: "p99 in steady stays below 5 ms." }],
  looks: [{ pairs: 28, share }],
  ...(comparison === undefined ? {} : { comparison }),
};

/** A small tuning that was proven, with three parameters of which one stays; `changes` are laid over it. */
export function tuningResult(changes: Partial<TuneResult> = {}): TuneResult {
  const params: TuneResult["params"] = [
    {
      name: "maxBatch",
      path: "target.knobs.maxBatch",
      meaning: "Events that one write takes at most.",
      type: "int",
      scale: "log",
      min: 1,
      max: 4096,
      unit: "events",
      default: 1,
    },
    {
      name: "linger",
      path: "target.knobs.lingerMicros",
      meaning: "",
      type: "int",
      scale: "log1p",
      min: 0,
      max: 2000,
      unit: "us",
      default: 500,
    },
    {
      name: "store",
      path: "target.store",
      meaning: "",
      type: "choice",
      values: ["log", "redis"],
      unit: "",
      default: "log",
    },
  ];
  const factor = (estimate: number) => ({ estimate, low: estimate - 0.014, high: estimate + 0.014 });
  return {
    schemaVersion: 1,
    kind: "tune",
    name: "steady",
    command: "npx dyno tune steady --budget 5m --seed 7",
    resumeCommand: "npx dyno tune steady --resume reports/x/journal.ndjson",
    startedAt: "2026-11-25T02:11:03.000Z",
    durationMs: 301_400,
    scenario: {
      name: "steady",
      why: "A test.",
      file: "scenarios/steady.yaml",
      source: "why: A test.\n",
      target: "engine",
      phases: [{ phase: "steady", summary: "10 000/s for 5 s, poisson" }],
    },
    algorithm: "gradient",
    objective: "minimise p50 in steady",
    objectiveTerms: [{ metric: "p50", phase: "steady", weight: 1 }],
    subjectTo: ["p99 in steady <= 5ms"],
    params,
    constraints: [],
    seed: 7,
    budgetMs: 300_000,
    trials: [
      {
        trial: 0,
        block: 0,
        role: "default",
        config: { maxBatch: 1, linger: 500, store: "log" },
        share: 1,
        figures: [{ metric: "p50", phase: "steady", unit: "us", value: 412 }],
        missed: [],
        atMs: 2000,
      },
      {
        trial: 1,
        block: 0,
        role: "explore",
        config: chosen,
        share: 0.7,
        figures: [{ metric: "p50", phase: "steady", unit: "us", value: 290 }],
        missed: [],
        atMs: 2000,
      },
    ],
    steps: [
      {
        block: 0,
        atMs: 2000,
        incumbent: chosen,
        share: { estimate: 0.7, low: 0.62, high: 0.79 },
        radius: 0.35,
        slopes: [
          { param: "maxBatch", per: "doubling", factor: factor(0.939) },
          { param: "linger", per: "doubling", factor: factor(1.001) },
          { param: "store", per: "best other value", factor: factor(1.2) },
        ],
      },
    ],
    sensitivities: [
      { param: "maxBatch", per: "doubling", factor: factor(0.939), matters: true, slice: [] },
      { param: "linger", per: "doubling", factor: factor(1.001), matters: false, slice: [] },
      { param: "store", per: "best other value", factor: factor(1.2), matters: true, slice: [] },
    ],
    proofs: [sampleProof],
    chosen,
    stopped: "the budget of the search was used up",
    spent: { searchMs: 178_000, proofMs: 120_000, optimizerMs: 1200 },
    outcome: "proven",
    exitCode: 0,
    reason: sampleProof.sentence,
    warnings: [],
    environment,
    ...changes,
  };
}
