import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/base/random.ts";
import type { NumberParam, Param, ParamConstraint } from "../../src/scenario/tuning.ts";
import { createSpace } from "../../src/tune/space/space.ts";

const batch = number("batch", { type: "int", scale: "log", min: 1, max: 1024, default: 64 });
const linger = number("linger", { type: "int", scale: "log1p", min: 0, max: 50_000, default: 0 });
const share = number("share", { type: "real", scale: "linear", min: 0, max: 1, step: 0.1, default: 0.5 });
const codec: Param = {
  name: "codec",
  path: ["target", "codec"],
  meaning: "",
  type: "choice",
  values: ["json", "msgpack"],
  default: "json",
};
const params: readonly Param[] = [batch, linger, share, codec];
const small: ParamConstraint = {
  text: "batch <= 100 || codec == 'json'",
  holds: ({ batch, codec }) => Number(batch) <= 100 || codec === "json",
};

function number(name: string, rest: Omit<NumberParam, "name" | "path" | "meaning" | "unit">): NumberParam {
  return { name, path: ["target", name], meaning: "", unit: "", ...rest };
}

const points = fc
  .tuple(
    fc.double({ min: -1, max: 2, noNaN: true }),
    fc.double({ min: -1, max: 2, noNaN: true }),
    fc.double({ min: -1, max: 2, noNaN: true }),
    fc.integer({ min: 0, max: 1 }),
  )
  .map((coordinates) => Float64Array.from(coordinates));

describe("a space", () => {
  const space = createSpace(params, [small]);

  test("gives at every point a configuration that is allowed and within its ranges", () => {
    fc.assert(
      fc.property(points, (point) => {
        const config = space.toConfig(point);
        expect(space.isAllowed(config)).toBe(true);
        expect(Number.isInteger(config.batch)).toBe(true);
        expect(config.batch).toBeGreaterThanOrEqual(1);
        expect(config.batch).toBeLessThanOrEqual(1024);
        expect(config.linger).toBeGreaterThanOrEqual(0);
        expect(config.linger).toBeLessThanOrEqual(50_000);
        expect((Number(config.share) * 10) % 1).toBeCloseTo(0, 9);
      }),
    );
  });

  test("leads a configuration to its point and back unchanged", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_294_967_295 }), (seed) => {
        const config = space.sample(createRandom(seed));
        expect(space.toConfig(space.toPoint(config))).toEqual(config);
      }),
    );
  });

  test("steps by factors on a log scale, and reaches 0 on one that begins there", () => {
    expect(space.toConfig(Float64Array.of(0.5, 0, 0, 0))).toMatchObject({ batch: 32, linger: 0, share: 0 });
    expect(space.toConfig(Float64Array.of(1, 0.5, 1, 0))).toMatchObject({
      batch: 1024,
      linger: 223,
      share: 1,
    });
  });

  test("draws what a constraint forbids back towards what is allowed, and keeps the choice where it can", () => {
    const config = space.toConfig(Float64Array.of(1, 0, 0.5, 1));
    expect(config.codec).toBe("msgpack");
    expect(config.batch).toBeGreaterThan(90);
    expect(config.batch).toBeLessThanOrEqual(100);
    const large = { batch: 1024, linger: 0, share: 0.5, codec: "json" };
    expect(space.toConfig(Float64Array.of(1, 0, 0.5, 1), large)).toEqual(large);
  });

  test("tells how far a number must move to become another value", () => {
    const [at32] = space.toPoint({ ...space.defaults, batch: 32 });
    const step = space.stepAt(0, at32 ?? 0);
    expect(space.toConfig(Float64Array.of((at32 ?? 0) + step, 0, 0.5, 0)).batch).toBe(33);
    expect(space.stepAt(2, 0.5)).toBeCloseTo(0.1, 9);
    expect(space.stepAt(3, 0)).toBe(0);
  });

  test("samples configurations that are all allowed and differ", () => {
    const random = createRandom(1);
    const configs = Array.from({ length: 100 }, () => space.sample(random));
    expect(configs.every(space.isAllowed)).toBe(true);
    expect(new Set(configs.map(space.keyOf)).size).toBeGreaterThan(90);
  });
});
