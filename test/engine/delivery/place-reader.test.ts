import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { resolveKnobs } from "../../../src/engine/config.ts";
import { createBell } from "../../../src/engine/delivery/bell.ts";
import { createPlaceReader } from "../../../src/engine/delivery/place-reader.ts";
import type { Position, StoredEvent } from "../../../src/engine/store.ts";
import { openLogStore } from "../../../src/engine/stores/log.ts";
import { preparedEvents } from "../../support/events.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

/** Entries of one event each; the read that comes to `failAt` next fails, once. */
async function failingStore(count: number) {
  const context = { knobs: resolveKnobs({}), clock: systemClock };
  const log = await openLogStore({ kind: "log", dir: await scratchDir() }, context);
  onTestFinished(() => log.close());
  for (let i = 0; i < count; i++) await log.append(preparedEvents(1, `${i}-`), "stored");
  let failAt: string | undefined;
  async function* entries(after: Position | undefined): AsyncGenerator<readonly StoredEvent[]> {
    for await (const batch of log.read({ batchSize: 1, ...(after === undefined ? {} : { after }) })) {
      if (batch[0]?.id === failAt) {
        failAt = undefined;
        throw new Error("the disk cannot be read");
      }
      yield batch;
    }
  }
  const fail = (id: string): void => {
    failAt = id;
  };
  return { store: { entries, bell: createBell() }, fail };
}

function idsOf(entries: readonly { readonly events: readonly StoredEvent[] }[]): string[] {
  return entries.flatMap(({ events }) => events.map(({ id }) => id));
}

test("what was read before a read fails is given, and the next read goes on behind it", async () => {
  const { store, fail } = await failingStore(4);
  const reader = createPlaceReader({ after: undefined, pending: new Map() }, store);
  const { signal } = new AbortController();
  fail("2-0");
  expect(idsOf(await reader.read(10, signal))).toEqual(["0-0", "1-0"]);
  expect(idsOf(await reader.read(10, signal))).toEqual(["2-0", "3-0"]);
});

test("a read that has nothing when it fails rejects, and can be tried again", async () => {
  const { store, fail } = await failingStore(2);
  const reader = createPlaceReader({ after: undefined, pending: new Map() }, store);
  const { signal } = new AbortController();
  fail("0-0");
  await expect(reader.read(10, signal)).rejects.toThrow("cannot be read");
  expect(idsOf(await reader.read(10, signal))).toEqual(["0-0", "1-0"]);
});

test("a leftover that could not be read is given by the next read", async () => {
  const { store, fail } = await failingStore(3);
  const place = { after: undefined, pending: new Map<string, string | undefined>() };
  const { signal } = new AbortController();
  await createPlaceReader(place, store).read(2, signal);
  const reader = createPlaceReader(place, store);
  fail("0-0");
  await expect(reader.read(10, signal)).rejects.toThrow("cannot be read");
  expect(idsOf(await reader.read(10, signal))).toEqual(["0-0", "1-0", "2-0"]);
});
