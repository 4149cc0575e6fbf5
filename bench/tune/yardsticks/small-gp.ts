import type { Random } from "../../../src/base/random.ts";
import { drawNormal } from "../draw-normal.ts";

/** What a Gaussian process takes the values to be like; all as ln. */
export interface GpShape {
  /** How far values hang together along each coordinate. */
  readonly lengths: readonly number[];
  /** The standard deviation of the function, and that of the noise. */
  readonly amplitude: number;
  readonly noise: number;
}

/** A Gaussian process with values that it was given. */
export interface Gp {
  readonly shape: GpShape;
  predict(at: readonly number[]): { readonly mean: number; readonly sd: number };
}

/** The shape that is the most probable before there are values. */
export function firstShape(dimensions: number): GpShape {
  const lengths = new Array<number>(dimensions).fill(Math.log(0.6));
  return { lengths, amplitude: Math.log(0.4), noise: Math.log(0.1) };
}

/**
 * Fits a Gaussian process with a Matern-5/2 kernel and a constant mean (Rasmussen and Williams, Gaussian processes for
 * machine learning, 2006, algorithm 2.1): the shape by so many random steps from a given one, each kept where it makes the
 * values more probable.
 */
export function fitGp(
  points: readonly (readonly number[])[],
  values: readonly number[],
  from: GpShape,
  steps: number,
  random: Random,
): Gp {
  let best = factorise(points, values, from);
  for (let step = 0; step < steps; step++) {
    const next = factorise(points, values, nudged(best.shape, random));
    if (next.evidence > best.evidence) best = next;
  }
  const { shape, centre, factor, weights } = best;
  const amplitude = Math.exp(2 * shape.amplitude);
  const scales = shape.lengths.map((length) => Math.exp(-length));
  return {
    shape,
    predict: (at) => {
      const near = Float64Array.from(points, (point) => amplitude * matern(at, point, scales));
      const mean = near.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), centre);
      const explained = solveLower(factor, near).reduce((sum, value) => sum + value * value, 0);
      return { mean, sd: Math.sqrt(Math.max(1e-12, amplitude - explained)) };
    },
  };
}

interface Factorised {
  readonly shape: GpShape;
  readonly centre: number;
  /** Lower triangle, row by row. */
  readonly factor: readonly Float64Array[];
  readonly weights: Float64Array;
  /** ln of the probability of values and shape, but for a constant. */
  readonly evidence: number;
}

function factorise(
  points: readonly (readonly number[])[],
  values: readonly number[],
  shape: GpShape,
): Factorised {
  const amplitude = Math.exp(2 * shape.amplitude);
  const noise = Math.exp(2 * shape.noise);
  const scales = shape.lengths.map((length) => Math.exp(-length));
  const factor = choleskyOf(points.length, (i, j) =>
    i === j ? amplitude + noise : amplitude * matern(points[i] ?? [], points[j] ?? [], scales),
  );
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const half = solveLower(
    factor,
    Float64Array.from(values, (value) => value - centre),
  );
  const fit = half.reduce((sum, value) => sum + value * value, 0);
  const volume = factor.reduce((sum, row, i) => sum + Math.log(row[i] ?? 1), 0);
  const weights = solveUpper(factor, half);
  return { shape, centre, factor, weights, evidence: -fit / 2 - volume + priorOf(shape) };
}

function priorOf({ lengths, amplitude, noise }: GpShape): number {
  const around = (value: number, middle: number, sd: number): number => -0.5 * ((value - middle) / sd) ** 2;
  const ofLengths = lengths.reduce((sum, length) => sum + around(length, Math.log(0.6), 0.7), 0);
  return ofLengths + around(amplitude, Math.log(0.4), 0.7) + around(noise, Math.log(0.1), 0.5);
}

function nudged({ lengths, amplitude, noise }: GpShape, random: Random): GpShape {
  const by = (value: number): number => (random.next() < 0.5 ? value : value + 0.4 * drawNormal(random));
  return { lengths: lengths.map(by), amplitude: by(amplitude), noise: by(noise) };
}

/** The Matern-5/2 correlation of two points. */
function matern(a: readonly number[], b: readonly number[], scales: readonly number[]): number {
  let square = 0;
  for (let i = 0; i < scales.length; i++) square += (((a[i] ?? 0) - (b[i] ?? 0)) * (scales[i] ?? 0)) ** 2;
  const distance = Math.sqrt(5 * square);
  return (1 + distance + (5 * square) / 3) * Math.exp(-distance);
}

function choleskyOf(size: number, at: (i: number, j: number) => number): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let i = 0; i < size; i++) {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : rows[j];
      if (other === undefined) continue;
      let sum = at(i, j);
      for (let k = 0; k < j; k++) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      row[j] = i === j ? Math.sqrt(Math.max(1e-12, sum)) : sum / (other[j] ?? 1);
    }
    rows.push(row);
  }
  return rows;
}

/** x of L x = b. */
function solveLower(factor: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = Float64Array.from(b);
  factor.forEach((row, i) => {
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (row[k] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (row[i] ?? 1);
  });
  return x;
}

/** x of L' x = b. */
function solveUpper(factor: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = Float64Array.from(b);
  for (let i = x.length - 1; i >= 0; i--) {
    const row = factor[i];
    if (row === undefined) continue;
    const value = (x[i] ?? 0) / (row[i] ?? 1);
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] = (x[k] ?? 0) - (row[k] ?? 0) * value;
  }
  return x;
}
