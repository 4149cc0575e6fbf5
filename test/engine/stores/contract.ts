import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { resolveKnobs, type StoreConfig } from "../../../src/engine/config.ts";
import type { EventStore, ReadOptions, StoredEvent } from "../../../src/engine/store.ts";
import { openStore } from "../../../src/engine/stores/open-store.ts";
import { preparedEvents } from "../../support/events.ts";

/** What every store must do. One call runs the whole contract against one kind. */
export function describeStoreContract(name: string, freshConfig: () => Promise<StoreConfig>): void {
  describe(`the ${name} store`, () => {
    let config: StoreConfig;
    let store: EventStore;
    const context = { knobs: resolveKnobs({ segmentBytes: 4096 }), clock: systemClock };
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await openStore(config, context);
    };
    beforeEach(async () => {
      config = await freshConfig();
      store = await openStore(config, context);
    });
    afterEach(() => store.close());

    test("gives back what was appended, in order, with all fields", async () => {
      const events = preparedEvents(5);
      const entry = await store.append(events, "stored");
      const read = await readAll(store);
      expect(read.map(fieldsOf)).toEqual(events.map(fieldsOf));
      expect(read.map(({ position }) => position)).toEqual(events.map((_, index) => ({ entry, index })));
    });

    test("keeps the order of appends that are under way together", async () => {
      const batches = Array.from({ length: 40 }, (_, i) => preparedEvents(3, `batch-${i}-`));
      const entries = await Promise.all(batches.map((batch) => store.append(batch, "stored")));
      expect(new Set(entries).size).toBe(40);
      expect((await readAll(store)).map(({ id }) => id)).toEqual(batches.flat().map(({ id }) => id));
    });

    test("reads on after any position", async () => {
      for (let i = 0; i < 4; i++) await store.append(preparedEvents(3, `batch-${i}-`), "stored");
      const all = await readAll(store);
      for (const [i, { position }] of all.entries()) {
        const rest = await readAll(store, { after: position });
        expect(rest.map(({ id }) => id)).toEqual(all.slice(i + 1).map(({ id }) => id));
      }
    });

    test("gives batches of at most the asked-for size", async () => {
      for (let i = 0; i < 7; i++) await store.append(preparedEvents(5), "stored");
      const sizes: number[] = [];
      for await (const batch of store.read({ batchSize: 8 })) sizes.push(batch.length);
      expect(sizes).toEqual([8, 8, 8, 8, 3]);
    });

    test("reads no more than was there when the reading began", async () => {
      await store.append(preparedEvents(10), "stored");
      let seen = 0;
      for await (const batch of store.read({ batchSize: 1 })) {
        seen += batch.length;
        await store.append(preparedEvents(1), "stored");
      }
      expect(seen).toBe(10);
    });

    test("leaves out what was written before the asked-for time", async () => {
      await store.append(preparedEvents(2, "old-"), "stored");
      await new Promise((resolve) => setTimeout(resolve, 20));
      const sinceMs = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await store.append(preparedEvents(2, "new-"), "stored");
      const ids = (await readAll(store, { sinceMs })).map(({ id }) => id);
      expect(ids).toEqual(["new-0", "new-1"]);
      expect(await readAll(store, { sinceMs: Date.now() + 60_000 })).toEqual([]);
    });

    test("drops nothing that is younger than the trimming time", async () => {
      for (let i = 0; i < 30; i++) await store.append(preparedEvents(10, `old-${i}-`, 100), "stored");
      await new Promise((resolve) => setTimeout(resolve, 20));
      const olderThanMs = Date.now();
      await store.append(preparedEvents(2, "new-"), "stored");
      await store.trim({ olderThanMs });
      const left = (await readAll(store)).map(({ id }) => id);
      expect(left.slice(-2)).toEqual(["new-0", "new-1"]);
      expect(left.length).toBeLessThan(302);
    });

    test("stops reading when the signal is aborted", async () => {
      await store.append(preparedEvents(10), "stored");
      const abort = new AbortController();
      const reading = async (): Promise<void> => {
        for await (const _ of store.read({ batchSize: 1, signal: abort.signal })) abort.abort();
      };
      await expect(reading()).rejects.toThrow(/abort/);
    });

    test("gives each level that it offers, and refuses the others", async () => {
      for (const level of ["accepted", "stored", "durable"] as const) {
        const appended = store.append(preparedEvents(1), level);
        if (store.features.levels.includes(level)) await expect(appended).resolves.toBeTypeOf("string");
        else await expect(appended).rejects.toMatchObject({ code: "unsupported" });
      }
    });

    test("takes an empty batch as a barrier that stores no event", async () => {
      const stored = store.append(preparedEvents(2), "stored");
      for (const level of store.features.levels) await store.append([], level);
      await stored;
      await store.append(preparedEvents(1, "after-"), "stored");
      expect((await readAll(store)).map(({ id }) => id)).toEqual(["e-0", "e-1", "after-0"]);
    });

    test("has its events after it was closed and opened again, if it is persistent", async () => {
      await store.append(preparedEvents(3), "stored");
      await reopen();
      await store.append(preparedEvents(1, "later-"), "stored");
      const ids = (await readAll(store)).map(({ id }) => id);
      expect(ids).toEqual(store.features.persistent ? ["e-0", "e-1", "e-2", "later-0"] : ["later-0"]);
    });

    test("refuses appends after it was closed, and may be closed twice", async () => {
      await store.close();
      await store.close();
      await expect(store.append(preparedEvents(1), "stored")).rejects.toMatchObject({ code: "closed" });
    });

    test("counts what it stored", async () => {
      await store.append(preparedEvents(3), "stored");
      await store.append(preparedEvents(2), "stored");
      expect(store.counters()).toMatchObject({ entries: 2, events: 5 });
    });
  });
}

/** Every event that the options select, in one array. */
export async function readAll(
  store: Pick<EventStore, "read">,
  options?: ReadOptions,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of store.read(options)) events.push(...batch);
  return events;
}

function fieldsOf(event: Omit<StoredEvent, "position">): unknown[] {
  const { id, topic, timeMs, key, correlationId, causationId, idempotencyKey, data } = event;
  return [id, topic, timeMs, key, correlationId, causationId, idempotencyKey, data];
}
