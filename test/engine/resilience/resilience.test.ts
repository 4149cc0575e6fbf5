import { expect, test } from "vitest";
import { parse } from "yaml";
import { createRandom } from "../../../src/base/random.ts";
import type { NetworkChange } from "../../../src/engine/resilience/network.ts";
import { createResilience } from "../../../src/engine/resilience/resilience.ts";
import { createManualTime } from "../../support/manual-time.ts";

const down = (): Promise<string> => Promise.reject(new Error("card service is down"));

test("policies use the network's breakers: what one of them opens, another one fails fast by", async () => {
  const changes: NetworkChange[] = [];
  const resilience = createResilience({ onChange: (change) => changes.push(change) });
  resilience.network.add({ cards: { consecutiveFailures: 2 }, checkout: { dependsOn: ["cards"] } });
  const settings = {
    timeoutMs: 200,
    deadlineMs: 1000,
    retry: { maxAttempts: 3, baseMs: 5 },
    bulkhead: { maxRunning: 20 },
  };
  const cards = resilience.policy("cards", settings, { breaker: "cards" });
  const checkout = resilience.policy("checkout", {}, { breaker: "checkout" });

  expect(await cards.run(down, { key: "acme", fallback: () => "on account" })).toBe("on account");
  await expect(checkout.run(() => "never")).rejects.toThrow("it is degraded by cards (checkout > cards)");
  expect(changes.map(({ to, causeChain }) => [to, causeChain])).toEqual([
    ["open", []],
    ["degraded", ["checkout", "cards"]],
  ]);
  const { network, policies } = resilience.snapshot();
  expect(network.breakers.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "cards open",
    "checkout degraded",
  ]);
  expect(policies.map(({ name, counts }) => `${name} ${counts.calls} ${counts.rejected}`)).toEqual([
    "cards 1 0",
    "checkout 1 1",
  ]);
});

test("a policy read from YAML is the same as one from code", async () => {
  const settings = parse(`
    timeoutMs: 200
    retry: { maxAttempts: 2, baseMs: 1 }
    breaker: { consecutiveFailures: 9 }
    bulkhead: {}
    fallback: { value: stale }
  `);
  const { clock, timers, advanceMs } = createManualTime();
  const policy = createResilience({ clock, timers, random: createRandom(1) }).policy("cache", settings);
  const answer = policy.run(down);
  await advanceMs(2);
  expect(await answer).toBe("stale");
  expect(policy.snapshot()).toMatchObject({
    counts: { retries: 1, failed: 1, fallbacks: 1 },
    bulkhead: { running: 0 },
  });
});

test("a name that is taken, and a breaker that is not there, are refused", () => {
  const resilience = createResilience();
  resilience.network.add({ cards: {} });
  resilience.policy("cards", {}, { breaker: "cards" });
  expect(() => resilience.policy("cards", {})).toThrow("policy cards: there is one of this name already");
  expect(() => resilience.policy("mail", {}, { breaker: "mial" })).toThrow(
    "there is no breaker mial; there are cards",
  );
});
