import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import { createBreaker } from "../../../src/engine/resilience/breaker.ts";
import { createBulkhead } from "../../../src/engine/resilience/bulkhead.ts";
import type { Call } from "../../../src/engine/resilience/call.ts";
import { createPolicy } from "../../../src/engine/resilience/policy.ts";
import { createManualTime, type ManualTime } from "../../support/manual-time.ts";

const deadlineMs = 1000;
const maxRunning = 3;
const maxQueued = 5;

/** What one attempt does: it answers or fails after a while, at once where that is 0, or never. */
const behaviours = fc.record({
  kind: fc.constantFrom("answers" as const, "fails" as const, "throws" as const, "hangs" as const),
  afterMs: fc.nat(150),
});

const callers = fc.record({
  startMs: fc.nat(600),
  key: fc.constantFrom("a", "b", "c"),
  abortAfterMs: fc.option(fc.nat(400), { nil: undefined }),
  attempts: fc.array(behaviours, { minLength: 3, maxLength: 3 }),
});

type Caller = typeof callers extends fc.Arbitrary<infer Value> ? Value : never;

/** Resolves after a while of the test's time. */
function sleep({ clock, timers }: ManualTime, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.set(
      { dueMicros: 0, slot: -1, holdsProcess: false, ring: () => resolve() },
      clock.nowMicros() + ms * 1000,
    );
  });
}

async function behave(time: ManualTime, attempts: Caller["attempts"], { attempt }: Call): Promise<string> {
  const { kind, afterMs } = attempts[attempt - 1] ?? { kind: "hangs", afterMs: 0 };
  if (kind === "hangs") return new Promise(() => undefined);
  if (afterMs > 0) await sleep(time, afterMs);
  if (kind === "answers") return "answer";
  throw new Error("failure");
}

test("whatever callees and callers do, every call ends once and in time, no limit is passed, and no place is lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(callers, { minLength: 5, maxLength: 30 }), fc.nat(), async (all, seed) => {
      const time = createManualTime();
      const { clock, timers } = time;
      const random = createRandom(seed);
      const bulkhead = createBulkhead("db", { maxRunning, maxQueued });
      const settings = { consecutiveFailures: 4, openMs: 100, probeLeaseMs: 200 };
      const gate = createBreaker({ name: "db", random, timers, settings });
      const policy = createPolicy(
        "db",
        {
          deadlineMs,
          timeoutMs: 200,
          retry: { maxAttempts: 3, baseMs: 20 },
          retryBudget: { burst: 5, perSec: 0 },
        },
        { clock, random, timers, bulkhead, gate },
      );
      let inside = 0;
      let mostInside = 0;
      const endings = all.map(() => 0);
      const latestMs = all.map(() => 0);
      const start = async ({ startMs, key, abortAfterMs, attempts }: Caller, at: number): Promise<void> => {
        await sleep(time, startMs);
        const beganMicros = clock.nowMicros();
        const abort = new AbortController();
        if (abortAfterMs !== undefined) void sleep(time, abortAfterMs).then(() => abort.abort());
        const callee = (call: Call): Promise<string> => {
          inside++;
          mostInside = Math.max(mostInside, inside);
          let isOut = false;
          const leave = (): void => {
            if (!isOut) inside--;
            isOut = true;
          };
          call.onAbort(leave);
          if (attempts[call.attempt - 1]?.kind === "throws") {
            leave();
            throw new Error("at once");
          }
          return behave(time, attempts, call).finally(leave);
        };
        const ended = (): void => {
          endings[at] = (endings[at] ?? 0) + 1;
          latestMs[at] = (clock.nowMicros() - beganMicros) / 1000;
        };
        await policy.run(callee, { key, signal: abort.signal }).then(ended, ended);
      };
      void Promise.all(all.map(start));
      for (let i = 0; i < 40; i++) {
        await time.advanceMs(50);
        const { running, queued } = bulkhead.counts();
        expect(running).toBeLessThanOrEqual(maxRunning);
        expect(queued).toBeLessThanOrEqual(maxQueued);
      }
      const { calls, succeeded, failed, rejected, aborted, retries } = policy.snapshot().counts;
      expect(endings).toEqual(all.map(() => 1));
      expect(Math.max(...latestMs)).toBeLessThanOrEqual(deadlineMs + 0.01);
      expect(mostInside).toBeLessThanOrEqual(maxRunning);
      expect(bulkhead.counts()).toMatchObject({ running: 0, queued: 0 });
      expect(succeeded + failed + rejected + aborted).toBe(calls);
      expect(retries).toBeLessThanOrEqual(5 + 0.1 * succeeded);
      // No permit was lost: when the open periods and leases are over, a call goes through.
      await time.advanceMs(60_000);
      expect(await policy.run(() => "answer")).toBe("answer");
    }),
    { numRuns: 60 },
  );
});
