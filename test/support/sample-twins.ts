import { createRandom } from "../../src/base/random.ts";
import type { Comparison, MetricComparison } from "../../src/measure/comparison.ts";

/** A metric of two equal variants whose ratios spread by `sd` (of their logarithm), seeded. */
export function sampleMetric(
  metric: string,
  {
    pairs = 12,
    sd = 0.02,
    seed = 1,
    ...rest
  }: { pairs?: number; sd?: number; seed?: number } & Partial<MetricComparison> = {},
): MetricComparison {
  const random = createRandom(seed);
  const normal = (): number => Math.sqrt(2 * random.exponential()) * Math.cos(2 * Math.PI * random.next());
  return {
    metric,
    phase: "full",
    unit: metric === "throughput" ? "per_second" : "us",
    higherIsBetter: metric === "throughput",
    scale: "ratio",
    confidence: 0.99,
    margin: 0.05,
    judged: metric === "throughput" || metric === "p50",
    verdict: "same",
    pairs,
    sentence: `${metric} is the same.`,
    perPair: Array.from({ length: pairs }, () => Math.exp(sd * normal())),
    ...rest,
  };
}

/** A comparison of two equal variants. */
export function sampleTwins(
  metrics: readonly MetricComparison[],
  rest: Partial<Comparison> = {},
): Comparison {
  return {
    scenario: {
      name: "doctor",
      why: "A test.",
      file: "doctor.yaml",
      source: "",
      target: "engine",
      phases: [],
    },
    base: { name: "a", description: "the scenario" },
    candidate: { name: "b", description: "the same" },
    outcome: "pass",
    reason: "The two are the same.",
    metrics,
    verdicts: [],
    checks: [],
    basePhases: [],
    candidatePhases: [],
    seed: 1,
    pairs: 12,
    design: "twin",
    stoppedBy: "budget",
    tookMs: 24_000,
    budgetMs: 24_000,
    invalid: [],
    warnings: [],
    ...rest,
  };
}
