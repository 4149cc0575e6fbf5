import { describe, expect, test } from "vitest";
import { createManualClock } from "../../src/base/clock.ts";
import type { TuneResult } from "../../src/measure/tuning.ts";
import type { Objective, TuningSpec } from "../../src/scenario/scenario.ts";
import type { Param } from "../../src/scenario/tuning.ts";
import { createRandomSearch } from "../../src/tune/search/random-search.ts";
import type { CreateSearcher, ModelView, Searcher } from "../../src/tune/search/searcher.ts";
import { createSpace } from "../../src/tune/space/space.ts";
import { type TuneOrder, tune } from "../../src/tune/tune.ts";
import { makeTuneResult, type TuneResultFacts } from "../../src/tune/tune-result.ts";
import { type FunctionSystem, functionRig } from "../support/function-rig.ts";
import { sampleEnvironment, sampleScenario } from "../support/sample-blocks.ts";
import { samplePair, sampleParams, scriptedSearch } from "../support/tune-samples.ts";

const p99: TuningSpec["subjectTo"][number] = {
  text: "p99 in full <= 5ms",
  metricName: "p99",
  metric: { kind: "latency", quantile: 0.99 },
  op: "<=",
  limit: 5000,
  phase: "full",
  line: 1,
  column: 1,
};
const p50: Objective = {
  text: "minimise p50 in full",
  terms: [{ metric: "p50", phase: "full", weight: 1 }],
};
const spec: TuningSpec = { params: sampleParams, constraints: [], objective: p50, subjectTo: [] };
const good = { batch: 64, store: "redis" };
/** Half of the default's at a batch of 64. */
const half: FunctionSystem = {
  noise: 0.02,
  score: ({ batch }) => (batch === 64 ? Math.log(0.5) : 0),
  misses: () => [-1],
};

interface Made {
  readonly system?: FunctionSystem;
  readonly order?: Partial<TuneOrder>;
  readonly facts?: Partial<TuneResultFacts>;
  readonly params?: readonly Param[];
}

async function resultOf({ system = half, order = {}, facts = {}, params = sampleParams }: Made = {}) {
  const tuned = await tune(
    {
      space: createSpace(params, []),
      targets: (facts.spec ?? spec).subjectTo.map(({ text }) => text),
      seed: 1,
      minGain: 0.02,
      createSearcher: scriptedSearch([[{ batch: 4, store: "redis" }, good]], [good]),
      budget: { trials: 40 },
      clock: createManualClock(),
      ...order,
    },
    functionRig(system),
  );
  return makeTuneResult({
    tuned,
    scenario: sampleScenario(),
    spec,
    algorithm: "random",
    seed: 1,
    budget: { trials: 40 },
    minGain: 0.02,
    command: "npx dyno tune steady",
    resumeCommand: "npx dyno tune steady --resume journal.ndjson",
    startedAt: new Date("2026-11-20T10:00:00Z"),
    durationMs: 1000,
    environment: sampleEnvironment(),
    warnings: [],
    ...facts,
  });
}

/** Numbers that JSON cannot hold become null there. */
function isWhole(result: TuneResult): boolean {
  return !JSON.stringify(result).includes("null");
}

describe("the result of a tuning", () => {
  test("claims the end of the interval, rounded so that it says no more than was shown", async () => {
    const result = await resultOf();
    const [proof] = result.proofs;
    const high = proof?.share.high ?? 1;
    const claimed = Number(/at least ([\d.]+)/.exec(result.reason)?.[1]) / 100;
    expect(result).toMatchObject({ outcome: "proven", exitCode: 0, chosen: good });
    expect(result.reason).toMatch(
      /^p50 in full is at least [\d.]+\u202f% lower with 99\u202f% confidence; over \d+ pairs the estimate is [\d.]+\u202f%\.$/,
    );
    expect(claimed).toBeLessThanOrEqual(1 - high);
    expect(claimed).toBeGreaterThan(1 - high - 0.002);
    expect(proof?.sentence).toBe(result.reason);
    expect(isWhole(result)).toBe(true);
  });

  test("tells of what is maximised in its own direction, and of a product as such", async () => {
    const throughput: Objective = {
      text: "maximise throughput in full",
      terms: [{ metric: "throughput", phase: "full", weight: -1 }],
    };
    const product: Objective = { text: "both", terms: [...throughput.terms, ...p50.terms] };
    const [one, both] = [
      await resultOf({ facts: { spec: { ...spec, objective: throughput } } }),
      await resultOf({ facts: { spec: { ...spec, objective: product } } }),
    ];
    expect(one.reason).toMatch(/^throughput in full is at least [89]\d[\d.]*\u202f% higher with/);
    expect(both.reason).toMatch(/^The objective is at least 4\d\.\d\u202f% lower with/);
  });

  test("keeps the default where nothing was found, and where it could not be proven", async () => {
    const nothing = await resultOf({ order: { createSearcher: scriptedSearch([[good]], []) } });
    expect(nothing).toMatchObject({
      outcome: "kept",
      exitCode: 3,
      chosen: { batch: 4, store: "redis" },
      reason: "The default is kept. Nothing better was found in 1 trials.",
      stopped: "nothing was left that was not measured yet",
    });
    const equal = await resultOf({ system: { score: () => 0 } });
    expect(equal).toMatchObject({ outcome: "kept", exitCode: 3 });
    expect(equal.reason).toContain("p50 in full could not be shown to be lower: over ");
    const few = await resultOf({ order: { budget: { trials: 3 } } });
    expect(few.reason).toContain("enough for 4 pairs, which can show nothing: 7 are needed at least.");
  });

  test("tells of what was in force as the default, and of what was laid on the file", async () => {
    const laidOn = [
      { label: "--set load.0.clients=2", path: ["load", 0, "clients"], value: 2 },
      { label: "--set of a parameter", path: spec.params[0]?.path ?? [], value: 4 },
    ];
    const result = await resultOf({
      order: { warm: { from: { batch: 16, store: "redis" }, reach: 1 } },
      facts: { laidOn },
    });
    expect(result.params.map(({ name, default: was }) => [name, was])).toEqual([
      ["batch", 16],
      ["store", "redis"],
    ]);
    expect(result.laidOn).toEqual({ "load.0.clients": 2 });
  });

  test("names the target that a candidate misses, and warns where the default misses it", async () => {
    const facts = { spec: { ...spec, subjectTo: [p99] } };
    const missed = await resultOf({ system: { ...half, provenMisses: () => [0.2] }, facts });
    expect(missed.outcome).toBe("kept");
    expect(missed.proofs[0]?.targets).toMatchObject([{ text: p99.text, outcome: "missed" }]);
    expect(missed.reason).toMatch(
      /could not be proven: p99 in full <= 5ms is missed: in (\d+) of \1 pairs\.$/,
    );
    expect(missed.warnings).toEqual([]);
    const met = await resultOf({ facts });
    expect(met.proofs[0]?.targets).toMatchObject([
      { outcome: "met", sentence: expect.stringMatching(/^p99 in full <= 5ms is met in \d+ pairs\.$/) },
    ]);
    const bad = await resultOf({
      system: { ...half, misses: ({ batch }) => [batch === 64 ? -1 : 1] },
      facts,
    });
    expect(bad.warnings).toEqual(["the default itself misses a target: p99 in full <= 5ms"]);
    expect(bad.trials.map((trial) => trial.missed)).toEqual([[p99.text], []]);
    expect(bad.outcome).toBe("proven");
  });

  test("says what broke: the default at the start, the candidate in its proof", async () => {
    const broken = await resultOf({ system: { score: () => undefined } });
    expect(broken).toMatchObject({ outcome: "setup_failed", exitCode: 4 });
    expect(broken.reason).toMatch(/does not work.*: it does not start\.$/);
    let starts = 0;
    const once: FunctionSystem = {
      score: ({ batch }) => (batch === 64 && starts++ > 0 ? undefined : 0),
    };
    const failed = await resultOf({ system: once });
    expect(failed.proofs[0]).toMatchObject({ outcome: "failed" });
    expect(failed.reason).toContain("The candidate did not work in pair 1: it does not start.");
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "has the exit code of %s where it was interrupted, in the search or in the proof",
    async (interrupted, exitCode) => {
      for (const interruptedAfter of [0, 1, 4]) {
        const system = { ...half, interruptedAfter };
        const result = await resultOf({ system, facts: { interrupted } });
        expect(result).toMatchObject({ outcome: "interrupted", exitCode, chosen: { batch: 4 } });
        expect(isWhole(result)).toBe(true);
      }
    },
  );

  test("compares every metric of the pairs as an A/B comparison does, at the looks of the proof", async () => {
    const result = await resultOf({ system: { ...half, record: samplePair } });
    const [proof] = result.proofs;
    const comparison = proof?.comparison;
    expect(comparison).toMatchObject({
      outcome: "pass",
      pairs: proof?.pairs,
      stoppedBy: "decided",
      base: { name: "default", description: "batch=4, store=redis" },
      candidate: { name: "tuned", description: "batch=64, store=redis" },
    });
    const metric = (name: string) => comparison?.metrics.find((one) => one.metric === name);
    expect(metric("throughput")).toMatchObject({ verdict: "better", pairs: proof?.pairs });
    expect(metric("p50")?.estimate).toBeCloseTo(0.5, 1);
    expect(metric("error_rate")).toMatchObject({ estimate: 0 });
    const alone = await resultOf();
    expect(alone.proofs[0]?.comparison).toBeUndefined();
  });
});

describe("sensitivities", () => {
  const slope = (param: string, mean: number) => ({ param, slope: { mean, low: mean - 1, high: mean + 1 } });
  const number = sampleParams[0] as Extract<Param, { type: "int" | "real" }>;
  const params: readonly Param[] = [
    number,
    { ...number, name: "linger", scale: "log1p", min: 0, max: 1023, default: 7 },
    { ...number, name: "share", type: "real", scale: "linear", min: 0, max: 1, default: 0.5 },
    ...sampleParams.slice(1),
  ];
  const model: ModelView = {
    radius: 0.3,
    slopes: [slope("batch", -10), slope("linger", 0.5), slope("share", 3), slope("store", -2)],
    slices: () => [{ param: "batch", points: [{ value: 8, score: { mean: 0, low: -1, high: 1 } }] }],
  };
  const modelled: CreateSearcher = (problem) => {
    const searcher: Searcher = scriptedSearch([[createSpace(params, []).defaults]], [])(problem);
    return { ...searcher, model: () => model };
  };

  test("are factors of a doubling, of a tenth of the range, or of the best other value", async () => {
    const result = await resultOf({ params, order: { createSearcher: modelled } });
    const shown = result.sensitivities.map(({ param, per, factor, matters }) => ({
      param,
      per,
      size: Math.log(factor.estimate),
      matters,
    }));
    // From 1 to 1024, and of 1 + the value from 1 to 1024, there are ten doublings.
    expect(shown).toEqual([
      { param: "batch", per: "doubling", size: expect.closeTo(-1, 9), matters: true },
      { param: "linger", per: "doubling", size: expect.closeTo(0.05, 9), matters: false },
      { param: "share", per: "tenth of the range", size: expect.closeTo(0.3, 9), matters: true },
      { param: "store", per: "best other value", size: expect.closeTo(-2, 9), matters: true },
    ]);
    expect(result.sensitivities[0]?.slice).toEqual([
      { value: 8, share: { estimate: 1, low: Math.exp(-1), high: Math.E } },
    ]);
    expect(result.steps[0]).toMatchObject({ radius: 0.3, slopes: [{ param: "batch" }, {}, {}, {}] });
  });

  test("are none where the search has no model", async () => {
    const result = await resultOf({ order: { createSearcher: createRandomSearch } });
    expect(result.sensitivities).toEqual([]);
    expect(result.steps[0]?.slopes).toEqual([]);
  });
});
