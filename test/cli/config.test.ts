import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { readConfig, readConfigured } from "../../src/cli/configured-scenario.ts";
import { readSuite } from "../../src/cli/read-suite.ts";
import { memoryIo } from "../support/memory-io.ts";
import { dyno, folderWith, resultIn } from "../support/run-dyno.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const scenario = `why: A test.
target: { kind: synthetic, law: noop }
warmup: none
load:
  - { phase: steady, shape: constant-rate, rate: 500/s, for: 200ms }
`;

const tuned = (settings: string, of = "steady", digest = ""): string =>
  `schemaVersion: 1\nscenario: { name: ${of}${digest} }\nsettings:\n${settings}`;

/** A folder with the scenarios `steady` and `other`, a suite of both, and a tuned.yaml. */
async function folder(config: string) {
  const cwd = await scratchDir();
  const at = (name: string): string => join(cwd, name);
  await writeFile(at("steady.yaml"), scenario);
  await writeFile(at("other.yaml"), scenario);
  await writeFile(at("gate.yaml"), "why: A test.\nscenarios: [steady, other]\n");
  await writeFile(at("tuned.yaml"), config);
  return { at, io: memoryIo(cwd) };
}

const twice = "  load.0.rate: 700/s\n  repeat: 2\n";

describe("--config", () => {
  test("lays the settings of a tuned.yaml over the scenario, and --set over these", async () => {
    const cwd = await folderWith(scenario);
    await mkdir(join(cwd, "my"));
    await writeFile(join(cwd, "my", "tuned.yaml"), tuned(twice));
    // A busy machine may make the run invalid; what was asked of it is the same.
    await dyno(
      ["run", "steady", "--config", "my/tuned.yaml", "--set", "load.0.rate=600/s", "--no-progress"],
      { cwd },
    );
    const { result } = await resultIn(cwd);
    expect(result.trials).toHaveLength(2);
    expect(result.trials[0]?.phases[0]?.asked).toBe(120);
    expect(result.command).toBe("npx dyno run steady --config my/tuned.yaml --set load.0.rate=600/s");
  });

  test("names a setting that the scenario does not have at its place in the tuned.yaml", async () => {
    const cwd = await folderWith(scenario);
    await writeFile(join(cwd, "tuned.yaml"), tuned("  target.lawn: noop\n"));
    for (const args of [["run"], ["ab", "--a", "repeat=1", "--b", "repeat=2"], ["baseline", "save"]]) {
      const { code, stdout, stderr } = await dyno([...args, "steady", "--config", "tuned.yaml"], { cwd });
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(
        /^--config tuned\.yaml:4:3: target\.lawn="noop": error: unknown setting "lawn".*did you mean law\?/,
      );
    }
  });

  test("blames --set, and not the tuned.yaml beneath it, for a wrong value of --set", async () => {
    const { at, io } = await folder(tuned(twice));
    const config = await readConfig("tuned.yaml", io);
    await expect(readConfigured(at("steady.yaml"), config, ["load.0.rate=soon"], io)).rejects.toThrow(
      /^--set load\.0\.rate=soon: error: expected a rate/,
    );
  });

  test("goes, in a suite, to the scenario that it names", async () => {
    const { at, io } = await folder(tuned(twice));
    const members = await readSuite([at("gate.yaml")], { set: ["seed=9"], config: "tuned.yaml" }, io);
    expect(members.map(({ scenario: { name, repeat, seed } }) => ({ name, repeat, seed }))).toEqual([
      { name: "steady", repeat: 2, seed: 9 },
      { name: "other", repeat: 1, seed: 9 },
    ]);
  });

  test("is refused where it is of another scenario, by both names", async () => {
    const { at, io } = await folder(tuned(twice, "burst"));
    const message = /^tuned\.yaml is of the scenario burst, not of steady; name its scenario/;
    const config = await readConfig("tuned.yaml", io);
    await expect(readConfigured(at("steady.yaml"), config, [], io)).rejects.toThrow(message);
    const suite = readSuite([at("gate.yaml")], { set: [], config: "tuned.yaml" }, io);
    await expect(suite).rejects.toThrow(/^tuned\.yaml is of the scenario burst, not of steady, other;/);
  });

  test("says where the scenario has changed since", async () => {
    for (const [text, expected] of [
      [scenario, ""],
      [`${scenario}# changed\n`, "steady.yaml has changed since tuned.yaml was made for it"],
    ] as const) {
      const { at, io } = await folder(tuned(twice, "steady", `, digest: "${digestOf(text)}"`));
      await readConfigured(at("steady.yaml"), await readConfig("tuned.yaml", io), [], io);
      expect(io.written.stderr).toContain(expected);
      expect(io.written.stderr === "").toBe(expected === "");
    }
  });
});
