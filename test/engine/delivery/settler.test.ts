import { expect, test } from "vitest";
import { type Deferred, deferred } from "../../../src/base/async.ts";
import { DynoError } from "../../../src/base/errors.ts";
import { createSettler } from "../../../src/engine/delivery/settler.ts";
import type { Settlement } from "../../../src/engine/store.ts";

/** A settler on a store whose writes are settled by the test. */
function start() {
  const writes: { readonly settlement: Settlement; readonly outcome: Deferred<void> }[] = [];
  const acknowledged: string[] = [];
  const lost: unknown[] = [];
  const troubles: unknown[] = [];
  const settler = createSettler({
    group: {
      settle: (settlement) => {
        const outcome = deferred<void>();
        writes.push({ settlement, outcome });
        return outcome.promise;
      },
    },
    onDone: (entries) => acknowledged.push(...entries),
    onTrouble: (error) => troubles.push(error),
    onLost: (error) => lost.push(error),
  });
  return { settler, writes, acknowledged, lost, troubles };
}

test("what comes while a write is under way shares the next one", async () => {
  const { settler, writes, acknowledged } = start();
  settler.done("1");
  settler.done("2");
  await Promise.resolve();
  expect(writes.map(({ settlement }) => settlement.done)).toEqual([["1", "2"]]);
  settler.done("3");
  settler.progress("4", () => "text");
  const flushed = settler.flushed();
  writes[0]?.outcome.resolve();
  await expect.poll(() => writes.length).toBe(2);
  expect(writes[1]?.settlement).toEqual({ done: ["3"], progress: [["4", "text"]], dead: [] });
  expect(acknowledged).toEqual(["1", "2"]);
  writes[1]?.outcome.resolve();
  await flushed;
  expect(acknowledged).toEqual(["1", "2", "3"]);
});

test("an entry that is done has no progress any more", async () => {
  const { settler, writes } = start();
  settler.progress("1", () => "text");
  settler.done("1");
  await Promise.resolve();
  expect(writes[0]?.settlement).toEqual({ done: ["1"], progress: [], dead: [] });
});

test("a write that fails is tried again, whole, until it succeeds", async () => {
  const { settler, writes, troubles, acknowledged } = start();
  settler.done("1");
  for (let n = 0; n < 3; n++) {
    await expect.poll(() => writes.length).toBe(n + 1);
    if (n < 2) writes[n]?.outcome.reject(new DynoError("unavailable", "away"));
  }
  expect(acknowledged).toEqual([]);
  writes[2]?.outcome.resolve();
  await settler.flushed();
  expect(writes.map(({ settlement }) => settlement.done)).toEqual([["1"], ["1"], ["1"]]);
  expect(troubles.map((error) => error !== undefined)).toEqual([true, true, false]);
});

test("a full store still gets the acknowledgements that need no room, but not before their dead letters", async () => {
  const writes: Settlement[] = [];
  const acknowledged: string[] = [];
  let isFull = true;
  const settler = createSettler({
    group: {
      settle: async (settlement) => {
        const needsRoom = settlement.progress.length + settlement.dead.length > 0;
        if (isFull && needsRoom) throw new DynoError("overload", "full");
        writes.push(settlement);
      },
    },
    onDone: (entries) => acknowledged.push(...entries),
    onTrouble: () => undefined,
    onLost: () => undefined,
  });
  settler.progress("1", () => "text");
  settler.dead("2", { id: "a", text: "dead" });
  settler.done("2");
  settler.done("3");
  await expect.poll(() => acknowledged).toEqual(["3"]);
  settler.done("4");
  await expect.poll(() => acknowledged).toEqual(["3", "4"]);
  isFull = false;
  await settler.flushed();
  expect(acknowledged).toEqual(["3", "4", "2"]);
  expect(writes.at(-1)).toEqual({
    done: ["2"],
    progress: [["1", "text"]],
    dead: [{ id: "a", text: "dead" }],
  });
});

test("a write that is refused for another owner ends the settler", async () => {
  const { settler, writes, lost } = start();
  settler.done("1");
  const flushed = settler.flushed();
  flushed.catch(() => undefined);
  await Promise.resolve();
  const conflict = new DynoError("conflict", "another owner");
  writes[0]?.outcome.reject(conflict);
  await expect.poll(() => lost).toEqual([conflict]);
  settler.done("2");
  await expect(settler.flushed()).rejects.toBe(conflict);
  expect(writes.length).toBe(1);
});
