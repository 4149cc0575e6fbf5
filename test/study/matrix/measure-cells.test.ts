import { expect, test } from "vitest";
import { DynoError } from "../../../src/base/errors.ts";
import type { RunOutput } from "../../../src/drive/run.ts";
import { targetSchemas } from "../../../src/drive/target-schemas.ts";
import { checkScenario } from "../../../src/scenario/check-scenario.ts";
import type { Scenario } from "../../../src/scenario/scenario.ts";
import { type PlannedCell, planCells } from "../../../src/study/matrix/cell.ts";
import { type CellTurn, type MatrixOrder, measureCells } from "../../../src/study/matrix/measure-cells.ts";
import { sampleResult } from "../../support/sample-result.ts";

const text = `why: A test.
target: { kind: engine, level: stored }
load: [{ phase: steady, shape: constant-rate, rate: 1k/s, for: 1s }]
matrix: { target.store: [memory, log], target.level: [stored, durable] }
`;

function check(isVariant: boolean, overrides: PlannedCell["overrides"] = []) {
  return checkScenario(text, "s.yaml", { targetSchemas, env: {}, overrides, isVariant });
}

const cells = planCells(check(false).scenario?.matrix ?? { axes: [], rounds: 1 });
const [trial] = sampleResult().trials;
if (trial === undefined) throw new Error("there is no sample of a trial");
const output: RunOutput = { trials: [trial], services: ["redis"] };

function order(
  run: (scenario: Scenario, turn: CellTurn) => RunOutput,
  more: Partial<MatrixOrder> = {},
): MatrixOrder {
  return {
    cells,
    rounds: 3,
    seed: 1,
    scenarioWith: async (overrides) => {
      const { scenario, problems } = check(true, overrides);
      if (scenario === undefined) throw new DynoError("scenario", problems[0]?.message ?? "");
      return scenario;
    },
    run: async (scenario, turn) => run(scenario, turn),
    onTurn: async () => undefined,
    now: () => 0,
    signal: new AbortController().signal,
    ...more,
  };
}

test("every cell is run once a round with its own settings, and that which cannot be is left out with its reason", async () => {
  const runs: { store: unknown; seed: number; text: string; folder: string }[] = [];
  const { cells: measured } = await measureCells(
    order(({ target, seed }, turn) => {
      runs.push({ store: (target.settings as { store: string }).store, seed, ...turn });
      return output;
    }),
  );
  expect(measured.map(({ cell, rounds, problem }) => [cell.name, rounds.length, problem])).toEqual([
    ["store=memory level=stored", 3, undefined],
    ["store=memory level=durable", 0, expect.stringContaining("the memory store cannot give durable")],
    ["store=log level=stored", 3, undefined],
    ["store=log level=durable", 3, undefined],
  ]);
  expect(runs).toHaveLength(9);
  const folders = runs.map(({ folder }) => folder);
  expect(new Set(folders).size).toBe(9);
  expect(folders).toContain("cells/3_store-log_level-stored/round-2");
  expect(runs.filter(({ store }) => store === "log")).toHaveLength(6);
  expect(runs[4]?.text).toMatch(/^5 of 9, store=\w+ level=\w+$/);
  // In one round all cells see the same load, and in the next another one.
  expect([...new Set(runs.map(({ seed }) => seed))]).toHaveLength(3);
  expect(new Set(runs.slice(0, 3).map(({ seed }) => seed)).size).toBe(1);
  expect(measured[0]?.rounds.map(([first]) => first?.trial)).toEqual([0, 1, 2]);
});

test("a cell that cannot be set up is not tried again, and costs the others nothing", async () => {
  let failures = 0;
  const { cells: measured } = await measureCells(
    order((_scenario, { text: which }) => {
      if (!which.includes("store=log level=stored")) return output;
      failures++;
      throw new DynoError("unavailable", "there is no log today");
    }),
  );
  expect(failures).toBe(1);
  expect(measured.map(({ rounds }) => rounds.length)).toEqual([3, 0, 0, 3]);
  expect(measured[2]?.setupError?.message).toBe("there is no log today");
});

test("no cell is begun once it is interrupted", async () => {
  const abort = new AbortController();
  let runs = 0;
  const { cells: measured } = await measureCells(
    order(
      () => {
        runs++;
        if (runs === 4) abort.abort();
        return output;
      },
      { signal: abort.signal },
    ),
  );
  expect(runs).toBe(4);
  expect(measured.reduce((sum, { rounds }) => sum + rounds.length, 0)).toBe(4);
});

test("a cell is told of after each of its turns, with all its rounds until then", async () => {
  const kept: [string, number][] = [];
  const onTurn: MatrixOrder["onTurn"] = async ({ cell, rounds }) => {
    kept.push([cell.name, rounds.length]);
  };
  await measureCells(order(() => output, { onTurn }));
  expect(kept.filter(([name]) => name === "store=log level=durable").map(([, rounds]) => rounds)).toEqual([
    1, 2, 3,
  ]);
  expect(kept).toHaveLength(9);
});

test("a fault of dyno's own is not taken for one of a cell, and costs nothing that was measured before it", async () => {
  let runs = 0;
  const { cells: measured, fault } = await measureCells(
    order(() => {
      runs++;
      if (runs === 5) throw new TypeError("a bug");
      return output;
    }),
  );
  expect(fault?.message).toBe("a bug");
  expect(runs).toBe(5);
  expect(measured.reduce((sum, { rounds }) => sum + rounds.length, 0)).toBe(4);
  expect(measured.every(({ setupError }) => setupError === undefined)).toBe(true);
});
