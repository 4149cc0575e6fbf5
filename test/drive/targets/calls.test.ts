import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Session } from "../../../src/drive/target.ts";
import { callsTarget } from "../../../src/drive/targets/calls.ts";
import { type CallsEvidence, checkCalls } from "../../../src/drive/targets/calls-checks.ts";
import { callsSettings } from "../../../src/drive/targets/calls-settings.ts";
import type { NetworkChange } from "../../../src/engine/resilience/network.ts";
import type { NetworkSnapshot } from "../../../src/engine/resilience/network-snapshot.ts";

const chain = {
  kind: "calls",
  services: {
    base: { latency: "0s" },
    middle: { latency: "0s", dependsOn: ["base"] },
    top: { latency: "0s", dependsOn: ["middle"] },
  },
  entry: "top",
  broken: "base",
};

async function start(settings: object): Promise<Session> {
  const context = {
    seed: 1,
    scratchDir: "",
    scenarioDir: "",
    services: {},
    faults: [],
    verifies: true,
    signal: new AbortController().signal,
  };
  return callsTarget.start(callsSettings.parse(settings), context);
}

async function fire(session: Session, n: number): Promise<unknown> {
  try {
    await session.fire(n, new AbortController().signal);
    return "ok";
  } catch (error) {
    return error;
  }
}

describe("the calls target", () => {
  test("calls every service on the way, and finds its work right", async () => {
    const session = await start(chain);
    for (let n = 0; n < 10; n++) expect(await fire(session, n)).toBe("ok");
    expect(await session.counters?.()).toMatchObject({ base_calls: 10, middle_calls: 10, top_calls: 10 });
    expect((await session.stop()).every(({ ok }) => ok)).toBe(true);
  });

  test("tells how its breakers depend on each other, and when each changed its state and why", async () => {
    const policy = { breaker: { consecutiveFailures: 3, open: "20ms", maxOpen: "20ms" } };
    const session = await start({ ...chain, policy });
    const before = Date.now();
    await session.inject?.({ kind: "handler-errors", share: 1, atMs: 0, forMs: 1000 });
    for (let n = 0; n < 3; n++) await fire(session, n);
    const course = session.network?.();
    expect(course?.nodes).toEqual([
      { name: "base", dependsOn: [] },
      { name: "middle", dependsOn: ["base"] },
      { name: "top", dependsOn: ["middle"] },
    ]);
    expect(course?.turns.slice(0, 3).map(({ breaker, state }) => `${breaker} ${state}`)).toEqual([
      "base open",
      "middle degraded",
      "top degraded",
    ]);
    expect(course?.turns[0]?.reason).toBe("3 calls failed in a row");
    expect(course?.turns[0]?.atMs).toBeGreaterThanOrEqual(before);
    await session.stop();
  });

  test("fails fast above a broken service, with its name, and comes back when it does", async () => {
    const session = await start({
      ...chain,
      policy: { breaker: { consecutiveFailures: 3, open: "20ms", maxOpen: "20ms" } },
    });
    const mend = await session.inject?.({ kind: "handler-errors", share: 1, atMs: 0, forMs: 1000 });
    for (let n = 0; n < 3; n++) await fire(session, n);
    expect(await fire(session, 4)).toMatchObject({
      code: "rejected",
      message: expect.stringContaining("base"),
    });
    expect((await session.stop()).map(({ name, ok }) => [name, ok])).toEqual([
      ["every breaker is closed at the end", false],
      ["dependents named the root cause", true],
      ["services recovered in the order of their dependencies", true],
    ]);
    await mend?.();
    await expect
      .poll(async () => {
        await fire(session, 5);
        return (await session.stop())[0]?.ok;
      })
      .toBe(true);
    expect(await fire(session, 6)).toBe("ok");
  });

  test("goes on with a call that was given up, as a real service does", async () => {
    const session = await start({
      kind: "calls",
      services: { slow: { latency: "30ms", capacity: 1 } },
      entry: "slow",
      policy: { timeout: "5ms", breaker: { consecutiveFailures: 0, failureRate: "0%" } },
    });
    const first = fire(session, 0);
    await sleep(6);
    // The one hand is still busy with the first.
    expect(await Promise.all([first, fire(session, 1)])).toMatchObject([
      { code: "timeout" },
      { code: "timeout" },
    ]);
  });

  test("cannot do the faults of an engine", async () => {
    const session = await start(chain);
    const injected = session.inject?.({ kind: "engine-kill", atMs: 0, forMs: 1 });
    await expect(injected).rejects.toMatchObject({ code: "unsupported" });
  });

  test.each([
    ["an unknown entry", { ...chain, entry: "topp" }, ["entry"], "there is no service topp"],
    [
      "an unknown dependency",
      { ...chain, services: { ...chain.services, top: { dependsOn: ["nothing"] } } },
      ["services", "top", "dependsOn", 0],
      "there is no service nothing",
    ],
    [
      "a circle",
      { ...chain, services: { a: { dependsOn: ["b"] }, b: { dependsOn: ["a"] } }, entry: "a", broken: "b" },
      ["services"],
      "a > b > a",
    ],
    [
      "a policy that cannot be",
      { ...chain, policy: { breaker: { open: "2s", maxOpen: "1s" } } },
      ["policy"],
      "maxOpenMs must be at least openMs",
    ],
  ])("refuses %s at its place", (_, settings, path, message) => {
    const issue = callsSettings.safeParse(settings).error?.issues[0];
    expect(issue?.path).toEqual(path);
    expect(issue?.message).toContain(message);
  });
});

describe("what is held against it", () => {
  const snapshot = (state: NetworkSnapshot["breakers"][number]["state"]): NetworkSnapshot => ({
    atMs: 0,
    isPanicking: false,
    breakers: [{ name: "base", state, reason: "why" } as NetworkSnapshot["breakers"][number]],
  });
  const change = (
    breaker: string,
    from: NetworkChange["from"],
    to: NetworkChange["to"],
    ...causeChain: string[]
  ): NetworkChange => ({ breaker, from, to, reason: "", causeChain, atMs: 0 });
  const outage = [
    change("base", "closed", "open"),
    change("middle", "closed", "degraded", "base"),
    change("top", "closed", "degraded", "middle", "base"),
  ];
  const recovery = [
    change("base", "open", "closed"),
    change("middle", "degraded", "recovering"),
    change("middle", "recovering", "closed"),
    change("top", "degraded", "recovering"),
    change("top", "recovering", "closed"),
  ];
  const settings = callsSettings.parse({
    ...chain,
    policy: {
      retry: {},
      retryBudget: { perSuccess: "10%", perSecond: 1, burst: 5 },
      bulkhead: { running: 3 },
    },
  });
  const service = (
    retries: number,
    mostAtOnce: number,
    { name = "top", succeeded = 100 } = {},
  ): CallsEvidence["services"][number] =>
    ({
      name,
      service: { calls: 100, mostAtOnce },
      policy: { snapshot: () => ({ counts: { calls: 100, succeeded, retries } }) },
    }) as unknown as CallsEvidence["services"][number];
  const evidence: CallsEvidence = {
    settings,
    network: snapshot("closed"),
    changes: [...outage, ...recovery],
    services: [service(16, 3)],
    seconds: 1,
    wasBroken: true,
  };
  const failedChecks = (changed: Partial<CallsEvidence>): string[] =>
    checkCalls({ ...evidence, ...changed })
      .filter(({ ok }) => !ok)
      .map(({ name }) => name);

  test("holds where all is as it should be", () => {
    expect(failedChecks({})).toEqual([]);
  });

  test.each<readonly [string, Partial<CallsEvidence>]>([
    ["every breaker is closed at the end", { network: snapshot("half_open") }],
    [
      "dependents named the root cause",
      { changes: [...outage, change("top", "closed", "degraded", "middle")] },
    ],
    ["dependents named the root cause", { changes: outage.slice(0, 2) }],
    ["dependents named the root cause", { changes: outage.slice(0, 1) }],
    [
      "services recovered in the order of their dependencies",
      { changes: [...outage, ...recovery.toReversed()] },
    ],
    ["retries stayed within their budgets", { services: [service(16, 3, { succeeded: 90 })] }],
    ["only the outermost layer retried", { services: [service(1, 3, { name: "middle" })] }],
    ["retries stayed within their budgets", { services: [service(17, 3)] }],
    ["never more calls at once than a bulkhead allows", { services: [service(16, 4)] }],
  ])("fails: %s", (name, changed) => {
    expect(failedChecks(changed)).toEqual([name]);
  });
});
