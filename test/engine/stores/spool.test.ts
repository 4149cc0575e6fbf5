import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { DynoError } from "../../../src/base/errors.ts";
import { resolveKnobs } from "../../../src/engine/config.ts";
import type { Diverted } from "../../../src/engine/fallback.ts";
import type { AckLevel } from "../../../src/engine/store.ts";
import { openLogStore } from "../../../src/engine/stores/log.ts";
import { createFallback, type Fallback } from "../../../src/engine/stores/spool.ts";
import { openDiskBuffer } from "../../../src/engine/stores/spool-disk.ts";
import { createMemoryBuffer } from "../../../src/engine/stores/spool-memory.ts";
import { type AwayStore, createAwayStore } from "../../support/away-store.ts";
import { preparedEvents } from "../../support/events.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const away = new DynoError("unavailable", "nobody there");
const full = new DynoError("overload", "no memory");

interface SetUp {
  readonly home?: AwayStore;
  readonly dir?: string;
  readonly kind?: "memory" | "spool";
  readonly maxBytes?: number;
  readonly settleMs?: number;
  readonly segmentBytes?: number;
}

async function setUp({
  kind = "spool",
  maxBytes = 1_000_000,
  settleMs = 60_000,
  segmentBytes = 4096,
  ...given
}: SetUp = {}) {
  const home = given.home ?? createAwayStore();
  const dir = given.dir ?? (await scratchDir());
  const knobs = resolveKnobs({ segmentBytes, maxBatch: 8, inFlight: 2 });
  const open = async () => {
    const log = await openLogStore({ kind: "log", dir }, { knobs, clock: systemClock });
    return openDiskBuffer({ log, dir, maxBytes, ...knobs });
  };
  const buffer = kind === "memory" ? createMemoryBuffer(maxBytes) : await open();
  const errors: unknown[] = [];
  const options = { home, buffer, knobs, clock: systemClock, settleMs, closeMs: 20 };
  const fallback = createFallback({ ...options, onError: (error) => errors.push(error) });
  fallback.start();
  onTestFinished(() => fallback.close());
  return { home, dir, buffer, fallback, errors };
}

async function append(fallback: Fallback, prefix: string, count = 1, level: AckLevel = "stored") {
  return fallback.append(preparedEvents(count, prefix), level);
}

async function isDrained(fallback: Fallback): Promise<void> {
  await expect.poll(() => fallback.health().status, { interval: 2 }).toBe("ok");
}

const names = (...prefixes: string[]): string[] => prefixes.map((prefix) => `${prefix}0`);

describe("a buffer on the disk", () => {
  test("keeps the rest of an entry that was taken in part, whatever else is deleted", async () => {
    const { buffer } = await setUp();
    await buffer.append(preparedEvents(20, "a-"), "stored");
    const { signal } = new AbortController();
    for await (const batch of buffer.read(signal)) {
      buffer.taken(batch);
      break;
    }
    const place = buffer.takenTo;
    if (place === undefined) throw new Error("nothing was taken");
    await buffer.release(place);
    const left: string[] = [];
    for await (const { events } of buffer.read(signal)) left.push(...events.map(({ id }) => id));
    expect(left).toEqual(Array.from({ length: 12 }, (_, i) => `a-${i + 8}`));
  });
});

describe("a fallback", () => {
  test("deletes nothing while the store is away, which may have lost what came home last", async () => {
    const home = createAwayStore(["accepted", "stored"]);
    const { fallback } = await setUp({ home, settleMs: 20 });
    home.failure = away;
    await append(fallback, "a-", 50);
    home.failure = undefined;
    await isDrained(fallback);
    const bytes = fallback.counters().spool_bytes ?? 0;
    home.failure = away;
    await sleep(60);
    expect(fallback.counters().spool_bytes).toBe(bytes);
    home.failure = undefined;
    await expect.poll(() => fallback.counters().spool_bytes).toBeLessThan(bytes);
  });

  test("leaves everything to a store that is well", async () => {
    const { home, fallback } = await setUp();
    expect(await append(fallback, "a-")).toBe("1");
    expect(home.ids).toEqual(names("a-"));
    expect(fallback.counters()).toMatchObject({ spool_events: 0, spool_outages: 0 });
  });

  test("puts what was under way before what came later, whatever the order of the rejections", async () => {
    const { home, fallback } = await setUp();
    home.failure = away;
    const appended = ["a-", "b-", "c-"].map((prefix) => append(fallback, prefix));
    await turn();
    appended.push(append(fallback, "d-"));
    const placed = (await Promise.all(appended)) as Diverted[];
    expect(placed.map(({ at, level }) => [at, level])).toEqual(Array(4).fill(["spool", "stored"]));
    home.failure = undefined;
    await isDrained(fallback);
    expect(home.ids).toEqual(names("a-", "b-", "c-", "d-"));
    expect(placed.map(({ at, level }) => [at, level])).toEqual(Array(4).fill(["store", "durable"]));
    expect(await append(fallback, "e-")).toBeTypeOf("string");
  });

  test("does not store again what the store has though it rejected it", async () => {
    const { home, fallback } = await setUp();
    await append(fallback, "a-");
    home.storesAnyway = true;
    home.failure = away;
    await Promise.all([append(fallback, "b-", 3), append(fallback, "c-")]);
    home.failure = undefined;
    await isDrained(fallback);
    expect(home.ids).toEqual(["a-0", "b-0", "b-1", "b-2", "c-0"]);
    expect(fallback.counters()).toMatchObject({ spool_found_at_home: 3 });
  });

  test("comes to an end though more keeps coming, and keeps the order", async () => {
    const { home, fallback } = await setUp({ segmentBytes: 1_000_000, maxBytes: 100_000_000 });
    home.failure = away;
    let n = 0;
    const appended: Promise<unknown>[] = [];
    for (; n < 100; n++) appended.push(append(fallback, `${n}-`));
    await expect.poll(() => fallback.health().status, { interval: 0 }).toBe("degraded");
    home.failure = undefined;
    while (fallback.health().status !== "ok") {
      appended.push(append(fallback, `${n++}-`));
      await turn();
    }
    await Promise.all(appended);
    expect(home.ids).toEqual(Array.from({ length: n }, (_, i) => `${i}-0`));
    expect(Math.max(...home.sizes)).toBe(8);
  });

  test("goes on from where it was when the store goes away in the middle of a drain", async () => {
    const { home, fallback } = await setUp();
    home.failure = away;
    const prefixes = Array.from({ length: 200 }, (_, i) => `${i}-`);
    await Promise.all(prefixes.map((prefix) => append(fallback, prefix)));
    home.storesAnyway = true;
    for (const failure of [away, full, away, full]) {
      home.failure = undefined;
      const before = home.ids.length;
      await expect.poll(() => home.ids.length, { interval: 0 }).toBeGreaterThan(before);
      home.failure = failure;
    }
    home.failure = undefined;
    await isDrained(fallback);
    expect(home.ids).toEqual(names(...prefixes));
  });

  test("has the next engine bring home what it left, without what is home already", async () => {
    const { home, fallback, dir } = await setUp();
    home.failure = away;
    for (let i = 0; i < 20; i++) await append(fallback, `${i}-`, 1, "durable");
    home.ids.push(...names("0-", "1-"));
    const closed = fallback.close();
    await closed;
    const next = createAwayStore();
    next.ids.push(...names("0-", "1-"));
    next.regain = async () => new Set(next.ids);
    const { fallback: again } = await setUp({ home: next, dir });
    expect(again.leftover).toMatchObject({ at: "spool", level: "stored" });
    const leftovers: string[] = [];
    for await (const batch of again.leftovers()) leftovers.push(...batch.map(({ id }) => id));
    expect(leftovers).toHaveLength(20);
    await append(again, "new-");
    await isDrained(again);
    expect(next.ids).toEqual([...Array.from({ length: 20 }, (_, i) => `${i}-0`), "new-0"]);
    expect(again.leftover).toMatchObject({ at: "store", level: "durable" });
  });

  test("rejects with conflict when another engine owns the stream, and keeps what it holds", async () => {
    const { home, fallback } = await setUp();
    home.failure = away;
    await append(fallback, "a-");
    home.failure = new DynoError("conflict", "another owner");
    await expect.poll(() => fallback.health().status, { interval: 2 }).toBe("down");
    await expect(append(fallback, "b-")).rejects.toMatchObject({ code: "conflict" });
    expect(fallback.health().detail).toMatch(/1 events wait .*another owner/);
  });
});

describe("a spool that is full", () => {
  test("refuses what is new with overload, and says what to do", async () => {
    const { home, fallback } = await setUp({ maxBytes: 2000 });
    home.failure = full;
    const results = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => append(fallback, `${i}-`)));
    const refused = results.filter((result) => result.status === "rejected");
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]?.reason).toMatchObject({
      code: "overload",
      message: expect.stringMatching(
        /^the spool in .* holds \d+ bytes of 2000 at most: .*fallback\.maxBytes/,
      ),
    });
    expect(fallback.health()).toMatchObject({
      status: "down",
      detail: expect.stringMatching(/refuses more/),
    });
    home.failure = undefined;
    await isDrained(fallback);
    expect(home.ids).toHaveLength(30 - refused.length);
    expect(await append(fallback, "after-")).toBeTypeOf("string");
  });

  test("keeps what is in doubt waiting until the store says whether it has it", async () => {
    const { home, fallback } = await setUp({ maxBytes: 50 });
    await append(fallback, "a-");
    // As a server that stored the first of them, and whose reply was lost.
    home.storesAnyway = true;
    home.failure = away;
    let settled = 0;
    const doubtful = ["b-", "c-"].map(async (prefix) => {
      const placed = await append(fallback, prefix);
      settled++;
      return placed;
    });
    await expect.poll(() => fallback.health().status, { interval: 2 }).toBe("down");
    await expect(append(fallback, "new-")).rejects.toMatchObject({ code: "overload" });
    expect(settled).toBe(0);
    home.failure = undefined;
    for (const placed of await Promise.all(doubtful)) expect(placed).toMatchObject({ at: "store" });
    expect(home.ids).toEqual(names("a-", "b-", "c-"));
  });

  test("rejects what is in doubt when the engine is closed", async () => {
    const { home, fallback } = await setUp({ maxBytes: 50 });
    home.failure = away;
    const doubtful = append(fallback, "a-");
    doubtful.catch(() => undefined);
    await expect.poll(() => fallback.health().status, { interval: 2 }).toBe("down");
    await fallback.close();
    await expect(doubtful).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/unknown/),
    });
  });
});

describe("the files of a spool", () => {
  test("are deleted as soon as their events are durable at home, the last one included", async () => {
    const { home, fallback, buffer } = await setUp();
    home.failure = away;
    for (let i = 0; i < 20; i++) await append(fallback, `${i}-`, 10);
    expect(buffer.bytes).toBeGreaterThan(4096);
    home.failure = undefined;
    await isDrained(fallback);
    await expect.poll(() => buffer.bytes, { interval: 2 }).toBe(0);
    expect(home.levels.every((level) => level === "durable")).toBe(true);
  });

  test("are kept a while where the store cannot give durable", async () => {
    const home = createAwayStore(["accepted", "stored"]);
    const { fallback, buffer } = await setUp({ home, settleMs: 40 });
    home.failure = away;
    await append(fallback, "a-");
    home.failure = undefined;
    await isDrained(fallback);
    expect(buffer.bytes).toBeGreaterThan(0);
    await expect.poll(() => buffer.bytes, { interval: 2 }).toBe(0);
  });

  test("are brought home again where the store has lost them by then", async () => {
    const home = createAwayStore(["accepted", "stored"]);
    const { fallback, buffer } = await setUp({ home, settleMs: 40 });
    home.failure = away;
    for (const prefix of ["a-", "b-", "c-"]) await append(fallback, prefix);
    home.failure = undefined;
    await isDrained(fallback);
    home.ids.splice(1);
    home.losses++;
    await expect.poll(() => home.ids, { interval: 2 }).toEqual(names("a-", "b-", "c-"));
    await expect.poll(() => buffer.bytes, { interval: 2 }).toBe(0);
  });
});

describe("a fallback in memory", () => {
  test("gives no more than accepted, says that it may be lost, and brings home what it holds", async () => {
    const { home, fallback } = await setUp({ kind: "memory" });
    home.failure = away;
    const placed = (await append(fallback, "a-", 1, "durable")) as Diverted;
    expect([placed.at, placed.level]).toEqual(["memory", "accepted"]);
    expect(fallback.health().detail).toMatch(/they are lost if this process ends/);
    home.failure = undefined;
    await isDrained(fallback);
    expect(home.ids).toEqual(names("a-"));
    expect([placed.at, placed.level]).toEqual(["store", "durable"]);
  });

  test("refuses with overload what is over its bound", async () => {
    const { home, fallback } = await setUp({ kind: "memory", maxBytes: 100 });
    home.failure = full;
    await append(fallback, "a-");
    await expect(append(fallback, "b-")).rejects.toMatchObject({
      code: "overload",
      message: expect.stringMatching(/fallback\.maxBytes/),
    });
  });

  test("reports what is lost when it is closed while the store is away", async () => {
    const { home, fallback, errors } = await setUp({ kind: "memory" });
    home.failure = away;
    await append(fallback, "a-", 3);
    await fallback.close();
    expect(errors.map(String)).toEqual([expect.stringMatching(/3 events .* are lost/)]);
  });
});
