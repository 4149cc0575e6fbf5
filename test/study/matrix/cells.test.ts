import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MatrixSpec } from "../../../src/scenario/scenario.ts";
import { planCells } from "../../../src/study/matrix/cell.ts";
import { chooseCells } from "../../../src/study/matrix/choose-cells.ts";
import { orderTurns } from "../../../src/study/matrix/order.ts";

function matrix(axes: Readonly<Record<string, readonly string[]>>): MatrixSpec {
  return {
    rounds: 3,
    axes: Object.entries(axes).map(([name, texts]) => ({
      name,
      levels: texts.map((text) => ({
        text,
        overrides: [{ label: `matrix ${name}=${text}`, path: ["target", name], value: text }],
      })),
    })),
  };
}

const stores = matrix({ store: ["memory", "log", "redis"], payload: ["100 B", "4 KB"] });

describe("the cells of a matrix", () => {
  test("are each level with each, the last setting turning fastest", () => {
    const cells = planCells(stores);
    expect(cells.map(({ name }) => name)).toEqual([
      "store=memory payload=100 B",
      "store=memory payload=4 KB",
      "store=log payload=100 B",
      "store=log payload=4 KB",
      "store=redis payload=100 B",
      "store=redis payload=4 KB",
    ]);
    expect(cells[3]?.overrides.map(({ path, value }) => `${path.join(".")}=${value}`)).toEqual([
      "target.store=log",
      "target.payload=4 KB",
    ]);
  });

  test("have folders of their own that are names everywhere, whatever the values are", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 120 }), { minLength: 2 }), (texts) => {
        const folders = planCells(matrix({ text: texts })).map(({ folder }) => folder);
        expect(new Set(folders.map((folder) => folder.toLowerCase())).size).toBe(texts.length);
        for (const folder of folders) expect(folder).toMatch(/^cells\/[\w.-]{1,90}$/);
      }),
    );
  });

  test("are all taken in each round, each round in an order of its own, the same for the same seed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat(),
        (cells, rounds, seed) => {
          const turns = orderTurns(cells, rounds, seed);
          expect(orderTurns(cells, rounds, seed)).toEqual(turns);
          expect(turns.map(({ round }) => round)).toEqual(
            turns.map(({ round }) => round).toSorted((a, b) => a - b),
          );
          for (let round = 0; round < rounds; round++) {
            const those = turns.filter((turn) => turn.round === round).map(({ cell }) => cell);
            expect(those.toSorted((a, b) => a - b)).toEqual(Array.from({ length: cells }, (_, i) => i));
          }
        },
      ),
    );
    const orders = [0, 1].map((round) =>
      orderTurns(30, 2, 1)
        .filter((turn) => turn.round === round)
        .map(({ cell }) => cell),
    );
    expect(orders[0]).not.toEqual(orders[1]);
  });
});

describe("--only", () => {
  test.each([
    [[], 6],
    [["store=redis"], 2],
    [["store=redis", "payload=4KB"], 1],
    [["store=redis", "store=log", "payload=4 KB"], 2],
  ])("%j lets %i cells through", (only, count) => {
    expect(chooseCells(stores, only)).toHaveLength(count);
  });

  test("takes an empty text as the shell gives it", () => {
    const empty = matrix({ flag: ['""', "1"] });
    expect(chooseCells(empty, ["flag="]).map(({ name }) => name)).toEqual(['flag=""']);
  });

  test.each([
    ["store", "expected a setting and one of its values, such as store=memory"],
    ["shop=redis", "the matrix does not cross shop; there are store, payload"],
    ["stoer=redis", "did you mean store?"],
    ["store=rediss", "store is never rediss; there are memory, log, redis; did you mean redis?"],
  ])("%s is refused, with what there is", (choice, message) => {
    expect(() => chooseCells(stores, [choice])).toThrow(message);
  });
});
