import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import type { StoreConfig } from "../../../src/engine/config.ts";
import { createEngine } from "../../../src/engine/create-engine.ts";
import type { RunRecord } from "../../../src/engine/pipeline/run-record.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const stores: readonly [string, () => Promise<StoreConfig>][] = [
  ["log", async () => ({ kind: "log", dir: await scratchDir() })],
  [
    "redis",
    async () => ({
      kind: "redis",
      url: process.env.DYNO_TEST_REDIS_URL ?? "",
      stream: `test:${randomUUID()}`,
    }),
  ],
];

const pipeline = `
  name: checkout
  on: orders.created
  steps:
    - { id: price, action: transform, with: { total: "{{ event.data.n * 2 }}" } }
    - { id: reserve, action: work, needs: [price] }
    - { id: score, action: work, needs: [price], retry: { attempts: 9, delay: 1ms }, with: { failures: 1 } }
    - { id: each, action: work, needs: [reserve], forEach: "[1, 2, 3]", concurrency: 2 }
    - { id: join, action: work, needs: [score, each], if: "steps.price.output.total >= 0" }
`;

/** Effects of one run. */
const effectsPerRun = 6;
const orders = 200;

interface Note {
  readonly did?: string;
  readonly allEnded?: boolean;
  /** A run that ended otherwise. */
  readonly trouble?: string;
}

function startChild(job: object, onNote: (note: Note) => void): ChildProcess {
  const child = fork(new URL("../../support/pipeline-child.ts", import.meta.url), [JSON.stringify(job)], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("message", (note) => onNote(note as Note));
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

test.each(stores)(
  "every run on the %s store is brought to its end however often the process is killed, and no finished step is run again",
  async (_, freshConfig) => {
    const store = await freshConfig();
    const ledger = join(await scratchDir(), "ledger");
    await publishOrders(store);
    const random = createRandom(20_261_124);
    for (let kill = 0; kill < 5; kill++) {
      let left = 1 + random.integer(Math.floor((orders * effectsPerRun) / 6));
      await new Promise<void>((resolve) => {
        const child = startChild({ store, pipeline, ledger }, ({ did }) => {
          if (did !== undefined && --left === 0) child.kill("SIGKILL");
        });
        child.once("exit", () => resolve());
      });
    }
    const troubles: string[] = [];
    await new Promise<void>((resolve) => {
      const child = startChild({ store, pipeline, ledger }, ({ allEnded, trouble }) => {
        if (trouble !== undefined) troubles.push(trouble);
        if (allEnded) child.kill("SIGKILL");
      });
      child.once("exit", () => resolve());
    });
    expect(troubles).toEqual([]);
    const lines = readFileSync(ledger, "utf8").split("\n");
    expect(repeatedIn(lines)).toEqual([]);
    expect(new Set(lines.filter((line) => line.startsWith("+ "))).size).toBe(orders * effectsPerRun);
    expect(await countRecords(store)).toEqual({ ends: orders, twice: [] });
  },
  90_000,
);

async function publishOrders(store: StoreConfig): Promise<void> {
  const engine = await createEngine({ store, knobs: { maxBatch: 16 } });
  const numbers = Array.from({ length: orders }, (_, n) => n);
  await Promise.all(numbers.map((n) => engine.publish({ topic: "orders.created", data: { n } })));
  await engine.close();
}

/** Effects of steps that the records had called done before. */
function repeatedIn(lines: readonly string[]): string[] {
  const finished = new Set<string>();
  return lines.filter((line) => {
    const key = line.slice(2);
    if (line.startsWith("= ")) finished.add(key);
    return line.startsWith("+ ") && finished.has(key);
  });
}

/** How many runs have an end in the store, and what is recorded as done more than once. */
async function countRecords(store: StoreConfig): Promise<{ ends: number; twice: string[] }> {
  const engine = await createEngine({ store });
  const times = new Map<string, number>();
  for await (const batch of engine.replay()) {
    for (const { topic, key, data } of batch) {
      if (!topic.startsWith("$run.")) continue;
      const record = data as RunRecord;
      const slot = record.type === "step.succeeded" ? ` ${record.step} ${record.index} ${record.items}` : "";
      if (record.type !== "completed" && slot === "") continue;
      const what = `${key}${slot}`;
      times.set(what, (times.get(what) ?? 0) + 1);
    }
  }
  await engine.close();
  return {
    ends: [...times.keys()].filter((what) => !what.includes(" ")).length,
    twice: [...times].filter(([, count]) => count !== 1).map(([what]) => what),
  };
}
