import fc from "fast-check";
import { expect, test } from "vitest";
import { createManualClock } from "../../../src/base/clock.ts";
import { createRandom } from "../../../src/base/random.ts";
import { type Breaker, type BreakerChange, createBreaker } from "../../../src/engine/resilience/breaker.ts";
import {
  type BreakerSettings,
  resolveBreakerSettings,
} from "../../../src/engine/resilience/breaker-settings.ts";
import { isRejection } from "../../../src/engine/resilience/rejection.ts";
import { createTimers } from "../../../src/engine/resilience/timers.ts";
import { createManualTime, type ManualTime } from "../../support/manual-time.ts";
import { BreakerModel, type ModelCall } from "./breaker-model.ts";

interface Rig extends ManualTime {
  readonly breaker: Breaker;
  readonly changes: BreakerChange[];
  now(): number;
  call(outcome: "succeeded" | "failed"): void;
}

function createRig(settings: Partial<BreakerSettings> = {}): Rig {
  const time = createManualTime();
  const changes: BreakerChange[] = [];
  const { timers, clock } = time;
  const random = createRandom(7);
  const onChange = (change: BreakerChange): void => void changes.push(change);
  const breaker = createBreaker({ name: "payments", random, timers, settings, onChange });
  const call = (outcome: "succeeded" | "failed"): void => {
    const permit = breaker.acquire(clock.nowMicros());
    expect(permit).not.toBe(0);
    breaker[outcome](permit, clock.nowMicros(), 1000);
  };
  return { ...time, breaker, changes, now: () => clock.nowMicros(), call };
}

/** Opens it, and waits until it is half-open. */
function createHalfOpen(settings: Partial<BreakerSettings> = {}): Rig {
  const rig = createRig({ consecutiveFailures: 1, openMs: 1000, ...settings });
  rig.call("failed");
  rig.skipMs(1000);
  expect(rig.breaker.state).toBe("half_open");
  return rig;
}

test("a breaker does what its model does under concurrent calls, hung probes and late results", () => {
  const law = fc
    .record({ consecutiveFailures: fc.integer({ min: 2, max: 3 }), probes: fc.integer({ min: 1, max: 3 }) })
    .map((given) =>
      resolveBreakerSettings("payments", {
        ...given,
        failureRate: 0.5,
        minCalls: 6,
        windowMs: 2000,
        openMs: 1000,
        maxOpenMs: 4000,
        probeLeaseMs: 700,
      }),
    );
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("begin" as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("end" as const),
        pick: fc.nat(1000),
        outcome: fc.constantFrom("succeeded" as const, "failed" as const, "ignored" as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(900), turns: fc.boolean() }),
    },
  );
  fc.assert(
    fc.property(
      law,
      fc.array(step, { minLength: 100, maxLength: 300 }),
      fc.nat(),
      (settings, steps, seed) => {
        const clock = createManualClock();
        const timers = createTimers({ clock, wake: () => undefined });
        const breaker = createBreaker({ name: "payments", random: createRandom(seed), timers, settings });
        const model = new BreakerModel(settings);
        const calls: { readonly permit: number; readonly known: ModelCall }[] = [];
        const permits = new Set<number>();
        for (const each of steps) {
          if (each.kind === "wait") clock.advanceMs(each.ms);
          // Without its timer a breaker learns what is due at its next call.
          if (each.kind === "wait" && each.turns) timers.turn();
          const now = clock.nowMicros();
          if (each.kind === "begin") {
            const permit = breaker.acquire(now);
            const known = model.begin(now);
            expect(permit !== 0).toBe(known !== undefined);
            if (known?.isProbe) expect(permits.has(permit)).toBe(false);
            permits.add(permit);
            if (known !== undefined) calls.push({ permit, known });
          } else if (each.kind === "end" && calls.length > 0) {
            const [ended] = calls.splice(each.pick % calls.length, 1);
            if (ended === undefined) continue;
            breaker[each.outcome](ended.permit, now, 1000);
            model.end(ended.known, each.outcome, now);
          }
          model.tick(now);
          breaker.refuses(now);
          if (model.state === "open" && model.probesAtMicros === Number.POSITIVE_INFINITY) {
            const periodMicros = breaker.probesAtMicros - now;
            expect(periodMicros).toBeGreaterThanOrEqual(model.periodMicros / 2);
            expect(periodMicros).toBeLessThanOrEqual(model.periodMicros);
            model.probesAtMicros = breaker.probesAtMicros;
          }
          expect(breaker.state).toBe(model.state);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test.each([
  [
    "failures in a row",
    { consecutiveFailures: 3, failureRate: 0 },
    ["failed", "failed", "failed"],
    "3 calls failed in a row",
  ],
  [
    "a failure rate",
    { consecutiveFailures: 0, minCalls: 4 },
    ["failed", "succeeded", "succeeded", "failed"],
    "2 of 4 calls failed",
  ],
] as const)("a breaker opens at %s, and says so", (_, settings, outcomes, reason) => {
  const { breaker, changes, call } = createRig(settings);
  for (const outcome of outcomes) {
    expect(breaker.state).toBe("closed");
    call(outcome);
  }
  expect(breaker.state).toBe("open");
  expect(changes).toMatchObject([{ breaker: "payments", from: "closed", to: "open", reason }]);
});

test("a breaker opens when too many calls are slow, though all succeed", () => {
  const { breaker, now, changes } = createRig({ slowCallMs: 100, slowRate: 0.5, minCalls: 4 });
  for (const tookMs of [50, 200, 50, 200]) breaker.succeeded(breaker.acquire(now()), now(), tookMs * 1000);
  expect(changes).toMatchObject([{ to: "open", reason: "2 of 4 calls took over 100\u202fms" }]);
});

test("what is ignored opens nothing", () => {
  const { breaker, now } = createRig({ consecutiveFailures: 1 });
  for (let i = 0; i < 10; i++) breaker.ignored(breaker.acquire(now()), now());
  expect(breaker.state).toBe("closed");
  expect(breaker.counts(now()).calls).toBe(0);
});

test("a result from before it opened neither closes nor reopens it", () => {
  const { breaker, now, call, skipMs } = createRig({ consecutiveFailures: 1, openMs: 1000 });
  const [early, earlier] = [breaker.acquire(now()), breaker.acquire(now())];
  call("failed");
  skipMs(1000);
  breaker.succeeded(early, now(), 1000);
  expect(breaker.state).toBe("half_open");
  call("succeeded");
  expect(breaker.state).toBe("closed");
  breaker.failed(earlier, now(), 1000);
  expect(breaker.state).toBe("closed");
  expect(breaker.counts(now())).toMatchObject({ calls: 0, failures: 0 });
  expect(breaker.counts(now()).late).toBe(2);
});

test("a probe that hangs loses its lease: the breaker opens again by itself, and does not hear it later", () => {
  const { breaker, now, skipMs, changes } = createHalfOpen({ probeLeaseMs: 500 });
  const hung = breaker.acquire(now());
  expect(breaker.acquire(now())).toBe(0);
  skipMs(500);
  expect(breaker.state).toBe("open");
  expect(changes.at(-1)?.reason).toBe("a probe did not end within 500\u202fms");
  breaker.succeeded(hung, now(), 500_000);
  expect(breaker.state).toBe("open");
});

test("when half-open it lets its probes through and no more, and closes when all of them succeeded", () => {
  const { breaker, now } = createHalfOpen({ probes: 2 });
  const permits = [1, 2, 3, 4].map(() => breaker.acquire(now()));
  expect(permits.map((permit) => permit !== 0)).toEqual([true, true, false, false]);
  breaker.succeeded(permits[0] ?? 0, now(), 1000);
  expect(breaker.acquire(now())).toBe(0);
  expect(breaker.state).toBe("half_open");
  breaker.succeeded(permits[1] ?? 0, now(), 1000);
  expect(breaker.state).toBe("closed");
});

test("a probe whose caller gives up makes room for another", () => {
  const { breaker, now } = createHalfOpen();
  breaker.ignored(breaker.acquire(now()), now());
  expect(breaker.state).toBe("half_open");
  expect(breaker.acquire(now())).not.toBe(0);
});

test("the open period grows with each probe that fails, and only a stable time makes it short again", () => {
  const { breaker, now, call, skipMs } = createHalfOpen({ openMs: 1000, maxOpenMs: 4000, windowMs: 5000 });
  const openFor = (): number => (breaker.probesAtMicros - now()) / 1000;
  const within = (longestMs: number): void => {
    expect(openFor()).toBeGreaterThanOrEqual(longestMs / 2);
    expect(openFor()).toBeLessThanOrEqual(longestMs);
  };
  for (const longestMs of [2000, 4000, 4000]) {
    call("failed");
    within(longestMs);
    skipMs(longestMs);
  }
  call("succeeded");
  skipMs(100);
  call("failed");
  within(4000);
  skipMs(4000);
  call("succeeded");
  skipMs(5000);
  call("failed");
  within(1000);
});

test("a refusal names what is open, why, and when it is tried next; it has no stack", () => {
  const { breaker, now, call } = createRig({ consecutiveFailures: 1 });
  call("failed");
  expect(breaker.acquire(now())).toBe(0);
  const error = breaker.refusal(now());
  expect(error.code).toBe("rejected");
  expect([isRejection(error), isRejection(new Error("down"))]).toEqual([true, false]);
  expect(error.message).toMatch(
    /^payments is not called: its breaker is open \(a call failed\); it is tried again in \d+\sms$/,
  );
  expect(error.stack?.split("\n")).toHaveLength(1);
  expect(breaker.counts(now())).toMatchObject({ refused: 1, opened: 1 });
});

test.each([
  [{ failureRate: 2 }, "breaker payments: failureRate must be a number from 0 to 1, not 2"],
  [{ probes: 0 }, "breaker payments: probes must be a whole number of at least 1, not 0"],
  [
    { openMs: 5000, maxOpenMs: 100 },
    "breaker payments: maxOpenMs must be at least openMs (5000), not 100; set both",
  ],
  [{ openMS: 5000 }, "breaker payments: there is no setting openMS; did you mean openMs?"],
  [{ windowMs: Number.NaN }, "breaker payments: windowMs must be a number of at least 1, not null"],
  [{ minCalls: "20" }, 'breaker payments: minCalls must be a whole number of at least 1, not "20"'],
])("settings that cannot be are refused with their name: %o", (settings, message) => {
  expect(() => resolveBreakerSettings("payments", settings)).toThrow(message);
});
