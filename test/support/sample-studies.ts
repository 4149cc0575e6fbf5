import { createRandom } from "../../src/base/random.ts";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { describeScenario } from "../../src/judge/compare/make-comparison.ts";
import type { CapacityResult } from "../../src/measure/capacity.ts";
import type { SweepResult } from "../../src/measure/sweep.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import type { CapacitySpec, Scenario } from "../../src/scenario/scenario.ts";
import { scalabilityAt } from "../../src/stats/scalability.ts";
import { makeCapacityResult } from "../../src/study/capacity/capacity-result.ts";
import { findCapacity } from "../../src/study/capacity/find-capacity.ts";
import type { LevelMeasured } from "../../src/study/capacity/judge-level.ts";
import { fitLaw } from "../../src/study/sweep/scaling-law.ts";
import { sampleResult } from "./sample-result.ts";

const { environment } = sampleResult();
const startedAt = "2026-11-25T10:00:00.000Z";

/** A scenario with a study, as its file says it. */
export function studyScenario(load: string, why = "A study."): Scenario {
  const text = `why: ${JSON.stringify(why)}\ntarget: { kind: synthetic, law: noop }\nload: ${load}\n`;
  const { scenario } = checkScenario(text, "s.yaml", { targetSchemas, env: {} });
  if (scenario === undefined) throw new Error(`wrong: ${text}`);
  return scenario;
}

/** A server with a known capacity: its p99 is that of an M/M/1 queue, ln(100) / (mu - rate), and noisy. */
export function queueLevel(
  capacity: number,
  { seed = 1, noise = 0.1, hiccups = 0 }: { seed?: number; noise?: number; hiccups?: number } = {},
): (ratePerSec: number) => LevelMeasured {
  const random = createRandom(seed);
  const limit = 20_000;
  const mu = capacity + Math.log(100) / (limit / 1e6);
  return (ratePerSec) => {
    const logistic = (): number => Math.log(1 / (1 - random.next()) - 1) / 1.814;
    const typical = ratePerSec < mu ? (Math.log(100) / (mu - ratePerSec)) * 1e6 : 2e6;
    const p99 = random.next() < hiccups ? 300_000 : Math.min(2e6, typical * Math.exp(noise * logistic()));
    const isBroken = p99 > limit;
    const figure = {
      condition: "p99 > 20ms",
      metricName: "p99",
      unit: "us" as const,
      limit,
      value: p99,
      interval: [p99 * 0.93, p99 * 1.08] as const,
      isBroken,
    };
    return {
      outcome: isBroken ? "broken" : "met",
      reason: `p99 ${(p99 / 1000).toPrecision(3)} ms${isBroken ? " > 20 ms" : ""}`,
      achievedPerSec: Math.min(ratePerSec, mu),
      figures: [figure],
      p50: p99 / 6.6,
      p99,
      failed: 0,
      completed: Math.round(ratePerSec * 2),
      lostRatio: 0,
      excess: Math.log(p99 / limit),
      error: 0.04,
    };
  };
}

/** Where a search may go, and for how long. */
type SearchRange = Partial<Pick<CapacitySpec, "fromRatePerSec" | "toRatePerSec" | "budgetMs">>;

/** The search for the capacity of such a server, over a clock of its own: each level takes 3.5 s. */
export async function searched(
  measure: (ratePerSec: number, holdMs: number) => LevelMeasured,
  range: SearchRange = {},
) {
  let elapsedMs = 0;
  return findCapacity({
    fromRatePerSec: 100,
    holdMs: 2000,
    budgetMs: 60_000,
    ...range,
    elapsedMs: () => elapsedMs,
    onLevel: () => undefined,
    signal: new AbortController().signal,
    measureLevel: async (ratePerSec, holdMs) => {
      elapsedMs += holdMs + 1500;
      return measure(ratePerSec, holdMs);
    },
  });
}

/** The result of a search that found 4,700/s or so. */
export async function sampleCapacity(
  options: {
    readonly why?: string;
    readonly measure?: (ratePerSec: number, holdMs: number) => LevelMeasured;
    readonly range?: SearchRange;
  } = {},
): Promise<CapacityResult> {
  const scenario = studyScenario("{ capacity: { until: p99 > 20ms } }", options.why);
  return makeCapacityResult({
    scenario,
    spec: { ...(scenario.study as CapacitySpec), ...options.range },
    found: await searched(options.measure ?? queueLevel(4700), options.range),
    command: "npx dyno run s.yaml",
    startedAt: new Date(startedAt),
    durationMs: 58_000,
    environment,
  });
}

/** Rounds of levels that follow the law of scalability, each round off by its process and each level by its own noise. */
export function sampleRounds(
  seed = 1,
  law = { lambda: 1000, sigma: 0.06, kappa: 0.002 },
  noise = 0.03,
  rounds = 4,
) {
  const random = createRandom(seed);
  const normal = (): number => random.next() + random.next() + random.next() - 1.5;
  const shifts = Array.from({ length: rounds }, () => noise * normal());
  return [1, 2, 4, 8, 16, 32, 64].map((clients) => ({
    clients,
    perRound: shifts.map((shift) => scalabilityAt(law, clients) * Math.exp(shift + noise * normal())),
  }));
}

/** The result of a sweep with a peak at about 22 clients. */
export function sampleSweep(why = "A study."): SweepResult {
  const scenario = studyScenario("{ sweep: { concurrency: [1, 2, 4, 8, 16, 32, 64] } }", why);
  const rounds = sampleRounds();
  const law = fitLaw(rounds, createRandom(1));
  return {
    schemaVersion: 1,
    kind: "sweep",
    name: scenario.name,
    scenario: describeScenario(scenario),
    seed: 1,
    command: "npx dyno run s.yaml",
    startedAt,
    durationMs: 40_000,
    holdMs: 1000,
    rounds: 4,
    levels: rounds.map(({ clients, perRound }) => {
      const estimate = perRound.reduce((sum, perSec) => sum + perSec, 0) / perRound.length;
      const p50 = (clients / estimate) * 1e6;
      return {
        clients,
        perRound,
        throughput: { low: Math.min(...perRound), estimate, high: Math.max(...perRound) },
        p50,
        p99: p50 * 3,
        completed: Math.round(estimate),
        failed: 0,
      };
    }),
    ...(law === undefined ? {} : { law }),
    targets: [
      {
        text: "p99 < 15ms",
        metAt: [1, 2, 4, 8, 16],
        upTo: 16,
        sentence: "It is met up to 16 clients; at 32 it is 19 ms.",
        line: 5,
        column: 5,
      },
      {
        text: "error_rate < 0.1%",
        metAt: [1, 2, 4, 8, 16, 32, 64],
        upTo: 64,
        sentence: "It is met up to 64 clients, the most that were tried.",
        line: 6,
        column: 5,
      },
    ],
    outcome: "measured",
    exitCode: 0,
    reason: "The most was 6 695/s, at 16 clients; by the law the peak is at 22 clients.",
    warnings: [],
    environment,
  };
}
