import fc from "fast-check";
import { expect, test } from "vitest";
import { createManualClock } from "../../src/base/clock.ts";
import { createDedupWindow } from "../../src/engine/dedup-window.ts";
import { printOf } from "../support/prints.ts";

const id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

test("a key is known for at least the window, and for at most two", () => {
  const steps = fc.array(fc.record({ waitMs: fc.nat(1500), key: fc.constantFrom("a", "b", "c", "d") }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps, (sequence) => {
      const clock = createManualClock();
      const window = createDedupWindow<string>({ windowMs: 1000, maxKeys: 1_000_000, clock });
      const startMs = clock.epochMs();
      const setAtMs = new Map<string, number>();
      for (const { waitMs, key } of sequence) {
        clock.advanceMs(waitMs);
        const setMs = setAtMs.get(key);
        const ageMs = setMs === undefined ? Number.POSITIVE_INFINITY : clock.epochMs() - startMs - setMs;
        const found = window.get(printOf(key));
        if (ageMs < 1000) expect(found?.index).toBe(setMs);
        if (ageMs > 2000) expect(found).toBeUndefined();
        if (found !== undefined) continue;
        setAtMs.set(key, clock.epochMs() - startMs);
        window.set(printOf(key), id, clock.epochMs() - startMs, "batch");
      }
    }),
  );
});

test("the newest half of the keys is known when there are too many, and forgetting early is counted", () => {
  const window = createDedupWindow<string>({ windowMs: 1000, maxKeys: 100, clock: createManualClock() });
  for (let i = 0; i < 1000; i++) window.set(printOf(`key-${i}`), id, i, "batch");
  for (let i = 950; i < 1000; i++)
    expect(window.get(printOf(`key-${i}`))).toEqual({ id, index: i, batch: "batch" });
  expect(window.get(printOf("key-0"))).toBeUndefined();
  expect(window.size).toBeLessThanOrEqual(100);
  expect(window.overflows).toBeGreaterThan(0);
});

test("nothing counts as forgotten early while there is room", () => {
  const clock = createManualClock();
  const window = createDedupWindow<string>({ windowMs: 1000, maxKeys: 100, clock });
  for (let i = 0; i < 500; i++) {
    clock.advanceMs(100);
    window.set(printOf(`key-${i}`), id, i, "batch");
  }
  expect(window.overflows).toBe(0);
});
