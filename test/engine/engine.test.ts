import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { createManualClock } from "../../src/base/clock.ts";
import type { EngineConfig, StoreConfig } from "../../src/engine/config.ts";
import { createEngine } from "../../src/engine/create-engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { StoredEvent } from "../../src/engine/store.ts";
import { scratchDir } from "../support/scratch-dir.ts";
import { openTcpGate } from "../support/tcp-gate.ts";

const redisUrl = process.env.DYNO_TEST_REDIS_URL ?? "";

const stores: readonly [string, () => Promise<StoreConfig>][] = [
  ["memory", async () => ({ kind: "memory" })],
  ["log", async () => ({ kind: "log", dir: await scratchDir() })],
  ["redis", async () => ({ kind: "redis", url: redisUrl, stream: `test:${randomUUID()}` })],
];

async function open(config: EngineConfig): Promise<Engine> {
  const engine = await createEngine(config);
  onTestFinished(() => engine.close());
  return engine;
}

/** An engine on Redis behind a gate. */
async function openGated(config: Omit<EngineConfig, "store"> = {}) {
  const gate = await openTcpGate(redisUrl);
  const store = {
    kind: "redis",
    url: gate.url,
    stream: `test:${randomUUID()}`,
    reconnectMs: 100,
  } as const;
  return { gate, engine: await open({ ...config, store }) };
}

async function replayed(engine: Engine): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of engine.replay()) events.push(...batch);
  return events;
}

describe.each(stores)("an engine on the %s store", (_, storeConfig) => {
  test("gives subscribers the order that replay gives, for publishes that are under way together", async () => {
    const engine = await open({ store: await storeConfig(), knobs: { maxBatch: 16 } });
    const seen: string[] = [];
    engine.subscribe("orders.*", ({ id }) => void seen.push(id));
    const receipts = await Promise.all(
      Array.from({ length: 500 }, (_, n) => engine.publish({ topic: "orders.created", data: { n } })),
    );
    const events = await replayed(engine);
    expect(seen).toEqual(receipts.map(({ id }) => id));
    expect(events.map(({ id }) => id)).toEqual(seen);
    expect(events.map(({ position }) => position)).toEqual(receipts.map(({ position }) => position));
    expect(engine.counters()).toMatchObject({ published: 500, events: 500, pending_events: 0 });
  });

  test("gives the first event's receipt to a duplicate, before and after the first is stored", async () => {
    const engine = await open({ store: await storeConfig() });
    let handled = 0;
    engine.subscribe(">", () => void handled++);
    const input = { topic: "a", data: 1, idempotencyKey: "once" };
    const [first, second] = await Promise.all([engine.publish(input), engine.publish(input)]);
    const third = await engine.publish(input);
    expect(first.duplicate).toBe(false);
    expect([second, third]).toEqual([
      { ...first, duplicate: true },
      { ...first, duplicate: true },
    ]);
    expect(handled).toBe(1);
    expect(await replayed(engine)).toHaveLength(1);
    expect(engine.counters()).toMatchObject({ published: 1, duplicates: 2 });
  });

  test("gives each level that the store has, in the receipt, and refuses the others", async () => {
    const engine = await open({ store: await storeConfig() });
    for (const level of ["accepted", "stored", "durable"] as const) {
      const published = engine.publish({ topic: "a", data: level }, { level });
      if (!engine.features?.levels.includes(level)) {
        await expect(published).rejects.toMatchObject({ code: "unsupported" });
        continue;
      }
      const { level: given, position } = await published;
      expect([given, position !== undefined]).toEqual([level, level !== "accepted"]);
    }
  });

  test("hands an accepted event to subscribers at once, and a stored one when it is stored", async () => {
    const engine = await open({ store: await storeConfig() });
    const seen: unknown[] = [];
    engine.subscribe("a", ({ data }) => void seen.push(data));
    const stored = engine.publish({ topic: "a", data: "stored" });
    const accepted = engine.publish({ topic: "a", data: "accepted" }, { level: "accepted" });
    expect(seen).toEqual(["accepted"]);
    await Promise.all([stored, accepted]);
    expect(seen).toEqual(["accepted", "stored"]);
    expect((await replayed(engine)).map(({ data }) => data)).toEqual(["stored", "accepted"]);
  });

  test("stores what was accepted before it closes, and refuses what comes later", async () => {
    const config = await storeConfig();
    const engine = await open({ store: config });
    for (let i = 0; i < 50; i++) await engine.publish({ topic: "a", data: i }, { level: "accepted" });
    await Promise.all([engine.close(), engine.close()]);
    await expect(engine.publish({ topic: "a", data: 1 })).rejects.toMatchObject({ code: "closed" });
    expect(engine.counters().events).toBe(50);
  });
});

describe.each(stores.slice(1))("an engine opened again on the %s store", (_, storeConfig) => {
  test("knows the keys of the window, and where their events lie", async () => {
    const store = await storeConfig();
    const before = await open({ store });
    const input = { topic: "a", data: 1, idempotencyKey: "once" };
    await before.publish({ topic: "a", data: 0 });
    const first = await before.publish(input);
    await before.close();
    const after = await open({ store });
    expect(await after.publish(input)).toEqual({ ...first, duplicate: true });
    expect(await replayed(after)).toHaveLength(2);
  });
});

describe("the dedup window of an engine", () => {
  test("forgets a key after two windows at most", async () => {
    const clock = createManualClock();
    const engine = await open({ store: { kind: "memory" }, clock, knobs: { dedupWindowMs: 1000 } });
    const publish = () => engine.publish({ topic: "a", data: 1, idempotencyKey: "k" });
    await publish();
    clock.advanceMs(999);
    expect((await publish()).duplicate).toBe(true);
    clock.advanceMs(1001);
    expect((await publish()).duplicate).toBe(false);
  });

  test("knows a key whose event is under way for longer than the window", async () => {
    const clock = createManualClock();
    const { gate, engine } = await openGated({ clock, knobs: { dedupWindowMs: 1000 } });
    const input = { topic: "a", data: 1, idempotencyKey: "k" };
    gate.block();
    const first = engine.publish(input);
    await turn();
    clock.advanceMs(10_000);
    const second = engine.publish(input);
    gate.unblock();
    expect(await second).toEqual({ ...(await first), duplicate: true });
    expect(await replayed(engine)).toHaveLength(1);
  });

  test("works without a store", async () => {
    const engine = await open({});
    const input = { topic: "a", data: 1, idempotencyKey: "k" };
    const first = await engine.publish(input);
    expect(await engine.publish(input)).toEqual({ ...first, duplicate: true });
  });

  test("has a duplicate wait for the level that it asks for", async () => {
    const engine = await open({ store: { kind: "log", dir: await scratchDir() } });
    const input = { topic: "a", data: 1, idempotencyKey: "k" };
    const first = await engine.publish(input, { level: "stored" });
    const syncs = engine.counters().syncs;
    expect(await engine.publish(input, { level: "durable" })).toEqual({
      ...first,
      level: "durable",
      duplicate: true,
    });
    expect(engine.counters().syncs).toBeGreaterThan(syncs ?? 0);
    expect(await replayed(engine)).toHaveLength(1);
  });
});

describe("an engine", () => {
  test("refuses to open with a level that its store cannot give", async () => {
    const opened = createEngine({ store: { kind: "memory" }, level: "durable" });
    await expect(opened).rejects.toMatchObject({ code: "unsupported" });
    await expect(createEngine({ level: "stored" })).rejects.toThrow(/without a store/);
  });

  test("lets go of its store when it cannot open", async () => {
    const store = { kind: "log", dir: await scratchDir() } as const;
    const level = "unheard-of" as "stored";
    await expect(createEngine({ store, level })).rejects.toMatchObject({ code: "unsupported" });
    await open({ store });
  });

  test("settles a whole batch though a handler and the error listener throw", async () => {
    const engine = await open({
      store: { kind: "memory" },
      onError: () => {
        throw new Error("the listener's own");
      },
    });
    engine.subscribe("a", () => {
      throw new Error("the handler's");
    });
    await Promise.all([1, 2, 3].map((data) => engine.publish({ topic: "a", data })));
    expect(engine.counters()).toMatchObject({ handler_errors: 3, on_error_threw: 3, pending_events: 0 });
  });

  test("stores the data as it was when it was published", async () => {
    const engine = await open({ store: { kind: "memory" } });
    const data = { n: 1 };
    const published = engine.publish({ topic: "a", data });
    data.n = 2;
    await published;
    expect((await replayed(engine)).map((event) => event.data)).toEqual([{ n: 1 }]);
  });

  test("refuses data that JSON cannot carry, and takes nothing as null", async () => {
    const engine = await open({ store: { kind: "memory" } });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const data of [circular, 1n]) {
      await expect(engine.publish({ topic: "a", data })).rejects.toMatchObject({ code: "usage" });
    }
    await engine.publish({ topic: "a", data: undefined });
    expect((await replayed(engine)).map(({ data }) => data)).toEqual([null]);
  });

  test.each(stores)("closes a group that was still being opened on the %s store", async (_, storeConfig) => {
    const engine = await open({ store: await storeConfig() });
    const consuming = engine.consume("late", () => undefined);
    const refused = expect(consuming).rejects.toMatchObject({ code: "closed" });
    await engine.close();
    await refused;
  });

  test.each([undefined, null, "", 7])("refuses %j as a topic, and goes on", async (topic) => {
    const engine = await open({ store: { kind: "memory" } });
    const wrong = engine.publish({ topic: topic as string, data: 1 });
    await expect(wrong).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("needs a topic"),
    });
    await expect(engine.publish({ topic: "t", data: 1 })).resolves.toMatchObject({ level: "stored" });
  });

  test("refuses what is over the bound, forgets its key, and takes it when there is room", async () => {
    const engine = await open({ store: { kind: "memory" }, knobs: { maxPendingEvents: 1 } });
    const first = engine.publish({ topic: "a", data: 1 });
    const second = { topic: "a", data: 2, idempotencyKey: "k" };
    await expect(engine.publish(second)).rejects.toMatchObject({ code: "overload" });
    await engine.ready();
    await first;
    expect((await engine.publish(second)).duplicate).toBe(false);
  });

  test("cannot replay or trim without a store", async () => {
    const engine = await open({});
    await expect(engine.trim(0)).rejects.toMatchObject({ code: "unsupported" });
    expect(() => engine.replay()).toThrow(/without a store/);
  });
});

describe("an engine whose store is away", () => {
  test("closes when the store gives up, rejects what is under way, and reports what was only accepted", async () => {
    const reported: unknown[] = [];
    const { gate, engine } = await openGated({ onError: (error) => reported.push(error) });
    gate.close();
    const stored = engine.publish({ topic: "a", data: 1 });
    const { id } = await engine.publish({ topic: "a", data: 2 }, { level: "accepted" });
    stored.catch(() => undefined);
    await engine.close();
    await expect(stored).rejects.toMatchObject({ code: "unavailable" });
    expect(engine.counters()).toMatchObject({ lost_accepted: 1, pending_events: 0 });
    expect(String(reported[0])).toContain(id);
  });

  test("forgets the key of a publish that failed", async () => {
    const { gate, engine } = await openGated();
    gate.close();
    const publish = () => engine.publish({ topic: "a", data: 1, idempotencyKey: "k" });
    const [first, second] = await Promise.allSettled([publish(), publish()]);
    expect([first.status, second.status]).toEqual(["rejected", "rejected"]);
    await expect(publish()).rejects.toMatchObject({ code: "unavailable" });
    expect(engine.counters()).toMatchObject({ duplicates: 1, pending_events: 0 });
  });
});
