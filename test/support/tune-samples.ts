import { createRandom, deriveSeed } from "../../src/base/random.ts";
import type { ArmFigures, PairRecord } from "../../src/measure/pair.ts";
import type { Config, Param } from "../../src/scenario/tuning.ts";
import { createHistogram } from "../../src/stats/histogram.ts";
import type { CreateSearcher } from "../../src/tune/search/searcher.ts";

/** Two parameters: a number on a log scale, and a choice. */
export const sampleParams: readonly Param[] = [
  {
    name: "batch",
    path: ["target", "knobs", "maxBatch"],
    meaning: "How many events go to the store together.",
    unit: "",
    type: "int",
    scale: "log",
    min: 1,
    max: 1024,
    default: 4,
  },
  {
    name: "store",
    path: ["target", "store"],
    meaning: "",
    type: "choice",
    values: ["redis", "log"],
    default: "redis",
  },
];

/** A searcher that asks what it was told to, whatever it hears, and then holds these for the best. */
export function scriptedSearch(
  blocks: readonly (readonly Config[])[],
  candidates: readonly Config[],
): CreateSearcher {
  return ({ space, seed }) => {
    let at = 0;
    const score = { mean: -0.1, low: -0.2, high: 0 };
    return {
      ask: () => {
        const configs = blocks[at];
        if (configs === undefined) return { stop: "exhausted" };
        const arms = configs.map((config, i) => ({ config, role: i === 0 ? "default" : "explore" }) as const);
        return { block: { block: at, seed: deriveSeed(seed, `block ${at}`), arms, length: 0.5 } };
      },
      tell: () => {
        at++;
      },
      best: () => ({ config: candidates[0] ?? space.defaults, score }),
      candidates: () => candidates.map((config) => ({ config, score })),
    };
  };
}

/** The pair of a proof as the comparison reads it: the candidate's times are this share of the base's. */
export function samplePair(pair: number, share: number): PairRecord {
  const random = createRandom(pair + 1);
  const arm = (factor: number): ArmFigures => {
    const response = createHistogram();
    for (let i = 0; i < 1000; i++) response.record(factor * (180 + 90 * random.exponential()));
    const slices = (typical: number): number[] =>
      Array.from({ length: 12 }, () => factor * typical * (1 + 0.05 * random.next()));
    return {
      phases: [
        {
          phase: "full",
          loop: "closed",
          completed: 1000,
          failed: 0,
          errors: [],
          measuredMs: 600.5,
          costMicros: slices(61.2),
          p50Micros: slices(240),
          cpuMicrosPerOp: slices(55),
          response: response.encode(),
        },
      ],
      rssPeakBytes: 93e6,
      checks: [{ name: "nothing lost", ok: true, detail: "1000 of 1000 are there" }],
    };
  };
  return {
    pair,
    seed: 77 + pair,
    first: pair % 2 === 0 ? "base" : "candidate",
    core: 1,
    tookMs: 500,
    otherCpuRatio: 0.01,
    base: arm(1),
    candidate: arm(share),
  };
}
