import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { trend } from "../../src/cli/commands/trend.ts";
import { appendHistory, readHistory } from "../../src/judge/history/history-file.ts";
import { memoryIo } from "../support/memory-io.ts";
import { dyno, folderWith } from "../support/run-dyno.ts";
import { sampleHistory, slowSlide } from "../support/sample-history.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const options = { history: "reports/history.ndjson", out: "reports" };

async function folderWithHistory() {
  const cwd = await scratchDir();
  await appendHistory(join(cwd, options.history), sampleHistory({ runs: 56, p50: slowSlide, noise: 0.004 }));
  return memoryIo(cwd);
}

describe("dyno trend", () => {
  test("tells the drift, writes the page, and exits with 0", async () => {
    const io = await folderWithHistory();
    expect(await trend("scenarios/steady.yaml", options, io)).toBe(0);
    expect(io.written.stdout).toMatch(/^WORSE {2}steady/);
    expect(io.written.stdout).toContain("reports/trend-steady.html");
    expect(await readFile(join(io.cwd, "reports", "trend-steady.html"), "utf8")).toContain(
      "<h1>Trend · steady</h1>",
    );
  });

  test("shows one metric alone, and prints only JSON with --json", async () => {
    const io = await folderWithHistory();
    await trend("steady", { ...options, metric: "p50", json: true }, io);
    const { series, command } = JSON.parse(io.written.stdout) as {
      series: { metric: string }[];
      command: string;
    };
    expect(series.map(({ metric }) => metric)).toEqual(["p50"]);
    expect(command).toBe("npx dyno trend steady --metric p50");
  });

  test("says how a history is begun where there is none", async () => {
    await expect(trend("steady", options, memoryIo(await scratchDir()))).rejects.toThrow(
      "there is no history reports/history.ndjson; dyno run SCENARIO --history reports/history.ndjson begins one",
    );
  });

  test("says in one line where its page cannot be written, and exits with 2", async () => {
    const { cwd } = await folderWithHistory();
    const shown = await dyno(["trend", "steady", "--out", `${options.history}/pages`], { cwd });
    expect(shown).toMatchObject({ code: 2, stdout: "" });
    expect(shown.stderr).toMatch(
      /^dyno: the page reports\/history\.ndjson\/pages\/trend-steady\.html could not be written: ENOTDIR: .*; name another folder with --out\nexit 2: /,
    );
  });

  test("shows what `dyno run --history` appended", async () => {
    const cwd = await folderWith(`why: A test.
target: { kind: synthetic, law: noop }
warmup: none
load:
  - { phase: full, shape: concurrency, clients: 4, for: 200ms }
`);
    const ran = await dyno(["run", "steady", "--history", "history.ndjson", "--no-progress"], { cwd });
    expect(ran.code).toBe(0);
    const { lines, warnings } = await readHistory(join(cwd, "history.ndjson"));
    expect(warnings).toEqual([]);
    expect(lines).toMatchObject([{ kind: "run", scenario: "steady", outcome: "pass" }]);
    const shown = await dyno(["trend", "steady", "--history", "history.ndjson", "--out", "."], { cwd });
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toMatch(/^TOO FEW {2}steady {2}throughput in full has 1 value: too few/);
    expect(await readdir(cwd)).toContain("trend-steady.html");
  });

  test("a run stands where its history cannot be written", async () => {
    const cwd = await folderWith(`why: A test.
target: { kind: synthetic, law: noop }
warmup: none
load:
  - { phase: full, shape: concurrency, clients: 4, for: 200ms }
`);
    const ran = await dyno(["run", "steady", "--history", "scenarios/steady.yaml/h", "--no-progress"], {
      cwd,
    });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/dyno: the history scenarios\/steady\.yaml\/h could not be written: /);
  });
});
