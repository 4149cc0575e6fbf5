import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { resolveKnobs } from "../../../src/engine/config.ts";
import type { EventStore } from "../../../src/engine/store.ts";
import { openLogStore } from "../../../src/engine/stores/log.ts";
import { preparedEvents } from "../../support/events.ts";
import { scratchDir } from "../../support/scratch-dir.ts";
import { describeStoreContract, readAll } from "./contract.ts";
import { describeGroupContract } from "./group-contract.ts";

describeGroupContract("log", async () => ({ kind: "log", dir: await scratchDir() }));
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
        expect(reopened.counters().torn_bytes).toBe(length - whole);
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

describe("a log's folder", () => {
  test("has one owner at a time, whatever it is called", async () => {
    const dir = await scratchDir();
    const store = await openLog(dir);
    for (const name of [dir, `${dir}/`, relative(process.cwd(), dir)]) {
      await expect(openLog(name)).rejects.toMatchObject({ code: "conflict" });
    }
    await store.close();
    await (await openLog(dir)).close();
  });

  test("is taken over by just one where its owner is dead", async () => {
    const dead = fork("", { execArgv: ["-e", ""] });
    await once(dead, "exit");
    for (let round = 0; round < 20; round++) {
      const dir = await scratchDir();
      await writeFile(join(dir, "owner.3"), `${dead.pid} 1\n`);
      const opened = await Promise.allSettled([openLog(dir), openLog(dir), openLog(dir)]);
      const stores = opened.filter((result) => result.status === "fulfilled");
      const refusals = opened.filter((result) => result.status === "rejected");
      expect(stores).toHaveLength(1);
      for (const { reason } of refusals) expect(reason).toMatchObject({ code: "conflict" });
      await stores[0]?.value.close();
    }
  });

  test("is not taken from this process by a number that was used before", async () => {
    const dir = await scratchDir();
    await writeFile(join(dir, "owner.1"), `${process.pid} 1\n`);
    await (await openLog(dir)).close();
  });
});

test("a reader goes on with what is left when the log is trimmed under it", async () => {
  const dir = await scratchDir();
  const store = await openLog(dir, 4096);
  for (let i = 0; i < 40; i++) await store.append(preparedEvents(10, `e${i}-`), "stored");
  const seen: string[] = [];
  for await (const batch of store.read({ batchSize: 1 })) {
    if (seen.length === 0) await store.trim({ olderThanMs: Number.MAX_SAFE_INTEGER });
    seen.push(...batch.map(({ id }) => id));
  }
  const left = (await readAll(store)).map(({ id }) => id);
  await store.close();
  expect(left.length).toBeLessThan(400);
  expect(seen[0]).toBe("e0-0");
  expect(seen.slice(-left.length)).toEqual(left);
  expect(seen.toSorted()).toEqual([...new Set(seen)].toSorted());
});

test("a batch for which the disk has no room is refused, and what was acknowledged before and after is there", async () => {
  const dir = await scratchDir();
  const child = fileURLToPath(new URL("../../support/log-full-child.ts", import.meta.url));
  // A limit on the size of files, in blocks of 512 or 1024 bytes, stands in for a full disk.
  const command = `ulimit -f 40 && exec "${process.execPath}" --import tsx "${child}" "${dir}"`;
  const { stdout } = await promisify(execFile)("sh", ["-c", command]);
  const { refusal, acknowledged } = JSON.parse(stdout);
  expect(refusal).toBe("overload");
  const store = await openLog(dir);
  const ids = (await readAll(store)).map(({ id }) => id);
  await store.close();
  expect(ids).toEqual(acknowledged);
  expect(ids.length).toBeGreaterThan(2);
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
