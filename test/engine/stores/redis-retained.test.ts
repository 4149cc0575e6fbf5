import fc from "fast-check";
import { expect, test } from "vitest";
import { createRetainedBatches } from "../../../src/engine/stores/redis-retained.ts";

/** A batch whose bytes are its number. */
const batch = (sequence: number, bytes = 10) => ({ sequence, payload: Buffer.alloc(bytes, sequence) });

test("a batch is kept for its time, and given once", () => {
  const retained = createRetainedBatches(100, 1000);
  retained.add(batch(1), 0);
  retained.add(batch(2), 99);
  retained.add(batch(3), 100);
  expect(retained.takeAfter(0).map(({ sequence }) => sequence)).toEqual([2, 3]);
  expect(retained.takeAfter(0)).toEqual([]);
});

test("the oldest are forgotten where there is no room", () => {
  const retained = createRetainedBatches(1000, 25);
  for (const sequence of [1, 2, 3]) retained.add(batch(sequence), 0);
  expect(retained.takeAfter(0).map(({ sequence }) => sequence)).toEqual([2, 3]);
  retained.add(batch(4, 26), 0);
  expect(retained.size).toBe(0);
});

test("what is kept is what a plain list would keep, whatever is added and taken", () => {
  const steps = fc.array(fc.record({ afterMs: fc.nat(60), bytes: fc.nat(40), take: fc.boolean() }));
  fc.assert(
    fc.property(steps, (all) => {
      const retained = createRetainedBatches(100, 200);
      let model: { sequence: number; atMs: number; bytes: number }[] = [];
      let nowMs = 0;
      for (const [sequence, { afterMs, bytes, take }] of all.entries()) {
        nowMs += afterMs;
        retained.add(batch(sequence, bytes), nowMs);
        model.push({ sequence, atMs: nowMs, bytes });
        const total = () => model.reduce((sum, one) => sum + one.bytes, 0);
        while (model[0] && (total() > 200 || model[0].atMs + 100 <= nowMs)) model.shift();
        expect(retained.size).toBe(model.length);
        if (!take) continue;
        const after = sequence - 2;
        const taken = retained.takeAfter(after);
        expect(taken.map((one) => one.sequence)).toEqual(
          model.map((one) => one.sequence).filter((n) => n > after),
        );
        for (const { sequence: n, payload } of taken)
          expect(payload.every((byte) => byte === n % 256)).toBe(true);
        model = model.filter((one) => one.sequence <= after);
      }
    }),
  );
});

test("what is kept is unharmed when slabs are used again, and for a batch that is larger than one", () => {
  const retained = createRetainedBatches(100, 5_000_000);
  for (let n = 0; n < 200; n++) retained.add(batch(n, n === 150 ? 2_000_000 : 100_000), n);
  const taken = retained.takeAfter(-1);
  expect(taken.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 50 }, (_, i) => 150 + i).slice(-taken.length),
  );
  expect(taken.length).toBeGreaterThan(20);
  for (const { sequence, payload } of taken)
    expect(payload.equals(batch(sequence, payload.length).payload)).toBe(true);
});
