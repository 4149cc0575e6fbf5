import { describe, expect, test } from "vitest";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import { describeFault } from "../../src/scenario/fault.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";

const base = `why: A test.
target: { kind: engine, store: redis }
load:
  - { phase: steady, shape: constant-rate, rate: 1k/s, for: 10s }
  - { phase: after, shape: constant-rate, rate: 1k/s, for: 5s }
targets: [p99 < 5ms in steady]
faults:
`;

function check(text: string, overrides: readonly string[] = []) {
  return checkScenario(text, "s.yaml", {
    targetSchemas,
    env: {},
    overrides: overrides.map((text) => parseOverride(text)),
  });
}

const fault = (line: string, text = base): string => `${text}  - { ${line} }\n`;

describe("a fault in a scenario", () => {
  test.each([
    ["at: 5s, fault: redis-kill, for: 3s", { kind: "redis-kill", atMs: 5000, forMs: 3000 }],
    ["at: 0s, fault: redis-pause, for: 500ms", { kind: "redis-pause", atMs: 0, forMs: 500 }],
    ["at: 1s, fault: network-latency, for: 2s, delay: 50ms", { delayMs: 50, jitterMs: 0 }],
    ["at: 1s, fault: network-latency, for: 2s, delay: 50ms, jitter: 5ms", { jitterMs: 5 }],
    ["at: 1s, fault: network-cut, for: 9s", { kind: "network-cut" }],
    ["at: 10s, fault: network-blackhole, for: 5s", { kind: "network-blackhole", atMs: 10_000 }],
    ["at: 1s, fault: handler-errors, for: 2s, share: 20%", { kind: "handler-errors", share: 0.2 }],
    ["at: 1s, fault: handler-slow, for: 2s, share: 1%, delay: 1s", { share: 0.01, delayMs: 1000 }],
    ["at: 1s, fault: engine-kill, for: 2s", { kind: "engine-kill" }],
  ])("%s is understood", (line, expected) => {
    expect(check(fault(line)).problems).toEqual([]);
    expect(check(fault(line)).scenario?.faults).toMatchObject([expected]);
  });

  test("may fill the spool, where there is one", () => {
    const text = fault(
      "at: 5s, fault: spool-full, for: 3s, room: 1MB",
      base.replace("redis }", "redis, fallback: { kind: spool } }"),
    );
    expect(check(text).scenario?.faults).toMatchObject([{ kind: "spool-full", roomBytes: 1e6 }]);
  });

  test("makes the rows of the timeline finer", () => {
    expect(check(fault("at: 5s, fault: redis-kill, for: 3s")).scenario?.intervalMs).toBe(100);
    expect(check(base.replace("faults:\n", "")).scenario).toMatchObject({ intervalMs: 250, faults: [] });
  });

  test.each([
    ["at: 5s, fault: redis-kill, for: 3s", "redis-kill at 5 s for 3 s"],
    [
      "at: 1s, fault: network-latency, for: 2s, delay: 50ms, jitter: 5ms",
      "network-latency 50 ms ± 5 ms at 1 s for 2 s",
    ],
    ["at: 1s, fault: handler-errors, for: 2s, share: 20%", "handler-errors 20 % at 1 s for 2 s"],
    ["at: 1s, fault: handler-slow, for: 2s, share: 1%, delay: 1s", "handler-slow 1 % by 1 s at 1 s for 2 s"],
  ])("%s has its words", (line, words) => {
    const [found] = check(fault(line)).scenario?.faults ?? [];
    expect(found && describeFault(found).replaceAll("\u202f", " ")).toBe(words);
  });

  const kill = "at: 5s, fault: redis-kill, for: 3s";
  const wrong: readonly (readonly [string, string, string, RegExp])[] = [
    ["of an unknown kind", fault("at: 5s, fault: redis-kil, for: 3s"), "8:22", /none of redis-kill/],
    ["without its length", fault("at: 5s, fault: redis-kill"), "8:5", /is missing/],
    ["with a setting of another", fault(`${kill}, share: 20%`), "8:43", /unknown setting "share"/],
    [
      "of a share above all",
      fault("at: 1s, fault: handler-errors, for: 1s, share: 120%"),
      "8:54",
      /out of range/,
    ],
    [
      "that begins after the load",
      fault("at: 15s, fault: redis-kill, for: 3s"),
      "8:11",
      /begins at 15.s, and the load ends at 15.s/,
    ],
    [
      "that ends after the load",
      fault("at: 13s, fault: redis-kill, for: 3s"),
      "8:40",
      /lasts until 16.s, and the phase after ends at 15.s/,
    ],
    [
      "that lasts into another phase",
      fault("at: 9s, fault: redis-kill, for: 3s"),
      "8:39",
      /the phase steady ends at 10.s: let it end within/,
    ],
    [
      "that overlaps its like",
      fault("at: 7s, fault: redis-kill, for: 1s", fault(kill)),
      "9:11",
      /overlaps the redis-kill from 5.s to 8.s/,
    ],
    [
      "of a Redis that is dead",
      fault("at: 7s, fault: redis-pause, for: 1s", fault(kill)),
      "9:11",
      /redis-pause overlaps the redis-kill/,
    ],
    [
      "of Redis on the log store",
      fault(kill, base.replace("redis", "log")),
      "8:22",
      /redis-kill needs store: redis, not log/,
    ],
    [
      "of the network on the log store",
      fault("at: 1s, fault: network-cut, for: 1s", base.replace("redis", "log")),
      "8:22",
      /network-cut needs store: redis, not log/,
    ],
    [
      "of a target that cannot be broken",
      fault(kill, base.replace("engine, store: redis", "synthetic, law: noop")),
      "8:22",
      /needs the target kind: engine, not synthetic/,
    ],
    ["of a spool that is not there", fault("at: 1s, fault: spool-full, for: 1s"), "8:22", /needs a spool/],
    [
      "of handlers that are not there",
      fault(
        "at: 1s, fault: handler-errors, for: 1s, share: 5%",
        base.replace("redis }", "redis, subscribers: 0 }"),
      ),
      "8:22",
      /needs handlers to fail/,
    ],
    [
      "of an engine in the trial's own process",
      fault("at: 1s, fault: engine-kill, for: 1s", base.replace("redis }", "redis, process: same }")),
      "8:22",
      /needs process: separate/,
    ],
    [
      "of an engine whose store dies with it",
      fault("at: 1s, fault: engine-kill, for: 1s", base.replace("redis }", "memory }")),
      "8:22",
      /needs store: log or store: redis, not memory/,
    ],
  ];
  test.each(wrong)("%s is refused at its place", (_, text, place, message) => {
    const [problem] = check(text).problems;
    expect(problem?.message).toMatch(message);
    expect(`${problem?.place.line}:${problem?.place.column}`).toBe(place);
  });

  test("may overlap one of another kind, and follow its like", () => {
    const text = fault(
      "at: 8s, fault: redis-kill, for: 1s",
      fault("at: 6s, fault: network-cut, for: 1s", fault(kill)),
    );
    expect(check(text).problems).toEqual([]);
  });

  test("that the command line made impossible is the command line's problem", () => {
    expect(check(fault(kill), ["faults.0.at=20s"]).problems).toMatchObject([
      { file: "--set faults.0.at=20s" },
    ]);
  });

  test("is needed where a target asks for the recovery from it", () => {
    const text = base.replace("p99 < 5ms in steady", "recovery < 5s").replace("faults:\n", "");
    const [problem] = check(text).problems;
    expect(problem?.message).toMatch(/there are no faults/);
    expect(problem?.place).toMatchObject({ line: 6, column: 11 });
    expect(check(fault(kill, base.replace("p99 < 5ms in steady", "recovery < 5s"))).problems).toEqual([]);
  });
});
