import { stat } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { resolveKnobs } from "../../../src/engine/config.ts";
import { type LogStore, openLogStore } from "../../../src/engine/stores/log.ts";
import { openLogDead } from "../../../src/engine/stores/log-dead.ts";
import { diskFiles, type LogFiles } from "../../../src/engine/stores/log-files.ts";
import { listSegments, segmentPath } from "../../../src/engine/stores/log-segment.ts";
import { openLogWriter } from "../../../src/engine/stores/log-writer.ts";
import { preparedEvents } from "../../support/events.ts";
import { createFailingDisk, failWith, tearWith } from "../../support/failing-disk.ts";
import { createPowerDisk } from "../../support/power-disk.ts";
import { scratchDir } from "../../support/scratch-dir.ts";
import { readAll } from "./contract.ts";

function open(dir: string, files: LogFiles): Promise<LogStore> {
  const context = { knobs: resolveKnobs({ segmentBytes: 4096 }), clock: systemClock };
  return openLogStore({ kind: "log", dir }, context, files);
}

async function bytesIn(dir: string): Promise<number> {
  const sizes = (await listSegments(dir)).map(
    async (segment) => (await stat(segmentPath(dir, segment))).size,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function idsIn(store: LogStore): Promise<string[]> {
  return (await readAll(store)).map(({ id }) => id);
}

type Step = "stored" | "durable" | "rotate" | "drop" | "kill" | "cut power";

describe("a log whose power is cut", () => {
  test("has everything durable, in order, and opens, whatever was under way", async () => {
    const step = fc.constantFrom<Step>("stored", "stored", "durable", "rotate", "drop", "kill", "cut power");
    const history = fc.tuple(fc.array(step, { minLength: 1, maxLength: 25 }), fc.integer());
    await fc.assert(
      fc.asyncProperty(history, async ([steps, seed]) => {
        let state = seed >>> 0;
        const fraction = (): number => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return state % 3 === 0 ? 0 : state / 2 ** 32;
        };
        const disk = createPowerDisk();
        const dir = await scratchDir();
        let store = await open(dir, disk.next());
        let sure: string[] = [];
        let unsure: string[] = [];
        for (const [i, what] of [...steps, "cut power" as const].entries()) {
          if (what === "stored" || what === "durable") {
            await store.append(preparedEvents(10, `${i}-`), what);
            unsure.push(...Array.from({ length: 10 }, (_, n) => `${i}-${n}`));
            if (what === "durable") sure.push(...unsure.splice(0));
          } else if (what === "rotate") {
            await store.beginSegment();
            sure.push(...unsure.splice(0));
          } else if (what === "drop") {
            await store.dropBefore(await store.beginSegment());
            sure = [];
            unsure = [];
          } else {
            if (what === "kill") disk.kill();
            else await disk.cutPower(fraction);
            await store.close().catch(() => undefined);
            store = await open(dir, disk.next());
            const ids = await idsIn(store);
            // What was durable, then as much as the disk happened to keep of the rest.
            expect(ids.slice(0, sure.length)).toEqual(sure);
            expect([...sure, ...unsure].slice(0, ids.length)).toEqual(ids);
            if (what === "kill") expect(ids).toEqual([...sure, ...unsure]);
            sure = ids;
            unsure = [];
            if (what === "cut power") continue;
            // The pages are still only in memory.
            unsure = sure.splice(0);
            await store.append([], "durable");
            sure = unsure.splice(0);
          }
        }
        await store.close();
      }),
      { numRuns: 60 },
    );
  });

  test("does not bring back what was dropped", async () => {
    const disk = createPowerDisk();
    const dir = await scratchDir();
    const store = await open(dir, disk.next());
    await store.append(preparedEvents(5, "old-"), "durable");
    await store.dropBefore(await store.beginSegment());
    await store.append(preparedEvents(2, "new-"), "durable");
    await disk.cutPower(() => 1);
    await store.close().catch(() => undefined);
    const again = await open(dir, disk.next());
    expect(await idsIn(again)).toEqual(["new-0", "new-1"]);
    expect(again.keptBytes).toBeGreaterThan(0);
    await again.close();
  });
});

describe("a log whose disk fails", () => {
  test("writes a batch again, to a new file, when its sync failed", async () => {
    const { files, next } = createFailingDisk();
    const store = await open(await scratchDir(), files);
    await store.append(preparedEvents(1, "a-"), "durable");
    next("datasync", failWith("EIO"));
    expect(await store.append(preparedEvents(1, "b-"), "durable")).toBe("2-0");
    await store.append(preparedEvents(1, "c-"), "durable");
    expect(await idsIn(store)).toEqual(["a-0", "b-0", "c-0"]);
    await store.close();
  });

  test.each(["ENOSPC", "EDQUOT"])(
    "refuses with overload, and goes on when there is room (%s)",
    async (code) => {
      const { files, next } = createFailingDisk();
      const store = await open(await scratchDir(), files);
      next("append", failWith(code));
      const refused = store.append(preparedEvents(1, "a-"), "durable");
      await expect(refused).rejects.toMatchObject({
        code: "overload",
        message: expect.stringMatching(/the disk fails/),
      });
      await store.append(preparedEvents(1, "b-"), "durable");
      expect(await idsIn(store)).toEqual(["b-0"]);
      await store.close();
    },
  );

  test("shows nothing of a batch that was refused because it could not be synced in the new file either", async () => {
    const { files, next } = createFailingDisk();
    const dir = await scratchDir();
    const store = await open(dir, files);
    await store.append(preparedEvents(1, "a-"), "durable");
    // The sync of the first try, that of the new file's opening, and that of the second try.
    next("datasync", failWith("EIO"), () => undefined, failWith("EIO"));
    await expect(store.append(preparedEvents(1, "b-"), "durable")).rejects.toMatchObject({
      code: "unavailable",
    });
    expect(await idsIn(store)).toEqual(["a-0"]);
    await store.append(preparedEvents(1, "b-"), "durable");
    expect(await idsIn(store)).toEqual(["a-0", "b-0"]);
    expect(store.keptBytes).toBe(await bytesIn(dir));
    await store.close();
  });

  test("gives no reader a batch that is not synced yet, and may be written elsewhere", async () => {
    const { files, next } = createFailingDisk();
    const store = await open(await scratchDir(), files);
    await store.append(preparedEvents(1, "a-"), "durable");
    const seen: string[][] = [];
    next("datasync", async (...step) => {
      seen.push(await idsIn(store));
      await failWith("EIO")(...step);
    });
    await store.append(preparedEvents(1, "b-"), "durable");
    expect(seen).toEqual([["a-0"]]);
    expect(await idsIn(store)).toEqual(["a-0", "b-0"]);
    await store.close();
  });

  test("goes on behind whole frames when both tries were torn", async () => {
    const { files, next } = createFailingDisk();
    const store = await open(await scratchDir(), files);
    await store.append(preparedEvents(1, "a-"), "durable");
    next("append", tearWith("EIO"), tearWith("EIO"));
    await expect(store.append(preparedEvents(1, "b-"), "stored")).rejects.toMatchObject({
      code: "unavailable",
    });
    await store.append(preparedEvents(1, "c-"), "stored");
    expect(await idsIn(store)).toEqual(["a-0", "c-0"]);
    await store.close();
  });

  test("goes on behind whole frames when a torn write could not be cut off at once", async () => {
    const { files, next } = createFailingDisk();
    const store = await open(await scratchDir(), files);
    await store.append(preparedEvents(1, "a-"), "durable");
    next("append", tearWith("EIO"));
    next("truncate", failWith("EIO"), failWith("EIO"));
    await expect(store.append(preparedEvents(1, "b-"), "stored")).rejects.toMatchObject({
      code: "unavailable",
    });
    expect(await idsIn(store)).toEqual(["a-0"]);
    await store.append(preparedEvents(1, "c-"), "stored");
    expect(await idsIn(store)).toEqual(["a-0", "c-0"]);
    await store.close();
  });
});

describe("a log with a sync that failed, whose power is cut later", () => {
  test("has what was only stored before the failure and was made durable by a barrier behind it", async () => {
    const disk = createPowerDisk();
    const dir = await scratchDir();
    const { files, next } = createFailingDisk(disk.next());
    const store = await open(dir, files);
    await store.append(preparedEvents(1, "a-"), "stored");
    next("datasync", failWith("EIO"));
    await store.append(preparedEvents(1, "b-"), "durable");
    await store.append([], "durable");
    await disk.cutPower(() => 0);
    await store.close().catch(() => undefined);
    const again = await open(dir, disk.next());
    expect(await idsIn(again)).toEqual(["a-0", "b-0"]);
    await again.close();
  });

  test("refuses a barrier while what was stored before it cannot be brought to the disk", async () => {
    const disk = createPowerDisk();
    const { files, next } = createFailingDisk(disk.next());
    const dir = await scratchDir();
    const store = await open(dir, files);
    await store.append(preparedEvents(1, "a-"), "stored");
    next("datasync", failWith("EIO"), failWith("EIO"), failWith("EIO"));
    for (let i = 0; i < 2; i++) {
      await expect(store.append([], "durable")).rejects.toMatchObject({ code: "unavailable" });
    }
    await store.append([], "durable");
    await disk.cutPower(() => 0);
    await store.close().catch(() => undefined);
    const again = await open(dir, disk.next());
    expect(await idsIn(again)).toEqual(["a-0"]);
    await again.close();
  });

  test("has a dead letter that was added again after its sync had failed", async () => {
    const disk = createPowerDisk();
    const { files, next } = createFailingDisk(disk.next());
    const path = join(await scratchDir(), "g.dead");
    const dead = await openLogDead(path, files);
    await dead.add([{ id: "1", text: "first" }]);
    const renames: string[] = [];
    const { rename } = files;
    Object.assign(files, {
      rename: (from: string, to: string) => {
        renames.push(to);
        return rename(from, to);
      },
    });
    next("datasync", failWith("EIO"));
    const second = { id: "2", text: "second" };
    await expect(dead.add([second])).rejects.toMatchObject({ code: "unavailable" });
    await dead.add([second]);
    // The page that was not written is called clean: only a new file brings it to the disk.
    expect(renames).toEqual([path]);
    await dead.close();
    await disk.cutPower(() => 0);
    const again = await openLogDead(path, disk.next());
    const records = [];
    for await (const record of again.read()) records.push(record);
    expect(records).toEqual([{ id: "1", text: "first" }, second]);
    await again.close();
  });
});

test("a write right behind an acknowledgement is not forgotten", async () => {
  const dir = await scratchDir();
  const writer = await openLogWriter({ files: diskFiles, dir, segment: 1, offset: 0, segmentBytes: 1e6 });
  const write = () => writer.write("payload", 0, false);
  let entries: Promise<string>[] = [];
  // Each as early as it can be: in the step in which the one before is acknowledged.
  const done = new Promise<void>((resolve) => {
    const next = (): void => {
      const entry = write();
      entries = [...entries, entry];
      if (entries.length === 50) void entry.then(() => resolve());
      else void entry.then(next);
    };
    next();
  });
  await done;
  await writer.close();
  expect(new Set(await Promise.all(entries)).size).toBe(50);
});
