import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import type { StoreConfig } from "../../../src/engine/config.ts";
import { createEngine } from "../../../src/engine/create-engine.ts";
import type { DeadLetter } from "../../../src/engine/delivery/dead-letter.ts";
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

interface Note {
  readonly begun?: number;
  readonly done?: number;
  readonly attempt: number;
}

/** A process that consumes group `g`; `onNote` hears what it does. */
function startConsumer(store: StoreConfig, deadlyNumber: number, onNote: (note: Note) => void): ChildProcess {
  const job = JSON.stringify({ store, deadlyNumber, perKeyOrder: false });
  const child = fork(new URL("../../support/group-child.ts", import.meta.url), [job], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("message", (note) => onNote(note as Note));
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

async function publishNumbers(store: StoreConfig, count: number): Promise<void> {
  const engine = await createEngine({ store, knobs: { maxBatch: 16 } });
  const numbers = Array.from({ length: count }, (_, n) => n);
  await Promise.all(numbers.map((n) => engine.publish({ topic: "numbers", data: { n } })));
  await engine.close();
}

describe.each(stores)("a consumer on the %s store whose process is killed", (_, freshConfig) => {
  test("leaves no event unhandled, and what it had finished a second before is not repeated", async () => {
    const store = await freshConfig();
    await publishNumbers(store, 600);
    const done: number[] = [];
    for (let kill = 0; kill < 3; kill++) {
      const enough = done.length + 100;
      await new Promise<void>((resolve) => {
        const child = startConsumer(store, -1, ({ done: n }) => {
          if (n !== undefined) done.push(n);
          if (done.length >= enough) child.kill("SIGKILL");
        });
        child.once("exit", () => resolve());
      });
    }
    startConsumer(store, -1, ({ done: n }) => {
      if (n !== undefined) done.push(n);
    });
    await expect.poll(() => new Set(done).size, { timeout: 20_000 }).toBe(600);
  });

  test("has an event that kills it every time as a dead letter, while its neighbours are handled", async () => {
    const store = await freshConfig();
    await publishNumbers(store, 40);
    const done = new Set<number>();
    const attempts: number[] = [];
    for (let life = 0; ; life++) {
      expect(life).toBeLessThan(12);
      const child = startConsumer(store, 21, ({ begun, done: n, attempt }) => {
        if (begun === 21) attempts.push(attempt);
        if (n !== undefined) done.add(n);
      });
      const exit = once(child, "exit").then(() => "killed");
      const outcome = await Promise.race([exit, settled(() => done.size === 39)]);
      if (outcome === "killed") continue;
      child.kill("SIGKILL");
      await exit;
      break;
    }
    const engine = await createEngine({ store });
    onTestFinished(() => engine.close());
    const letters: DeadLetter[] = [];
    for await (const letter of engine.deadLetters("g")) letters.push(letter);
    expect(letters).toMatchObject([{ event: { data: { n: 21 } }, attempts: 5 }]);
    expect(attempts.at(-1)).toBe(5);
  });
});

async function settled(condition: () => boolean): Promise<string> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
  // The dead letter is written before its neighbours' acknowledgements are.
  await new Promise((resolve) => setTimeout(resolve, 50));
  return "settled";
}
