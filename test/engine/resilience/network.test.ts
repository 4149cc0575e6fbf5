import { expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import {
  type BreakerDeclaration,
  createNetwork,
  type Network,
  type NetworkChange,
  type NetworkSettings,
} from "../../../src/engine/resilience/network.ts";
import { networkHealth } from "../../../src/engine/resilience/network-health.ts";
import type { NetworkBreaker } from "../../../src/engine/resilience/network-snapshot.ts";
import { createPolicy } from "../../../src/engine/resilience/policy.ts";
import { createManualTime, type ManualTime } from "../../support/manual-time.ts";

interface Rig extends ManualTime {
  readonly network: Network;
  readonly changes: NetworkChange[];
  now(): number;
  /** One call; false where it was refused. */
  call(name: string, outcome?: "succeeded" | "failed"): boolean;
  states(): Record<string, string>;
  about(name: string): NetworkBreaker;
  refusal(name: string): string;
}

function createRig(
  declarations: Readonly<Record<string, BreakerDeclaration>>,
  settings: Partial<NetworkSettings> = {},
): Rig {
  const time = createManualTime();
  const { clock, timers } = time;
  const changes: NetworkChange[] = [];
  const onChange = (change: NetworkChange): void => void changes.push(change);
  const network = createNetwork({ clock, timers, random: createRandom(5), settings, onChange });
  network.add(declarations);
  const now = (): number => clock.nowMicros();
  const call: Rig["call"] = (name, outcome = "succeeded") => {
    const gate = network.gate(name);
    const permit = gate.acquire(now());
    if (permit === 0) gate.refusal(now());
    else gate[outcome](permit, now(), 1000);
    return permit !== 0;
  };
  const about = (name: string): NetworkBreaker => {
    const found = network.snapshot().breakers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no breaker ${name}`);
    return found;
  };
  return {
    ...time,
    network,
    changes,
    now,
    call,
    about,
    states: () => Object.fromEntries(network.snapshot().breakers.map(({ name, state }) => [name, state])),
    refusal: (name) => network.gate(name).refusal(now()).message,
  };
}

const once = { consecutiveFailures: 1, openMs: 1000 };
const shop = {
  checkout: { ...once, dependsOn: ["stock"] },
  stock: { ...once, dependsOn: ["redis"] },
  redis: once,
};

test("when a dependency opens, all that depend on it fail fast and name it, with the way to it", () => {
  const { call, states, refusal, about, changes } = createRig(shop);
  call("redis", "failed");
  expect(states()).toEqual({ redis: "open", stock: "degraded", checkout: "degraded" });
  expect(call("checkout")).toBe(false);
  expect(refusal("checkout")).toMatch(
    /^checkout is not called: it is degraded by redis \(checkout > stock > redis\), whose breaker is open \(a call failed\); redis is tried again in \d+\sms$/,
  );
  expect(about("checkout").causeChain).toEqual(["checkout", "stock", "redis"]);
  expect(changes.map(({ breaker, from, to }) => `${breaker}: ${from} > ${to}`)).toEqual([
    "redis: closed > open",
    "stock: closed > degraded",
    "checkout: closed > degraded",
  ]);
});

test("a dependent counts nothing while it is degraded, and what was under way neither", () => {
  const { network, call, now, about } = createRig(shop);
  const gate = network.gate("stock");
  const permit = gate.acquire(now());
  call("redis", "failed");
  gate.failed(permit, now(), 1000);
  expect(about("stock")).toMatchObject({
    state: "degraded",
    counts: { calls: 0, failures: 0, opened: 0, late: 1 },
  });
});

test("a dependent that opened before its dependency did is degraded with the others, and does not wait for its own timer", () => {
  const { call, states, skipMs } = createRig({ ...shop, stock: { ...shop.stock, openMs: 20_000 } });
  call("stock", "failed");
  expect(states()).toEqual({ redis: "closed", stock: "open", checkout: "degraded" });
  call("redis", "failed");
  expect(states()).toMatchObject({ stock: "degraded" });
  skipMs(1000);
  call("redis");
  expect(states()).toEqual({ redis: "closed", stock: "recovering", checkout: "degraded" });
});

test("when the root cause closes they recover from the bottom up, each by a ramp, without a call or a timer of their own", () => {
  const { call, states, skipMs, changes, refusal, about } = createRig(shop, { rampStepMs: 100 });
  call("redis", "failed");
  skipMs(1000);
  changes.length = 0;
  expect(states()).toEqual({ redis: "half_open", stock: "degraded", checkout: "degraded" });
  call("redis");
  expect(states()).toEqual({ redis: "closed", stock: "recovering", checkout: "degraded" });
  expect(refusal("checkout")).toBe(
    "checkout is not called: it is degraded by stock (checkout > stock), which recovers first",
  );
  expect(about("stock").admittedShare).toBe(0.1);
  expect([call("stock"), call("stock")]).toEqual([true, false]);
  expect(refusal("stock")).toBe("stock is not called: it recovers, and 10\u202f% of its calls are made");
  skipMs(301);
  expect(states()).toEqual({ redis: "closed", stock: "closed", checkout: "recovering" });
  skipMs(301);
  expect(states()).toEqual({ redis: "closed", stock: "closed", checkout: "closed" });
  expect(changes.map(({ breaker, to, reason }) => `${breaker} ${to}: ${reason}`)).toEqual([
    "redis closed: a probe succeeded",
    "stock recovering: it recovers, and 10\u202f% of its calls are made",
    "stock closed: it has recovered after redis failed",
    "checkout recovering: it recovers, and 10\u202f% of its calls are made",
    "checkout closed: it has recovered after stock failed",
  ]);
});

test("a dependent that fails while it recovers opens by itself, and those above wait for it", () => {
  const { call, states, skipMs, about } = createRig(shop);
  call("redis", "failed");
  skipMs(1000);
  call("redis");
  call("stock", "failed");
  expect(states()).toEqual({ redis: "closed", stock: "open", checkout: "degraded" });
  expect(about("checkout").causeChain).toEqual(["checkout", "stock"]);
  skipMs(2000);
  expect(states()).toMatchObject({ stock: "half_open" });
  call("stock");
  skipMs(301);
  expect(states()).toEqual({ redis: "closed", stock: "closed", checkout: "closed" });
});

test("a dependency that opens again while its dependents recover degrades them again", () => {
  const { call, states, skipMs } = createRig(shop);
  call("redis", "failed");
  skipMs(1000);
  call("redis");
  skipMs(100);
  call("redis", "failed");
  skipMs(400);
  expect(states()).toEqual({ redis: "open", stock: "degraded", checkout: "degraded" });
});

test("a dependent stays degraded until all that it depends on is there again", () => {
  const { call, states, skipMs, about } = createRig({
    redis: once,
    kafka: once,
    api: { dependsOn: ["redis", "kafka"] },
  });
  call("redis", "failed");
  call("kafka", "failed");
  skipMs(1000);
  call("redis");
  expect(about("api")).toMatchObject({ state: "degraded", causeChain: ["api", "kafka"] });
  call("kafka");
  expect(states()).toMatchObject({ api: "recovering" });
});

test("where all calls of the root cause come from above, a scout goes through when it may be tried, and only as many as may", async () => {
  const { network, clock, timers, skipMs, states, call } = createRig(shop);
  let isUp = false;
  const asked: string[] = [];
  const [checkout, stock, redis] = ["checkout", "stock", "redis"].map((name) =>
    createPolicy(name, {}, { clock, timers, random: createRandom(1), gate: network.gate(name) }),
  );
  const buy = async (): Promise<unknown> =>
    checkout?.run((parent) =>
      stock?.run(
        (below) =>
          redis?.run(
            async () => {
              asked.push("redis");
              if (!isUp) throw new Error("down");
            },
            { parent: below },
          ),
        { parent },
      ),
    );
  await expect(buy()).rejects.toThrow("down");
  await expect(buy()).rejects.toMatchObject({ code: "rejected" });
  skipMs(1000);
  await Promise.allSettled([buy(), buy(), buy()]);
  expect(asked).toEqual(["redis", "redis"]);
  expect(states()).toEqual({ redis: "open", stock: "degraded", checkout: "degraded" });
  isUp = true;
  skipMs(2000);
  await Promise.allSettled([buy(), buy()]);
  expect(states()).toMatchObject({ redis: "closed", stock: "recovering" });
  skipMs(602);
  expect([call("stock"), call("checkout")]).toEqual([true, true]);
});

test("a scout that hangs makes room for another when its lease is over", () => {
  const { network, call, now, skipMs } = createRig({
    redis: once,
    stock: { ...once, probeLeaseMs: 500, dependsOn: ["redis"] },
  });
  call("redis", "failed");
  skipMs(1000);
  const gate = network.gate("stock");
  expect(gate.acquire(now())).not.toBe(0);
  expect(gate.acquire(now())).toBe(0);
  skipMs(500);
  expect(gate.acquire(now())).not.toBe(0);
});

test("with a probe of its own a root cause comes back without a call, and all that depend on it follow", async () => {
  const { network, call, states, advanceMs } = createRig({ ...shop, redis: { ...once, probes: 2 } });
  const answers = [Promise.reject(new Error("still down")), Promise.resolve(), Promise.resolve()];
  for (const answer of answers) answer.catch(() => undefined);
  network.setProbe("redis", () => answers.shift() ?? Promise.reject(new Error("one probe too many")));
  call("redis", "failed");
  await advanceMs(1000);
  expect(states()).toMatchObject({ redis: "open" });
  await advanceMs(2000 + 602);
  expect(states()).toEqual({ redis: "closed", stock: "closed", checkout: "closed" });
  expect(answers).toHaveLength(0);
});

test("a probe of its own that hangs has failed when its lease is over", async () => {
  const { network, call, states, advanceMs, changes } = createRig({ redis: { ...once, probeLeaseMs: 500 } });
  network.setProbe("redis", () => new Promise(() => undefined));
  call("redis", "failed");
  await advanceMs(1501);
  expect(states()).toMatchObject({ redis: "open" });
  expect(changes.map(({ to, reason }) => `${to}: ${reason}`)).toEqual([
    "open: a call failed",
    "half_open: its open period is over",
    "open: a probe did not end within 500\u202fms",
  ]);
});

test("a cascade stops at the panic threshold: those nearest to the cause fail fast, the others are called", () => {
  const names = Array.from({ length: 10 }, (_, i) => `s${i}`);
  const chain = Object.fromEntries(
    names.map((name, i) => [name, { ...once, dependsOn: i === 0 ? [] : [`s${i - 1}`] }]),
  );
  const { call, states, network, about } = createRig(chain, { panicShare: 0.5 });
  call("s0", "failed");
  const found = states();
  expect(names.map((name) => found[name])).toEqual([
    "open",
    ...Array(4).fill("degraded"),
    ...Array(5).fill("closed"),
  ]);
  expect(network.snapshot().isPanicking).toBe(true);
  expect(about("s5")).toMatchObject({ isSpared: true, admittedShare: 1 });
  expect(call("s9")).toBe(true);
});

test("breakers that are added while their dependency is open begin degraded", () => {
  const { network, call, states } = createRig({ redis: once });
  call("redis", "failed");
  network.add({ stock: { dependsOn: ["redis"] } });
  expect(states()).toEqual({ redis: "open", stock: "degraded" });
});

test("each breaker is a part of the health: degraded while it is not closed, with the reason", () => {
  const { network, call } = createRig({ redis: once, stock: { dependsOn: ["redis"] }, mail: {} });
  call("redis", "failed");
  const parts = networkHealth(network.snapshot());
  expect(parts.map(({ part, status }) => `${part} ${status}`)).toEqual([
    "breaker redis degraded",
    "breaker stock degraded",
    "breaker mail ok",
  ]);
  expect(parts[0]?.detail).toBe("open: a call failed");
  expect(parts[1]?.detail).toContain("degraded: it is degraded by redis (stock > redis)");
  expect(parts[2]?.detail).toBe("closed");
});

test("a snapshot is plain JSON, and says when a probe is let through", () => {
  const { network, call, about, clock } = createRig(shop);
  call("redis", "failed");
  const snapshot = network.snapshot();
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  const { nextProbeMs } = about("redis");
  expect(nextProbeMs).toBeGreaterThanOrEqual(clock.epochMs() + 500);
  expect(nextProbeMs).toBeLessThanOrEqual(clock.epochMs() + 1000);
  expect(about("checkout").nextProbeMs).toBe(nextProbeMs);
});

test.each([
  [
    { a: { dependsOn: ["b"] }, b: { dependsOn: ["a"] } },
    "breaker a: it depends on itself: a > b > a; take one dependsOn out",
  ],
  [
    { a: { dependsOn: ["redsi"] } },
    "breaker a: dependsOn names redsi, which is no breaker; did you mean redis?",
  ],
  [{ redis: {} }, "breaker redis: there is one of this name already"],
  [{ a: { dependsOn: "redis" } }, 'breaker a: dependsOn must be a list of names, not "redis"'],
  [{ a: { opensMs: 5 } }, "breaker a: there is no setting opensMs; did you mean openMs?"],
])("a declaration that cannot be is refused, and nothing of it is added: %o", (declarations, message) => {
  const { network, states } = createRig({ redis: once });
  const given = { fine: {}, ...declarations } as unknown as Record<string, BreakerDeclaration>;
  expect(() => network.add(given)).toThrow(message);
  expect(states()).toEqual({ redis: "closed" });
});

test("when a caller gives up its permit while half-open, the breaker's own probe takes it", async () => {
  const { network, call, states, now, advanceMs, skipMs } = createRig({ redis: { ...once, probes: 2 } });
  const gate = network.gate("redis");
  call("redis", "failed");
  skipMs(1000);
  const permit = gate.acquire(now());
  network.setProbe("redis", () => Promise.resolve());
  await advanceMs(1);
  expect(states()).toEqual({ redis: "half_open" });
  gate.ignored(permit, now());
  await advanceMs(1);
  expect(states()).toEqual({ redis: "closed" });
});
