import { mkdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { resolveKnobs } from "../../../src/engine/config.ts";
import { createEngine } from "../../../src/engine/create-engine.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { openLogStore } from "../../../src/engine/stores/log.ts";
import { diskFiles, type LogFiles } from "../../../src/engine/stores/log-files.ts";
import { encodeFrame } from "../../../src/engine/stores/log-frame.ts";
import { preparedEvents } from "../../support/events.ts";
import { createFailingDisk, failWith } from "../../support/failing-disk.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

async function open(dir: string): Promise<Engine> {
  const engine = await createEngine({ store: { kind: "log", dir }, knobs: { maxBatch: 1 } });
  onTestFinished(() => engine.close());
  return engine;
}

/** Publishes numbers one by one, each in an entry of its own, and consumes them all. */
async function publishAndConsume(engine: Engine, from: number, to: number): Promise<number[]> {
  const seen: number[] = [];
  const consumer = await engine.consume<{ n: number }>("g", ({ data }) => void seen.push(data.n));
  for (let n = from; n < to; n++) await engine.publish({ topic: "numbers", data: { n } });
  await expect.poll(() => seen.at(-1)).toBe(to - 1);
  await consumer.stop();
  return seen;
}

test("a group that stands beyond the end of a log that lost its last events gets what is written there next", async () => {
  const dir = await scratchDir();
  const first = await open(dir);
  await publishAndConsume(first, 0, 3);
  const segment = join(dir, "0000000001.log");
  const { size } = await stat(segment);
  await publishAndConsume(first, 3, 10);
  await first.close();
  // As after a power cut: the group's place came to the disk, and the last events did not.
  await truncate(segment, size);
  for (let life = 0; life < 2; life++) {
    const again = await open(dir);
    expect(await publishAndConsume(again, 100 * life + 100, 100 * life + 120)).toHaveLength(20);
    await again.close();
  }
});

test("a group whose file was torn stands where it stood before, and loses nothing", async () => {
  const dir = await scratchDir();
  const first = await open(dir);
  await publishAndConsume(first, 0, 5);
  await first.close();
  const path = join(dir, "groups", "g.place");
  const bytes = await readFile(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length), fc.integer({ min: 1, max: 3 }), async (length, more) => {
      await writeFile(path, bytes.subarray(0, length));
      const engine = await open(dir);
      const seen: number[] = [];
      const consumer = await engine.consume<{ n: number }>("g", ({ data }) => void seen.push(data.n));
      for (let n = 0; n < more; n++) await engine.publish({ topic: "numbers", data: { n: 1000 + length } });
      await expect.poll(() => seen.filter((n) => n === 1000 + length).length).toBeGreaterThanOrEqual(more);
      await consumer.stop();
      await engine.close();
    }),
    { numRuns: 20 },
  );
});

test("a group's file does not grow without end", async () => {
  const dir = await scratchDir();
  const engine = await open(dir);
  // Held entries make each record of the place large.
  const untilStopped = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  await engine.consume<{ n: number }>(
    "g",
    ({ data }, { signal }) => (data.n < 200 ? untilStopped(signal) : undefined),
    { maxInFlight: 300 },
  );
  for (let n = 0; n < 1200; n++) await engine.publish({ topic: "numbers", data: { n } });
  await expect.poll(() => engine.counters().group_handled).toBe(1000);
  expect((await stat(join(dir, "groups", "g.place"))).size).toBeLessThan(1_100_000);
});

test("a group gives what it has read when its place can be written again", async () => {
  const { files, next } = createFailingDisk();
  const context = { knobs: resolveKnobs({}), clock: systemClock };
  const store = await openLogStore({ kind: "log", dir: await scratchDir() }, context, files);
  onTestFinished(() => store.close());
  const { signal } = new AbortController();
  const group = await store.groups.open("g", { from: "oldest", claimAfterMs: 1000, report: () => undefined });
  for (const name of ["a-", "b-"]) await store.append(preparedEvents(1, name), "stored");
  next("append", failWith("ENOSPC"));
  await expect(group.read(10, signal)).rejects.toMatchObject({ code: "overload" });
  await store.append(preparedEvents(1, "c-"), "stored");
  const first = await group.read(1, signal);
  const rest = [...(await group.read(10, signal)), ...(await group.read(10, signal))];
  const ids = [...first, ...rest].flatMap(({ events }) => events.map(({ id }) => id));
  expect(first).toHaveLength(1);
  expect(ids).toEqual(["a-0", "b-0", "c-0"]);
});

test("a log that cannot be opened for one of its groups leaves no file open", async () => {
  const dir = await scratchDir();
  await mkdir(join(dir, "groups"));
  await writeFile(join(dir, "groups", "g.place"), encodeFrame("no place", 0, 0));
  let openFiles = 0;
  const open: LogFiles["open"] = async (path) => {
    const file = await diskFiles.open(path);
    openFiles++;
    return { ...file, close: () => file.close().finally(() => openFiles--) };
  };
  const context = { knobs: resolveKnobs({}), clock: systemClock };
  const opening = openLogStore({ kind: "log", dir }, context, { ...diskFiles, open });
  await expect(opening).rejects.toMatchObject({ code: "corrupt" });
  expect(openFiles).toBe(0);
});

test("the name of a group may have any characters that a name can have", async () => {
  const dir = await scratchDir();
  const name = "$pipeline.../a\\b:*%2e";
  const first = await open(dir);
  const consumer = await first.consume(name, () => undefined);
  await first.publish({ topic: "numbers", data: { n: 1 } });
  await expect.poll(() => consumer.counters().handled).toBe(1);
  await first.close();
  const again = await open(dir);
  const later = await again.consume(name, () => undefined);
  await again.publish({ topic: "numbers", data: { n: 2 } });
  await expect.poll(() => later.counters().handled).toBe(1);
});
