import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import type { EngineConfig, FallbackConfig } from "../../src/engine/config.ts";
import { createEngine } from "../../src/engine/create-engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { StoredEvent } from "../../src/engine/store.ts";
import { openRedisProxy } from "../support/redis-proxy.ts";
import { scratchDir } from "../support/scratch-dir.ts";

const sharedUrl = process.env.DYNO_TEST_REDIS_URL ?? "";

async function open(config: EngineConfig): Promise<Engine> {
  const engine = await createEngine(config);
  onTestFinished(() => engine.close());
  return engine;
}

/** An engine with a fallback, on a stream of its own behind a proxy. */
async function setUp(fallback?: FallbackConfig) {
  const proxy = await openRedisProxy(sharedUrl);
  // Reading waits for so long; appends are handed over.
  const redis = { kind: "redis", reconnectMs: 500, url: proxy.url, stream: `test:${randomUUID()}` } as const;
  const spool = fallback ?? { kind: "spool", dir: await scratchDir(), afterMs: 250 };
  const config = { store: redis, fallback: spool } as const;
  return { proxy, config, engine: await open(config) };
}

function control(url: string): Redis {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

async function dataIn(engine: Engine): Promise<unknown[]> {
  return (await eventsIn(engine)).map(({ data }) => data);
}

async function eventsIn(engine: Engine): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of engine.replay()) events.push(...batch);
  return events;
}

function publish(engine: Engine, data: unknown, idempotencyKey?: string) {
  return engine.publish({ topic: "a", data, idempotencyKey });
}

async function isDrained(engine: Engine): Promise<void> {
  await expect.poll(() => engine.health().status, { timeout: 10_000, interval: 5 }).toBe("ok");
}

describe("while Redis is away", () => {
  test("publishes are acknowledged from the spool, and come to the stream in order when it is back", async () => {
    const { proxy, engine } = await setUp();
    const direct = await publish(engine, 0);
    expect(direct).toMatchObject({ level: "stored", at: "store" });
    proxy.cut();
    const away = await Promise.all([1, 2, 3].map((n) => publish(engine, n)));
    for (const receipt of away) {
      expect(receipt).toMatchObject({ level: "stored", at: "spool", position: undefined, duplicate: false });
    }
    expect(engine.health()).toMatchObject({
      status: "degraded",
      parts: [
        { part: "store", status: "degraded" },
        {
          part: "spool",
          detail: expect.stringMatching(/^3 events wait in the spool .* since \d{4}-.*Redis was away/),
        },
      ],
    });
    await publish(engine, 4);
    proxy.mend();
    await isDrained(engine);
    expect(await publish(engine, 5)).toMatchObject({ level: "stored", at: "store" });
    const events = await eventsIn(engine);
    expect(events.map(({ data }) => data)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(events.slice(1, 4).map(({ id }) => id)).toEqual(away.map(({ id }) => id));
    expect(engine.counters()).toMatchObject({
      spool_outages: 1,
      spool_events: 4,
      spool_drained: 4,
      spool_waiting: 0,
    });
  });

  test("what was stored though its reply was lost is not stored again", async () => {
    const { proxy, engine, config } = await setUp();
    await publish(engine, 0);
    proxy.loseReplies();
    const doubtful = publish(engine, 1);
    await expect.poll(() => control(sharedUrl).xlen(config.store.stream)).toBe(2);
    proxy.cut();
    expect(await doubtful).toMatchObject({ at: "spool" });
    await publish(engine, 2);
    proxy.mend();
    await isDrained(engine);
    expect(await dataIn(engine)).toEqual([0, 1, 2]);
    expect(engine.counters()).toMatchObject({ spool_found_at_home: 1 });
  });

  test("a duplicate hears of the first event, whether that is in the spool, drained, or read back", async () => {
    const { proxy, engine, config } = await setUp();
    proxy.cut();
    const first = await publish(engine, 1, "once");
    expect(await publish(engine, 1, "once")).toEqual({ ...first, duplicate: true });
    proxy.mend();
    await isDrained(engine);
    expect(await publish(engine, 1, "once")).toEqual({ ...first, at: "store", duplicate: true });
    await engine.close();
    const again = await open(config);
    expect(await publish(again, 1, "once")).toMatchObject({ id: first.id, at: "store", duplicate: true });
    expect(await dataIn(again)).toEqual([1]);
  });

  test("a spool that holds events for one stream is not opened for another", async () => {
    const { proxy, engine, config } = await setUp();
    proxy.cut();
    await publish(engine, 1);
    await engine.close();
    const store = { ...config.store, url: sharedUrl, stream: `test:${randomUUID()}` };
    await expect(createEngine({ ...config, store })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/holds 1 events for stream test:.*, not for stream test:/),
    });
  });

  test("an engine that is closed leaves the spool to the next one, which knows its keys and drains it first", async () => {
    const { proxy, engine, config } = await setUp();
    await publish(engine, 0);
    proxy.cut();
    const first = await publish(engine, 1, "once");
    await engine.close();
    await expect(createEngine(config)).rejects.toMatchObject({ code: "setup" });
    proxy.mend();
    const again = await open(config);
    const receipts = await Promise.all([publish(again, 1, "once"), publish(again, 2)]);
    expect(receipts[0]).toMatchObject({ id: first.id, duplicate: true });
    await isDrained(again);
    expect(await dataIn(again)).toEqual([0, 1, 2]);
  });
});

describe("a replay while events wait in the spool", () => {
  test("gives what is in the store, not what waits", async () => {
    const { proxy, engine, config } = await setUp();
    await publish(engine, 0);
    proxy.cut();
    await publish(engine, 1);
    // Not by the first engine, whose connection is cut.
    const other = await open({ store: { ...config.store, url: sharedUrl } });
    expect(await dataIn(other)).toEqual([0]);
  });

  test("is rejected while the store does not answer", async () => {
    const { proxy, engine } = await setUp();
    proxy.cut();
    await publish(engine, 1);
    const reading = dataIn(engine);
    await expect(reading).rejects.toMatchObject({ code: "unavailable" });
    proxy.mend();
    await isDrained(engine);
    expect(await dataIn(engine)).toEqual([1]);
  });
});

describe("with the memory fallback", () => {
  test("receipts and health say that events are only accepted, until they are in the store", async () => {
    const { proxy, engine } = await setUp({ kind: "memory", afterMs: 100 });
    proxy.cut();
    const receipt = await publish(engine, 1, "once");
    expect(receipt).toMatchObject({ level: "accepted", at: "memory", position: undefined });
    expect(engine.health()).toMatchObject({
      status: "degraded",
      parts: [
        { part: "store" },
        { part: "fallback", detail: expect.stringMatching(/lost if this process ends/) },
      ],
    });
    proxy.mend();
    await isDrained(engine);
    expect(await publish(engine, 1, "once")).toMatchObject({ id: receipt.id, level: "stored", at: "store" });
    expect(await dataIn(engine)).toEqual([1]);
  });
});

describe("a fallback is refused", () => {
  const fallback = { kind: "memory" } as const;
  const refusals: readonly [string, EngineConfig, string, RegExp][] = [
    ["without a store", { fallback }, "unsupported", /an engine without a store cannot have a fallback/],
    [
      "for a store that is never away",
      { store: { kind: "memory" }, fallback },
      "unsupported",
      /memory store/,
    ],
    [
      "that would take over at once",
      { store: { kind: "memory" }, fallback: { ...fallback, afterMs: 0 } },
      "usage",
      /afterMs must be .* not 0/,
    ],
  ];
  test.each(refusals)("%s", async (_, config, code, message) => {
    const error = await createEngine(config).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

test("the README's snippet on the spool", async () => {
  const { proxy, config } = await setUp();
  const { url, stream } = config.store;
  const dir = await scratchDir();
  const published: string[] = [];
  const away = (): void => proxy.cut();

  const engine = await createEngine({
    store: { kind: "redis", url, stream },
    fallback: { kind: "spool", dir },
  });
  const first = await engine.publish({ topic: "orders.created", data: { id: 1 } });
  published.push(first.at); // "store"
  away(); // Redis is killed, or hangs, or has no memory left
  const second = await engine.publish({ topic: "orders.created", data: { id: 2 } });
  published.push(second.at); // "spool": in a file that outlives this process
  published.push(engine.health().status); // "degraded"
  await engine.close();

  expect(published).toEqual(["store", "spool", "degraded"]);
});
