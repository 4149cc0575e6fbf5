import { createRandom, type Random } from "../../src/base/random.ts";
import type {
  ShareEstimate,
  TunedConfig,
  TuneResult,
  TuneSensitivity,
  TuneSlope,
  TuneStep,
  TuneTrial,
} from "../../src/measure/tuning.ts";
import { sampleDefaults, sampleParams, trueShare } from "./sample-tuning-space.ts";

/** A search that is made up. */
export interface SampleSearch {
  readonly trials: readonly TuneTrial[];
  readonly steps: readonly TuneStep[];
  readonly sensitivities: readonly TuneSensitivity[];
}

/** What is searched: how much there is to gain (1: as much as the space has; 0: nothing), how, and in how many trials. */
export interface SampleSearchOptions {
  readonly gain: number;
  readonly algorithm: TuneResult["algorithm"];
  readonly count: number;
}

const blockMs = 4200;

/** A search in the manner of the real one: the default, spread and mirrored trials, ever smaller steps from the best, a race. */
export function sampleSearch({ gain, algorithm, count }: SampleSearchOptions): SampleSearch {
  const shareAt = (config: TunedConfig): number => trueShare(config) ** gain;
  const trials = searched(count, algorithm, shareAt);
  const steps = stepsOf(trials, algorithm, shareAt);
  const best = steps.at(-1)?.incumbent ?? sampleDefaults;
  const hasModel = algorithm === "gradient" && steps.length > 1;
  return { trials, steps, sensitivities: hasModel ? sensitivitiesAt(best, shareAt) : [] };
}

/** The objective of a configuration as a share of the default's. */
type ShareAt = (config: TunedConfig) => number;

/** Normally distributed with mean 0 and deviation 1 (Box-Muller). */
function normal(random: Random): number {
  return Math.sqrt(2 * random.exponential()) * Math.cos(2 * Math.PI * random.next());
}

function searched(count: number, algorithm: TuneResult["algorithm"], shareAt: ShareAt): TuneTrial[] {
  const random = createRandom(7);
  const trials: TuneTrial[] = [];
  for (let trial = 0; trial < count; trial++) {
    const block = Math.floor(trial / 4);
    const arm = trial % 4;
    const role = trial === 0 ? "default" : algorithm === "random" ? "explore" : roleAt(block, arm);
    const config = configFor(role, arm, trials, block, random);
    const noise = Math.exp(0.05 * normal(random));
    const facts = { trial, block, role, config, atMs: (block + 1) * blockMs };
    trials.push(trial === 11 ? refused(facts) : measured(facts, shareAt(config) * noise));
  }
  return trials;
}

function roleAt(block: number, arm: number): TuneTrial["role"] {
  if (block < 3) return arm < 3 ? "probe" : "explore";
  if (block >= 8) return arm === 3 ? "default" : "race";
  return block % 4 === 3 && arm === 3 ? "explore" : "descend";
}

function bestOf(trials: readonly TuneTrial[]): TunedConfig | undefined {
  return trials
    .filter(({ share, missed }) => share !== undefined && missed.length === 0)
    .toSorted((a, b) => (a.share ?? 1) - (b.share ?? 1))[0]?.config;
}

function configFor(
  role: TuneTrial["role"],
  arm: number,
  trials: readonly TuneTrial[],
  block: number,
  random: Random,
): TunedConfig {
  if (role === "default") return sampleDefaults;
  if (role !== "race") return moved(bestOf(trials) ?? sampleDefaults, role, block, random);
  const best = trials.toSorted((a, b) => (a.share ?? 9) - (b.share ?? 9));
  return best[arm]?.config ?? sampleDefaults;
}

/** A configuration somewhere (explore), beside the incumbent (probe), or a step down from it. */
function moved(from: TunedConfig, role: TuneTrial["role"], block: number, random: Random): TunedConfig {
  const reach = role === "probe" ? 0.12 : 0.5 * 0.78 ** block;
  return Object.fromEntries(
    sampleParams.map((param): [string, TunedConfig[string]] => {
      const now = from[param.name] ?? param.default;
      if (param.values !== undefined) {
        const drawn = param.values[random.integer(param.values.length)] ?? now;
        return [param.name, role === "explore" || random.next() < 0.2 ? drawn : now];
      }
      if (param.name === "dedupMaxKeys" && role === "descend") return [param.name, now];
      const at = param.toUnit(Number(now)) + reach * normal(random);
      return [param.name, param.toValue(role === "explore" ? random.next() : at)];
    }),
  );
}

type TrialFacts = Pick<TuneTrial, "trial" | "block" | "role" | "config" | "atMs">;

function refused(facts: TrialFacts): TuneTrial {
  const failure = "The engine ended with exit code 134: out of memory.";
  return { ...facts, figures: [], missed: [], failure };
}

function measured(facts: TrialFacts, share: number): TuneTrial {
  const p99 = 2900 * share ** 1.2;
  return {
    ...facts,
    share,
    figures: [
      { metric: "p50", phase: "steady", unit: "us", value: 742 * share },
      { metric: "p99", phase: "steady", unit: "us", value: p99 },
      { metric: "throughput", phase: "peak", unit: "per_second", value: 8950 * share ** -0.2 },
      { metric: "error_rate", unit: "ratio", value: 0.0002 },
    ],
    missed: p99 > 5000 ? ["p99 in steady <= 5ms"] : [],
  };
}

function stepsOf(
  trials: readonly TuneTrial[],
  algorithm: TuneResult["algorithm"],
  shareAt: ShareAt,
): TuneStep[] {
  const blocks = [...new Set(trials.map(({ block }) => block))];
  return blocks.map((block): TuneStep => {
    const incumbent = bestOf(trials.filter((trial) => trial.block <= block)) ?? sampleDefaults;
    const step = {
      block,
      atMs: (block + 1) * blockMs,
      incumbent,
      share: around(shareAt(incumbent), block),
    };
    if (algorithm === "random" || block === 0) return { ...step, slopes: [] };
    return { ...step, radius: Math.max(0.08, 0.35 * 0.85 ** block), slopes: slopesAt(incumbent, shareAt) };
  });
}

/** An estimate that becomes narrower from block to block. */
function around(share: number, block: number): ShareEstimate {
  const width = 0.03 + 0.16 / (block + 1);
  return { estimate: share, low: share * Math.exp(-width), high: share * Math.exp(width) };
}

function slopesAt(config: TunedConfig, shareAt: ShareAt): TuneSlope[] {
  return sampleParams.map((param): TuneSlope => {
    const { name, values, per } = param;
    const now = config[name] ?? param.default;
    const others = values === undefined ? [param.next(Number(now))] : values.filter((one) => one !== now);
    const base = shareAt(config);
    const factor = Math.min(...others.map((value) => shareAt({ ...config, [name]: value }) / base));
    return { param: name, per, factor: { estimate: factor, low: factor - 0.008, high: factor + 0.009 } };
  });
}

function sensitivitiesAt(config: TunedConfig, shareAt: ShareAt): TuneSensitivity[] {
  return slopesAt(config, shareAt).map((slope) => {
    const param = sampleParams.find(({ name }) => name === slope.param);
    const now = param?.toUnit(Number(config[slope.param])) ?? 0;
    const values = param?.values ?? Array.from({ length: 25 }, (_, i) => param?.toValue(i / 24) ?? 0);
    return {
      ...slope,
      matters: slope.factor.low > 1 || slope.factor.high < 1,
      slice: values.map((value) => {
        const share = shareAt({ ...config, [slope.param]: value });
        // Far from where it was measured the model knows less.
        const width =
          typeof value === "number" ? 0.03 + 0.22 * Math.abs((param?.toUnit(value) ?? 0) - now) : 0.05;
        return {
          value,
          share: { estimate: share, low: share * Math.exp(-width), high: share * Math.exp(width) },
        };
      }),
    };
  });
}
