import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { resolveKnobs } from "../../../src/engine/config.ts";
import type { EventStore } from "../../../src/engine/store.ts";
import { openLogStore } from "../../../src/engine/stores/log.ts";
import { preparedEvents } from "../../support/events.ts";
import { scratchDir } from "../../support/scratch-dir.ts";
import { describeStoreContract, readAll } from "./contract.ts";

describeStoreContract("log", async () => ({ kind: "log", dir: await scratchDir() }));

function openLog(dir: string, segmentBytes = 1_000_000): Promise<EventStore> {
  return openLogStore({ kind: "log", dir }, { knobs: resolveKnobs({ segmentBytes }), clock: systemClock });
}

const firstSegment = "0000000001.log";

describe("a log that was not closed well", () => {
  test("loses only the frame that was torn, wherever it was torn", async () => {
    const dir = await scratchDir();
    const path = join(dir, firstSegment);
    const store = await openLog(dir);
    await store.append(preparedEvents(2, "kept-"), "stored");
    const whole = (await stat(path)).size;
    await store.append(preparedEvents(2, "torn-"), "stored");
    const bytes = await readFile(path);
    await store.close();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: whole, max: bytes.length - 1 }), async (length) => {
        await writeFile(path, bytes.subarray(0, length));
        const reopened = await openLog(dir);
        const ids = (await readAll(reopened)).map(({ id }) => id);
        await reopened.append(preparedEvents(1, "after-"), "stored");
        const afterwards = (await readAll(reopened)).map(({ id }) => id);
        await reopened.close();
        expect(ids).toEqual(["kept-0", "kept-1"]);
        expect(afterwards).toEqual(["kept-0", "kept-1", "after-0"]);
      }),
      { numRuns: 40 },
    );
  });

  test("is refused where a byte that had been synced is damaged", async () => {
    const dir = await scratchDir();
    const store = await openLog(dir);
    for (let i = 0; i < 3; i++) await store.append(preparedEvents(2, `e${i}-`), "durable");
    await store.close();
    const path = join(dir, firstSegment);
    const bytes = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 25 }), async (at) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ 0x40;
        await writeFile(path, damaged);
        await expect(openLog(dir)).rejects.toMatchObject({ code: "corrupt" });
      }),
      { numRuns: 40 },
    );
  });

  test("is refused when read if an older segment is damaged or cut", async () => {
    const dir = await scratchDir();
    const store = await openLog(dir, 4096);
    for (let i = 0; i < 20; i++) await store.append(preparedEvents(10, `e${i}-`, 50), "stored");
    await truncate(join(dir, firstSegment), (await stat(join(dir, firstSegment))).size - 5);
    await expect(readAll(store)).rejects.toMatchObject({ code: "corrupt" });
    await store.close();
  });
});

test("a log has one owner at a time, and a dead owner's log is taken over", async () => {
  const dir = await scratchDir();
  const store = await openLog(dir);
  await expect(openLog(dir)).rejects.toMatchObject({ code: "conflict" });
  await store.close();
  const dead = fork("", { execArgv: ["-e", ""] });
  await once(dead, "exit");
  await writeFile(join(dir, "owner"), `${dead.pid} 1\n`);
  await (await openLog(dir)).close();
});

test("every acknowledged event is there after the process was killed", async () => {
  const dir = await mkdtemp(join(tmpdir(), "dyno-test-"));
  try {
    const child = fork(new URL("../../support/log-writer-child.ts", import.meta.url), [dir], {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const acknowledged: string[] = [];
    const enough = new Promise<void>((resolve) => {
      child.on("message", (id) => {
        acknowledged.push(String(id));
        if (acknowledged.length === 500) resolve();
      });
    });
    await enough;
    child.kill("SIGKILL");
    await once(child, "exit");
    const store = await openLog(dir);
    const ids = (await readAll(store)).map(({ id }) => id);
    await store.close();
    const there = new Set(ids);
    expect(there.size).toBe(ids.length);
    expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}, 30_000);
