import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { deferred } from "../../../src/base/async.ts";
import { createEngine } from "../../../src/engine/create-engine.ts";
import type { ConsumeOptions } from "../../../src/engine/delivery/consume-options.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { usePrivateRedis } from "../../support/redis-private.ts";
import { openRedisProxy } from "../../support/redis-proxy.ts";
import { openTcpGate } from "../../support/tcp-gate.ts";

const sharedUrl = process.env.DYNO_TEST_REDIS_URL ?? "";
const redis = usePrivateRedis("always");

interface Opened {
  readonly engine: Engine;
  readonly errors: unknown[];
}

async function open(stream: string, url = sharedUrl, reconnectMs = 5000): Promise<Opened> {
  const errors: unknown[] = [];
  const engine = await createEngine({
    store: { kind: "redis", url, stream, reconnectMs },
    knobs: { maxBatch: 4 },
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => engine.close());
  return { engine, errors };
}

function control(url = sharedUrl): Redis {
  const client = new Redis(url);
  onTestFinished(() => client.disconnect());
  return client;
}

async function publishNumbers(engine: Engine, from: number, to: number): Promise<void> {
  await Promise.all(range(from, to).map((n) => engine.publish({ topic: "numbers", data: { n } })));
}

async function collect(engine: Engine, options?: ConsumeOptions): Promise<number[]> {
  const seen: number[] = [];
  await engine.consume<{ n: number }>("g", ({ data }) => void seen.push(data.n), options);
  return seen;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

describe("a consumer group on a Redis that fails", () => {
  test("handles each event once, across connections that are cut and come back", async () => {
    const proxy = await openRedisProxy(sharedUrl);
    const { engine } = await open(`test:${randomUUID()}`, proxy.url);
    const seen = await collect(engine);
    for (let round = 0; round < 4; round++) {
      await publishNumbers(engine, 50 * round, 50 * round + 50);
      proxy.cut();
      await sleep(20);
      proxy.mend();
    }
    await publishNumbers(engine, 200, 210);
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(210);
    expect(sorted(seen)).toEqual(range(0, 210));
  });

  test("gets what it was handed in a reply that was lost", async () => {
    const proxy = await openRedisProxy(sharedUrl);
    const stream = `test:${randomUUID()}`;
    const { engine } = await open(stream, proxy.url);
    const otherStream = `test:${randomUUID()}`;
    const publisher = await open(otherStream);
    const seen = await collect(engine);
    await publishNumbers(engine, 0, 10);
    await expect.poll(() => seen.length).toBe(10);
    proxy.loseReplies();
    // Written past the engine, whose own appends would wait for their replies.
    await publishNumbers(publisher.engine, 10, 12);
    const raw = control();
    const [entry] = await raw.xrevrange(otherStream, "+", "-", "COUNT", 1);
    await raw.xadd(stream, "*", "b", entry?.[1][1] ?? "");
    const pending = async (): Promise<unknown> => ((await raw.xpending(stream, "g")) as unknown[])[0];
    await expect.poll(pending).toBe(1);
    proxy.cut();
    proxy.mend();
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(12);
    await expect.poll(pending).toBe(0);
  });

  test("loses nothing and repeats nothing, however connections and replies are lost", async () => {
    const step = fc.record({
      fault: fc.constantFrom("cut", "lost replies", "stop", "none"),
      events: fc.integer({ min: 1, max: 20 }),
      waitMs: fc.nat(30),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const proxy = await openRedisProxy(sharedUrl);
        const { engine } = await open(`test:${randomUUID()}`, proxy.url);
        const seen: number[] = [];
        const consume = () => engine.consume<{ n: number }>("g", ({ data }) => void seen.push(data.n));
        let consumer = await consume();
        let published = 0;
        const publishes: Promise<void>[] = [];
        for (const { fault, events, waitMs } of steps) {
          publishes.push(publishNumbers(engine, published, published + events));
          published += events;
          if (fault === "lost replies") proxy.loseReplies();
          await sleep(waitMs);
          if (fault === "stop") {
            await consumer.stop();
            consumer = await consume();
          } else if (fault !== "none") {
            proxy.cut();
            proxy.mend();
          }
        }
        await Promise.all(publishes);
        await expect
          .poll(() => seen.length, { interval: 5, timeout: 10_000 })
          .toBeGreaterThanOrEqual(published);
        expect(sorted(seen)).toEqual(range(0, published));
        await engine.close();
      }),
      { numRuns: 8 },
    );
  });

  test("handles everything when redis-server is killed again and again", async () => {
    const { engine } = await open(`kill:${randomUUID()}`, redis().url, 10_000);
    const seen = await collect(engine);
    let published = 0;
    for (let kill = 0; kill < 3; kill++) {
      await publishNumbers(engine, published, published + 40);
      published += 40;
      await redis().process.kill();
      const during = publishNumbers(engine, published, published + 10);
      published += 10;
      await sleep(30);
      await redis().process.restart();
      await during;
    }
    await expect.poll(() => new Set(seen).size, { timeout: 15_000 }).toBe(published);
    expect(sorted(seen)).toEqual(range(0, published));
    await expect.poll(() => engine.health().status, { timeout: 10_000 }).toBe("ok");
  });

  test("can be stopped while Redis hangs, and goes on when it is itself again", async () => {
    const gate = await openTcpGate(sharedUrl);
    const { engine } = await open(`test:${randomUUID()}`, gate.url, 30_000);
    const seen: number[] = [];
    const consume = () => engine.consume<{ n: number }>("g", ({ data }) => void seen.push(data.n));
    const consumer = await consume();
    await publishNumbers(engine, 0, 10);
    await expect.poll(() => seen.length).toBe(10);
    gate.block();
    await consumer.stop();
    gate.unblock();
    await consume();
    await publishNumbers(engine, 10, 20);
    await expect.poll(() => sorted(seen)).toEqual(range(0, 20));
  });

  test("acknowledges to a Redis that is full, so that trimming makes room, and keeps its dead letter for later", async () => {
    const stream = `full:${randomUUID()}`;
    const { engine } = await open(stream, redis().url);
    const raw = control(redis().url);
    const held = deferred<void>();
    const consumer = await engine.consume<{ n: number }>(
      "g",
      async ({ data }) => {
        await held.promise;
        if (data.n === 0) throw new Error("zero");
      },
      { maxAttempts: 1, maxInFlight: 40 },
    );
    await publishNumbers(engine, 0, 40);
    await expect.poll(() => consumer.counters().in_flight).toBe(40);
    await raw.config("SET", "maxmemory", 1);
    const pending = async (): Promise<unknown> => ((await raw.xpending(stream, "g")) as unknown[])[0];
    const before = Number(await pending());
    held.resolve();
    // All entries but the one with the event that needs room for its dead letter.
    await expect.poll(pending).toBe(1);
    expect(before).toBeGreaterThan(1);
    expect(engine.health().parts[1]).toMatchObject({ part: "group g", status: "down" });
    await engine.trim({ olderThanMs: Date.now() + 60_000 });
    await raw.config("SET", "maxmemory", 0);
    await expect.poll(pending).toBe(0);
    await engine.trim({ olderThanMs: Date.now() + 60_000 });
    expect(engine.health().status).toBe("ok");
  });

  test("says in its health that Redis is away, and that it is back", async () => {
    const proxy = await openRedisProxy(sharedUrl);
    const { engine } = await open(`test:${randomUUID()}`, proxy.url);
    await collect(engine);
    expect(engine.health()).toMatchObject({ status: "ok", parts: [{ part: "store" }, { part: "group g" }] });
    proxy.cut();
    await expect.poll(() => engine.health().parts.map(({ status }) => status)).toEqual(["down", "down"]);
    proxy.mend();
    await expect.poll(() => engine.health().status, { timeout: 10_000 }).toBe("ok");
  });

  test("is made again where it stood when Redis has lost it, and says so", async () => {
    const stream = `test:${randomUUID()}`;
    const { engine, errors } = await open(stream);
    const held = deferred<void>();
    const seen: number[] = [];
    await engine.consume<{ n: number }>("g", async ({ data }) => {
      if (data.n === 2) await held.promise;
      seen.push(data.n);
    });
    await publishNumbers(engine, 0, 4);
    await expect.poll(() => seen.length).toBe(3);
    await control().xgroup("DESTROY", stream, "g");
    await publishNumbers(engine, 4, 8);
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(7);
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining("was made again") })]);
    held.resolve();
    await expect.poll(() => sorted(seen)).toEqual(range(0, 8));
    const pending = async (): Promise<unknown> => ((await control().xpending(stream, "g")) as unknown[])[0];
    await expect.poll(pending).toBe(0);
  });

  test("goes on when Redis has lost the whole stream", async () => {
    const stream = `test:${randomUUID()}`;
    const { engine } = await open(stream);
    const seen = await collect(engine);
    await publishNumbers(engine, 0, 4);
    await expect.poll(() => seen.length).toBe(4);
    await control().del(stream);
    await publishNumbers(engine, 4, 8);
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(range(0, 8));
  });

  test("takes over at once what a dead consumer had, and deletes that consumer", async () => {
    const stream = `test:${randomUUID()}`;
    const { engine } = await open(stream);
    await publishNumbers(engine, 0, 20);
    const raw = control();
    await raw.xgroup("CREATE", stream, "g", "0");
    await raw.xreadgroup("GROUP", "g", "dead", "COUNT", 3, "STREAMS", stream, ">");
    const seen = await collect(engine, { claimAfterMs: 200 });
    await expect.poll(() => sorted(seen)).toEqual(range(0, 20));
    const consumers = async (): Promise<number> =>
      ((await raw.xinfo("CONSUMERS", stream, "g")) as unknown[]).length;
    await expect.poll(consumers).toBe(1);
  });

  test("takes over while it runs what another consumer has left alone for long", async () => {
    const stream = `test:${randomUUID()}`;
    const { engine } = await open(stream, sharedUrl, 400);
    const seen = await collect(engine, { claimAfterMs: 200 });
    await publishNumbers(engine, 0, 4);
    await expect.poll(() => seen.length).toBe(4);
    const raw = control();
    const [entry] = await raw.xrange(stream, "-", "+", "COUNT", 1);
    // Puts an entry into the hands of somebody who does nothing with it.
    await raw.xclaim(stream, "g", "dead", 0, entry?.[0] ?? "", "FORCE", "JUSTID");
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(4);
  });

  test("keeps a sign of life on events whose handlers take long", async () => {
    const stream = `test:${randomUUID()}`;
    const { engine } = await open(stream);
    const held = deferred<void>();
    await engine.consume("g", () => held.promise, { claimAfterMs: 150 });
    await publishNumbers(engine, 0, 1);
    const raw = control();
    const idles: number[] = [];
    const idleMs = async (): Promise<boolean> => {
      const [pending] = (await raw.xpending(stream, "g", "-", "+", 1)) as [string, string, number, number][];
      idles.push(pending?.[2] ?? -1);
      return idles.some((idle, i) => idle >= 0 && idle < (idles[i - 1] ?? 0));
    };
    await expect.poll(idleMs, { interval: 20, timeout: 10_000 }).toBe(true);
    held.resolve();
  });

  test("counts and reports entries that somebody else has trimmed away from it", async () => {
    const stream = `test:${randomUUID()}`;
    const { engine, errors } = await open(stream);
    await publishNumbers(engine, 0, 4);
    const raw = control();
    await raw.xgroup("CREATE", stream, "g", "0");
    await raw.xreadgroup("GROUP", "g", "dead", "STREAMS", stream, ">");
    await raw.xtrim(stream, "MAXLEN", 0);
    await collect(engine);
    await expect.poll(() => engine.counters().group_lost_entries).toBe(1);
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining("are gone") })]);
  });

  test("is left to the new owner of the stream, and says conflict", async () => {
    const stream = `test:${randomUUID()}`;
    const first = await open(stream);
    const firstSeen = await collect(first.engine);
    await publishNumbers(first.engine, 0, 4);
    await expect.poll(() => firstSeen.length).toBe(4);
    const second = await open(stream);
    const secondSeen = await collect(second.engine, { claimAfterMs: 200 });
    await publishNumbers(second.engine, 4, 60);
    await expect.poll(() => new Set([...firstSeen, ...secondSeen]).size, { timeout: 10_000 }).toBe(60);
    await expect.poll(() => first.errors.at(-1), { timeout: 10_000 }).toMatchObject({ code: "conflict" });
    expect(first.engine.health().status).toBe("down");
    expect(second.engine.health().status).toBe("ok");
  });

  test("makes an entry that is no batch of events a dead letter, and goes on", async () => {
    const stream = `test:${randomUUID()}`;
    const { engine } = await open(stream);
    const seen = await collect(engine);
    await control().xadd(stream, "*", "not", "ours");
    await publishNumbers(engine, 0, 4);
    await expect.poll(() => seen).toEqual(range(0, 4));
    const letters: unknown[] = [];
    for await (const letter of engine.deadLetters("g")) letters.push(letter);
    expect(letters).toMatchObject([
      { event: { data: "not ours" }, reason: expect.stringContaining("not written by dyno") },
    ]);
  });
});
