import fc from "fast-check";
import { expect, test } from "vitest";
import { createManualClock } from "../../src/base/clock.ts";
import { createDedupWindow } from "../../src/engine/dedup-window.ts";

test("a key is known for at least the window, and for at most two", () => {
  const steps = fc.array(fc.record({ waitMs: fc.nat(1500), key: fc.constantFrom("a", "b", "c", "d") }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(steps, (sequence) => {
      const clock = createManualClock();
      const window = createDedupWindow<number>({ windowMs: 1000, maxKeys: 1_000_000, clock });
      const setAtMs = new Map<string, number>();
      for (const { waitMs, key } of sequence) {
        clock.advanceMs(waitMs);
        const setMs = setAtMs.get(key);
        const ageMs = setMs === undefined ? Number.POSITIVE_INFINITY : clock.epochMs() - setMs;
        const found = window.get(key);
        if (ageMs < 1000) expect(found).toBe(setMs);
        if (ageMs > 2000) expect(found).toBeUndefined();
        if (found !== undefined) continue;
        setAtMs.set(key, clock.epochMs());
        window.set(key, clock.epochMs());
      }
    }),
  );
});

test("the newest half of the keys is known when there are too many, and forgetting early is counted", () => {
  const window = createDedupWindow<number>({ windowMs: 1000, maxKeys: 100, clock: createManualClock() });
  for (let i = 0; i < 1000; i++) window.set(`key-${i}`, i);
  for (let i = 950; i < 1000; i++) expect(window.get(`key-${i}`)).toBe(i);
  expect(window.get("key-0")).toBeUndefined();
  expect(window.size).toBeLessThanOrEqual(100);
  expect(window.overflows).toBeGreaterThan(0);
});

test("nothing counts as forgotten early while there is room", () => {
  const clock = createManualClock();
  const window = createDedupWindow<number>({ windowMs: 1000, maxKeys: 100, clock });
  for (let i = 0; i < 500; i++) {
    clock.advanceMs(100);
    window.set(`key-${i}`, i);
  }
  expect(window.overflows).toBe(0);
});
