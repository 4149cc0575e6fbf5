import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import { type Deferred, deferred } from "../../../src/base/async.ts";
import { DynoError } from "../../../src/base/errors.ts";
import { createRandom } from "../../../src/base/random.ts";
import { createBulkhead } from "../../../src/engine/resilience/bulkhead.ts";
import type { Call } from "../../../src/engine/resilience/call.ts";
import { createPolicy, type Policy, type PolicyParts } from "../../../src/engine/resilience/policy.ts";
import type { PolicyInput } from "../../../src/engine/resilience/policy-settings.ts";
import { createManualTime, type ManualTime, settled } from "../../support/manual-time.ts";

interface Rig extends ManualTime {
  readonly policy: Policy;
  /** A further policy on the same clock. */
  also(name: string, input: PolicyInput, parts?: Partial<PolicyParts>): Policy;
}

function createRig(input: PolicyInput, parts: Partial<PolicyParts> = {}): Rig {
  const time = createManualTime();
  const { clock, timers } = time;
  const random = createRandom(3);
  const also: Rig["also"] = (name, settings, more = {}) =>
    createPolicy(name, settings, { clock, random, timers, ...more });
  return { ...time, policy: also("db", input, parts), also };
}

const never = (): Promise<never> => new Promise(() => undefined);
/** Tries nothing again. */
const once = { isRetryable: () => false };
const fail = (): Promise<never> => Promise.reject(new Error("down"));

/** What a promise came to, as text: its value, or the code and message of its error. */
function outcomeOf(promise: Promise<unknown>): { text: string } {
  const outcome = { text: "pending" };
  promise.then(
    (value) => {
      outcome.text = `${value}`;
    },
    (error) => {
      outcome.text = error instanceof DynoError ? `${error.code}: ${error.message}` : `${error}`;
    },
  );
  return outcome;
}

/** A callee that answers when it is told to. */
function createCallee(): {
  readonly calls: Call[];
  readonly ends: Deferred<string>[];
  fn(call: Call): Promise<string>;
} {
  const calls: Call[] = [];
  const ends: Deferred<string>[] = [];
  return {
    calls,
    ends,
    fn(call) {
      calls.push(call);
      const end = deferred<string>();
      ends.push(end);
      return end.promise;
    },
  };
}

test("a policy without a setting answers what the callee answers, a plain value and a thrown error too", async () => {
  const { policy } = createRig({});
  expect(await policy.run(() => Promise.resolve(1))).toBe(1);
  expect(await policy.run(() => 2)).toBe(2);
  await expect(policy.run(fail)).rejects.toThrow("down");
  const thrower = (): number => {
    throw new Error("at once");
  };
  await expect(policy.run(thrower)).rejects.toThrow("at once");
  expect(policy.snapshot().counts).toMatchObject({ calls: 4, succeeded: 2, failed: 2 });
});

test("a call that does not answer in time ends with a timeout, and its signal is aborted", async () => {
  const { policy, advanceMs } = createRig({ timeoutMs: 200 });
  const { fn, calls, ends } = createCallee();
  const outcome = outcomeOf(policy.run(fn));
  const signal = calls[0]?.signal;
  await advanceMs(199);
  expect([outcome.text, signal?.aborted]).toEqual(["pending", false]);
  await advanceMs(1);
  expect(outcome.text).toBe("timeout: db did not answer within 200\u202fms (attempt 1)");
  expect(signal?.aborted).toBe(true);
  expect(signal?.reason).toMatchObject({ code: "timeout" });
  ends[0]?.resolve("too late");
  await settled();
  expect(policy.snapshot().counts).toMatchObject({ calls: 1, succeeded: 0, failed: 1, timeouts: 1 });
});

test("a signal that is asked for after the call was given up is aborted", async () => {
  const { policy, advanceMs } = createRig({ timeoutMs: 200 });
  const { fn, calls } = createCallee();
  outcomeOf(policy.run(fn));
  await advanceMs(200);
  expect(calls[0]?.signal.aborted).toBe(true);
  expect(calls[0]?.isAborted).toBe(true);
});

test("a call that fails is tried again until it succeeds", async () => {
  const { policy, advanceMs } = createRig({ retry: { maxAttempts: 3, baseMs: 100 } });
  const attempts: number[] = [];
  const outcome = outcomeOf(
    policy.run(({ attempt }) => {
      attempts.push(attempt);
      return attempt < 3 ? fail() : Promise.resolve("up");
    }),
  );
  await advanceMs(300);
  expect(outcome.text).toBe("up");
  expect(attempts).toEqual([1, 2, 3]);
  expect(policy.snapshot().counts).toMatchObject({ calls: 1, succeeded: 1, failed: 0, retries: 2 });
});

test("the last error is the answer when all attempts failed", async () => {
  const { policy, advanceMs } = createRig({ retry: { maxAttempts: 3 } });
  const outcome = outcomeOf(policy.run(({ attempt }) => Promise.reject(new Error(`failure ${attempt}`))));
  await advanceMs(1000);
  expect(outcome.text).toBe("Error: failure 3");
});

test.each([
  ["a usage error", new DynoError("usage", "wrong"), 1],
  ["a refusal from below", new DynoError("rejected", "open"), 1],
  ["an error that says so", Object.assign(new Error("no"), { retryable: false }), 1],
  ["an unavailable dependency", new DynoError("unavailable", "gone"), 3],
  ["any other error", new Error("who knows"), 3],
])("%s is tried as often as makes sense", async (_, error, expected) => {
  const { policy, advanceMs } = createRig({ retry: { maxAttempts: 3, baseMs: 1 } });
  let attempts = 0;
  outcomeOf(
    policy.run(() => {
      attempts++;
      return Promise.reject(error);
    }),
  );
  await advanceMs(100);
  expect(attempts).toBe(expected);
});

test("an error that asks for a wait gets it", async () => {
  const { policy, advanceMs } = createRig({ retry: { baseMs: 1 } });
  const { fn, calls, ends } = createCallee();
  const outcome = outcomeOf(policy.run(fn));
  ends[0]?.reject(Object.assign(new Error("busy"), { retryAfterMs: 2000 }));
  await advanceMs(1999);
  expect(calls).toHaveLength(1);
  await advanceMs(2);
  ends[1]?.resolve("up");
  await settled();
  expect(outcome.text).toBe("up");
});

test("the deadline holds for all attempts and their waits, and is handed to each", async () => {
  const { policy, advanceMs, clock } = createRig({
    deadlineMs: 500,
    timeoutMs: 200,
    retry: { maxAttempts: 9, baseMs: 1 },
  });
  const left: number[] = [];
  const outcome = outcomeOf(
    policy.run((call) => {
      left.push(Math.round(call.remainingMs()));
      return never();
    }),
  );
  await advanceMs(500);
  expect(outcome.text).toContain("timeout: db did not answer within");
  expect(clock.nowMicros()).toBeGreaterThanOrEqual(500_000);
  expect(left.slice(0, 2)).toEqual([200, 200]);
  expect(left).toHaveLength(3);
  expect(left[2]).toBeLessThanOrEqual(100);
});

test("a retry that could not begin before the deadline is not waited for", async () => {
  const { policy } = createRig({ deadlineMs: 500, retry: {} });
  const error = Object.assign(new Error("busy"), { retryAfterMs: 600 });
  await expect(policy.run(() => Promise.reject(error))).rejects.toBe(error);
});

test("callers of one dependency share its retry budget, and get the error itself when it is spent", async () => {
  const { policy, advanceMs } = createRig({
    retry: { maxAttempts: 2, baseMs: 1 },
    retryBudget: { burst: 3, perSec: 0 },
  });
  const outcomes = Array.from({ length: 10 }, () => outcomeOf(policy.run(fail)));
  await advanceMs(10);
  expect(policy.snapshot().counts).toMatchObject({ calls: 10, failed: 10, retries: 3 });
  expect(outcomes.map(({ text }) => text)).toEqual(Array(10).fill("Error: down"));
});

test("only the outermost layer retries, and the deadline is passed down to the innermost", async () => {
  const { policy, also, advanceMs } = createRig({ deadlineMs: 900, retry: { maxAttempts: 3, baseMs: 1 } });
  const below = also("disk", { deadlineMs: 60_000, retry: { maxAttempts: 3, baseMs: 1 } });
  const deadlines: number[] = [];
  outcomeOf(
    policy.run((parent) =>
      below.run(
        (call) => {
          deadlines.push(call.deadlineMicros);
          return fail();
        },
        { parent },
      ),
    ),
  );
  await advanceMs(100);
  expect(deadlines).toEqual([900_000, 900_000, 900_000]);
  expect(below.snapshot().counts).toMatchObject({ calls: 3, retries: 0 });
});

test("a call that must not be done twice is not retried, and nothing below it is", async () => {
  const { policy, also, advanceMs } = createRig({ retry: {} });
  const below = also("disk", { retry: {} });
  const outcome = outcomeOf(policy.run((parent) => below.run(fail, { parent }), { retry: false }));
  await advanceMs(1000);
  expect(outcome.text).toBe("Error: down");
  expect([policy.snapshot().counts.retries, below.snapshot().counts.retries]).toEqual([0, 0]);
});

test("a breaker that opens refuses the next call, and the error that opened it goes to its caller at once", async () => {
  const { policy, advanceMs } = createRig({ retry: { maxAttempts: 9 }, breaker: { consecutiveFailures: 1 } });
  await expect(policy.run(fail)).rejects.toThrow("down");
  await expect(policy.run(fail)).rejects.toMatchObject({ code: "rejected" });
  await advanceMs(1000);
  expect(await policy.run(() => "up")).toBe("up");
  expect(policy.snapshot().counts).toMatchObject({
    calls: 3,
    succeeded: 1,
    failed: 1,
    rejected: 1,
    retries: 0,
  });
});

test("a timeout counts against the dependency, the caller's own abort and a refusal from below do not", async () => {
  const breaker = { consecutiveFailures: 1 };
  const refused = createRig({ breaker });
  await expect(
    refused.policy.run(() => Promise.reject(new DynoError("rejected", "open below"))),
  ).rejects.toThrow("open below");
  const abort = new AbortController();
  const aborted = outcomeOf(refused.policy.run(never, { signal: abort.signal }));
  abort.abort("enough");
  await settled();
  expect(aborted.text).toBe("aborted: db: the caller gave up");
  expect(await refused.policy.run(() => "still closed")).toBe("still closed");

  const timed = createRig({ timeoutMs: 100, breaker });
  outcomeOf(timed.policy.run(never));
  await timed.advanceMs(100);
  await expect(timed.policy.run(() => "open")).rejects.toMatchObject({ code: "rejected" });
});

test("a deadline that left a call too little time does not count against the dependency", async () => {
  const { policy, advanceMs } = createRig({ timeoutMs: 100, breaker: { consecutiveFailures: 1 } });
  const hasty = outcomeOf(policy.run(never, { deadlineMs: 10 }));
  await advanceMs(10);
  expect(hasty.text).toContain("timeout");
  expect(await policy.run(() => "still closed")).toBe("still closed");
});

test("a call whose deadline is over before it begins is not made", async () => {
  const { policy, also, advanceMs } = createRig({ deadlineMs: 100 });
  const below = also("disk", {});
  let parent: Call | undefined;
  outcomeOf(
    policy.run((call) => {
      parent = call;
      return never();
    }),
  );
  await advanceMs(100);
  if (parent === undefined) throw new Error("it was not called");
  const { fn, calls } = createCallee();
  await expect(below.run(fn, { parent })).rejects.toMatchObject({ code: "aborted" });
  await expect(below.run(fn, { deadlineMs: 0 })).rejects.toMatchObject({ code: "timeout" });
  expect(calls).toHaveLength(0);
});

test("an abort goes down to the call that waits, at each level, and stops it there", async () => {
  const { policy, also } = createRig({ retry: {} });
  const below = also("disk", { bulkhead: { maxRunning: 1 } });
  const { fn, calls } = createCallee();
  outcomeOf(below.run(fn));
  const abort = new AbortController();
  const inner: { text: string }[] = [];
  const outcome = outcomeOf(
    policy.run(
      (parent) => {
        const promise = below.run(fn, { parent });
        inner.push(outcomeOf(promise));
        return promise;
      },
      { signal: abort.signal },
    ),
  );
  abort.abort();
  await settled();
  expect([outcome.text, inner[0]?.text]).toEqual([
    "aborted: db: the caller gave up",
    "aborted: disk: the caller gave up",
  ]);
  expect(calls).toHaveLength(1);
  expect(below.snapshot().counts).toMatchObject({ aborted: 1 });
});

test("when a parent runs out of time so does the call under it: that is a timeout of both", async () => {
  const { policy, also, advanceMs } = createRig({ timeoutMs: 100 });
  const below = also("disk", { timeoutMs: 100, breaker: { consecutiveFailures: 1 } });
  const outcome = outcomeOf(policy.run((parent) => below.run(never, { parent })));
  await advanceMs(100);
  expect(outcome.text).toContain("did not answer within 100");
  expect(below.snapshot().counts).toMatchObject({ timeouts: 1, aborted: 0 });
  await expect(below.run(() => 1)).rejects.toMatchObject({ code: "rejected" });
});

test("a caller that gives up while it waits for a retry is answered at once, and no attempt follows", async () => {
  const { policy, advanceMs } = createRig({ retry: { baseMs: 100 } });
  const { fn, calls, ends } = createCallee();
  const abort = new AbortController();
  const outcome = outcomeOf(policy.run(fn, { signal: abort.signal }));
  ends[0]?.reject(new Error("down"));
  await settled();
  abort.abort("enough");
  await advanceMs(1000);
  expect(outcome.text).toBe("aborted: db: the caller gave up");
  expect(calls).toHaveLength(1);
});

test("calls beyond the bulkhead's places wait their turn; a place is free again after success, failure, timeout and abort", async () => {
  const bulkhead = createBulkhead("db", { maxRunning: 1 });
  const { policy, advanceMs } = createRig({ timeoutMs: 100 }, { bulkhead });
  const { fn, calls, ends } = createCallee();
  const abort = new AbortController();
  const run = (signal?: AbortSignal): { text: string } => outcomeOf(policy.run(fn, signal ? { signal } : {}));
  const outcomes = [run(), run(), run(), run(abort.signal), run()];
  expect(calls).toHaveLength(1);
  ends[0]?.resolve("first");
  await settled();
  ends[1]?.reject(new Error("second"));
  await settled();
  await advanceMs(100);
  expect(calls).toHaveLength(4);
  abort.abort();
  await settled();
  ends[4]?.resolve("fifth");
  await settled();
  expect(outcomes.map(({ text }) => text.split(":")[0])).toEqual([
    "first",
    "Error",
    "timeout",
    "aborted",
    "fifth",
  ]);
  expect(bulkhead.counts()).toMatchObject({ running: 0, queued: 0 });
});

test("a call that finds no place in time is refused, and that is no failure of the dependency", async () => {
  const { policy, advanceMs } = createRig({
    bulkhead: { maxRunning: 1, maxWaitMs: 50 },
    breaker: { consecutiveFailures: 1 },
    retry: {},
  });
  const { fn, calls, ends } = createCallee();
  outcomeOf(policy.run(fn));
  const waiting = outcomeOf(policy.run(fn));
  await advanceMs(50);
  expect(waiting.text).toBe(
    "rejected: db is not called: no place was free within 50\u202fms; try again later",
  );
  ends[0]?.resolve("done");
  await settled();
  expect(calls).toHaveLength(1);
  expect(await policy.run(() => "still closed")).toBe("still closed");
});

test("a breaker that opens while calls wait for a place refuses them when their turn comes", async () => {
  const { policy } = createRig({ bulkhead: { maxRunning: 1 }, breaker: { consecutiveFailures: 1 } });
  const { fn, calls, ends } = createCallee();
  outcomeOf(policy.run(fn));
  const waiting = outcomeOf(policy.run(fn));
  ends[0]?.reject(new Error("down"));
  await settled();
  expect(waiting.text).toContain("rejected: db is not called: its breaker is open");
  expect(calls).toHaveLength(1);
});

test("a fallback answers in place of any error but the caller's own abort", async () => {
  const { policy, also } = createRig({ breaker: { consecutiveFailures: 1 } });
  const fallback = (error: unknown): string =>
    `instead of ${error instanceof DynoError ? error.code : "an error"}`;
  expect(await policy.run<string>(fail, { fallback })).toBe("instead of an error");
  expect(await policy.run<string>(fail, { fallback })).toBe("instead of rejected");
  const signal = AbortSignal.abort();
  await expect(policy.run<string>(never, { fallback, signal })).rejects.toMatchObject({ code: "aborted" });
  const broken = (): never => {
    throw new Error("the fallback is down, too");
  };
  await expect(policy.run<string>(fail, { fallback: broken })).rejects.toThrow("the fallback is down, too");
  expect(await also("cache", { fallback: { value: "stale" } }).run<string>(fail)).toBe("stale");
  expect(policy.snapshot().counts.fallbacks).toBe(3);
});

test("what a caller carries in AsyncLocalStorage is there in each attempt, after a wait and after a timeout too", async () => {
  const storage = new AsyncLocalStorage<string>();
  const { policy, advanceMs } = createRig({
    timeoutMs: 100,
    retry: { maxAttempts: 2, baseMs: 1 },
    bulkhead: { maxRunning: 1 },
  });
  const seen: string[] = [];
  const run = (who: string): { text: string } =>
    storage.run(who, () =>
      outcomeOf(
        policy.run(({ attempt }) => {
          seen.push(`${storage.getStore()} ${attempt}`);
          return attempt === 1 ? never() : Promise.resolve(who);
        }),
      ),
    );
  const outcomes = [run("ann"), run("bob")];
  await advanceMs(500);
  expect(outcomes.map(({ text }) => text)).toEqual(["ann", "bob"]);
  expect(seen.toSorted()).toEqual(["ann 1", "ann 2", "bob 1", "bob 2"]);
});

test.each([
  [{ timeout: 5 }, "policy db: there is no setting timeout; did you mean timeoutMs?"],
  [{ timeoutMs: -5 }, "policy db: timeoutMs must be a number of at least 1, not -5"],
  [{ retry: { maxAttempt: 3 } }, "retry of db: there is no setting maxAttempt; did you mean maxAttempts?"],
  [{ bulkhead: 5 }, "bulkhead db: expected settings by name, not 5"],
  [{ fallback: {} }, "policy db, fallback: there is no value; give the answer as value"],
])("plain data that is no policy is refused with what is wrong: %o", (input, message) => {
  expect(() => createRig(input as PolicyInput)).toThrow(message);
});

test("a snapshot shows every part of a policy, as plain JSON", async () => {
  const { policy } = createRig({ retry: {}, breaker: { consecutiveFailures: 1 }, bulkhead: {} });
  await expect(policy.run(fail)).rejects.toThrow("down");
  const snapshot = policy.snapshot();
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  expect(snapshot).toMatchObject({
    name: "db",
    counts: { calls: 1, failed: 1 },
    breaker: { state: "open", reason: "a call failed", counts: { opened: 1 } },
    bulkhead: { running: 0, queued: 0 },
    retryBudget: { left: 10, spent: 0 },
  });
});

test.each(["countsAsFailure", "isRetryable"] as const)(
  "a %s that throws costs no place and no answer: the error counts, and is not tried again",
  async (name) => {
    const broken = (): never => {
      throw new Error("the classifier is broken");
    };
    const settings = {
      retry: { maxAttempts: 3, baseMs: 1 },
      breaker: { consecutiveFailures: 2 },
      bulkhead: { maxRunning: 1, maxQueued: 0 },
    };
    const { policy } = createRig(settings, { [name]: broken, ...(name === "countsAsFailure" && once) });
    await expect(policy.run(fail)).rejects.toThrow("down");
    await expect(policy.run(fail)).rejects.toThrow("down");
    const { counts, bulkhead, breaker } = policy.snapshot();
    expect(counts).toMatchObject({ calls: 2, failed: 2, retries: 0 });
    expect(bulkhead).toMatchObject({ running: 0 });
    expect(breaker?.state).toBe("open");
  },
);

test("a hung dependency opens its breaker though every caller has a short deadline", async () => {
  const { policy, advanceMs } = createRig({ timeoutMs: 1000, breaker: { consecutiveFailures: 3 } });
  for (let i = 0; i < 3; i++) {
    outcomeOf(policy.run(never, { deadlineMs: 200 }));
    await advanceMs(200);
  }
  expect(policy.snapshot().breaker?.state).toBe("open");
});

test("a deadline counts from the time that the dependency's successes usually take", async () => {
  const { policy, advanceMs } = createRig({ timeoutMs: 1000, breaker: { consecutiveFailures: 1 } });
  const { fn, ends } = createCallee();
  const usual = policy.run(fn);
  await advanceMs(50);
  ends[0]?.resolve("up");
  await usual;
  outcomeOf(policy.run(never, { deadlineMs: 40 }));
  await advanceMs(40);
  expect(policy.snapshot().breaker?.state).toBe("closed");
  outcomeOf(policy.run(never, { deadlineMs: 60 }));
  await advanceMs(60);
  expect(policy.snapshot().breaker?.state).toBe("open");
});
