import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CapacityResult } from "../../src/measure/capacity.ts";
import type { SweepResult } from "../../src/measure/sweep.ts";
import { dyno, folderWith } from "../support/run-dyno.ts";

const failing = `why: Everything fails.
target: { kind: synthetic, law: error, errorRatio: 1 }
warmup: none
load: { capacity: { until: error_rate > 1%, from: 50/s, hold: 200ms, budget: 20s } }
`;
const sweeping = `why: Waiting scales with the clients.
target: { kind: synthetic, law: fixed, latency: 5ms }
warmup: none
load: { sweep: { concurrency: [1, 2, 3, 4], hold: 200ms, rounds: 2 } }
targets: [p50 < 1s, p50 < 1ms]
`;

async function resultOf<Result>(cwd: string, file: string): Promise<{ result: Result; files: string[] }> {
  const [folder = ""] = await readdir(join(cwd, "reports"));
  const files = (await readdir(join(cwd, "reports", folder))).toSorted();
  return { result: JSON.parse(await readFile(join(cwd, "reports", folder, file), "utf8")) as Result, files };
}

test("a capacity search on what never holds says so, exits 1, and leaves its report, which can be made again", async () => {
  const cwd = await folderWith(failing);
  const { code, stdout, stderr } = await dyno(["run", "steady", "--no-progress"], { cwd });
  expect(stdout).toMatch(/^NONE {2}steady {2}Not even the lowest rate, 50\/s, holds: error_rate 100/);
  expect(stderr).not.toMatch(/not up to date/);
  expect(stderr).toMatch(/exit 1: not even the lowest rate holds/);
  expect(code).toBe(1);
  const { result, files } = await resultOf<CapacityResult>(cwd, "capacity.json");
  expect(files).toEqual(["capacity.json", "entry.json", "metrics.prom", "report.html"]);
  expect(result.levels).toHaveLength(2);
  const [folder = ""] = await readdir(join(cwd, "reports"));
  const again = await dyno(["report", join("reports", folder, "capacity.json"), "--out", "again"], { cwd });
  expect(again.stdout).toMatch(/again\/report\.html/);
});

test("a sweep measures each level in each round, and tells where each target ends", async () => {
  const cwd = await folderWith(sweeping);
  const { code, stdout } = await dyno(["run", "steady", "--no-progress"], { cwd });
  expect(stdout).toMatch(/p50 < 1s: It is met up to 4 clients/);
  expect(stdout).toMatch(/✗ p50 < 1ms: It is met at no number of clients/);
  expect(code).toBe(1);
  const { result } = await resultOf<SweepResult>(cwd, "sweep.json");
  expect(result.levels.map(({ clients, perRound }) => [clients, perRound.length])).toEqual([
    [1, 2],
    [2, 2],
    [3, 2],
    [4, 2],
  ]);
});

test("what a study cannot do is refused", async () => {
  const cwd = await folderWith(failing);
  const samples = await dyno(["run", "steady", "--samples"], { cwd });
  expect(samples).toMatchObject({ code: 2, stderr: expect.stringMatching(/--samples has no meaning/) });
  const ab = await dyno(["ab", "steady", "--a", "seed=1", "--b", "seed=2"], { cwd });
  expect(ab).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/asks for its capacity, which `dyno run` finds/),
  });
});
