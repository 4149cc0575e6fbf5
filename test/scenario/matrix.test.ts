import { describe, expect, test } from "vitest";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { type Checked, checkScenario, formatProblems } from "../../src/scenario/check-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import type { MatrixSpec } from "../../src/scenario/scenario.ts";

const base = `why: A test.
target: { kind: engine, store: memory, level: stored, payload: 256B }
load:
  - { phase: steady, shape: constant-rate, rate: 10k/s, for: 10s }
  - { phase: full, shape: concurrency, clients: 64, for: 5s }
`;

function check(lines: string, overrides: readonly string[] = []): Checked {
  return checkScenario(`${base}matrix:\n${lines}`, "s.yaml", {
    targetSchemas,
    env: {},
    overrides: overrides.map((one) => parseOverride(one)),
  });
}

function matrixOf(lines: string): MatrixSpec {
  const { scenario, problems } = check(lines);
  expect(problems).toEqual([]);
  if (scenario?.matrix === undefined) throw new Error("there is no matrix");
  return scenario.matrix;
}

/** The first line of each problem: `s.yaml:7:18: error: …`. */
function problemsOf(lines: string): string[] {
  const text = `${base}matrix:\n${lines}`;
  return check(lines).problems.map((problem) => formatProblems([problem], text).split("\n")[0] ?? "");
}

describe("the matrix of a scenario", () => {
  test("crosses settings by their paths, named by the last part, three times each", () => {
    const { axes, rounds } = matrixOf("  target.store: [memory, redis]\n  target.payload: [100 B, 4 KB]\n");
    expect(rounds).toBe(3);
    expect(axes.map(({ name, levels }) => [name, ...levels.map(({ text }) => text)])).toEqual([
      ["store", "memory", "redis"],
      ["payload", "100 B", "4 KB"],
    ]);
    expect(axes[1]?.levels[1]?.overrides).toMatchObject([{ path: ["target", "payload"], value: "4 KB" }]);
  });

  test("takes a name of its own with a path, numbers, and settings of the load", () => {
    const { axes, rounds } = matrixOf(
      "  batch: { path: target.knobs.maxBatch, values: [16, 256] }\n  load.0.rate: [1k/s, 2k/s]\n  rounds: 5\n",
    );
    expect(rounds).toBe(5);
    expect(axes.map(({ name }) => name)).toEqual(["batch", "rate"]);
    expect(axes[0]?.levels.map(({ text }) => text)).toEqual(["16", "256"]);
    expect(axes[1]?.levels[0]?.overrides).toMatchObject([{ path: ["load", 0, "rate"], value: "1k/s" }]);
  });

  test("writes what is no text, or an empty one, as JSON", () => {
    const { axes } = matrixOf(
      '  target.dedup: [true, false]\n  target.redisUrl: ["", "redis://localhost"]\n  target.keys: [{ distribution: zipf }, { distribution: uniform }]\n',
    );
    expect(axes.flatMap(({ levels }) => levels.map(({ text }) => text))).toEqual([
      "true",
      "false",
      '""',
      "redis://localhost",
      '{"distribution":"zipf"}',
      '{"distribution":"uniform"}',
    ]);
  });

  test("calls settings by their whole paths where the last parts are the same", () => {
    const { axes } = matrixOf("  load.0.for: [1s, 2s]\n  load.1.for: [1s, 2s]\n");
    expect(axes.map(({ name }) => name)).toEqual(["load.0.for", "load.1.for"]);
  });

  test.each([
    [
      "a value that is wrong",
      "  target.store: [memory, rediss]\n",
      's.yaml:7:26: error: matrix.target.store.1: "rediss" is none of auto, none, memory, log, redis; did you mean redis?',
    ],
    [
      "a wrong value of the long form",
      "  size: { path: target.payload, values: [1B, much] }\n",
      "s.yaml:7:46: error: matrix.size.values.1: expected a size such as 256B, 64kB or 1MiB",
    ],
    [
      "a setting that there is not",
      "  target.stor: [memory, redis]\n",
      's.yaml:7:3: error: matrix.target.stor: unknown setting "stor"',
    ],
    [
      "a phase that there is not",
      "  load.7.rate: [1k/s, 2k/s]\n",
      "s.yaml:7:3: error: matrix.load.7.rate: there is no 7 in a list of 2; count from 0",
    ],
    [
      "what is no setting of target, load or faults",
      "  seed: [1, 2]\n",
      "s.yaml:7:3: error: matrix.seed: seed cannot be crossed, only settings of target, load and faults; give its path",
    ],
    [
      "a value twice",
      "  target.store: [log, memory, log]\n",
      "s.yaml:7:31: error: matrix.target.store.2: log is there twice",
    ],
    [
      "one value alone",
      "  target.store: [log]\n",
      "s.yaml:7:17: error: matrix.target.store: cross two values at least",
    ],
    ["no setting at all", "  rounds: 2\n", "s.yaml:6:1: error: matrix: cross one setting at least"],
    ["no rounds", "  target.store: [log, memory]\n  rounds: 0\n", "s.yaml:8:11: error: matrix.rounds: "],
    [
      "one setting twice",
      "  target.payload: [1B, 2B]\n  size: { path: target.payload, values: [3B, 4B] }\n",
      "s.yaml:8:17: error: matrix.size.path: target.payload and size change the same setting, target.payload",
    ],
    [
      "a setting and a part of it",
      "  target.knobs: [{ maxBatch: 1 }, { maxBatch: 2 }]\n  target.knobs.maxBatch: [3, 4]\n",
      "s.yaml:8:3: error: matrix.target.knobs.maxBatch: target.knobs and target.knobs.maxBatch change the same setting",
    ],
    [
      "a value with which nothing else goes",
      "  target.store: [none, log]\n",
      "s.yaml:7:18: error: matrix.target.store.0: with it, target.level: the bus alone cannot give stored, only accepted; name a store",
    ],
  ])("refuses %s, at its place", (_what, lines, expected) => {
    expect(problemsOf(lines)).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ["  target.store: redis\n", "expected a list of two values at least, such as [memory, redis], or {"],
    ["  size: { path: target.payload }\n", "s.yaml:7:9: error: matrix.size.values: is missing"],
  ])("takes nothing but lists of values: %j", (lines, expected) => {
    expect(problemsOf(lines)).toEqual([expect.stringContaining(expected)]);
  });

  test("names only the wrong values where several axes have one", () => {
    const places = problemsOf("  target.store: [memroy, log]\n  target.payload: [256B, lots]\n").map(
      (line) => line.split(" error: ")[1]?.split(": ")[0],
    );
    expect(places).toEqual(["matrix.target.store.0", "matrix.target.payload.1"]);
  });

  test("takes values that do not go together in some cells, and do in others", () => {
    const { axes } = matrixOf("  target.store: [memory, log]\n  target.level: [stored, durable]\n");
    expect(axes.map(({ levels }) => levels.length)).toEqual([2, 2]);
  });

  test("is refused beyond 256 cells, and says how many there are", () => {
    const values = (count: number): string => Array.from({ length: count }, (_, i) => `${i + 1}B`).join(", ");
    const lines = `  target.payload: [${values(129)}]\n  target.store: [memory, log]\n`;
    expect(problemsOf(lines)).toEqual([
      expect.stringContaining("129 x 2 are 258 cells, and 256 is the most"),
    ]);
    expect(problemsOf(`  target.payload: [${values(256)}]\n`)).toEqual([]);
  });

  test("can have its rounds set from the command line", () => {
    const { scenario } = check("  target.store: [memory, log]\n", ["matrix.rounds=7"]);
    expect(scenario?.matrix?.rounds).toBe(7);
    expect(check("  target.store: [memory, log]\n", ["matrix.rounds=0"]).problems).toMatchObject([
      { file: "--set matrix.rounds=0" },
    ]);
  });
});
