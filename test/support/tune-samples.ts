import { deriveSeed } from "../../src/base/random.ts";
import type { Config, Param } from "../../src/scenario/tuning.ts";
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
