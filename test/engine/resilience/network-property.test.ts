import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import { createNetwork, type NetworkChange } from "../../../src/engine/resilience/network.ts";
import type { NetworkBreaker } from "../../../src/engine/resilience/network-snapshot.ts";
import { createManualTime } from "../../support/manual-time.ts";

const size = 8;
const names = Array.from({ length: size }, (_, i) => `s${i}`);
const ownFailure = new Set(["open", "half_open"]);
const failing = new Set(["open", "half_open", "degraded"]);

/** Each may depend on those with a lower number. */
const graphs = fc
  .array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 20 })
  .map((pairs) =>
    names.map((_, i) => [
      ...new Set(pairs.filter(([a, b]) => Math.max(a, b) === i && a !== b).map(([a, b]) => Math.min(a, b))),
    ]),
  );

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("call" as const), at: fc.nat(size - 1) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("break" as const), at: fc.nat(size - 1) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("mend" as const), at: fc.nat(size - 1) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(1500) }) },
  ),
  { maxLength: 80 },
);

/** Services that call all that they depend on, one after the other, and fail by themselves where they are broken. */
function createWorld(graph: readonly (readonly number[])[], panicShare: number) {
  const time = createManualTime();
  const { clock, timers } = time;
  const watch: ((change: NetworkChange) => void)[] = [];
  const network = createNetwork({
    clock,
    timers,
    random: createRandom(1),
    settings: { panicShare, panicFrom: 5, rampStepMs: 50 },
    onChange: (change) => {
      for (const each of watch) each(change);
    },
  });
  const settings = {
    consecutiveFailures: 2,
    openMs: 500,
    maxOpenMs: 2000,
    windowMs: 1000,
    probeLeaseMs: 300,
  };
  network.add(
    Object.fromEntries(
      names.map((name, i) => [name, { ...settings, dependsOn: (graph[i] ?? []).map((d) => `s${d}`) }]),
    ),
  );
  const broken = new Set<number>();
  const call = (at: number): "succeeded" | "failed" | "refused" => {
    const gate = network.gate(`s${at}`);
    const permit = gate.acquire(clock.nowMicros());
    if (permit === 0) {
      gate.refusal(clock.nowMicros());
      return "refused";
    }
    let outcome: "succeeded" | "failed" | "refused" = broken.has(at) ? "failed" : "succeeded";
    for (const below of graph[at] ?? []) {
      if (outcome !== "succeeded") break;
      outcome = call(below);
    }
    // What was refused below says nothing about this one, as in a policy.
    if (outcome === "refused") gate.ignored(permit, clock.nowMicros());
    else gate[outcome](permit, clock.nowMicros(), 1000);
    return outcome;
  };
  const breakDown = (at: number): void => {
    broken.add(at);
    for (let i = 0; i < settings.consecutiveFailures; i++) call(at);
  };
  return { ...time, network, watch, broken, breakDown, call };
}

function checkSnapshot(breakers: readonly NetworkBreaker[], graph: readonly (readonly number[])[]): void {
  const byName = new Map(breakers.map((each) => [each.name, each]));
  const stateOf = (name: string): string => byName.get(name)?.state ?? "";
  for (const { name, state, causeChain, isSpared, dependsOn } of breakers) {
    const hasFailing = dependsOn.some((each) => failing.has(stateOf(each)));
    expect(isSpared).toBe(hasFailing && !failing.has(state));
    expect(causeChain.length > 0).toBe(state === "degraded");
    for (let i = 1; i < causeChain.length; i++) {
      expect(graph[Number(causeChain[i - 1]?.slice(1))]).toContain(Number(causeChain[i]?.slice(1)));
    }
    const root = causeChain.at(-1);
    if (root !== undefined) expect(["open", "half_open", "recovering"]).toContain(stateOf(root));
    if (state === "degraded")
      expect(hasFailing || dependsOn.some((each) => stateOf(each) === "recovering")).toBe(true);
    if (hasFailing && ownFailure.has(state))
      throw new Error(`${name} waits for its own timer though a dependency fails`);
  }
}

test("whatever fails, in any graph: causes are real, no more than the panic share is degraded, and recovery goes upwards", () => {
  fc.assert(
    fc.property(graphs, steps, fc.constantFrom(0.5, 0.8), (graph, sequence, panicShare) => {
      const { network, broken, breakDown, call, skipMs, watch } = createWorld(graph, panicShare);
      const opened = new Map<string, number>();
      watch.push(({ breaker, from, to }) => {
        const { breakers } = network.snapshot();
        const below = breakers.filter(({ name }) =>
          graph[Number(breaker.slice(1))]?.includes(Number(name.slice(1))),
        );
        if (to === "recovering") expect(below.map(({ state }) => state)).toEqual(below.map(() => "closed"));
        // What has failed itself may be degraded by another cause at once: the cascade did not add it.
        const own = breakers.find(({ name }) => name === breaker)?.counts.opened ?? 0;
        const hasOpened = own > (opened.get(breaker) ?? 0);
        opened.set(breaker, own);
        if (from !== "closed" || to !== "degraded" || hasOpened) return;
        const down = breakers.filter(({ state }) => failing.has(state)).length;
        expect(down).toBeLessThanOrEqual(Math.floor(panicShare * size));
      });
      for (const each of sequence) {
        if (each.kind === "wait") skipMs(each.ms);
        else if (each.kind === "call") call(each.at);
        else if (each.kind === "break") breakDown(each.at);
        else broken.delete(each.at);
        checkSnapshot(network.snapshot().breakers, graph);
      }
    }),
    { numRuns: 300 },
  );
});

test("once nothing is broken any more, calls from the top alone bring everything back", () => {
  fc.assert(
    fc.property(graphs, steps, (graph, sequence) => {
      const { network, broken, breakDown, call, skipMs } = createWorld(graph, 0.8);
      for (const each of sequence) {
        if (each.kind === "wait") skipMs(each.ms);
        else if (each.kind === "call") call(each.at);
        else if (each.kind === "break") breakDown(each.at);
        else broken.delete(each.at);
      }
      broken.clear();
      const tops = names.map((_, i) => i).filter((i) => !graph.some((below) => below.includes(i)));
      // The longest open period, a probe for each of them in turn, and a ramp for each level.
      for (let i = 0; i < 400; i++) {
        skipMs(50);
        for (const top of tops) call(top);
      }
      expect(network.snapshot().breakers.map(({ state }) => state)).toEqual(names.map(() => "closed"));
    }),
    { numRuns: 100 },
  );
});
