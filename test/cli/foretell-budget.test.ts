import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { foretell } from "../../src/cli/record-history.ts";
import { appendHistory } from "../../src/judge/history/history-file.ts";
import type { HistoryLine } from "../../src/judge/history/history-line.ts";
import { memoryIo } from "../support/memory-io.ts";
import { sampleScenario } from "../support/sample-blocks.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const scenario = sampleScenario();
const options = { set: [], margin: {}, out: "reports", progress: false, history: "history.ndjson" };

const noisyGate: HistoryLine = {
  v: 1,
  kind: "gate",
  scenario: scenario.name,
  at: "2026-11-20T10:00:00.000Z",
  class: "00000000",
  outcome: "pass",
  metrics: [],
  noise: [{ metric: "throughput", phase: "full", pairSd: 1, pairMs: 2000 }],
};

/** What is told before a gate begins. */
async function told(write: (file: string) => Promise<unknown>): Promise<string> {
  const io = memoryIo(await scratchDir());
  await write(join(io.cwd, options.history));
  await foretell([{ scenario }], options, io);
  return io.written.stderr;
}

describe("before a gate begins", () => {
  test("a budget that its last gate's noise asks more of is told of", async () => {
    const text = await told((file) => appendHistory(file, [noisyGate]));
    expect(text).toMatch(/^\S+: by its last gate \(2026-11-20\) a margin of .*, and the budget is /);
  });

  test.each([
    [
      "that a newer dyno wrote into",
      (file: string) => writeFile(file, '{"v":99}\n'),
      "history.ndjson:1: a newer dyno wrote this line (v is 99, and this one reads 1); update dyno",
    ],
    [
      "that cannot be read",
      (file: string) => mkdir(file),
      "the history history.ndjson cannot be read: EISDIR: illegal operation on a directory, read",
    ],
  ])("a history %s is told of in one line, and hinders nothing", async (_, write, complaint) => {
    expect(await told(write)).toBe(`dyno: the history says nothing of this gate's budget: ${complaint}\n`);
  });

  test("nothing is told where there is no history yet", async () => {
    expect(await told(async () => undefined)).toBe("");
  });
});
