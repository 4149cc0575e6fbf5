import { createRandom, type Random } from "../../src/base/random.ts";
import { metricSentence } from "../../src/judge/compare/sentences.ts";
import type {
  Comparison,
  ComparisonResult,
  MetricComparison,
  VariantPhase,
} from "../../src/measure/comparison.ts";
import type { MetricUnit, Verdict } from "../../src/measure/result.ts";
import { createHistogram } from "../../src/stats/histogram.ts";

/** What kind of comparison to make up. */
export interface SampleComparisonOptions {
  readonly kind?: ComparisonResult["kind"];
  /** Put into every text that a user can choose. */
  readonly text?: string;
  readonly pairs?: number;
}

/** A gate of two scenarios: `publish-steady` fails on p50 by 8 %, `read-mix` passes. From seeded random figures. */
export function sampleComparison({
  kind = "gate",
  text,
  pairs = 27,
}: SampleComparisonOptions = {}): ComparisonResult {
  const named = (name: string): string => text ?? name;
  const comparisons = [failing(kind, pairs, named), passing(kind, pairs, named)];
  const gate = kind === "gate";
  const first = comparisons[0];
  return {
    schemaVersion: 1,
    kind,
    name: named(kind === "gate" ? "gate" : "publish-steady"),
    command: named("npx dyno gate --base origin/main --seed 7"),
    startedAt: "2026-11-25T02:11:03.000Z",
    durationMs: 101_400,
    comparisons,
    outcome: gate ? "fail" : "pass",
    exitCode: gate ? 1 : 0,
    reason: gate ? `${first?.scenario.name}: ${first?.reason} So it is for 1 of 2.` : (first?.reason ?? ""),
    warnings: [named("The CPU frequency is scaled by the governor `powersave`: expect wider intervals.")],
    environment: {
      dynoVersion: "0.1.0",
      node: "v20.20.2",
      v8: "11.3.244.8",
      os: "Debian GNU/Linux 12 (bookworm)",
      kernel: "linux 6.1.0 x64",
      cpuModel: named("AMD EPYC 7763 64-Core Processor"),
      cores: 2,
      governor: "powersave",
      memoryBytes: 8e9,
      swap: "off",
      gitRevision: "9f2c4b71de",
      gitBranch: named("perf/batch-ack"),
      gitDirty: false,
      lockHash: "3f0c9a17be55",
      services: [named("redis 7.0.15, started by dyno, appendfsync everysec")],
    },
  };
}

type Named = (name: string) => string;

/** How each metric is counted, and the margin that it has. */
const kinds: Readonly<Record<string, readonly [unit: MetricUnit, margin: number]>> = {
  throughput: ["per_second", 0.05],
  p50: ["us", 0.05],
  p90: ["us", 0.05],
  p99: ["us", 0.1],
  "p99.9": ["us", 0.1],
  error_rate: ["ratio", 0.001],
  cpu_per_op: ["us_per_op", 0.05],
  rss: ["bytes", 0.05],
};

/** One metric's truth, from which its figures are drawn. */
interface Made {
  readonly metric: string;
  /** Typical values of base and candidate. */
  readonly values: readonly [number, number];
  /** Of a pair's log-ratio (or difference). */
  readonly spread: number;
  readonly verdict: MetricComparison["verdict"];
  /** Absent where it is not judged. */
  readonly outcome?: MetricComparison["outcome"];
}

interface Measured {
  readonly kind: ComparisonResult["kind"];
  readonly phase: string;
  readonly pairs: number;
  readonly random: Random;
}

function metricFrom(
  { metric, values, spread, verdict, outcome }: Made,
  { kind, phase, pairs, random }: Measured,
): MetricComparison {
  const [unit, margin] = kinds[metric] ?? ["us", 0.05];
  const [base, candidate] = values;
  const isDifference = metric === "error_rate";
  const centre = isDifference ? candidate - base : Math.log(candidate / base);
  const back = (value: number): number => (isDifference ? value : Math.exp(value));
  const half = (2.7 * spread) / Math.sqrt(Math.max(1, pairs));
  const figures: Omit<MetricComparison, "sentence"> = {
    metric,
    ...(metric === "rss" ? {} : { phase }),
    unit,
    higherIsBetter: metric === "throughput",
    scale: isDifference ? "difference" : "ratio",
    base,
    candidate,
    estimate: back(centre),
    interval: [back(centre - half), back(centre + half)],
    confidence: 0.9975,
    margin,
    judged: outcome !== undefined,
    verdict,
    ...(outcome !== undefined && kind === "gate" ? { outcome } : {}),
    smallestEffect: isDifference ? half * 1.4 : Math.expm1(half * 1.4),
    pairs,
    ...(outcome === "inconclusive" ? { pairsNeeded: 95 } : {}),
    perPair: around(centre, spread, pairs, random).map(back),
  };
  return { ...figures, sentence: metricSentence(figures, { unit: "pair", unitMs: 1900 }) };
}

/** Normally distributed values (Box-Muller), moved so that their mean is the centre. */
function around(centre: number, spread: number, count: number, random: Random): number[] {
  const drawn = Array.from(
    { length: count },
    () => Math.sqrt(2 * random.exponential()) * Math.cos(2 * Math.PI * random.next()),
  );
  const mean = drawn.reduce((sum, value) => sum + value, 0) / Math.max(1, count);
  return drawn.map((value) => centre + spread * (value - mean));
}

function failing(kind: ComparisonResult["kind"], pairs: number, named: Named): Comparison {
  const measured = { kind, phase: named("steady"), pairs, random: createRandom(7) };
  const made: readonly Made[] = [
    {
      metric: "throughput",
      values: [48_210, 47_510],
      spread: 0.018,
      verdict: "worse",
      outcome: "pass",
    },
    { metric: "p50", values: [412, 445], spread: 0.024, verdict: "worse", outcome: "fail" },
    {
      metric: "p99",
      values: [2140, 2280],
      spread: 0.21,
      verdict: "inconclusive",
      outcome: "inconclusive",
    },
    {
      metric: "error_rate",
      values: [0.0002, 0.0003],
      spread: 0.0004,
      verdict: "same",
      outcome: "pass",
    },
    {
      metric: "p90",
      values: [905, 962],
      spread: 0.05,
      verdict: "worse",
    },
    {
      metric: "p99.9",
      values: [9100, 9900],
      spread: 0.6,
      verdict: "inconclusive",
    },
    {
      metric: "cpu_per_op",
      values: [61, 57.6],
      spread: 0.03,
      verdict: "better",
    },
    {
      metric: "rss",
      values: [1.32e8, 1.33e8],
      spread: 0.01,
      verdict: "same",
    },
  ];
  const metrics = made.map((one) => metricFrom(one, measured));
  return {
    ...common(kind, "publish-steady", named, pairs),
    outcome: kind === "gate" ? "fail" : "pass",
    reason: metrics.find(({ metric }) => metric === "p50")?.sentence ?? "",
    metrics,
    verdicts: [targetVerdict("fail", measured.phase, named), targetVerdict("pass", measured.phase, named)],
    basePhases: [phaseFrom(measured, 412)],
    candidatePhases: [phaseFrom(measured, 445)],
    stoppedBy: "decided",
    tookMs: 52_300,
    warnings: [named("Another process used 12 % of the CPU during pair 9.")],
  };
}

function passing(kind: ComparisonResult["kind"], pairs: number, named: Named): Comparison {
  const measured = { kind, phase: named("mixed"), pairs, random: createRandom(11) };
  const made: readonly Made[] = [
    {
      metric: "throughput",
      values: [18_400, 19_120],
      spread: 0.03,
      verdict: "better",
      outcome: "pass",
    },
    {
      metric: "p50",
      values: [733, 735],
      spread: 0.03,
      verdict: "same",
      outcome: "pass",
    },
    {
      metric: "p99",
      values: [3050, 2900],
      spread: 0.2,
      verdict: "inconclusive",
      outcome: "pass",
    },
  ];
  return {
    ...common(kind, "read-mix", named, pairs),
    outcome: "pass",
    reason: named("Nothing that is judged is worse by its margin."),
    metrics: made.map((one) => metricFrom(one, measured)),
    verdicts: [],
    basePhases: [phaseFrom(measured, 733)],
    candidatePhases: [phaseFrom(measured, 735)],
    stoppedBy: "budget",
    tookMs: 49_100,
    warnings: [],
  };
}

/** An A/B comparison whose candidate is `factor` times as slow at the median (below 1: faster) and cheaper; of two phases. */
export function sampleGain({
  factor,
  text,
  pairs = 28,
}: { readonly factor: number } & SampleComparisonOptions): Comparison {
  const named: Named = (name) => text ?? name;
  const isKnown = Math.abs(Math.log(factor)) > 0.05;
  const verdict = isKnown ? "better" : "inconclusive";
  const steady = { kind: "ab" as const, phase: named("steady"), pairs, random: createRandom(13) };
  const peak = { ...steady, phase: text ?? "peak", random: createRandom(17) };
  const metrics = [
    metricFrom(
      { metric: "p50", values: [742, 742 * factor], spread: 0.05, verdict, outcome: "pass" },
      steady,
    ),
    metricFrom(
      { metric: "error_rate", values: [0.0002, 0.0002], spread: 0.0003, verdict: "same", outcome: "pass" },
      steady,
    ),
    metricFrom(
      { metric: "p99", values: [3310, 3310 * factor ** 0.6], spread: 0.22, verdict: "inconclusive" },
      steady,
    ),
    metricFrom({ metric: "cpu_per_op", values: [61, 61 * factor ** 0.4], spread: 0.03, verdict }, steady),
    metricFrom(
      {
        metric: "throughput",
        values: [8_950, 8_950 * factor ** -0.2],
        spread: 0.03,
        verdict,
        outcome: "pass",
      },
      peak,
    ),
    metricFrom({ metric: "rss", values: [1.32e8, 1.36e8], spread: 0.01, verdict: "worse" }, steady),
  ];
  return {
    ...common("ab", "publish-steady", named, pairs),
    base: { name: named("default"), description: "" },
    candidate: { name: named("tuned"), description: "" },
    checks: [],
    outcome: "pass",
    reason: metrics[0]?.sentence ?? "",
    metrics,
    verdicts: [],
    basePhases: [phaseFrom(steady, 742), phaseFrom(peak, 1180)],
    candidatePhases: [phaseFrom(steady, 742 * factor), phaseFrom(peak, 1180 * factor ** 0.7)],
    stoppedBy: "decided",
    tookMs: 58_900,
    warnings: [],
  };
}

function common(kind: ComparisonResult["kind"], name: string, named: Named, pairs: number) {
  const phase = name === "read-mix" ? "mixed" : "steady";
  return {
    scenario: {
      name: named(name),
      why: named("The path that every producer waits for must not become slower."),
      file: named(`scenarios/${name}.yaml`),
      source: named(`why: The path that every producer waits for must not become slower.\nname: ${name}\n`),
      target: named("engine"),
      phases: [{ phase: named(phase), summary: named("4 000/s for 10 s, poisson") }],
    },
    base: { name: kind === "gate" ? "base" : "a", description: named("commit 1a2b3c4d5e (origin/main)") },
    candidate: { name: kind === "gate" ? "head" : "b", description: named("commit 9f2c4b71de") },
    checks: Array.from({ length: pairs }, () => ({
      name: named("nothing lost"),
      ok: true,
      detail: named("48 210 stored, 48 210 read back"),
    })),
    seed: 7,
    pairs,
    design: "twin" as const,
    budgetMs: 60_000,
    invalid: [],
  };
}

function targetVerdict(outcome: Verdict["outcome"], phase: string, named: Named): Verdict {
  const fails = outcome === "fail";
  return {
    outcome,
    rule: named(fails ? "p99 <= 2ms in steady" : "error_rate < 0.1%"),
    metricName: fails ? "p99" : "error_rate",
    op: fails ? "<=" : "<",
    limit: fails ? 2000 : 0.001,
    unit: fails ? "us" : "ratio",
    phase,
    measured: fails ? 2280 : 0.0003,
    interval: fails ? [2190, 2371] : [0.0002, 0.0004],
    marginRatio: fails ? -0.14 : 0.7,
    samples: 40_000,
    sentence: named(
      fails ? "p99 of steady is 2.28 ms, 14 % over its limit of 2 ms." : "The error rate is 0.03 %.",
    ),
    line: fails ? 17 : 18,
    column: 5,
  };
}

function phaseFrom({ phase, random }: Measured, p50: number): VariantPhase {
  const response = createHistogram();
  for (let i = 0; i < 20_000; i++) {
    const tail = random.exponential();
    response.record(p50 * (0.6 + 0.577 * tail) * (tail > 4 ? 1 + (tail - 4) * 0.6 : 1));
  }
  return { phase, completed: 40_000, failed: 12, response: response.encode() };
}
