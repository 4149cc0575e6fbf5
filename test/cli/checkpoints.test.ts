import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listCheckpoints } from "../../src/cli/checkpoint-folder.ts";
import { appliedText, rolledBackText } from "../../src/cli/checkpoint-text.ts";
import { applyCheckpoint, rollBack } from "../../src/cli/checkpoints.ts";
import { rollback } from "../../src/cli/commands/rollback.ts";
import { renderTunedYaml, renderUntunedYaml } from "../../src/publish/tuned-yaml.ts";
import { memoryIo } from "../support/memory-io.ts";
import { dyno } from "../support/run-dyno.ts";
import { scratchDir } from "../support/scratch-dir.ts";
import { tuningResult } from "../support/tuning-result.ts";

const at = new Date("2026-11-25T02:16:00.000Z");
/** A tuned.yaml that sets maxBatch. */
const tuned = (maxBatch: number): string =>
  renderTunedYaml(tuningResult({ chosen: { maxBatch, linger: 0, store: "log" } }));
const inForce = (cwd: string): Promise<string> => readFile(join(cwd, "tuned.yaml"), "utf8");
const checkpoint = (cwd: string, name: string): Promise<string> =>
  readFile(join(cwd, "checkpoints", `${name}.yaml`), "utf8");

describe("applying a checkpoint", () => {
  test("keeps it under the scenario's name and the time, and puts it in force", async () => {
    const cwd = await scratchDir();
    const applied = await applyCheckpoint(tuned(256), undefined, cwd, at);
    expect(applied).toMatchObject({ name: "steady-20261125-021600" });
    expect(await inForce(cwd)).toBe(tuned(256));
    expect(await checkpoint(cwd, "steady-20261125-021600")).toBe(tuned(256));
    expect(appliedText(applied)).toContain("dyno rollback goes back to steady's own settings");
    const second = await applyCheckpoint(tuned(64), undefined, cwd, at);
    expect(second).toMatchObject({ name: "steady-20261125-021600-2", previous: applied.name });
    expect((await readdir(join(cwd, "checkpoints"))).filter((name) => /tmp/.test(name))).toEqual([]);
  });

  test("refuses a name that is taken or is none, and changes nothing", async () => {
    const cwd = await scratchDir();
    await applyCheckpoint(tuned(1), "good", cwd, at);
    await expect(applyCheckpoint(tuned(2), "good", cwd, at)).rejects.toThrow(
      "there is a checkpoint good already",
    );
    for (const name of ["../good", "latest", "", "a b"]) {
      await expect(applyCheckpoint(tuned(2), name, cwd, at)).rejects.toThrow("is no name for a checkpoint");
    }
    expect(await inForce(cwd)).toBe(tuned(1));
    expect((await readdir(join(cwd, "checkpoints"))).toSorted()).toEqual(["good.yaml", "history.ndjson"]);
  });
});

describe("rolling back", () => {
  test("leads to what held before, step by step, and at last to the scenario's own settings", async () => {
    const cwd = await scratchDir();
    await applyCheckpoint(tuned(1), "a", cwd, at);
    await applyCheckpoint(tuned(2), "b", cwd, at);
    await applyCheckpoint(tuned(3), "c", cwd, at);
    expect(await rollBack(cwd)).toMatchObject({ from: "c", to: { name: "b" } });
    expect(await inForce(cwd)).toBe(tuned(2));
    expect(await rollBack(cwd, "latest")).toMatchObject({ from: "b", to: { name: "a" } });
    const last = await rollBack(cwd);
    expect(last).toEqual({ from: "a" });
    expect(rolledBackText(last)).toContain(
      "so tuned.yaml sets nothing, and the scenario has its own settings",
    );
    expect(await inForce(cwd)).toBe(renderUntunedYaml("steady"));
    await expect(rollBack(cwd)).rejects.toThrow("there is nothing to roll back");
  });

  test("leads to a checkpoint that is named, also by its file, and from there back again", async () => {
    const cwd = await scratchDir();
    await applyCheckpoint(tuned(1), "a", cwd, at);
    await applyCheckpoint(tuned(2), "b", cwd, at);
    expect(await rollBack(cwd, "checkpoints/a.yaml")).toMatchObject({ from: "b", to: { name: "a" } });
    expect(rolledBackText(await rollBack(cwd, "a"))).toMatch(
      /^a is in force already, for steady: p50 in steady/,
    );
    expect(await rollBack(cwd)).toMatchObject({ from: "a", to: { name: "b" } });
  });

  test("keeps what somebody edited, and leads to what had been edited", async () => {
    const cwd = await scratchDir();
    await applyCheckpoint(tuned(1), "a", cwd, at);
    const edited = tuned(1).replace("maxBatch: 1 ", "maxBatch: 7 ");
    await writeFile(join(cwd, "tuned.yaml"), edited);
    const back = await rollBack(cwd, undefined, at);
    expect(back).toMatchObject({ kept: "edited-20261125-021600", to: { name: "a" } });
    expect(rolledBackText(back)).toMatch(
      /^tuned\.yaml had been edited; the edit is kept as edited-20261125-021600 \(checkpoints\/edited-/,
    );
    expect(await checkpoint(cwd, "edited-20261125-021600")).toBe(edited);
    expect(await inForce(cwd)).toBe(tuned(1));
  });

  test("keeps a file that dyno did not write, even one that is no tuned.yaml", async () => {
    const cwd = await scratchDir();
    await writeFile(join(cwd, "tuned.yaml"), "mine: [");
    expect(await applyCheckpoint(tuned(1), "a", cwd, at)).toMatchObject({ kept: "edited-20261125-021600" });
    expect(await checkpoint(cwd, "edited-20261125-021600")).toBe("mine: [");
    await expect(rollBack(cwd)).rejects.toThrow(/^checkpoints\/edited-20261125-021600\.yaml:1:\d+: error: /);
    expect(await inForce(cwd)).toBe(tuned(1));
  });

  test("goes on where a process was killed between two writes", async () => {
    const cwd = await scratchDir();
    await applyCheckpoint(tuned(1), "a", cwd, at);
    await applyCheckpoint(tuned(2), "b", cwd, at);
    const history = join(cwd, "checkpoints", "history.ndjson");
    const text = await readFile(history, "utf8");
    // Applied, and not recorded.
    await writeFile(history, `${text.split("\n")[0]}\n`);
    expect(await rollBack(cwd)).toEqual(
      expect.objectContaining({ from: "b", to: expect.objectContaining({ name: "a" }) }),
    );
    // Recorded as gone back, and not done.
    await writeFile(join(cwd, "tuned.yaml"), tuned(2));
    expect(await rollBack(cwd)).toMatchObject({ from: "b", to: { name: "a" } });
  });

  test("names the line of a record that cannot be read", async () => {
    const cwd = await scratchDir();
    await applyCheckpoint(tuned(1), "a", cwd, at);
    const history = join(cwd, "checkpoints", "history.ndjson");
    await writeFile(history, `${await readFile(history, "utf8")}{"did":"dance"}\n`);
    await expect(rollBack(cwd)).rejects.toThrow(
      "checkpoints/history.ndjson:2: the line is no step of checkpoints",
    );
  });

  test("never loses what tuned.yaml held, whatever is applied, edited and rolled back in whatever order", async () => {
    const step = fc.record({
      what: fc.constantFrom("apply", "edit", "back"),
      value: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const cwd = await scratchDir();
        const own = renderUntunedYaml("steady");
        const seen = new Set<string>();
        // Texts that hold one over the other; the scenario's own settings are below.
        const standing: string[] = [];
        let file = own;
        for (const { what, value } of steps) {
          if (what === "edit") {
            file = `${tuned(value)}# mine\n`;
            await writeFile(join(cwd, "tuned.yaml"), file);
            continue;
          }
          if (file !== own && file !== standing.at(-1)) standing.push(file);
          seen.add(file);
          if (what === "apply") {
            file = tuned(value);
            standing.push(file);
            await applyCheckpoint(file, undefined, cwd, at);
          } else if (standing.length === 0) {
            await expect(rollBack(cwd, undefined, at)).rejects.toThrow("nothing to roll back");
            continue;
          } else {
            standing.pop();
            file = standing.at(-1) ?? own;
            await rollBack(cwd, undefined, at);
          }
          expect(await inForce(cwd)).toBe(file);
        }
        const kept = (await listCheckpoints(cwd)).map(({ name }) => checkpoint(cwd, name));
        expect([own, ...(await Promise.all(kept))]).toEqual(expect.arrayContaining([...seen]));
      }),
      { numRuns: 40 },
    );
  });
});

describe("dyno rollback", () => {
  test("lists the checkpoints, those applied last first, and marks the current one", async () => {
    const cwd = await scratchDir();
    await applyCheckpoint(tuned(1), "a", cwd, at);
    await applyCheckpoint(tuned(2), "b", cwd, new Date("2026-11-26T08:00:00.000Z"));
    await writeFile(join(cwd, "checkpoints", "broken.yaml"), "settings: [\n");
    const io = memoryIo(cwd);
    expect(await rollback(undefined, { list: true }, io)).toBe(0);
    expect(io.written.stdout).toMatch(
      /● b +2026-11-26 08:00 +steady +p50 in steady is at least 23 % lower.*\n +○ a +2026-11-25 02:16 .*\n +○ broken +never .*broken\.yaml:\d/,
    );
    await rm(join(cwd, "tuned.yaml"));
    const after = memoryIo(cwd);
    await rollback(undefined, { list: true }, after);
    expect(after.written.stdout).toMatch(/○ b [\s\S]*tuned\.yaml holds none of them; times are UTC\n$/);
  });

  test("answers an unknown name with the one that is near, and with what there is", async () => {
    const cwd = await scratchDir();
    await applyCheckpoint(tuned(1), "steady-good", cwd, at);
    const { code, stdout, stderr } = await dyno(["rollback", "steady-god"], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^dyno: there is no checkpoint steady-god; did you mean steady-good\?; there are steady-good\n/,
    );
    const back = await dyno(["rollback"], { cwd });
    expect(back).toMatchObject({ code: 0, stdout: expect.stringMatching(/^rolled back from steady-good: /) });
  });
});
