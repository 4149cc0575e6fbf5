import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkResilience } from "../../../src/engine/resilience/check-resilience.ts";
import { parseResilience, readResilience } from "../../../src/engine/resilience/read-resilience.ts";
import { resilienceJsonSchema } from "../../../src/engine/resilience/resilience-schema.ts";

const shop = `
network: { panicShare: 90%, rampStep: 50ms }
breakers:
  cards: { failureRate: 40%, consecutiveFailures: 2, open: 2s, probeLease: 1s }
  checkout: { dependsOn: [cards] }
policies:
  cards:
    breaker: cards
    timeout: 300ms
    deadline: 2s
    retry: { attempts: 2, delay: 1ms, maxDelay: 2s, maxRetryAfter: 10s }
    retryBudget: { perSuccess: 10%, perSecond: 2, burst: 5 }
    bulkhead: { running: 20, queued: 100, maxWait: 50ms }
    fallback: { value: on account }
  checkout: { breaker: checkout }
`;

test("a file gives breakers and policies, its units by the names of the code", () => {
  expect(checkResilience(shop, "shop.yaml").declarations).toEqual({
    network: { panicShare: 0.9, rampStepMs: 50 },
    breakers: {
      cards: { failureRate: 0.4, consecutiveFailures: 2, openMs: 2000, probeLeaseMs: 1000, dependsOn: [] },
      checkout: { dependsOn: ["cards"] },
    },
    policies: {
      cards: {
        breaker: "cards",
        input: {
          timeoutMs: 300,
          deadlineMs: 2000,
          retry: { maxAttempts: 2, baseMs: 1, maxDelayMs: 2000, maxRetryAfterMs: 10_000 },
          retryBudget: { perSuccess: 0.1, perSec: 2, burst: 5 },
          bulkhead: { maxRunning: 20, maxQueued: 100, maxWaitMs: 50 },
          fallback: { value: "on account" },
        },
      },
      checkout: { breaker: "checkout", input: {} },
    },
  });
});

test("what is read from a file works: a breaker that opens degrades the one that depends on it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dyno-resilience-"));
  try {
    const file = join(folder, "shop.yaml");
    await writeFile(file, shop);
    const { policies, network } = await readResilience(file);
    const down = (): Promise<string> => Promise.reject(new Error("down"));
    expect(await policies.get("cards")?.run(down)).toBe("on account");
    await expect(policies.get("checkout")?.run(() => "never")).rejects.toThrow("checkout > cards");
    expect(network.snapshot().breakers.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "cards open",
      "checkout degraded",
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const mistakes: readonly (readonly [string, string, string])[] = [
  [
    "a setting that there is not",
    "policies:\n  db: { tiemout: 300ms }\n",
    'r.yaml:2:9: error: policies.db.tiemout: unknown setting "tiemout"; there are why, breaker, deadline, timeout, retry, retryBudget, bulkhead, fallback; did you mean timeout?',
  ],
  [
    "a duration without a unit",
    "policies:\n  db: { timeout: 300 }\n",
    "r.yaml:2:18: error: policies.db.timeout: expected a duration such as 500us, 2ms, 30s or 5m, not 300",
  ],
  [
    "a dependency that there is not",
    "breakers:\n  redis: {}\n  stock: { dependsOn: [redsi] }\n",
    "r.yaml:3:24: error: breakers.stock.dependsOn.0: there is no breaker redsi; did you mean redis?",
  ],
  [
    "breakers in a circle",
    "breakers:\n  a: { dependsOn: [b] }\n  b: { dependsOn: [c] }\n  c: { dependsOn: [a] }\n",
    "r.yaml:2:20: error: breakers.a.dependsOn.0: these breakers depend on one another: a > b > c > a; take one dependsOn out",
  ],
  [
    "a policy whose breaker there is not",
    "breakers: { cards: {} }\npolicies:\n  pay: { breaker: crads }\n",
    "r.yaml:3:19: error: policies.pay.breaker: there is no breaker crads; did you mean cards?",
  ],
  [
    "an open period above the longest",
    "breakers:\n  a: { open: 60s }\n",
    "r.yaml:2:3: error: breakers.a: breaker a: maxOpenMs must be at least openMs (60000), not 30000; set both",
  ],
  [
    "a budget without a retry",
    "policies:\n  a: { retryBudget: {} }\n",
    "r.yaml:2:8: error: policies.a.retryBudget: retryBudget means nothing here: the policy has no retry",
  ],
  [
    "a fallback without a value",
    "policies:\n  a: { fallback: {} }\n",
    "r.yaml:2:18: error: policies.a.fallback.value: is missing",
  ],
];

test.each(mistakes)("%s is told at its place, with the line", (_, text, message) => {
  let thrown: unknown;
  try {
    parseResilience(text, "r.yaml");
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: "scenario" });
  const lines = String((thrown as Error).message).split("\n");
  expect(lines[0]).toBe(message);
  expect(lines).toHaveLength(3);
});

test("a file that is not there is named", async () => {
  await expect(readResilience("/nowhere/r.yaml")).rejects.toThrow(
    "the resilience file /nowhere/r.yaml cannot be read",
  );
});

test("the JSON Schema names each part of a file", () => {
  expect(resilienceJsonSchema()).toMatchObject({
    title: "dyno resilience",
    properties: { network: {}, breakers: {}, policies: {} },
  });
});
