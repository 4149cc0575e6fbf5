import type { Random } from "../../../src/base/random.ts";
import { normalCdf } from "../../../src/stats/normal.ts";
import type { Candidate } from "../../../src/tune/search/searcher.ts";
import { drawNormal } from "../draw-normal.ts";
import { clamped, type Measured, type Method, type MethodMeans, oneByOne } from "./one-by-one.ts";
import { firstShape, fitGp, type Gp, type GpShape } from "./small-gp.ts";

/** The models of the objective and of each target's miss. */
interface Models {
  readonly score: Gp;
  readonly misses: readonly Gp[];
}

const anywhere = 300;
const nearTheBest = 150;
const nearness = 0.08;
const stepsAtFirst = 80;
const stepsLater = 12;
/** A configuration is only held for good where it meets each target with this probability. */
const sureEnough = 0.9;
const brokenScore = 3;

/**
 * Bayesian optimisation with expected improvement (Jones, Schonlau and Welch, Efficient global optimization, Journal of
 * Global Optimization 1998), weighted with the probability that the targets are met (Gardner et al., Bayesian optimization
 * with inequality constraints, ICML 2014), on scores whose upper end is warped, as they grow without bound under overload.
 * Among noisy values the best is the lowest mean of the model (Huang et al., 2006).
 */
export const createGpEi = oneByOne((means) => {
  const state: { models?: Models } = {};
  return {
    steps: improve(means, state),
    recommend: (measured) => (state.models === undefined ? undefined : lowestMean(state.models, measured)),
  };
});

function* improve(means: MethodMeans, state: { models?: Models }): Method["steps"] {
  const { start, dimensions, evaluations, targets, random } = means;
  const measured: Measured[] = [yield start];
  const spread = Math.min(2 * dimensions + 1, Math.ceil(evaluations / 3));
  for (const at of latinHypercube(spread, dimensions, random)) measured.push(yield at);
  let shapes = Array.from({ length: 1 + targets }, () => firstShape(dimensions));
  for (let steps = stepsAtFirst; ; steps = stepsLater) {
    const models = fitModels(measured, shapes, steps, random);
    state.models = models;
    shapes = [models.score.shape, ...models.misses.map(({ shape }) => shape)];
    measured.push(yield mostPromising(models, measured, means));
  }
}

function fitModels(
  measured: readonly Measured[],
  shapes: readonly GpShape[],
  steps: number,
  random: Random,
): Models {
  const points = measured.map(({ at }) => at);
  const beginning = measured[0]?.outcome.score ?? 0;
  const modelOf = (values: readonly number[], shape: GpShape): Gp =>
    fitGp(points, values, shape, steps, random);
  const [first = firstShape(0), ...others] = shapes;
  const scores = measured.map(({ outcome }) => warped((outcome.score ?? brokenScore) - beginning));
  return {
    score: modelOf(scores, first),
    misses: others.map((shape, i) =>
      modelOf(
        measured.map(({ outcome }) => Math.min(1, Math.max(-1, outcome.misses[i] ?? 1))),
        shape,
      ),
    ),
  };
}

function warped(score: number): number {
  return score > 0.3 ? 0.3 + 0.6 * Math.tanh((score - 0.3) / 1.2) : score;
}

/** The point of the greatest expected improvement, among some anywhere and some near the best. */
function mostPromising(
  models: Models,
  measured: readonly Measured[],
  { dimensions, random, start }: MethodMeans,
): readonly number[] {
  const best = lowestMean(models, measured);
  const from = measured.find(({ config }) => config === best?.config)?.at ?? start;
  const lowest = best?.score.mean ?? models.score.predict(start).mean;
  const promise = (at: readonly number[]): number =>
    expectedImprovement(models.score.predict(at), lowest) * meetingAll(models, at);
  let chosen = { at: from, promise: promise(from) };
  for (let i = 0; i < anywhere + nearTheBest; i++) {
    const at =
      i < anywhere
        ? Array.from({ length: dimensions }, () => random.next())
        : from.map((value) => clamped(value + nearness * drawNormal(random)));
    const next = { at, promise: promise(at) };
    if (next.promise > chosen.promise) chosen = next;
  }
  return chosen.at;
}

function expectedImprovement({ mean, sd }: { mean: number; sd: number }, lowest: number): number {
  const z = (lowest - mean) / sd;
  const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
  return sd * (z * normalCdf(z) + density);
}

function meetingAll({ misses }: Models, at: readonly number[]): number {
  return misses.reduce((product, model) => {
    const { mean, sd } = model.predict(at);
    return product * normalCdf(-mean / sd);
  }, 1);
}

function lowestMean(models: Models, measured: readonly Measured[]): Candidate | undefined {
  const beginning = measured[0];
  if (beginning === undefined) return undefined;
  const base = models.score.predict(beginning.at).mean;
  const [lowest] = measured
    .filter(({ at, outcome }) => outcome.score !== undefined && meetingAll(models, at) >= sureEnough)
    .map(({ config, at }) => ({ config, ...models.score.predict(at) }))
    .toSorted((a, b) => a.mean - b.mean);
  if (lowest === undefined) return undefined;
  const { config, sd } = lowest;
  const mean = lowest.mean - base;
  return { config, score: { mean, low: mean - 2 * sd, high: mean + 2 * sd } };
}

/** So many points, one in each slice of every coordinate. */
function latinHypercube(points: number, dimensions: number, random: Random): number[][] {
  const columns = Array.from({ length: dimensions }, () => {
    const slices = Array.from({ length: points }, (_, i) => i);
    for (let i = points - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [slices[i], slices[j]] = [slices[j] ?? 0, slices[i] ?? 0];
    }
    return slices.map((slice) => (slice + random.next()) / points);
  });
  return Array.from({ length: points }, (_, i) => columns.map((column) => column[i] ?? 0));
}
