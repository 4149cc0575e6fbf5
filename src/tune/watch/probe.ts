import { createRandom, deriveSeed } from "../../base/random.ts";
import type { Config } from "../../scenario/tuning.ts";
import type { MeasuredBlock } from "../rig.ts";
import type { Arm, Block } from "../search/searcher.ts";
import type { Space } from "../space/space.ts";
import { type Miss, missOfProbe } from "./target-guard.ts";

/** How far a neighbour lies from the configuration in force in every coordinate, where one step is not farther. */
const probeStep = 0.08;
/** Directions that are drawn until neither neighbour is one that is better not measured: with whole steps first, then with halves. */
const draws = [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5];

/** The configuration in force between two neighbours that mirror each other. */
export interface Probe {
  readonly block: Block;
  readonly incumbent: Config;
  /** The same as `incumbent` where there is no neighbour on that side. */
  readonly minus: Config;
  readonly plus: Config;
}

/** How the objective changes around the configuration in force. Scores are ln: smaller is better. */
export interface SlopeReading {
  /** The score of `plus` less that of `minus`. */
  readonly difference: number;
  /** Which way each parameter went from `minus` to `plus`: 1, -1, or 0 where it stayed. */
  readonly signs: readonly number[];
  /** By how much both neighbours together are better: the score in force less the mean of theirs. */
  readonly bend: number;
}

/** What a probe showed. */
export interface ProbeReading {
  /** Of the configuration in force; undefined where it did not work. */
  readonly score: number | undefined;
  /** Which targets it missed, by their index; and by how much, it all in all. */
  readonly missed: readonly number[];
  readonly miss: Miss;
  readonly failure?: string;
  /** The neighbours' objectives as shares of that in force, `minus` first; absent where not all worked. */
  readonly neighbours?: readonly [number, number];
  /** Absent where a neighbour did not work or missed a target, which is no way to go, and where there is none. */
  readonly slope?: SlopeReading;
  /** Neighbours that did not work or missed a target, and are better not measured again soon; none where what is in force did no better. */
  readonly shunned: readonly Config[];
}

/** A probe of the configuration in force alone, for its targets. */
export function probeTargets(incumbent: Config, probe: number, seed: number): Probe {
  return {
    block: blockOf([{ config: incumbent, role: "default" }], probe, seed),
    incumbent,
    minus: incumbent,
    plus: incumbent,
  };
}

/**
 * A probe with a mirrored pair of neighbours: every number goes one step up or down, by a sign that is drawn anew for each
 * probe (a simultaneous perturbation; Spall, IEEE Transactions on Automatic Control 1992). Choices stay. Where there is no
 * such pair, it is a probe of the configuration alone.
 */
export function probeSlope(
  space: Space,
  incumbent: Config,
  probe: number,
  seed: number,
  isShunned: (config: Config) => boolean,
): Probe {
  const random = createRandom(deriveSeed(seed, `directions ${probe}`));
  const centre = space.toPoint(incumbent);
  const lengths = stepLengths(space, incumbent);
  for (const share of draws) {
    const direction = lengths.map((length) => share * (random.next() < 0.5 ? -length : length));
    const neighbour = (sign: number): Config =>
      space.toConfig(
        centre.map((value, i) => value + sign * (direction[i] ?? 0)),
        incumbent,
      );
    const [minus, plus] = [neighbour(-1), neighbour(1)];
    if (!isShunned(minus) && !isShunned(plus))
      return pairProbe(space, { minus, incumbent, plus }, probe, seed);
  }
  return probeTargets(incumbent, probe, seed);
}

function pairProbe(
  space: Space,
  { minus, incumbent, plus }: Omit<Probe, "block">,
  probe: number,
  seed: number,
): Probe {
  const arms = new Map<string, Arm>([[space.keyOf(minus), { config: minus, role: "probe" }]]);
  arms.set(space.keyOf(incumbent), { config: incumbent, role: "default" });
  if (!arms.has(space.keyOf(plus))) arms.set(space.keyOf(plus), { config: plus, role: "probe" });
  return { block: blockOf([...arms.values()], probe, seed), incumbent, minus, plus };
}

/** Whether a parameter of a configuration can go lower, and higher: by half a step at least. */
export function waysOf(space: Space, config: Config): readonly { lower: boolean; higher: boolean }[] {
  const centre = space.toPoint(config);
  return stepLengths(space, config).map((length, param) => {
    const goes = (by: number): boolean => {
      const point = centre.map((value, i) => (i === param ? value + by : value));
      const reached = space.toPoint(space.toConfig(point, config))[param] ?? 0;
      return length > 0 && Math.abs(reached - (centre[param] ?? 0)) >= length / 2;
    };
    return { lower: goes(-length), higher: goes(length) };
  });
}

/** Reads what a probe showed. */
export function readProbe(space: Space, probe: Probe, { arms }: MeasuredBlock): ProbeReading {
  const { block, incumbent, minus, plus } = probe;
  const outcomeOf = (config: Config): MeasuredBlock["arms"][number] | undefined =>
    arms[block.arms.findIndex((arm) => space.keyOf(arm.config) === space.keyOf(config))];
  const isGood = (config: Config): boolean => {
    const outcome = outcomeOf(config);
    return outcome?.score !== undefined && outcome.misses.every((miss) => miss <= 0);
  };
  const isIncumbent = (config: Config): boolean => space.keyOf(config) === space.keyOf(incumbent);
  const own = outcomeOf(incumbent);
  const score = own?.score;
  const missed = (own?.misses ?? []).flatMap((miss, target) => (miss > 0 ? [target] : []));
  const bad = [minus, plus].filter((config) => !isIncumbent(config) && !isGood(config));
  const [low, high] = [outcomeOf(minus)?.score, outcomeOf(plus)?.score];
  const signs = signsBetween(space, minus, plus);
  const hasPair = score !== undefined && low !== undefined && high !== undefined && signs.some(Boolean);
  return {
    score,
    missed,
    miss: missOfProbe(score === undefined ? undefined : own?.misses),
    ...(score === undefined ? { failure: own?.failure ?? "it gave no figures" } : {}),
    ...(hasPair ? { neighbours: [Math.exp(low - score), Math.exp(high - score)] } : {}),
    ...(hasPair && bad.length === 0
      ? { slope: { difference: high - low, signs, bend: score - (low + high) / 2 } }
      : {}),
    shunned: isGood(incumbent) ? bad : [],
  };
}

/**
 * How far each coordinate goes: at least one step; 0 for choices. Near an end of the range it is as far as there is room on
 * both sides, since in an uneven pair a curve would look like a slope; but at the end itself there is one side alone.
 */
function stepLengths(space: Space, config: Config): readonly number[] {
  const centre = space.toPoint(config);
  return space.params.map(({ type }, i) => {
    if (type === "choice") return 0;
    const at = centre[i] ?? 0;
    const least = space.stepAt(i, at);
    const whole = Math.max(probeStep, least);
    const room = Math.min(at, 1 - at);
    return room >= Math.max(whole / 2, least) ? Math.min(whole, room) : whole;
  });
}

function signsBetween(space: Space, minus: Config, plus: Config): readonly number[] {
  const [from, to] = [space.toPoint(minus), space.toPoint(plus)];
  return space.params.map(({ type }, i) =>
    type === "choice" ? 0 : Math.sign((to[i] ?? 0) - (from[i] ?? 0)),
  );
}

function blockOf(arms: readonly Arm[], probe: number, seed: number): Block {
  return { block: probe, seed: deriveSeed(seed, `probe ${probe}`), arms, length: 0.5 };
}
