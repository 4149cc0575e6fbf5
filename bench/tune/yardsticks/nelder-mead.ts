import {
  clamped,
  lowestMeasured,
  type Measured,
  type MethodMeans,
  oneByOne,
  penalised,
} from "./one-by-one.ts";

interface Vertex {
  readonly at: readonly number[];
  readonly value: number;
}

type Step<Result> = Generator<readonly number[], Result, Measured>;

const firstEdge = 0.25;
/** A simplex that is smaller is given up, and a new one begun around its best vertex. */
const smallestEdge = 0.02;

/**
 * The simplex method of Nelder and Mead (A simplex method for function minimization, Computer Journal 1965), kept within
 * the cube, with the usual coefficients 1, 2, 1/2 and 1/2; begun anew around its best vertex where it has shrunk.
 */
export const createNelderMead = oneByOne((means) => ({
  steps: descend(means),
  recommend: lowestMeasured,
}));

function* descend({ start }: MethodMeans): Step<void> {
  let best: Vertex = { at: start, value: yield* evaluate(start) };
  for (let edge = firstEdge; ; edge = Math.max(edge / 2, 0.06)) {
    let simplex = yield* simplexAround(best, edge);
    while (sizeOf(simplex) > smallestEdge) simplex = yield* improve(simplex);
    best = simplex[0] ?? best;
  }
}

function* evaluate(at: readonly number[]): Step<number> {
  return penalised(yield at);
}

/** A vertex along each coordinate, away from the nearer wall. */
function* simplexAround(best: Vertex, edge: number): Step<Vertex[]> {
  const simplex = [best];
  for (const [i, value] of best.at.entries()) {
    const at = best.at.with(i, value > 0.5 ? value - edge : value + edge);
    simplex.push({ at, value: yield* evaluate(at) });
  }
  return simplex.sort(byValue);
}

function* improve(simplex: readonly Vertex[]): Step<Vertex[]> {
  const [best] = simplex;
  const worst = simplex.at(-1);
  const others = simplex.slice(0, -1);
  const next = others.at(-1);
  if (best === undefined || worst === undefined || next === undefined) return [...simplex];
  const centre = best.at.map((_, i) => others.reduce((sum, { at }) => sum + (at[i] ?? 0), 0) / others.length);
  const along = (factor: number): number[] =>
    centre.map((middle, i) => clamped(middle + factor * (middle - (worst.at[i] ?? 0))));
  const vertexAt = function* (factor: number): Step<Vertex> {
    const at = along(factor);
    return { at, value: yield* evaluate(at) };
  };
  const reflected = yield* vertexAt(1);
  if (reflected.value < best.value) {
    const expanded = yield* vertexAt(2);
    return replaced(others, expanded.value < reflected.value ? expanded : reflected);
  }
  if (reflected.value < next.value) return replaced(others, reflected);
  const contracted = yield* vertexAt(reflected.value < worst.value ? 0.5 : -0.5);
  if (contracted.value < Math.min(reflected.value, worst.value)) return replaced(others, contracted);
  return yield* shrunk(simplex, best);
}

function replaced(others: readonly Vertex[], vertex: Vertex): Vertex[] {
  return [...others, vertex].sort(byValue);
}

function* shrunk(simplex: readonly Vertex[], best: Vertex): Step<Vertex[]> {
  const vertices = [best];
  for (const vertex of simplex.slice(1)) {
    const at = vertex.at.map((value, i) => (value + (best.at[i] ?? 0)) / 2);
    vertices.push({ at, value: yield* evaluate(at) });
  }
  return vertices.sort(byValue);
}

/** The longest way along a coordinate from the best vertex to another. */
function sizeOf(simplex: readonly Vertex[]): number {
  const [best] = simplex;
  return Math.max(...simplex.flatMap(({ at }) => at.map((value, i) => Math.abs(value - (best?.at[i] ?? 0)))));
}

function byValue(a: Vertex, b: Vertex): number {
  return a.value - b.value;
}
