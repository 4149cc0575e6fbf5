import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gateIn, prepareLine, projectRepository } from "../support/project-repository.ts";
import { reportFolderIn } from "../support/report-folder.ts";
import type { ScratchRepository } from "../support/scratch-repository.ts";

const suite = `why: the publish path
scenarios: [publish]
budget: 60s
margins: { throughput: 30% }
${prepareLine}
`;
const scenario = `why: the publish path
target: { kind: engine, store: memory, level: stored }
warmup: none
load: [{ phase: full, shape: concurrency, clients: 64, for: 1s }]
`;

/** A repository that holds this project, built, and a suite. */
const suiteRepository = (): Promise<ScratchRepository> =>
  projectRepository({
    "scenarios/gate.yaml": suite,
    "scenarios/publish.yaml": scenario,
    "README.md": "# a project\n",
  });

describe("dyno gate", { timeout: 240_000 }, () => {
  test("passes a commit against itself, fails one with a slower publish path, and passes one that only touches the README", async () => {
    const repository = await suiteRepository();
    const gate = (...args: string[]) => gateIn(repository, ...args);
    const same = await gate("--base", "HEAD");
    expect(same.stderr).toContain("exit 0");
    expect(same.result).toMatchObject({ outcome: "pass", exitCode: 0 });

    repository.git("checkout", "--quiet", "-b", "slower");
    const path = "src/engine/prepare-event.ts";
    const text = readFileSync(join(repository.dir, path), "utf8");
    const slow = text.replace(
      "): PreparedEvent {",
      "): PreparedEvent {\n  for (let i = 0, x = 1; i < 6000; i++) { x ^= x << 13; x ^= x >>> 17; x ^= x << 5; timeMs += x & 0; }",
    );
    expect(slow).not.toBe(text);
    repository.commit({ [path]: slow }, "Prepare events with care");
    const failed = await gate("--base", "main");
    expect(failed.code, failed.stderr).toBe(1);
    const [metric] = failed.result?.comparisons[0]?.metrics ?? [];
    expect(metric).toMatchObject({ metric: "throughput", phase: "full", verdict: "worse", outcome: "fail" });
    expect(metric?.interval?.[1]).toBeLessThan(1);
    expect(failed.result?.reason).toMatch(/^throughput in full is slower: −[\d.]+.% \(\[−[\d.]+, −[\d.]+\]/);
    expect(failed.result?.comparisons[0]?.scenario.name).toBe("publish");

    repository.git("checkout", "--quiet", "-b", "words", "main");
    repository.commit({ "README.md": "# a project with a better name\n" }, "Name it better");
    const harmless = await gate("--base", "main");
    expect(harmless.result).toMatchObject({ outcome: "pass", exitCode: 0 });
    repository.git("checkout", "--quiet", "main");

    expect(repository.git("worktree", "list").split("\n")).toHaveLength(1);
    const folder = await reportFolderIn(repository.dir);
    const files = readdirSync(join(repository.dir, "reports", folder)).toSorted();
    expect(files).toEqual([
      "comparison.json",
      "entry.json",
      "junit.xml",
      "metrics.prom",
      "report.html",
      "summary.md",
    ]);
  });

  test("says of a base that does not exist, does not build, or is too old, and of a dirty tree, what is wrong", async () => {
    const repository = await suiteRepository();
    const gate = (...args: string[]) => gateIn(repository, ...args);
    const missing = await gate("--base", "mian");
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toMatch(/mian.*did you mean main/);

    repository.git("checkout", "--quiet", "-b", "broken", "main");
    repository.commit({ "src/index.ts": "export const x: number = 'no number';\n" });
    repository.git("checkout", "--quiet", "-b", "mended");
    repository.commit({ "src/index.ts": "export const x = 1;\n" });
    const broken = await gate("--base", "broken");
    expect(broken).toMatchObject({ code: 4 });
    expect(broken.stderr).toMatch(/base.*does not build: `npm run build` ended with exit code/);
    expect(broken.stderr).toContain("src/index.ts(1,14)");

    repository.write({ "README.md": "changed\n" });
    const dirty = await gate("--base", "main");
    expect(dirty).toMatchObject({ code: 2 });
    expect(dirty.stderr).toMatch(/changes that no commit holds \(README.md\); commit or stash them.*--dirty/);
    repository.git("checkout", "--quiet", "--force", "main");
  });
});
