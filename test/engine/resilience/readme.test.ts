import { expect, test } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../../src/base/clock.ts";
import { createRandom } from "../../../src/base/random.ts";
import { createNetwork, type NetworkChange } from "../../../src/engine/resilience/network.ts";
import { createPolicy } from "../../../src/engine/resilience/policy.ts";
import { createTimers } from "../../../src/engine/resilience/timers.ts";

test("the README's snippet does what it says", async () => {
  const changes: NetworkChange[] = [];
  const charge = async (_order: number, _signal: AbortSignal): Promise<string> => {
    throw new Error("card service is down");
  };

  const parts = {
    clock: systemClock,
    random: createRandom(Date.now()),
    timers: createTimers({ clock: systemClock }),
  };
  const network = createNetwork({ ...parts, onChange: (change) => changes.push(change) });
  network.add({ cards: { consecutiveFailures: 2 }, checkout: { dependsOn: ["cards"] } });

  const cards = createPolicy(
    "cards",
    { timeoutMs: 200, deadlineMs: 1000, retry: { maxAttempts: 3, baseMs: 5 }, bulkhead: { maxRunning: 20 } },
    { ...parts, gate: network.gate("cards") },
  );
  const pay = (order: number, tenant: string): Promise<string> =>
    cards.run((call) => charge(order, call.signal), { key: tenant, fallback: () => "on account" });

  expect(await pay(1, "acme")).toBe("on account");
  const { breakers } = network.snapshot();
  expect(breakers.map(({ name, state }) => `${name} ${state}`)).toEqual(["cards open", "checkout degraded"]);
  expect(changes.map(({ causeChain }) => causeChain)).toEqual([[], ["checkout", "cards"]]);
});

test("a policy read from YAML is the same as one from code", async () => {
  const settings = parse(`
    timeoutMs: 200
    retry: { maxAttempts: 2, baseMs: 1 }
    breaker: { consecutiveFailures: 9 }
    bulkhead: {}
    fallback: { value: stale }
  `);
  const timers = createTimers({ clock: systemClock });
  const policy = createPolicy("cache", settings, { clock: systemClock, random: createRandom(1), timers });
  expect(await policy.run<string>(() => Promise.reject(new Error("down")))).toBe("stale");
  expect(policy.snapshot()).toMatchObject({
    counts: { retries: 1, failed: 1, fallbacks: 1 },
    bulkhead: { running: 0 },
  });
});
