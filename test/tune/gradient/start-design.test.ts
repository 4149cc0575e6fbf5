import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Param } from "../../../src/scenario/tuning.ts";
import { createBounds } from "../../../src/tune/search/bounds.ts";
import { createStartDesign } from "../../../src/tune/search/gradient/start-design.ts";
import { createSpace } from "../../../src/tune/space/space.ts";

function real(name: string, byDefault: number): Param {
  const range = { min: 0, max: 1, default: byDefault };
  return { name, path: [name], meaning: "", unit: "", type: "real", scale: "linear", ...range };
}

const codec: Param = {
  name: "codec",
  path: ["codec"],
  meaning: "",
  type: "choice",
  values: ["json", "msgpack", "cbor"],
  default: "json",
};

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("the start of a search", () => {
  const params = [real("a", 0.5), real("b", 0.4), real("c", 0.6), codec];
  const space = createSpace(params, []);
  const bounds = createBounds(space, undefined);
  const centre = space.toPoint(space.defaults);

  test("measures the beginning first, then pairs that are mirrored at it in every number", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const design = createStartDesign(bounds, seed);
        expect(design.armsOf(0)[0]).toEqual({ config: space.defaults, role: "default" });
        for (let block = 0; block < design.blocks; block++) {
          const [one, other] = probesOf(design.armsOf(block));
          for (const i of [0, 1, 2]) {
            expect(Math.abs((one?.[i] ?? 0) - (centre[i] ?? 0))).toBeCloseTo(0.12, 9);
            expect((one?.[i] ?? 0) + (other?.[i] ?? 0)).toBeCloseTo(2 * (centre[i] ?? 0), 9);
          }
        }
      }),
    );
  });

  test("shows the slope along a number by itself in all pairs, whatever the others do", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const design = createStartDesign(bounds, seed);
        const signs = Array.from({ length: design.blocks }, (_, block) => {
          const [one] = probesOf(design.armsOf(block));
          return [0, 1, 2].map((i) => Math.sign((one?.[i] ?? 0) - (centre[i] ?? 0)));
        });
        for (const [i, j] of [
          [0, 1],
          [0, 2],
          [1, 2],
        ] as const) {
          expect(signs.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)).toBe(0);
        }
      }),
    );
  });

  test("spreads the other points: of six each has a sixth of every number, and each choice is seen", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const design = createStartDesign(bounds, seed);
        const spread = [0, 1, 2, 3].flatMap((block) =>
          design.armsOf(block).flatMap(({ config, role }) => (role === "explore" ? [config] : [])),
        );
        expect(new Set(spread.map((config) => config.codec)).size).toBe(3);
        const strata = [...spread.slice(0, 1), ...spread.slice(1, 6)];
        expect(new Set(strata.map(({ a }) => Math.floor(Number(a) * 6))).size).toBeGreaterThanOrEqual(5);
      }),
    );
  });

  test("mirrors pairs beside a beginning at the edge, so that both points are in range", () => {
    const edge = createSpace([real("a", 0), real("b", 1)], []);
    const design = createStartDesign(createBounds(edge, undefined), 1);
    for (const block of [0, 1]) {
      const [one, other] = probesOf(design.armsOf(block));
      expect([one?.[0], other?.[0]].toSorted()).toEqual([0, 0.24]);
      expect([one?.[1], other?.[1]].toSorted()).toEqual([0.76, 1]);
    }
  });

  test("only spreads points where there are no numbers", () => {
    const choices = createSpace([codec], []);
    const roles = createStartDesign(createBounds(choices, undefined), 1)
      .armsOf(0)
      .map(({ role }) => role);
    expect(roles).toEqual(["default", "explore", "explore", "explore"]);
  });

  function probesOf(arms: ReturnType<ReturnType<typeof createStartDesign>["armsOf"]>): number[][] {
    return arms.flatMap(({ config, role }) =>
      role === "probe" ? [params.map(({ name }) => Number(config[name]))] : [],
    );
  }
});
