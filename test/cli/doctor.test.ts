import { describe, expect, test } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import type { DoctorResult } from "../../src/measure/doctor-result.ts";
import { dyno, root } from "../support/run-dyno.ts";
import { sampleMetric, sampleTwins } from "../support/sample-twins.ts";

// The hiccup meter's thread needs a file that Node can run: the built one.
const { doctor } = await built<typeof import("../../src/cli/commands/doctor.ts")>("cli/commands/doctor.js");
const { DynoError } = await built<typeof import("../../src/base/errors.ts")>("base/errors.js");

async function built<Module>(file: string): Promise<Module> {
  return (await import(new URL(`../../dist/${file}`, import.meta.url).href)) as Module;
}

function listen(signal = new AbortController().signal): Io & { readonly out: string[] } {
  const out: string[] = [];
  const to = (lines: string[]) => ({
    write: (text: string) => void lines.push(text),
    isTTY: false,
    columns: 100,
  });
  return { out, stdout: to(out), stderr: to([]), env: { PATH: "" }, cwd: root, signal };
}

describe("dyno doctor", () => {
  test("looks at this machine, compares its own scenario with itself, and prints JSON", async () => {
    const io = listen();
    const asked: unknown[] = [];
    await doctor(undefined, { budgetMs: 5000, json: true }, io, async (scenario, budgetMs) => {
      asked.push(scenario.target.kind, budgetMs);
      return sampleTwins([sampleMetric("p50")]);
    });
    expect(asked).toEqual(["engine", 5000]);
    const result = JSON.parse(io.out.join("")) as DoctorResult;
    expect(result.findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["cores", "debugger", "hiccups"]),
    );
    expect(result.findings.find(({ name }) => name === "pinning")?.value).toBe("no taskset");
    expect(result.hiccups.count).toBeGreaterThan(0);
    expect(result.noise?.floors).toHaveLength(1);
  });

  test("says why a scenario could not be measured, beside what it found", async () => {
    const io = listen();
    const code = await doctor(undefined, { budgetMs: 5000 }, io, async () => {
      throw new DynoError("setup", "there is no Redis");
    });
    expect(code).toBe(3);
    expect(io.out.join("")).toMatch(
      /✗ noise floor: not measured\. \S+ could not be measured: there is no Redis/,
    );
  });

  test("ends at once when it is interrupted", async () => {
    const abort = new AbortController();
    const examination = doctor(undefined, { budgetMs: 5000 }, listen(abort.signal));
    abort.abort("SIGINT");
    await expect(examination).rejects.toMatchObject({ code: "aborted" });
  });

  test("refuses a budget that is no duration, and a scenario that is not there", async () => {
    const budget = await dyno(["doctor", "--budget", "soon"]);
    expect(budget).toMatchObject({ code: 2, stderr: expect.stringContaining("a duration such as 500us") });
    const missing = await dyno(["doctor", "nowhere"]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no file nowhere") });
  });
});
