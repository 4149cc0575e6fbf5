import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeBaseline } from "../../../src/judge/baselines/baseline-file.ts";
import {
  baselinesNamed,
  listBaselines,
  removeBaseline,
} from "../../../src/judge/baselines/baseline-folder.ts";
import { findBaseline } from "../../../src/judge/baselines/find-baseline.ts";
import type { Environment } from "../../../src/measure/result.ts";
import { sampleBaseline, sampleEnvironment, sampleScenario } from "../../support/sample-blocks.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

/** A folder with a baseline of this machine, and one for each further environment. */
async function folderWith(...others: readonly Partial<Environment>[]): Promise<string> {
  const dir = await scratchDir();
  for (const change of others) {
    await writeBaseline(dir, sampleBaseline({ environment: sampleEnvironment(change) }));
  }
  return dir;
}

const find = (dir: string, scenario = sampleScenario(), change: Partial<Environment> = {}) =>
  findBaseline(dir, scenario, sampleEnvironment(change), "baselines");

describe("looking for a baseline", () => {
  test("finds the one of this class of machine, whatever the commit", async () => {
    const dir = await folderWith({}, { cores: 4 });
    const found = await find(dir, sampleScenario(), { gitRevision: "0000000000", lockHash: "0" });
    expect(found).toMatchObject({ kind: "found", baseline: { environment: { cores: 2 } } });
  });

  test("finds it whatever became of the reason, the targets and the seed in the scenario", async () => {
    const dir = await folderWith({});
    const scenario = sampleScenario(
      ["why: A test.", "why: Another.\nseed: 7\nrepeat: 3"],
      ["for: 1s }", "for: 1s }\ntargets:\n  - p50 < 1s"],
    );
    expect((await find(dir, scenario)).kind).toBe("found");
  });

  test("says that there is none, and how to record one", async () => {
    const found = await find(join(await scratchDir(), "none"));
    expect(found).toEqual({
      kind: "none",
      message: "there is no baseline of steady in baselines; record one: dyno baseline save steady",
    });
  });

  test("refuses that of another machine as proof, says what differs from the nearest, and offers the base revision", async () => {
    const dir = await folderWith({ cores: 4 }, { cores: 8, cpuModel: "Epyc", node: "v22.0.0" });
    const found = await find(dir);
    expect(found).toMatchObject({ kind: "other class", differences: ["cores: was 4, here 2"] });
    const message = "message" in found ? found.message : "";
    expect(message).toMatch(
      /recorded on another machine, so it proves nothing here \(cores: was 4, here 2\)/,
    );
    expect(message).toContain(
      "Measure its revision here: dyno gate --base 9f2c4b71de; or record this machine's own: dyno baseline save steady",
    );
  });

  test("says that the base revision is not all that was measured, where the tree was dirty", async () => {
    const found = await find(await folderWith({ cores: 4, gitDirty: true }));
    expect("message" in found && found.message).toContain(
      "it was recorded with changes besides, which that commit does not hold",
    );
  });

  test.each([
    [
      "another load",
      ["clients: 4", "clients: 8"],
      'its load was "full: 4 clients for 1\u202fs" and is "full: 8 clients for 1\u202fs"',
    ],
    [
      "another target",
      ["kind: synthetic, law: noop", "kind: engine, store: memory"],
      "its target was synthetic and is engine",
    ],
    [
      "other settings of the target",
      ["law: noop", "law: error, errorRatio: 1%"],
      "the settings of its target, or its warm-up, were changed",
    ],
  ] as const)("refuses that of the same scenario with %s", async (_, change, complaint) => {
    const dir = await folderWith({});
    await expect(find(dir, sampleScenario(change))).rejects.toThrow(
      `the scenario steady does not mean what it did when this baseline was recorded: ${complaint}; record it again (dyno baseline save steady)`,
    );
  });

  test("refuses one of another scenario under this one's name", async () => {
    const dir = await folderWith({});
    const [name = ""] = await readdir(dir);
    await writeFile(join(dir, name.replace("steady", "other")), await readFile(join(dir, name)));
    await expect(find(dir, sampleScenario(["name: steady", "name: other"]))).rejects.toThrow(
      /the baseline is of the scenario steady, not of other/,
    );
  });

  test("refuses this machine's own where it is broken, and is not led astray by another's that is", async () => {
    const dir = await folderWith({}, { cores: 4 });
    const own = `steady.${sampleBaseline().fingerprint.class}.json`;
    const other = (await readdir(dir)).find((name) => name !== own) ?? "";
    await writeFile(join(dir, other), "{");
    expect((await find(dir)).kind).toBe("found");
    await writeFile(join(dir, own), "{");
    await expect(find(dir)).rejects.toThrow(
      /^baselines\/steady\.[0-9a-f]{8}\.json:1:2: the baseline is truncated/,
    );
  });
});

describe("the folder of baselines", () => {
  test("is listed with those that cannot be used, and without other files", async () => {
    const dir = await folderWith({});
    await writeFile(join(dir, "broken.json"), "{");
    await writeFile(join(dir, "README.md"), "");
    const listed = await listBaselines(dir, "baselines");
    expect(
      listed.map(({ file, problem }) => [file.replace(/\.[0-9a-f]{8}\./, ".CLASS."), problem !== undefined]),
    ).toEqual([
      ["baselines/broken.json", true],
      ["baselines/steady.CLASS.json", false],
    ]);
  });

  test("gives up one baseline by its scenario, and by its file where there are several", async () => {
    const dir = await folderWith({}, { cores: 4 });
    await expect(removeBaseline("steady", dir, "baselines")).rejects.toThrow(
      /^steady has 2 baselines; name the file: baselines\/steady/,
    );
    const [first = "", second = ""] = await readdir(dir);
    await removeBaseline(`baselines/${first}`, dir, "baselines");
    expect(await readdir(dir)).toEqual([second]);
    await removeBaseline("steady", dir);
    expect(await readdir(dir)).toEqual([]);
  });

  test("gives up a broken one too", async () => {
    const dir = await scratchDir();
    await writeFile(join(dir, "steady.12345678.json"), "{");
    await removeBaseline("steady", dir);
    expect(await readdir(dir)).toEqual([]);
  });

  test("suggests the nearest name", async () => {
    await expect(baselinesNamed("stedy", await folderWith({}), "baselines")).rejects.toThrow(
      "there is no baseline stedy in baselines; did you mean steady?",
    );
  });
});
