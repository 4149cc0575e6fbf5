import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { createEngine } from "../../../src/engine/create-engine.ts";
import type { Engine, Receipt } from "../../../src/engine/engine.ts";
import type { StoredEvent } from "../../../src/engine/store.ts";
import { usePrivateRedis } from "../../support/redis-private.ts";

const redis = usePrivateRedis("always");

async function open(stream: string, reconnectMs: number): Promise<Engine> {
  const engine = await createEngine({
    store: { kind: "redis", url: redis().url, stream, reconnectMs },
    level: "durable",
    knobs: { maxBatch: 16 },
  });
  onTestFinished(() => engine.close());
  return engine;
}

/** Publishes one event after the other until it is told to stop; what is rejected is published again under its key. */
async function publishInTurn(engine: Engine, publisher: number, stop: AbortSignal): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (let n = 0; !stop.aborted; n++) {
    const event = { topic: "crash", data: { publisher, n }, idempotencyKey: `${publisher}-${n}` };
    // Every third is published twice at once, as by a caller who lost patience.
    const again = n % 3 === 0 ? publishUntilStored(engine, event) : undefined;
    const receipt = await publishUntilStored(engine, event);
    expect(receipt.level).toBe("durable");
    if (again !== undefined) expect((await again).position).toEqual(receipt.position);
    receipts.push(receipt);
  }
  return receipts;
}

async function publishUntilStored(engine: Engine, event: Parameters<Engine["publish"]>[0]): Promise<Receipt> {
  for (;;) {
    try {
      return await engine.publish(event);
    } catch (error) {
      expect(error).toMatchObject({ code: "unavailable" });
      await sleep(5);
    }
  }
}

async function replayed(engine: Engine): Promise<StoredEvent<{ publisher: number; n: number }>[]> {
  const events: StoredEvent[] = [];
  for await (const batch of engine.replay()) events.push(...batch);
  return events as StoredEvent<{ publisher: number; n: number }>[];
}

/** [what happens, how long appends wait for Redis, how long Redis stays away] */
const outages: readonly [string, number, number][] = [
  ["Redis is back before appends are given up", 10_000, 20],
  ["Redis stays away until appends are rejected and published again", 60, 200],
];

test.each(outages)(
  "every acknowledged event is replayed, none twice, when redis-server is killed again and again: %s",
  async (_, reconnectMs, awayMs) => {
    const stream = `crash:${randomUUID()}`;
    const engine = await open(stream, reconnectMs);
    const stop = new AbortController();
    const publishers = Array.from({ length: 40 }, (_, i) => publishInTurn(engine, i, stop.signal));
    for (let kill = 0; kill < 4; kill++) {
      await sleep(150 + 37 * kill);
      await redis().process.kill();
      await sleep(awayMs);
      await redis().process.restart();
    }
    await sleep(200);
    stop.abort();
    const acknowledged = await Promise.all(publishers);
    const counted = engine.counters();
    await engine.close();

    const events = await replayed(await open(stream, reconnectMs));
    const keys = events.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
    const byId = new Map(events.map((event) => [event.id, event]));
    for (const receipt of acknowledged.flat())
      expect(byId.get(receipt.id)?.position).toEqual(receipt.position);
    expect(events.length).toBe(acknowledged.flat().length);
    expect(events.length).toBeGreaterThan(100);
    for (const [publisher, receipts] of acknowledged.entries()) {
      const own = events.filter(({ data }) => data.publisher === publisher);
      expect(own.map(({ data }) => data.n)).toEqual(receipts.map((_, n) => n));
    }
    expect(counted).toMatchObject({ lost_by_server: 0 });
    const { resends = 0, already_stored = 0, outages: rejected = 0 } = counted;
    expect(resends + already_stored + rejected).toBeGreaterThan(0);
  },
);
