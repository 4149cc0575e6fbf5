import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import { createRetryBudget } from "../../../src/engine/resilience/retry-budget.ts";
import { resolveRetrySettings, retryDelayMs } from "../../../src/engine/resilience/retry-settings.ts";

const settings = fc.record({
  baseMs: fc.integer({ min: 1, max: 1000 }),
  maxDelayMs: fc.integer({ min: 1, max: 10_000 }),
  maxRetryAfterMs: fc.constant(30_000),
});

test("a retry waits at most the doubled base and the cap, and spreads over all of it", () => {
  fc.assert(
    fc.property(settings, fc.integer({ min: 1, max: 40 }), fc.nat(), (given, attempt, seed) => {
      const random = createRandom(seed);
      const resolved = resolveRetrySettings("db", given);
      const longestMs = Math.min(given.maxDelayMs, given.baseMs * 2 ** (attempt - 1));
      const delays = Array.from(
        { length: 200 },
        () => retryDelayMs(resolved, attempt, new Error("x"), random) ?? -1,
      );
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...delays)).toBeLessThan(longestMs);
      // Full jitter: of 200 delays, none in a tenth of the range has a chance of 7e-10.
      expect(Math.min(...delays)).toBeLessThan(longestMs * 0.1);
      expect(Math.max(...delays)).toBeGreaterThan(longestMs * 0.9);
    }),
  );
});

test("a retry never comes sooner than the error asks for, and not at all where that is too long", () => {
  fc.assert(
    fc.property(settings, fc.integer({ min: 1, max: 60_000 }), fc.nat(), (given, retryAfterMs, seed) => {
      const error = Object.assign(new Error("busy"), { retryAfterMs });
      const delayMs = retryDelayMs(resolveRetrySettings("db", given), 1, error, createRandom(seed));
      if (retryAfterMs > given.maxRetryAfterMs) expect(delayMs).toBeUndefined();
      else expect(delayMs).toBeGreaterThanOrEqual(retryAfterMs);
    }),
  );
});

test("a budget gives no more retries within any while than its burst, its successes and its seconds pay for", () => {
  const step = fc.record({
    waitMs: fc.integer({ min: 0, max: 500 }),
    successes: fc.nat(20),
    wanted: fc.nat(20),
  });
  const law = fc.record({
    perSuccess: fc.double({ min: 0, max: 1, noNaN: true }),
    perSec: fc.double({ min: 0, max: 5, noNaN: true }),
    burst: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(law, fc.array(step, { maxLength: 40 }), (given, steps) => {
      const budget = createRetryBudget("db", given);
      let nowMicros = 0;
      const marks = [{ nowMicros, successes: 0, spent: 0 }];
      let successes = 0;
      let spent = 0;
      for (const each of steps) {
        nowMicros += each.waitMs * 1000;
        for (let i = 0; i < each.successes; i++) budget.earn();
        successes += each.successes;
        for (let i = 0; i < each.wanted; i++) if (budget.spend(nowMicros)) spent++;
        for (const mark of marks) {
          const earned = given.perSuccess * (successes - mark.successes);
          const trickled = (given.perSec * (nowMicros - mark.nowMicros)) / 1e6;
          expect(spent - mark.spent).toBeLessThanOrEqual(given.burst + earned + trickled + 1e-6);
        }
        marks.push({ nowMicros, successes, spent });
      }
    }),
  );
});

test("a budget without its free retries gives them back only for successes", () => {
  const budget = createRetryBudget("db", { perSuccess: 0.5, perSec: 0, burst: 2 });
  const take = (): boolean => budget.spend(0);
  expect([take(), take(), take()]).toEqual([true, true, false]);
  budget.earn();
  expect(take()).toBe(false);
  budget.earn();
  expect(take()).toBe(true);
  expect(budget.counts(1e9)).toEqual({ left: 0, spent: 3, refused: 2 });
});

test("settings that cannot be are refused with their name", () => {
  expect(() => resolveRetrySettings("db", { maxAttempts: 0 })).toThrow(
    "retry of db: maxAttempts must be a whole number of at least 1, not 0",
  );
  expect(() => createRetryBudget("db", { perSuccess: 2 })).toThrow(
    "retry budget of db: perSuccess must be a number from 0 to 1, not 2",
  );
});
