import { describe, expect, test } from "vitest";
import type { ComparisonResult } from "../../src/measure/comparison.ts";
import { reportFolderIn } from "../support/report-folder.ts";
import { dyno, folderWith } from "../support/run-dyno.ts";

const scenario = `why: A test.
target: { kind: synthetic, law: work, rounds: 5000 }
warmup: none
load:
  - { phase: full, shape: concurrency, clients: 1, for: 100ms }
variants:
  a: { target.rounds: 5000 }
  b: { target: { rounds: 10000 } }
  c: { target.rounds: 5000 }
`;

describe("dyno ab", { timeout: 120_000 }, () => {
  test("says which variant is slower and by how much, all against the first", async () => {
    const cwd = await folderWith(scenario);
    const { code, stdout, stderr } = await dyno(
      ["ab", "steady", "--budget", "40s", "--json", "--seed", "7"],
      { cwd },
    );
    expect(code, stderr).toBe(0);
    const result: ComparisonResult = JSON.parse(stdout);
    expect(result.comparisons.map(({ base, candidate }) => [base.name, candidate.name])).toEqual([
      ["a", "b"],
      ["a", "c"],
    ]);
    const [slower, same] = result.comparisons;
    const throughput = slower?.metrics[0];
    expect(throughput).toMatchObject({ metric: "throughput", verdict: "worse" });
    // Twice the work is half the throughput.
    expect(throughput?.estimate).toBeGreaterThan(0.4);
    expect(throughput?.estimate).toBeLessThan(0.6);
    expect(throughput?.interval?.[1]).toBeLessThan(1);
    expect(slower?.reason).toMatch(/^b is slower than a: throughput in full is slower: −\d/);
    expect(same?.metrics[0]?.verdict).not.toBe("worse");
    expect(result.command).toBe("npx dyno ab steady --budget 40s --seed 7");
    expect(await reportFolderIn(cwd)).toMatch(/-steady-ab$/);
  });

  test.each([
    ["nothing to compare", ["ab", "steady", "--a", "target.rounds=1"], /two variants are needed/],
    [
      "a setting that is not there",
      ["ab", "steady", "--a", "target.rounds=1", "--b", "target.round=2"],
      /--b target\.round=2: error: unknown setting "round".*did you mean rounds/,
    ],
    ["a budget that is none", ["ab", "steady", "--budget", "soon"], /duration from 1s to 24h/],
    [
      "a revision outside of a repository",
      ["ab", "steady", "--a", "main", "--b", "HEAD"],
      /not (in )?a git repository|no git repository/i,
    ],
  ])("refuses %s in one clear line", async (_, args, message) => {
    const cwd = await folderWith(scenario);
    const { code, stdout, stderr } = await dyno(args, { cwd });
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toMatchObject({
      code: stderr.includes("repository") ? expect.any(Number) : 2,
      stdout: "",
    });
  });

  test("says where variants are to stand, where there are none", async () => {
    const cwd = await folderWith(scenario.replace(/variants:[\s\S]*/, ""));
    const { code, stderr } = await dyno(["ab", "steady"], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/scenarios\/steady\.yaml has no variants; name two there/);
  });
});
