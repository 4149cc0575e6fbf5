import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { type Knobs, resolveKnobs } from "../../src/engine/config.ts";
import { type Append, createGroupCommit, type GroupCommit } from "../../src/engine/group-commit.ts";
import type { AckLevel, PreparedEvent } from "../../src/engine/store.ts";

interface Call {
  readonly ids: readonly string[];
  readonly level: AckLevel;
  readonly succeed: () => void;
  readonly fail: (error: unknown) => void;
}

/** A store whose appends end when the test says so. */
function heldStore() {
  const calls: Call[] = [];
  return {
    calls,
    append: (batch: readonly PreparedEvent[], level: AckLevel) =>
      new Promise<string>((resolve, fail) => {
        const entry = `entry-${calls.length}`;
        calls.push({ ids: batch.map(({ id }) => id), level, succeed: () => resolve(entry), fail });
      }),
  };
}

function event(id: string | number, dataCharacters = 1): PreparedEvent {
  return { id: String(id), topic: "t", timeMs: 0, data: null, json: "x".repeat(dataCharacters) };
}

function setUp(knobs: Partial<Knobs> = {}) {
  const store = heldStore();
  const commits = createGroupCommit({ store, knobs: resolveKnobs(knobs), clock: systemClock });
  return { store, commits, settled: [] as string[] };
}

function addAll(commits: GroupCommit, ids: readonly (string | number)[], log: string[] = []): void {
  for (const id of ids) {
    const added: Append = append(event(id), "stored", (error) => {
      const { commit, index } = added;
      log.push(error === undefined ? `${id} at ${commit?.entry}:${index}` : `${id} failed: ${error}`);
    });
    commits.add(added);
  }
}

function append(
  event: PreparedEvent,
  level: AckLevel,
  settle: (error?: unknown) => void = () => undefined,
): Append {
  return { event, level, index: 0, commit: undefined, settle };
}

describe("a group commit", () => {
  test("sends a lone event at once, and everything that gathers meanwhile as the next batch", async () => {
    const { store, commits, settled } = setUp();
    addAll(commits, [0], settled);
    await turn();
    addAll(commits, [1, 2], settled);
    await turn();
    addAll(commits, [3], settled);
    await turn();
    expect(store.calls.map(({ ids }) => ids)).toEqual([["0"]]);
    store.calls[0]?.succeed();
    await turn();
    expect(store.calls.map(({ ids }) => ids)).toEqual([["0"], ["1", "2", "3"]]);
    store.calls[1]?.succeed();
    await turn();
    expect(settled).toEqual(["0 at entry-0:0", "1 at entry-1:0", "2 at entry-1:1", "3 at entry-1:2"]);
  });

  test("sends only full batches beside the first, up to inFlight", async () => {
    const { store, commits } = setUp({ maxBatch: 2, inFlight: 3 });
    addAll(commits, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await turn();
    expect(store.calls.map(({ ids }) => ids.length)).toEqual([2, 2, 2]);
    store.calls[0]?.succeed();
    await turn();
    expect(store.calls.map(({ ids }) => ids.length)).toEqual([2, 2, 2, 2]);
    for (const call of store.calls.slice(0, 4)) call.succeed();
    await turn();
    expect(store.calls.at(-1)?.ids).toEqual(["8"]);
  });

  test("keeps the order and both bounds of a batch, whatever comes, and settles each event once", async () => {
    const arrivals = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 8 }), async (sizes, maxBatch) => {
        const { store, commits } = setUp({ maxBatch, maxBatchBytes: 1024 });
        const done: string[] = [];
        for (const [i, size] of sizes.entries()) {
          commits.add(append(event(i, size), "stored", () => done.push(String(i))));
          if (i % 7 === 0) await turn();
        }
        for (let i = 0; done.length < sizes.length; i++) {
          store.calls[i]?.succeed();
          await turn();
        }
        const ids = sizes.map((_, i) => String(i));
        expect(store.calls.flatMap((call) => call.ids)).toEqual(ids);
        expect(done).toEqual(ids);
        for (const call of store.calls) {
          expect(call.ids.length).toBeLessThanOrEqual(maxBatch);
          const bytes = call.ids.reduce((sum, id) => sum + (sizes[Number(id)] ?? 0), 0);
          expect(bytes).toBeLessThanOrEqual(1024);
        }
        expect([commits.pendingEvents, commits.pendingBytes]).toEqual([0, 0]);
      }),
      { numRuns: 30 },
    );
  });

  test("asks for the strongest level of a batch", async () => {
    const { store, commits } = setUp();
    for (const level of ["accepted", "durable", "stored"] as const) {
      commits.add(append(event(level), level));
    }
    await turn();
    expect(store.calls[0]?.level).toBe("durable");
  });

  test("stores what is only asked to be accepted", async () => {
    const { store, commits } = setUp();
    commits.add(append(event(0), "accepted"));
    await turn();
    expect(store.calls[0]?.level).toBe("stored");
  });

  test("fails just the events of the batch that failed", async () => {
    const { store, commits, settled } = setUp({ maxBatch: 1 });
    addAll(commits, [0, 1, 2], settled);
    await turn();
    store.calls[1]?.fail("no room");
    for (const call of store.calls) call.succeed();
    await turn();
    expect(settled.toSorted()).toEqual(["0 at entry-0:0", "1 failed: no room", "2 at entry-2:0"]);
  });

  test.each([
    ["events", { maxPendingEvents: 3 }, 1],
    ["bytes", { maxPendingBytes: 1024 }, 400],
  ])("refuses what is over the bound on %s, and says when there is room again", async (_, knobs, size) => {
    const { store, commits } = setUp(knobs);
    for (let i = 0; i < 3; i++) commits.add(append(event(i, size), "stored"));
    expect(() => commits.add(append(event("over", size), "stored"))).toThrow(/ready\(\)/);
    let isReady = false;
    const ready = commits.ready().then(() => {
      isReady = true;
    });
    await turn();
    expect([isReady, commits.pendingEvents]).toEqual([false, 3]);
    store.calls[0]?.succeed();
    await ready;
    expect(() => commits.add(append(event("next", size), "stored"))).not.toThrow();
  });

  test("lingers for more, and looks at the clock about once for each turn", async () => {
    const store = heldStore();
    let looks = 0;
    const clock = { nowMicros: () => looks++, epochMs: () => 0 };
    const knobs = resolveKnobs({ lingerMicros: 1000 });
    const commits = createGroupCommit({ store, knobs, clock });
    for (let i = 0; i < 100; i++) {
      addAll(commits, [i]);
      await null;
    }
    expect(store.calls).toEqual([]);
    let turns = 0;
    for (; store.calls.length === 0; turns++) await turn();
    // With a timer for each event there would be a hundred looks a turn.
    expect(turns).toBeGreaterThan(400);
    expect(store.calls[0]?.ids.length).toBe(100);
  });

  test("sends a full batch without lingering", async () => {
    const { store, commits } = setUp({ lingerMicros: 1_000_000, maxBatch: 2 });
    addAll(commits, [0, 1]);
    await turn();
    expect(store.calls.map(({ ids }) => ids)).toEqual([["0", "1"]]);
  });

  test("closes when everything is settled, without lingering, and accepts nothing more", async () => {
    const { store, commits } = setUp({ lingerMicros: 1_000_000 });
    addAll(commits, [0, 1]);
    const closed = commits.close();
    expect(() => addAll(commits, [2])).toThrow(/closed/);
    expect(store.calls.map(({ ids }) => ids)).toEqual([["0", "1"]]);
    store.calls[0]?.succeed();
    await closed;
    expect(commits.pendingEvents).toBe(0);
  });
});
