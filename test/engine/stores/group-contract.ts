import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { deferred } from "../../../src/base/async.ts";
import type { EngineConfig, StoreConfig } from "../../../src/engine/config.ts";
import { createEngine } from "../../../src/engine/create-engine.ts";
import type { DeadLetter } from "../../../src/engine/delivery/dead-letter.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import type { StoredEvent } from "../../../src/engine/store.ts";

type Numbered = { readonly n: number };

/** What the groups of every store must do. One call runs the whole contract against one kind. */
export function describeGroupContract(name: string, freshConfig: () => Promise<StoreConfig>): void {
  const start = async (config: Omit<EngineConfig, "store"> = {}): Promise<Fixture> =>
    startOn(await freshConfig(), config);

  describe(`a consumer group on the ${name} store`, () => {
    test("gets each event once, those from before it began and those after", async () => {
      const { engine } = await start({ knobs: { maxBatch: 16 } });
      await publishNumbers(engine, 0, 100);
      const { seen } = await consumeNumbers(engine, "g");
      await publishNumbers(engine, 100, 200);
      await expect.poll(() => seen.length).toBe(200);
      expect(seen).toEqual(range(0, 200));
    });

    test("begins with what comes next when it is told to", async () => {
      const { engine } = await start();
      await publishNumbers(engine, 0, 10);
      const { seen } = await consumeNumbers(engine, "g", { from: "newest" });
      await publishNumbers(engine, 10, 20);
      await expect.poll(() => seen.length).toBe(10);
      expect(seen).toEqual(range(10, 20));
    });

    test("gives each group all events, and a group only those that match its pattern", async () => {
      const { engine } = await start();
      const all = await consumeNumbers(engine, "all");
      const paid = await consumeNumbers(engine, "paid", { pattern: "orders.paid" });
      for (let n = 0; n < 20; n++) await publishNumber(engine, n, n % 2 ? "orders.paid" : "orders.created");
      await engine.publish({ topic: "$internal", data: { n: -1 } });
      await publishNumber(engine, 21, "orders.paid");
      await expect.poll(() => all.seen.length).toBe(21);
      await expect.poll(() => paid.seen.length).toBe(11);
      expect(paid.seen).toEqual([...range(0, 20).filter((n) => n % 2), 21]);
    });

    test("goes on where it stood after it was stopped, and repeats nothing that was done", async () => {
      const { engine } = await start({ knobs: { maxBatch: 16 } });
      await publishNumbers(engine, 0, 50);
      const held = deferred<void>();
      const first: number[] = [];
      const consumer = await engine.consume<Numbered>("g", async ({ data }, { signal }) => {
        if (data.n % 10 === 3) {
          signal.addEventListener("abort", () => held.reject(new Error("stopped")));
          return held.promise;
        }
        first.push(data.n);
      });
      await expect.poll(() => first.length).toBe(45);
      await consumer.stop();
      const { seen } = await consumeNumbers(engine, "g");
      await publishNumbers(engine, 50, 60);
      await expect.poll(() => seen.length).toBe(15);
      expect(seen.toSorted((a, b) => a - b)).toEqual([3, 13, 23, 33, 43, ...range(50, 60)]);
    });

    test("goes on where it stood after the engine was restarted, if the store is persistent", async () => {
      const { engine, restart } = await start({ knobs: { maxBatch: 16 } });
      if (!engine.features?.persistent) return;
      await publishNumbers(engine, 0, 40);
      const before = await consumeNumbers(engine, "g");
      await expect.poll(() => before.seen.length).toBe(40);
      const again = await restart();
      await publishNumbers(again, 40, 60);
      const { seen } = await consumeNumbers(again, "g");
      await expect.poll(() => seen.length).toBe(20);
      expect(seen).toEqual(range(40, 60));
    });

    test("tries a failed event again while others go on, and tells the handler which try it is", async () => {
      const { engine } = await start();
      const tries: number[] = [];
      const others: number[] = [];
      await engine.consume<Numbered>(
        "g",
        ({ data }, { attempt }) => {
          if (data.n !== 3) return void others.push(data.n);
          tries.push(attempt);
          if (attempt < 4) throw new Error("not yet");
        },
        { retryDelayMs: 1 },
      );
      await publishNumbers(engine, 0, 20);
      await expect.poll(() => tries).toEqual([1, 2, 3, 4]);
      await expect.poll(() => others.length).toBe(19);
    });

    test("keeps an event that fails every time as a dead letter, with its reason, and goes on", async () => {
      const errors: unknown[] = [];
      const { engine } = await start({ onError: (error) => errors.push(error) });
      const { seen } = await consumeNumbers(engine, "g", { retryDelayMs: 1, maxAttempts: 3 }, (n) => {
        if (n === 5) throw new TypeError("five is right out");
      });
      await publishNumbers(engine, 0, 10);
      await expect.poll(() => seen.length).toBe(9);
      await expect.poll(() => deadOf(engine, "g")).toHaveLength(1);
      const [letter] = await deadOf(engine, "g");
      const stored = (await replayed(engine))[5];
      expect(letter).toMatchObject({
        group: "g",
        attempts: 3,
        reason: "five is right out",
        event: { id: stored?.id, topic: "numbers", data: { n: 5 }, position: stored?.position },
      });
      expect(letter?.stack).toContain("TypeError: five is right out");
      expect(errors).toEqual([expect.objectContaining({ code: "rejected" })]);
    });

    test("keeps dead letters over a restart, if the store is persistent, and when the event is trimmed", async () => {
      const { engine, restart } = await start();
      await consumeNumbers(engine, "g", { maxAttempts: 1 }, (n) => {
        if (n < 3) throw new Error(`no ${n}`);
      });
      await publishNumbers(engine, 0, 5);
      await expect.poll(() => deadOf(engine, "g")).toHaveLength(3);
      await engine.trim(Date.now() + 60_000);
      const again = engine.features?.persistent ? await restart() : engine;
      expect((await deadOf(again, "g")).map(({ reason }) => reason)).toEqual(["no 0", "no 1", "no 2"]);
    });

    test("gets dead letters again by redrive, alone, under a new id that names the old one", async () => {
      const { engine } = await start();
      let broken = true;
      const events: StoredEvent[] = [];
      const handler = (event: StoredEvent): void => {
        if (broken) throw new Error("broken");
        events.push(event);
      };
      await engine.consume("g", handler, { maxAttempts: 1, pattern: "numbers" });
      const other = await consumeNumbers(engine, "other", { pattern: "numbers" });
      await publishNumbers(engine, 0, 3);
      await expect.poll(() => deadOf(engine, "g")).toHaveLength(3);
      const letters = await deadOf(engine, "g");
      broken = false;
      expect(await engine.redrive("g", { limit: 2 })).toBe(2);
      await expect.poll(() => events.length).toBe(2);
      expect(await deadOf(engine, "g")).toHaveLength(1);
      expect(await engine.redrive("g")).toBe(1);
      await expect.poll(() => events.length).toBe(3);
      expect(events.map(({ topic, data, causationId }) => ({ topic, data, causationId }))).toEqual(
        letters.map(({ event }) => ({ topic: "numbers", data: event.data, causationId: event.id })),
      );
      expect(other.seen).toEqual([0, 1, 2]);
      expect(await deadOf(engine, "g")).toEqual([]);
    });

    test("gets a redriven event once though its dead letter could not be removed and it was redriven again", async () => {
      let fails = true;
      const { engine } = await start({
        observer: {
          store: (store) => {
            const { removeDead } = store.groups;
            store.groups.removeDead = async (group, records) => {
              if (fails) throw new Error("a crash in between");
              await removeDead.call(store.groups, group, records);
            };
            return store;
          },
        },
      });
      let broken = true;
      const { seen } = await consumeNumbers(engine, "g", { maxAttempts: 1 }, () => {
        if (broken) throw new Error("broken");
      });
      await publishNumbers(engine, 0, 3);
      await expect.poll(() => deadOf(engine, "g")).toHaveLength(3);
      broken = false;
      await expect(engine.redrive("g")).rejects.toThrow("a crash in between");
      expect(await deadOf(engine, "g")).toHaveLength(3);
      fails = false;
      expect(await engine.redrive("g")).toBe(3);
      expect(await deadOf(engine, "g")).toEqual([]);
      await publishNumbers(engine, 3, 4);
      await expect.poll(() => seen).toEqual([0, 1, 2, 3]);
    });

    test("has no dead letters where it is not known", async () => {
      const { engine } = await start();
      expect(await deadOf(engine, "unknown")).toEqual([]);
      expect(await engine.redrive("unknown")).toBe(0);
      await engine.removeGroup("unknown");
    });

    test("makes a redriven event that fails again a dead letter again", async () => {
      const { engine } = await start();
      await consumeNumbers(engine, "g", { maxAttempts: 1 }, () => {
        throw new Error("for ever");
      });
      await publishNumbers(engine, 0, 1);
      await expect.poll(() => deadOf(engine, "g")).toHaveLength(1);
      const [first] = await deadOf(engine, "g");
      expect(await engine.redrive("g")).toBe(1);
      await expect.poll(async () => (await deadOf(engine, "g"))[0]?.event.causationId).toBe(first?.event.id);
    });

    test("lets timers have their turn while it works off what has gathered", async () => {
      const { engine } = await start({ knobs: { maxBatch: 4 } });
      await publishNumbers(engine, 0, 8000);
      let handled = 0;
      let handledAtTimer = 0;
      const timer = setInterval(() => {
        if (handledAtTimer === 0) handledAtTimer = handled;
      }, 1);
      await engine.consume("g", () => {
        handled++;
      });
      await expect.poll(() => handled).toBe(8000);
      clearInterval(timer);
      expect(handledAtTimer).toBeLessThan(8000);
    });

    test("has no more handler calls under way than it may, and reads no further", async () => {
      const { engine } = await start({ knobs: { maxBatch: 8 } });
      await publishNumbers(engine, 0, 2000);
      const release = deferred<void>();
      let running = 0;
      let most = 0;
      const consumer = await engine.consume(
        "g",
        async () => {
          running++;
          most = Math.max(most, running);
          await release.promise;
          running--;
        },
        { maxInFlight: 7 },
      );
      await expect.poll(() => running).toBe(7);
      await sleep(20);
      expect(consumer.counters().ready).toBeLessThan(1000);
      release.resolve();
      await expect.poll(() => consumer.counters().handled).toBe(2000);
      expect(most).toBe(7);
    });

    test("keeps the order of each key, whatever fails and however long it takes", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(4), fc.nat(2)), { minLength: 1, maxLength: 60 }),
          async (events) => {
            const { engine, close } = await start({ knobs: { maxBatch: 8 } });
            const seen = new Map<string, number[]>();
            await Promise.all(
              events.map(([key, failures], n) =>
                engine.publish({ topic: "numbers", key: `k${key}`, data: { n, failures } }),
              ),
            );
            const consumer = await engine.consume<{ n: number; failures: number }>(
              "g",
              async ({ data, key = "" }, { attempt }) => {
                if (data.n % 3 === 0) await sleep(1);
                if (attempt <= data.failures) throw new Error("again");
                seen.set(key, [...(seen.get(key) ?? []), data.n]);
              },
              { perKeyOrder: true, retryDelayMs: 1 },
            );
            await expect.poll(() => consumer.counters().handled, { interval: 2 }).toBe(events.length);
            for (const [key, ns] of seen) {
              expect(ns).toEqual(range(0, events.length).filter((n) => `k${events[n]?.[0]}` === key));
            }
            await close();
          },
        ),
        { numRuns: 15 },
      );
    });

    test("lets other keys go on while one fails", async () => {
      const { engine } = await start();
      const seen: number[] = [];
      let broken = true;
      await engine.consume<Numbered>(
        "g",
        ({ data, key }) => {
          if (key === "bad" && broken) throw new Error("bad");
          seen.push(data.n);
        },
        { perKeyOrder: true, retryDelayMs: 1, maxAttempts: 1_000_000 },
      );
      for (let n = 0; n < 20; n++) {
        await engine.publish({ topic: "numbers", key: n % 2 ? "good" : "bad", data: { n } });
      }
      await expect.poll(() => seen).toEqual(range(0, 20).filter((n) => n % 2));
      broken = false;
      await expect.poll(() => seen.slice(10)).toEqual(range(0, 20).filter((n) => n % 2 === 0));
    });

    test("loses nothing to trimming by age or by length, and health names the group that holds", async () => {
      const { engine } = await start({ knobs: { maxBatch: 4, segmentBytes: 4096 } });
      await publishNumbers(engine, 0, 200);
      const release = deferred<void>();
      const held: number[] = [];
      const consumer = await engine.consume<Numbered>("slow", async ({ data }) => {
        if (data.n < 100) return;
        held.push(data.n);
        await release.promise;
      });
      await expect.poll(() => held.length).toBe(64);
      await sleep(20);
      for (const bounds of [{ olderThanMs: Date.now() + 60_000 }, { maxEvents: 10 }]) {
        await engine.trim(bounds);
        expect((await numbersIn(engine)).slice(-100)).toEqual(range(100, 200));
        expect(engine.health()).toMatchObject({ status: "degraded" });
        const [, part] = engine.health().parts;
        expect(part).toMatchObject({ part: "group slow", status: "degraded" });
      }
      release.resolve();
      await expect.poll(() => consumer.counters().handled).toBe(200);
      await consumer.stop();
      await publishNumbers(engine, 200, 400);
      // Nobody consumes the group now, and it has not had these.
      await engine.trim({ maxEvents: 10 });
      expect((await numbersIn(engine)).slice(-200)).toEqual(range(200, 400));
      expect(engine.health().parts[1]).toMatchObject({ part: "group slow", status: "degraded" });
      await engine.removeGroup("slow");
      await engine.trim({ maxEvents: 10 });
      const left = await numbersIn(engine);
      expect(left.slice(-10)).toEqual(range(390, 400));
      expect(left.length).toBeLessThan(100);
      expect(engine.health().status).toBe("ok");
    });

    test("handles each event once or has it as a dead letter, whatever is published, stopped, restarted and trimmed", async () => {
      const step = fc.oneof(
        {
          weight: 3,
          arbitrary: fc.record({
            do: fc.constant("publish" as const),
            count: fc.integer({ min: 1, max: 30 }),
          }),
        },
        { weight: 2, arbitrary: fc.record({ do: fc.constant("consume" as const), count: fc.nat(20) }) },
        {
          weight: 1,
          arbitrary: fc.record({
            do: fc.constantFrom("restart" as const, "trim" as const),
            count: fc.nat(20),
          }),
        },
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 2, maxLength: 14 }),
          fc.boolean(),
          async (steps, perKeyOrder) => {
            const fixture = await start({ knobs: { maxBatch: 8, segmentBytes: 4096 } });
            let { engine } = fixture;
            const { persistent } = engine.features ?? {};
            const handled: number[] = [];
            let published = 0;
            const options = { perKeyOrder, maxAttempts: 2, retryDelayMs: 1, maxInFlight: 5 };
            // Every seventh is never handled, and every fifth only at the second try.
            const handler = async ({ data: { n } }: { data: Numbered }, { attempt }: { attempt: number }) => {
              if (n % 3 === 0) await sleep(1);
              if (n % 7 === 0 || (n % 5 === 0 && attempt === 1)) throw new Error("no");
              handled.push(n);
            };
            for (const { do: what, count } of steps) {
              if (what === "publish") {
                await publishNumbers(engine, published, published + count);
                published += count;
              } else if (what === "consume") {
                const consumer = await engine.consume("g", handler, options);
                await sleep(count);
                await consumer.stop();
              } else if (what === "trim") {
                await engine.consume("g", handler, options).then((consumer) => consumer.stop());
                await engine.trim({ olderThanMs: Date.now() + 60_000, maxEvents: count });
              } else if (persistent) {
                engine = await fixture.restart();
              }
            }
            await engine.consume("g", handler, options);
            const dead = range(0, published).filter((n) => n % 7 === 0);
            await expect.poll(() => handled.length, { interval: 2 }).toBe(published - dead.length);
            await expect.poll(() => deadOf(engine, "g"), { interval: 2 }).toHaveLength(dead.length);
            expect(handled.toSorted((a, b) => a - b)).toEqual(range(0, published).filter((n) => n % 7 !== 0));
            await engine.close();
          },
        ),
        { numRuns: 12 },
      );
    });

    test("waits for handlers when the engine is closed, which may still publish, and then refuses to consume", async () => {
      const { engine } = await start();
      const published: string[] = [];
      let begun = 0;
      await engine.consume<Numbered>("g", async (_, { signal }) => {
        begun++;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        published.push((await engine.publish({ topic: "after.abort", data: 1 })).id);
      });
      await publishNumbers(engine, 0, 1);
      await expect.poll(() => begun).toBe(1);
      await engine.close();
      expect(published.length).toBe(1);
      await expect(engine.consume("h", () => undefined)).rejects.toMatchObject({ code: "closed" });
    });

    test("is trimmed by the engine itself when it has a retention", async () => {
      const { engine } = await start({
        knobs: { maxBatch: 4, segmentBytes: 4096 },
        retention: { maxEvents: 10, everyMs: 10 },
      });
      await publishNumbers(engine, 0, 400);
      await expect.poll(async () => (await numbersIn(engine)).length).toBeLessThan(120);
      expect((await numbersIn(engine)).slice(-10)).toEqual(range(390, 400));
      await consumeNumbers(engine, "g", { maxAttempts: 1_000_000, retryDelayMs: 1, maxInFlight: 1 }, () => {
        throw new Error("never");
      });
      await publishNumbers(engine, 400, 600);
      await expect.poll(() => engine.health().status).toBe("degraded");
      expect((await numbersIn(engine)).slice(-210)).toEqual(range(390, 600));
    });

    test("has one consumer at a time", async () => {
      const { engine } = await start();
      const { consumer } = await consumeNumbers(engine, "g");
      await expect(engine.consume("g", () => undefined)).rejects.toMatchObject({ code: "conflict" });
      await consumer.stop();
      await consumeNumbers(engine, "g");
    });

    test.each([
      ["", {}],
      ["two words", {}],
      ["g", { maxInFlight: 0 }],
      ["g", { maxAttempts: 1.5 }],
      ["g", { pattern: "a..b" }],
    ])("is refused with the name '%s' and the options %j", async (group, options) => {
      const { engine } = await start();
      const consumed = engine.consume(group, () => undefined, options);
      await expect(consumed).rejects.toMatchObject({ code: "usage" });
    });
  });
}

interface Fixture {
  readonly engine: Engine;
  /** Closes the engine and opens another on the same store. */
  restart(): Promise<Engine>;
  close(): Promise<void>;
}

async function startOn(store: StoreConfig, config: Omit<EngineConfig, "store">): Promise<Fixture> {
  const open = async (): Promise<Engine> => {
    const engine = await createEngine({ ...config, store });
    onTestFinished(() => engine.close());
    return engine;
  };
  let engine = await open();
  return {
    engine,
    restart: async () => {
      await engine.close();
      engine = await open();
      return engine;
    },
    close: () => engine.close(),
  };
}

/** Consumes numbers and notes them, after `check` let them pass. */
async function consumeNumbers(
  engine: Engine,
  group: string,
  options: Parameters<Engine["consume"]>[2] = {},
  check: (n: number) => void = () => undefined,
) {
  const seen: number[] = [];
  const consumer = await engine.consume<Numbered>(
    group,
    ({ data }) => {
      check(data.n);
      seen.push(data.n);
    },
    options,
  );
  return { seen, consumer };
}

async function publishNumber(engine: Engine, n: number, topic = "numbers"): Promise<void> {
  await engine.publish({ topic, data: { n } });
}

async function publishNumbers(engine: Engine, from: number, to: number): Promise<void> {
  await Promise.all(range(from, to).map((n) => publishNumber(engine, n)));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

async function deadOf(engine: Engine, group: string): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const letter of engine.deadLetters(group)) letters.push(letter);
  return letters;
}

async function replayed(engine: Engine): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of engine.replay()) events.push(...batch);
  return events;
}

async function numbersIn(engine: Engine): Promise<number[]> {
  return (await replayed(engine)).map(({ data }) => (data as Numbered).n);
}
