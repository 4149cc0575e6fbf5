import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../src/cli/commands/run.ts";
import type { ProgressEvent } from "../../src/drive/progress.ts";
import type { MatrixResult } from "../../src/measure/matrix.ts";
import type { RunResult } from "../../src/measure/result.ts";
import { memoryIo } from "../support/memory-io.ts";
import { reportFolderIn } from "../support/report-folder.ts";
import { dyno, folderWith, main } from "../support/run-dyno.ts";

const crossed = `why: A test.
target: { kind: synthetic, law: noop, errorRatio: 50% }
warmup: none
load:
  - { phase: steady, shape: concurrency, clients: 2, for: 1s }
targets:
  - error_rate < 10%
matrix:
  target.law: [fixed, error]
  target.latency: [1ms, 5ms]
  rounds: 2
`;

async function reportIn(cwd: string): Promise<{ dir: string; result: MatrixResult }> {
  const dir = join(cwd, "reports", await reportFolderIn(cwd));
  return { dir, result: JSON.parse(await readFile(join(dir, "matrix.json"), "utf8")) as MatrixResult };
}

test("a matrix measures every cell in every round, judges each, and fails where one does", async () => {
  const cwd = await folderWith(crossed);
  const { code, stdout, stderr } = await dyno(["run", "steady"], { cwd });
  expect(code).toBe(1);
  expect(stderr.match(/^steady \d of 8, law=\w+ latency=\dms$/gm)).toHaveLength(8);
  expect(stderr.trim().split("\n").at(-1)).toBe("exit 1: a target failed");
  expect(stdout).toContain(
    "FAIL  steady  2 of 4 cells failed. The first, law=error latency=1ms: error_rate is",
  );
  const { dir, result } = await reportIn(cwd);
  expect(result.cells.map(({ name, outcome }) => [name, outcome])).toEqual([
    ["law=fixed latency=1ms", "pass"],
    ["law=fixed latency=5ms", "pass"],
    ["law=error latency=1ms", "fail"],
    ["law=error latency=5ms", "fail"],
  ]);
  const [fast, slow] = result.cells.map(({ figures }) => figures.find(({ metric }) => metric === "p50"));
  expect(fast?.rounds).toHaveLength(2);
  // What a cell asks for is what it gets: a timer is never early.
  expect(fast?.value).toBeGreaterThanOrEqual(900);
  expect(slow?.value).toBeGreaterThanOrEqual(4900);
  expect((await readdir(dir)).toSorted()).toEqual([
    "cells",
    "entry.json",
    "matrix.json",
    "metrics.prom",
    "report.html",
    "table.csv",
  ]);
  const cell = JSON.parse(
    await readFile(join(dir, result.cells[2]?.folder ?? "", "result.json"), "utf8"),
  ) as RunResult;
  expect(cell).toMatchObject({
    outcome: "fail",
    exitCode: 1,
    scenario: { name: "steady · law=error latency=1ms" },
  });
  expect(cell.trials.map(({ trial }) => trial)).toEqual([0, 1]);
  expect(cell.command).toBe("npx dyno run steady --only law=error --only latency=1ms");
});

test("a matrix that is interrupted writes what it has, begins no further cell, and leaves no process", async () => {
  const cwd = await folderWith(crossed);
  const child = spawn(process.execPath, [main, "run", "steady"], { cwd, detached: true });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  while (!stderr.includes("2 of 8")) await new Promise((resolve) => setTimeout(resolve, 20));
  // The whole group, as a terminal's Ctrl-C does.
  process.kill(-(child.pid ?? 0), "SIGINT");
  expect((await once(child, "exit"))[0]).toBe(130);
  expect(stderr).not.toContain("4 of 8");
  const { result } = await reportIn(cwd);
  expect(result).toMatchObject({ outcome: "interrupted", exitCode: 130 });
  expect(result.cells.filter(({ outcome }) => outcome === "interrupted")).toHaveLength(4);
  expect(result.cells.some(({ figures }) => figures.some(({ value }) => value !== undefined))).toBe(true);
  expect(() => process.kill(-(child.pid ?? 0), 0)).toThrow(/ESRCH/);
});

test("what was measured is kept after each turn, so that not even a kill costs it", async () => {
  const cwd = await folderWith(crossed);
  const child = spawn(process.execPath, [main, "run", "steady"], { cwd, detached: true });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  while (!stderr.includes("4 of 8")) await new Promise((resolve) => setTimeout(resolve, 20));
  process.kill(-(child.pid ?? 0), "SIGKILL");
  await once(child, "exit");
  const cells = join(cwd, "reports", await reportFolderIn(cwd), "cells");
  const kept = await Promise.all(
    (await readdir(cells)).map(
      async (cell) => JSON.parse(await readFile(join(cells, cell, "result.json"), "utf8")) as RunResult,
    ),
  );
  expect(kept.map(({ trials }) => trials.length)).toEqual([1, 1, 1]);
});

test("an error in its midst costs nothing that was measured before: the report is written, and then it is told", async () => {
  const cwd = await folderWith(crossed.replace("for: 1s", "for: 200ms"));
  const io = memoryIo(cwd);
  let trials = 0;
  const onEvent = ({ type }: ProgressEvent): void => {
    if (type === "trial" && ++trials === 4) throw new TypeError("a bug");
  };
  const options = { set: [], only: [], out: "reports", progress: false };
  const watch = { onEvent, onResult: () => undefined };
  await expect(run(join(cwd, "scenarios/steady.yaml"), options, io, watch)).rejects.toThrow("a bug");
  const { dir, result } = await reportIn(cwd);
  expect(result.warnings[0]).toBe(
    "it was broken off by an error, and holds what was measured until then: a bug",
  );
  expect(result.cells.filter(({ folder }) => folder !== undefined)).toHaveLength(3);
  expect(await readdir(dir)).toContain("report.html");
});

test("--only measures some of the cells, and the command that it names does that again", async () => {
  const cwd = await folderWith(crossed);
  const args = [
    "run",
    "steady",
    "--only",
    "law=fixed",
    "--only",
    "latency=1ms",
    "--set",
    "matrix.rounds=1",
    "--samples",
    "--json",
  ];
  const { code, stdout } = await dyno(args, { cwd });
  expect(code).toBe(0);
  const result = JSON.parse(stdout) as MatrixResult;
  expect(result.cells.map(({ name }) => name)).toEqual(["law=fixed latency=1ms"]);
  expect(result.command).toBe(
    "npx dyno run steady --set matrix.rounds=1 --only law=fixed --only latency=1ms",
  );
  const { dir } = await reportIn(cwd);
  const folder = result.cells[0]?.folder ?? "";
  expect(await readdir(join(dir, folder, "round-1"))).toEqual(["samples.ndjson.gz"]);
});

test.each([
  [["run", "steady", "--only", "law=fast"], "law is never fast; there are fixed, error"],
  [
    ["run", "steady", "--set", "target.law=work"],
    "--set target.law=work: the matrix gives every cell its own law; choose some of its values by --only law=fixed",
  ],
  [["run", "steady", "--history", "h.ndjson"], "--history is of a single run"],
  [
    ["gate", "scenarios/steady.yaml", "--base", "HEAD"],
    "crosses settings (matrix), and a gate is of one configuration",
  ],
  [
    ["baseline", "save", "steady", "--reason", "x"],
    "crosses settings (matrix), and a baseline is of one configuration",
  ],
])("%j is refused, with the mend", async (args, message) => {
  const cwd = await folderWith(crossed);
  const { code, stderr } = await dyno(args, { cwd });
  expect(stderr).toContain(message);
  expect(code).toBe(2);
  expect(await readdir(cwd)).toEqual(["scenarios"]);
});

test("--only is refused where there is no matrix", async () => {
  const cwd = await folderWith(crossed.slice(0, crossed.indexOf("matrix:")));
  const { code, stderr } = await dyno(["run", "steady", "--only", "law=fixed"], { cwd });
  expect(stderr).toContain(
    "--only chooses cells of a matrix, and scenarios/steady.yaml has none; leave it out",
  );
  expect(code).toBe(2);
});

test("two cells of a matrix can be compared by dyno ab", async () => {
  const cwd = await folderWith(crossed.replace("clients: 2", "clients: 1"));
  const args = [
    "ab",
    "steady",
    "--a",
    "target.law=noop",
    "--b",
    "target.law=fixed",
    "--budget",
    "2s",
    "--json",
  ];
  const { stdout } = await dyno(args, { cwd });
  expect((JSON.parse(stdout) as { comparisons: unknown[] }).comparisons).toHaveLength(1);
});
