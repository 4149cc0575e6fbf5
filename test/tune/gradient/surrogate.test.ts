import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import { createAcquisition } from "../../../src/tune/search/gradient/acquisition.ts";
import { createKernel, theta } from "../../../src/tune/search/gradient/surrogate/kernel.ts";
import { learnKernel, typicalLogs } from "../../../src/tune/search/gradient/surrogate/learn-kernel.ts";
import { widenOutliers } from "../../../src/tune/search/gradient/surrogate/outliers.ts";
import { posteriorOf } from "../../../src/tune/search/gradient/surrogate/posterior.ts";
import { layOut, type Row, type Rows } from "../../../src/tune/search/gradient/surrogate/rows.ts";
import {
  createBeliefHere,
  createSurrogate,
  type Surrogate,
} from "../../../src/tune/search/gradient/surrogate/surrogate.ts";

/** Two numbers, and a choice of three values between them. */
const coordinates = { isChoice: [false, true, false], origin: Float64Array.of(0.3, 1, 0.6) };
const dims = 3;

function measuredRows(count: number, measure: (row: number, point: Float64Array) => number): Rows {
  const random = createRandom(7);
  const rows = Array.from({ length: count }, (_, i): Row => {
    const point = Float64Array.of(random.next(), random.integer(3), random.next());
    return { point, time: Math.floor(i / 3) / 10, value: measure(i, point), noise: 1 + (i % 2) };
  });
  return layOut(rows, dims);
}

function bowl([x = 0, choice = 0, y = 0]: ArrayLike<number> & Iterable<number>): number {
  return (x - 0.7) ** 2 + 2 * (y - 0.2) ** 2 + 0.3 * choice;
}

function surrogateOf(rows: Rows, logs = typicalLogs(dims)): Surrogate {
  const kernel = createKernel(coordinates, logs);
  const posterior = posteriorOf(kernel, rows);
  if (posterior === undefined) throw new Error("the rows have no posterior");
  return createSurrogate(kernel, rows, posterior);
}

const points = fc
  .tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 2 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map((at) => Float64Array.from(at));

describe("a surrogate", () => {
  const rows = measuredRows(18, (_, point) => bowl(point));
  const surrogate = surrogateOf(rows);
  const slopeBySteps = (at: (point: Float64Array) => number, point: Float64Array, dim: number): number => {
    const step = 1e-5;
    const value = point[dim] ?? 0;
    return (at(point.with(dim, value + step)) - at(point.with(dim, value - step))) / (2 * step);
  };

  test("has the slopes that small steps find, of its mean and of its doubt; and none along a choice", () => {
    const here = createBeliefHere(dims);
    fc.assert(
      fc.property(points, (point) => {
        surrogate.look(point, here);
        expect(here).toMatchObject(surrogate.at(point));
        for (const dim of [0, 2]) {
          const mean = slopeBySteps((at) => surrogate.at(at).mean, point, dim);
          expect(here.meanSlopes[dim]).toBeCloseTo(mean, 5);
          expect(surrogate.slope(point, dim).mean).toBeCloseTo(mean, 5);
          expect(here.sdSlopes[dim]).toBeCloseTo(
            slopeBySteps((at) => surrogate.at(at).sd, point, dim),
            4,
          );
        }
        expect([here.meanSlopes[1], here.sdSlopes[1]]).toEqual([0, 0]);
      }),
    );
  });

  test("doubts a slope as it doubts a difference over a small step", () => {
    fc.assert(
      fc.property(points, (point) => {
        const step = 1e-3;
        const moved = point.with(0, (point[0] ?? 0) + step);
        expect(surrogate.slope(point, 0).sd).toBeCloseTo(surrogate.difference(moved, point).sd / step, 2);
      }),
    );
  });

  test("sees a difference as that of its means, without doubt between a point and itself", () => {
    fc.assert(
      fc.property(points, points, (one, other) => {
        const { mean, sd } = surrogate.difference(one, other);
        expect(mean).toBeCloseTo(surrogate.at(one).mean - surrogate.at(other).mean, 9);
        expect(sd).toBeLessThanOrEqual(surrogate.at(one).sd + surrogate.at(other).sd + 1e-9);
      }),
    );
    expect(surrogate.difference(coordinates.origin, coordinates.origin).sd).toBeLessThan(1e-5);
  });

  test("comes close to what was measured, and doubts what lies far from it", () => {
    const quiet = typicalLogs(dims).with(theta.noise, Math.log(1e-6)).with(theta.drift, Math.log(1e-8));
    const sure = surrogateOf(rows, quiet);
    const measured = rows.points.subarray(0, dims);
    expect(sure.at(measured).mean).toBeCloseTo(bowl(measured), 2);
    expect(sure.at(measured).sd).toBeLessThan(0.01);
    expect(sure.at(Float64Array.of(0, 2, 1)).sd).toBeGreaterThan(0.02);
  });

  test("lays what a block shares to drift, not to its points", () => {
    // Three points measured in each block; each block is slower than the one before by a constant.
    const drifting = measuredRows(18, (i, point) => bowl(point) + 0.2 * Math.floor(i / 3));
    const logs = typicalLogs(dims).with(theta.drift, Math.log(0.1));
    const difference = (seen: Surrogate): number =>
      seen.difference(Float64Array.of(0.2, 1, 0.5), Float64Array.of(0.8, 1, 0.5)).mean;
    const truth = bowl(Float64Array.of(0.2, 1, 0.5)) - bowl(Float64Array.of(0.8, 1, 0.5));
    expect(Math.abs(difference(surrogateOf(drifting, logs)) - truth)).toBeLessThan(0.08);
  });

  test("is descended along slopes that include targets and the other points of a block", () => {
    const miss = surrogateOf(measuredRows(15, (_, [x = 0]) => x - 0.4));
    const acquisition = createAcquisition(
      { score: surrogate, misses: [miss], dims },
      { curiosity: 0.7, others: [Float64Array.of(0.5, 1, 0.5)] },
    );
    const slopes = new Float64Array(dims);
    const value = (point: Float64Array): number => acquisition(point, new Float64Array(dims));
    fc.assert(
      fc.property(points, (point) => {
        const { mean, sd } = miss.at(point);
        // Where it begins to miss the target there is a kink.
        fc.pre(Math.abs(mean + 0.8 * sd) > 1e-3);
        acquisition(point, slopes);
        for (const dim of [0, 2]) expect(slopes[dim]).toBeCloseTo(slopeBySteps(value, point, dim), 3);
      }),
    );
  });
});

describe("learning a kernel", () => {
  const rows = measuredRows(24, (_, point) => bowl(point));

  test("finds a likelier one than it began with, the same with the same seed", () => {
    const learn = (steps: number) =>
      learnKernel(coordinates, rows, typicalLogs(dims), steps, createRandom(3));
    const [begun, learnt] = [learn(0), learn(60)];
    expect(learnt?.posterior.likelihood).toBeGreaterThan((begun?.posterior.likelihood ?? 0) + 1);
    expect(learn(60)?.logs).toEqual(learnt?.logs);
    // The rows have hardly any noise, and it sees that.
    expect(learnt?.kernel.noise).toBeLessThan(begun?.kernel.noise ?? 0);
  });

  test("widens what is far too slow, and not what is fast", () => {
    const kernel = createKernel(coordinates, typicalLogs(dims).with(theta.noise, Math.log(0.001)));
    const widened = (shift: number): number[] => {
      const disturbed = { ...rows, values: rows.values.with(5, (rows.values[5] ?? 0) + shift) };
      const posterior = posteriorOf(kernel, disturbed);
      if (posterior === undefined) throw new Error("the rows have no posterior");
      const { noises } = widenOutliers(disturbed, posterior);
      return [...noises].flatMap((noise, i) => (noise > (rows.noises[i] ?? 0) ? i : []));
    };
    expect(widened(1.5)).toContain(5);
    expect(widened(0)).toEqual([]);
    expect(widened(-1.5)).not.toContain(5);
  });
});
