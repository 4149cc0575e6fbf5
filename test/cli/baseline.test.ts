import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DynoError } from "../../src/base/errors.ts";
import {
  listOfBaselines,
  type MeasureBlocks,
  removeNamedBaseline,
  saveBaseline,
  showBaseline,
} from "../../src/cli/commands/baseline.ts";
import type { Baseline } from "../../src/judge/baselines/baseline.ts";
import { readBaseline, writeBaseline } from "../../src/judge/baselines/baseline-file.ts";
import { memoryIo } from "../support/memory-io.ts";
import { dyno, folderWith } from "../support/run-dyno.ts";
import { sampleBaseline, sampleBlocks, sampleEnvironment } from "../support/sample-blocks.ts";

const scenario = `why: A test.
target: { kind: synthetic, law: noop }
warmup: none
load:
  - { phase: full, shape: concurrency, clients: 4, for: 100ms }
`;

const inFolder = { dir: "baselines" };
const options = { ...inFolder, set: [], progress: true };

/** Gives these blocks in place of measured ones. */
const measured =
  (blocks = sampleBlocks(), invalid: readonly string[] = []): MeasureBlocks =>
  async (_, { onEvent }) => {
    onEvent({ type: "service", text: "redis 7.0.15, started by dyno, appendfsync everysec" });
    return { blocks, services: ["redis 7.0.15, started by dyno, appendfsync everysec"], invalid };
  };

async function savedIn(cwd: string): Promise<readonly Baseline[]> {
  const names = await readdir(join(cwd, "baselines")).catch(() => []);
  return Promise.all(names.map((name) => readBaseline(join(cwd, "baselines", name))));
}

describe("dyno baseline save", () => {
  test("stores the blocks with the reason, the machine and its services, and tells the metrics", async () => {
    const io = memoryIo(await folderWith(scenario));
    expect(
      await saveBaseline(
        join(io.cwd, "scenarios", "steady.yaml"),
        { ...options, reason: "a new bus" },
        io,
        measured(),
      ),
    ).toBe(0);
    const [baseline, ...others] = await savedIn(io.cwd);
    expect(others).toEqual([]);
    expect(baseline).toMatchObject({ reason: "a new bus", scenario: { name: "steady" } });
    expect(baseline?.blocks).toHaveLength(8);
    expect(baseline?.fingerprint.fields.services).toBe("redis 7.0.15, appendfsync everysec");
    expect(io.written.stdout).toMatch(/✓ baselines\/steady\.[0-9a-f]{8}\.json {2}8 blocks/);
    expect(io.written.stdout).toMatch(/p99 {2,}full {2,}\d+.µs/);
    expect(io.written.stderr).toContain("steady: redis 7.0.15, started by dyno");
  });

  test("replaces the earlier one of this class of machine, and says so", async () => {
    const io = memoryIo(await folderWith(scenario));
    await saveBaseline(join(io.cwd, "scenarios", "steady.yaml"), options, io, measured());
    await saveBaseline(join(io.cwd, "scenarios", "steady.yaml"), options, io, measured(sampleBlocks(9)));
    expect((await savedIn(io.cwd)).map(({ blocks }) => blocks.length)).toEqual([9]);
    expect(io.written.stdout).toMatch(/It replaces that of \d{4}-\d\d-\d\d/);
  });

  test.each([
    [
      "a check failed",
      measured(sampleBlocks(8, { wrong: true })),
      /nothing lost does not hold; 1000 of 1000/,
    ],
    [
      "the measurement is invalid",
      measured(sampleBlocks(), ["the machine stood still"]),
      /the machine stood still/,
    ],
    [
      "too few blocks fit into the budget",
      measured(sampleBlocks(5)),
      /only 5 blocks fit into the budget, and 6 are needed; give it more, such as --budget 8s/,
    ],
    [
      "nothing was completed",
      measured(
        sampleBlocks(8, { failed: 7 }).map((block) => ({
          ...block,
          figures: {
            ...block.figures,
            phases: block.figures.phases.map((phase) => ({ ...phase, completed: 0 })),
          },
        })),
      ),
      /block 1 completed no operation in full; the first failure: ECONNRESET: read/,
    ],
  ])("saves nothing where %s, and exits with 3", async (_, measure, complaint) => {
    const io = memoryIo(await folderWith(scenario));
    expect(await saveBaseline(join(io.cwd, "scenarios", "steady.yaml"), options, io, measure)).toBe(3);
    expect(io.written.stderr).toMatch(complaint);
    expect(io.written.stderr).toMatch(/exit 3: /);
    expect(await savedIn(io.cwd)).toEqual([]);
  });

  test("saves nothing where it is interrupted", async () => {
    const io = memoryIo(await folderWith(scenario));
    const interrupted: MeasureBlocks = async () => {
      throw new DynoError("aborted", "interrupted");
    };
    await expect(
      saveBaseline(join(io.cwd, "scenarios", "steady.yaml"), options, io, interrupted),
    ).rejects.toThrow("interrupted");
    expect(await savedIn(io.cwd)).toEqual([]);
  });

  test("is refused before anything is measured where its folder cannot be written to", async () => {
    const io = memoryIo(await folderWith(scenario));
    let isMeasured = false;
    const measure: MeasureBlocks = async (...args) => {
      isMeasured = true;
      return measured()(...args);
    };
    const unwritable = { ...options, dir: "scenarios/steady.yaml/baselines" };
    const saving = saveBaseline(join(io.cwd, "scenarios", "steady.yaml"), unwritable, io, measure);
    await expect(saving).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(
        /^nothing can be written into scenarios\/steady\.yaml\/baselines: ENOTDIR: .*; name another folder with --dir$/,
      ),
    });
    expect(isMeasured).toBe(false);
  });

  test("is refused where its folder can be written to no more when it is measured", async () => {
    const io = memoryIo(await folderWith(scenario));
    const spoils: MeasureBlocks = async (...args) => {
      await writeFile(join(io.cwd, "baselines"), "");
      return measured()(...args);
    };
    await expect(
      saveBaseline(join(io.cwd, "scenarios", "steady.yaml"), options, io, spoils),
    ).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/^the baseline \S+\.json could not be written: EEXIST: /),
    });
  });

  test("measures fresh processes with the built dyno, and shows what it stored", async () => {
    const cwd = await folderWith(scenario);
    const saved = await dyno(["baseline", "save", "steady", "--budget", "7s", "--set", "load.0.clients=2"], {
      cwd,
    });
    expect(saved).toMatchObject({ code: 0, stderr: "" });
    const shown = await dyno(["baseline", "show", "steady"], { cwd });
    expect(shown.stdout).toContain("full: 2 clients");
    expect(shown.stdout).toMatch(/throughput {2,}full {2,}\S+\/s/);
    const [baseline] = await savedIn(cwd);
    expect(new Set(baseline?.blocks.map(({ seed }) => seed)).size).toBe(baseline?.blocks.length);
  }, 30_000);
});

/** A folder with one baseline of another machine and one broken file. */
async function folderOfTwo(): Promise<string> {
  const cwd = await folderWith(scenario);
  await writeBaseline(
    join(cwd, "baselines"),
    sampleBaseline({ environment: sampleEnvironment({ cores: 96 }) }),
  );
  await writeFile(join(cwd, "baselines", "broken.12345678.json"), "{");
  return cwd;
}

describe("dyno baseline list, show and rm", () => {
  test("list tells of each, which are of another machine, and which are broken", async () => {
    const io = memoryIo(await folderOfTwo());
    expect(await listOfBaselines(inFolder, io)).toBe(0);
    expect(io.written.stdout).toMatch(
      /○ steady +[0-9a-f]{8} +2026-11-20 +9f2c4b71de +8 +Xeon 8370C, 96 cores +the first one/,
    );
    expect(io.written.stdout).toMatch(
      /✗ broken {2}baselines\/broken\.12345678\.json:1:2: the baseline is truncated/,
    );
  });

  test("list and show tell which were recorded from a tree with changes that no commit holds", async () => {
    const cwd = await folderWith(scenario);
    const environment = { ...sampleEnvironment({}), gitDirty: true };
    await writeBaseline(join(cwd, "baselines"), sampleBaseline({ environment }));
    const io = memoryIo(cwd);
    await listOfBaselines(inFolder, io);
    await showBaseline("steady", inFolder, io);
    expect(io.written.stdout).toContain("9f2c4b71de + changes");
    expect(io.written.stdout).toContain("9f2c4b71de, with uncommitted changes");
  });

  test("list says what to do where there are none", async () => {
    const io = memoryIo(await folderWith(scenario));
    expect(await listOfBaselines(inFolder, io)).toBe(0);
    expect(io.written.stderr).toContain("dyno baseline save SCENARIO records one");
  });

  test("show tells what it is of, what it stands on, and why it was accepted, by name and by file", async () => {
    const io = memoryIo(await folderOfTwo());
    expect(await showBaseline("steady", inFolder, io)).toBe(0);
    for (const text of [
      "2026-11-20 10:00 UTC",
      "the first one",
      "full: 4 clients",
      "9f2c4b71de, clean tree",
      "redis 7.0.15",
    ]) {
      expect(io.written.stdout).toContain(text);
    }
    const [name = ""] = (await readdir(join(io.cwd, "baselines"))).filter((one) => one.startsWith("steady"));
    const byFile = memoryIo(io.cwd);
    expect(await showBaseline(`baselines/${name}`, inFolder, byFile)).toBe(0);
    expect(byFile.written.stdout).toBe(io.written.stdout);
  });

  test("show says what is wrong with a broken one, and exits with 2", async () => {
    const io = memoryIo(await folderOfTwo());
    expect(await showBaseline("broken", inFolder, io)).toBe(2);
    expect(io.written.stderr).toMatch(
      /^dyno: baselines\/broken\.12345678\.json:1:2: the baseline is truncated/,
    );
  });

  test("rm removes the one that is meant", async () => {
    const io = memoryIo(await folderOfTwo());
    expect(await removeNamedBaseline("broken", inFolder, io)).toBe(0);
    expect(io.written.stdout).toBe("removed baselines/broken.12345678.json\n");
    expect(await readdir(join(io.cwd, "baselines"))).toHaveLength(1);
  });

  test("a name that is unknown is a usage error", async () => {
    const { code, stderr } = await dyno(["baseline", "show", "stedy"], { cwd: await folderOfTwo() });
    expect(code).toBe(2);
    expect(stderr).toContain("there is no baseline stedy in baselines; did you mean steady?");
  });

  test("a baseline is text that a person can read", async () => {
    const cwd = await folderOfTwo();
    const [name = ""] = (await readdir(join(cwd, "baselines"))).filter((one) => one.startsWith("steady"));
    const lines = (await readFile(join(cwd, "baselines", name), "utf8")).split("\n");
    expect(lines.slice(0, 4)).toEqual([
      "{",
      '  "schemaVersion": 1,',
      '  "scenario": {',
      '    "name": "steady",',
    ]);
  });
});
