import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sealed } from "../../src/judge/baselines/make-baseline.ts";
import type { ComparisonResult } from "../../src/measure/comparison.ts";
import { dyno, folderWith } from "../support/run-dyno.ts";

const scenario = `why: A test.
target: { kind: synthetic, law: work, rounds: 20000 }
warmup: none
load:
  - { phase: full, shape: concurrency, clients: 1, for: 1s }
gate: { budget: 8s, margins: { throughput: 40% } }
`;

describe("dyno gate against stored baselines", { timeout: 120_000 }, () => {
  test("passes what is as it was, leaves a line in the history, and refuses baselines that prove nothing here", async () => {
    const cwd = await folderWith(scenario);
    const gate = (...args: string[]) =>
      dyno(["gate", "steady", "--baselines", "baselines", ...args], { cwd });

    const none = await gate();
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain(
      "there is no baseline of steady in baselines; record one: dyno baseline save",
    );

    const unexplained = await gate("--update");
    expect(unexplained).toMatchObject({ code: 2 });
    expect(unexplained.stderr).toContain('--update --reason "');

    const updated = await gate("--update", "--reason", "a first level");
    expect(updated.stdout).toMatch(/^baselines\/steady\.[0-9a-f]{8}\.json {2}\d+ blocks\n$/);
    const [name = ""] = await readdir(join(cwd, "baselines"));
    const file = join(cwd, "baselines", name);
    const text = await readFile(file, "utf8");
    const baseline = JSON.parse(text);
    expect(baseline).toMatchObject({ reason: "a first level" });

    const same = await gate("--json", "--history", "history.ndjson");
    const result: ComparisonResult = JSON.parse(same.stdout);
    expect(result).toMatchObject({ outcome: "pass", comparisons: [{ design: "baseline" }] });
    const history = await readFile(join(cwd, "history.ndjson"), "utf8");
    expect(JSON.parse(history)).toMatchObject({ kind: "gate", scenario: "steady", outcome: "pass" });

    const broken: readonly (readonly [string, string, RegExp])[] = [
      ["truncated", text.slice(0, 400), /json:\d+:\d+: .*dyno baseline save/s],
      ["newer", JSON.stringify({ ...baseline, schemaVersion: 99 }), /newer/],
      [
        "edited by hand",
        text.replace('"a first level"', '"a better level"'),
        /was edited after it was recorded.*git checkout -- baselines/,
      ],
      [
        "another machine's",
        JSON.stringify(sealed({ ...baseline, fingerprint: { ...baseline.fingerprint, class: "00000000" } })),
        /was recorded on another machine/,
      ],
    ];
    for (const [what, content, message] of broken) {
      await writeFile(file, content);
      const refused = await gate();
      expect(refused, what).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr, what).toMatch(message);
    }

    await writeFile(file, text);
    const other = await gate("--set", "target.rounds=30000");
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain("does not mean what it did");
  });
});
