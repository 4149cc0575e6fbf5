import { drawNormal } from "../draw-normal.ts";
import { clamped, lowestMeasured, type Method, type MethodMeans, oneByOne, penalised } from "./one-by-one.ts";

interface Child {
  /** Standard normal. */
  readonly z: readonly number[];
  /** The step that was made of it. */
  readonly step: readonly number[];
  readonly value: number;
}

/** Of the cube's edge. */
const firstSigma = 0.25;

/**
 * CMA-ES in the form without a covariance matrix: MA-ES (Beyer and Sendhoff, Simplify your covariance matrix adaptation
 * evolution strategy, IEEE Transactions on Evolutionary Computation 2017), which does as well with the same constants
 * (Hansen, The CMA evolution strategy: a tutorial, 2016). Points are cut off at the cube's walls.
 */
export const createCmaEs = oneByOne((means) => ({ steps: evolve(means), recommend: lowestMeasured }));

function* evolve({ start, dimensions, random }: MethodMeans): Method["steps"] {
  const rates = ratesOf(dimensions);
  const axes = Array.from({ length: dimensions }, (_, i) => start.map((_, j) => (i === j ? 1 : 0)));
  let path = start.map(() => 0);
  let sigma = firstSigma;
  let mean = start;
  yield start;
  for (;;) {
    const children: Child[] = [];
    while (children.length < rates.children) {
      const z = start.map(() => drawNormal(random));
      const step = axes.map((axis) => dot(axis, z));
      const value = penalised(yield mean.map((middle, i) => clamped(middle + sigma * (step[i] ?? 0))));
      children.push({ z, step, value });
    }
    const parents = children.sort((a, b) => a.value - b.value).slice(0, rates.weights.length);
    const weighted = (of: (parent: Child) => number): number =>
      parents.reduce((sum, parent, rank) => sum + (rates.weights[rank] ?? 0) * of(parent), 0);
    mean = mean.map((middle, i) => clamped(middle + sigma * weighted(({ step }) => step[i] ?? 0)));
    const { cs, mu } = rates;
    path = path.map(
      (was, i) => (1 - cs) * was + Math.sqrt(mu * cs * (2 - cs)) * weighted(({ z }) => z[i] ?? 0),
    );
    adaptAxes(axes, (i, j) => {
      const identity = i === j ? 1 : 0;
      const ofPath = (path[i] ?? 0) * (path[j] ?? 0) - identity;
      const ofParents = weighted(({ z }) => (z[i] ?? 0) * (z[j] ?? 0)) - identity;
      return identity + (rates.c1 / 2) * ofPath + (rates.cw / 2) * ofParents;
    });
    sigma *= Math.exp((cs / rates.damping) * (Math.hypot(...path) / rates.expectedLength - 1));
  }
}

/** Multiplies the matrix of the axes by another from the right. */
function adaptAxes(axes: number[][], factor: (i: number, j: number) => number): void {
  axes.forEach((axis, row) => {
    axes[row] = axis.map((_, j) => axis.reduce((sum, value, i) => sum + value * factor(i, j), 0));
  });
}

/** The constants of Hansen's tutorial, table 1. */
function ratesOf(n: number): {
  children: number;
  weights: readonly number[];
  mu: number;
  cs: number;
  c1: number;
  cw: number;
  damping: number;
  expectedLength: number;
} {
  const children = 4 + Math.floor(3 * Math.log(n));
  const parents = Math.floor(children / 2);
  const raw = Array.from({ length: parents }, (_, i) => Math.log((children + 1) / 2) - Math.log(i + 1));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const weights = raw.map((weight) => weight / total);
  const mu = 1 / dot(weights, weights);
  const cs = (mu + 2) / (n + mu + 5);
  const c1 = 2 / ((n + 1.3) ** 2 + mu);
  return {
    children,
    weights,
    mu,
    cs,
    c1,
    cw: Math.min(1 - c1, (2 * (mu + 1 / mu - 2)) / ((n + 2) ** 2 + mu)),
    damping: 1 + cs + 2 * Math.max(0, Math.sqrt((mu - 1) / (n + 1)) - 1),
    expectedLength: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
