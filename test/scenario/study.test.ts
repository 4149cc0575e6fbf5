import { describe, expect, test } from "vitest";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { refuseFaults } from "../../src/drive/twin/pair-bench.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import { parseOverride } from "../../src/scenario/overrides.ts";
import { opposite } from "../../src/scenario/until.ts";

const head = "why: A test.\ntarget: { kind: synthetic, law: noop }\n";

function check(load: string, more = "", overrides: readonly string[] = []) {
  return checkScenario(`${head}load: ${load}\n${more}`, "s.yaml", {
    targetSchemas,
    env: {},
    overrides: overrides.map((text) => parseOverride(text)),
  });
}

describe("a capacity search", () => {
  test("is read with its conditions, each at its place, and one phase at its first rate", () => {
    const { scenario } = check(
      `{ capacity: { until: "p99 > 5ms or error_rate > 0.1%", from: 200/s, to: 50k/s, hold: 3s, budget: 90s, arrivals: poisson } }`,
    );
    expect(scenario).toMatchObject({
      study: {
        kind: "capacity",
        until: [
          { text: "p99 > 5ms", metric: { quantile: 0.99 }, op: ">", limit: 5000, line: 3, column: 29 },
          { text: "error_rate > 0.1%", op: ">", limit: 0.001, line: 3, column: 42 },
        ],
        fromRatePerSec: 200,
        toRatePerSec: 50_000,
        holdMs: 3000,
        budgetMs: 90_000,
      },
      load: [
        { phase: "capacity", arrivals: "poisson", durationMs: 3000, corners: [{ ratePerSec: 200 }, {}] },
      ],
    });
  });

  test("has defaults for all but its conditions", () => {
    const { scenario } = check("{ capacity: { until: max > 1s } }");
    expect(scenario?.study).toMatchObject({ fromRatePerSec: 100, holdMs: 2000, budgetMs: 60_000 });
    expect(scenario?.study).not.toHaveProperty("toRatePerSec");
    expect(scenario?.warmup).toEqual({ minMs: 500, maxMs: 1500 });
  });

  test("takes settings from the command line", () => {
    const { scenario } = check("{ capacity: { until: p99 > 5ms } }", "", ["load.capacity.from=1k/s"]);
    expect(scenario?.study).toMatchObject({ fromRatePerSec: 1000 });
  });
});

test("a sweep is read with its defaults, and one closed phase at its first level", () => {
  expect(check("{ sweep: { concurrency: [2, 4, 8, 1k] } }").scenario).toMatchObject({
    study: { kind: "sweep", clients: [2, 4, 8, 1000], holdMs: 1000, rounds: 3 },
    load: [{ phase: "sweep", loop: "closed", fromClients: 2, toClients: 2, durationMs: 1000 }],
  });
});

const capacity = "{ capacity: { until: p99 > 5ms } }";
const sweep = "{ sweep: { concurrency: [1, 2, 4, 8] } }";

test.each([
  ["{ capcity: { until: p99 > 5ms } }", "", /unknown setting "capcity".*did you mean capacity/, 3],
  ["[]", "", /expected array to have >=1 items/, 3],
  ["7", "", /expected a list of phases, or \{ capacity/, 3],
  ["{}", "", /give either capacity or sweep/, 3],
  ["{ capacity: { until: p99 > 5ms }, sweep: { concurrency: [1, 2, 3, 4] } }", "", /not both/, 3],
  ["{ capacity: {} }", "", /is missing/, 3],
  ["{ capacity: { until: p99 > 5ms, form: 1/s } }", "", /unknown setting "form".*from/, 3],
  ["{ capacity: { until: p99 > 5 } }", "", /p99 needs a duration/, 3],
  ["{ capacity: { until: p99 < 5ms } }", "", /too much where it is > its limit/, 3],
  ["{ capacity: { until: p99 == 5ms } }", "", /too much/, 3],
  ["{ capacity: { until: lost > 0 } }", "", /lost cannot be judged at each rate/, 3],
  ["{ capacity: { until: throughput < 5/s } }", "", /sets the throughput/, 3],
  ["{ capacity: { until: p99 > 5ms or eror_rate > 1% } }", "", /unknown metric eror_rate/, 3],
  ["{ capacity: { until: p99 > 5ms or } }", "", /p99 needs a duration|expected a rule/, 3],
  ["{ capacity: { until: p99 > 5ms, from: 9/s, to: 9/s } }", "", /nothing to search/, 3],
  ["{ capacity: { until: p99 > 5ms, hold: 9s, budget: 9s } }", "", /does not hold four levels/, 3],
  ["{ sweep: { concurrency: [1, 2, 3] } }", "", /at least four/, 3],
  ["{ sweep: { concurrency: [1, 2, 2, 4] } }", "", /must ascend/, 3],
  ["{ sweep: { concurrency: [1, 2, 3, x] } }", "", /expected a count/, 3],
  ["{ sweep: { concurrency: [1, 2, 3, 4], rounds: 1 } }", "", /rounds|>=2/, 3],
  [capacity, "faults: [{ at: 1s, fault: redis-kill, for: 1s }]\n", /faults need the timetable/, 4],
  [capacity, "variants: { b: { target.law: noop } }\n", /variants are compared by dyno ab/, 4],
  [capacity, "repeat: 3\n", /repeats by itself/, 4],
  [sweep, "gate: { budget: 9s }\n", /a gate compares phases/, 4],
  [sweep, "objective: { minimize: p50 in sweep }\n", /tuned under phases/, 4],
  [sweep, "targets: [p99 < 5ms in steady]\n", /unknown phase steady; there are sweep/, 4],
])("of load: %s %s it says where and why", (load, more, message, line) => {
  const { problems } = check(load, more);
  expect(problems.map((one) => `${one.path}: ${one.message}; ${one.hint ?? ""}`).join("\n")).toMatch(message);
  expect(problems[0]?.place.line).toBe(line);
});

test("a mistake in the second condition is underlined there", () => {
  const { problems } = check("{ capacity: { until: p99 > 5ms or eror_rate > 1% } }");
  expect(problems).toMatchObject([
    { place: { line: 3, column: 41, length: 9 }, hint: "did you mean error_rate?" },
  ]);
});

test("what is met is the opposite of what is too much", () => {
  const { scenario } = check(`{ capacity: { until: "p99 > 5ms or max >= 1s or availability < 99%" } }`);
  const study = scenario?.study;
  const until = study?.kind === "capacity" ? study.until : [];
  expect(until.map((rule) => opposite(rule).text)).toEqual(["p99 <= 5ms", "max < 1s", "availability >= 99%"]);
});

test.each([capacity, sweep])("comparing and tuning refuse load: %s", (load) => {
  const { scenario } = check(load);
  expect(() => scenario && refuseFaults(scenario)).toThrow(/comparing and tuning need phases/);
});
