import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { busyObservability, harnessExpositions, labelsByName } from "../support/exported-metrics.ts";
import { panelQueries, type Query, unknownNames, variableQueries } from "../support/promql.ts";

const deploy = fileURLToPath(new URL("../../deploy", import.meta.url));
const dashboards = readdirSync(join(deploy, "grafana")).filter((name) => name.endsWith(".json"));
const read = (...path: readonly string[]): string => readFileSync(join(deploy, ...path), "utf8");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

function alertQueries(): Query[] {
  const { groups } = parse(read("prometheus", "dyno-alerts.yml")) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[];
  };
  return groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, expr, annotations }) => {
      const text = Object.values(annotations).join(" ");
      const shown = [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label);
      return { where: alert, expr, shown };
    });
}

/** All that dyno exports; what several sources export has the labels of all. */
async function exported(): Promise<Map<string, Set<string>>> {
  const texts = [
    ...Object.values(await harnessExpositions()),
    await (await busyObservability()).registry.metrics(),
  ];
  return labelsByName(texts.join("\n"));
}

describe("the check of queries", () => {
  const known = new Map([
    ["dyno_a_total", new Set(["scenario", "phase"])],
    ["dyno_b_bucket", new Set(["le"])],
  ]);

  test.each([
    ['sum by (scenario) (rate(dyno_a_total{scenario=~"$scenario",phase!="x y{"}[$__rate_interval]))', []],
    ["histogram_quantile(0.99, sum by (le) (rate(dyno_b_bucket[5m])))", []],
    ["time() - dyno_a_total > 86400 + 1e3", []],
    ["rate(dyno_c_total[5m])", ["metric dyno_c_total"]],
    ['dyno_a_total{outcome="error"}', ["label outcome of dyno_a_total"]],
    ["sum by (phase, variant) (dyno_a_total)", ["label variant"]],
    ["dyno_a_total and up", ["metric up"]],
  ])("%s: %j", (expr, problems) => {
    expect(unknownNames(expr, known)).toEqual(problems);
  });
});

describe("every query asks for what dyno exports", () => {
  const unknownIn = async (queries: readonly Query[]): Promise<string[]> => {
    const known = await exported();
    return queries.flatMap(({ where, expr }) => unknownNames(expr, known).map((name) => `${where}: ${name}`));
  };

  test.each(dashboards)("of %s", async (name) => {
    const text = read("grafana", name);
    const queries = [...panelQueries(text), ...variableQueries(text)];
    expect(queries.length).toBeGreaterThan(15);
    expect(await unknownIn(queries)).toEqual([]);
  });

  test("of the alerts", async () => {
    const queries = alertQueries();
    expect(queries.length).toBeGreaterThan(10);
    expect(await unknownIn(queries)).toEqual([]);
  });
});

test("every metric of the engine is on its dashboard", async () => {
  const text = read("grafana", "dyno-engine.json");
  const names = [...labelsByName(await (await busyObservability()).registry.metrics()).keys()]
    .map((name) => name.replace(/_(bucket|sum)$/, "_bucket"))
    .filter((name) => !name.endsWith("_seconds_count"));
  expect([...new Set(names)].filter((name) => !text.includes(name))).toEqual([]);
});

test.each(["run", "gate", "tuning", "capacity", "sweep", "matrix"])(
  "what a %s came to is on the dashboard of runs",
  async (source) => {
    const names = [...labelsByName((await harnessExpositions())[source] ?? "").keys()];
    const own = names.filter((name) => name.includes(source === "tuning" ? "_tune_" : `_${source}_`));
    const text = read("grafana", "dyno-runs.json");
    expect(own.filter((name) => text.includes(name))).not.toEqual([]);
  },
);

describe.each(dashboards)("%s", (name) => {
  const text = read("grafana", name);
  const board = JSON.parse(text) as {
    readonly uid: string;
    readonly __inputs: readonly { readonly name: string }[];
    readonly panels: readonly {
      readonly id: number;
      readonly type: string;
      readonly datasource?: { readonly uid: string };
      readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    }[];
  };

  test("can be imported by hand and provisioned: it names its data source by an input that is a variable too", () => {
    expect(board.__inputs.map((input) => input.name)).toEqual(["DS_PROMETHEUS"]);
    expect(text).toMatch(/"name": "DS_PROMETHEUS",\s+"label": "Data source",\s+"type": "datasource"/);
    const sources = board.panels
      .filter(({ type }) => type !== "row")
      .map(({ datasource }) => datasource?.uid);
    expect(new Set(sources)).toEqual(new Set(["${DS_PROMETHEUS}"]));
    expect(board.uid).toBe(name.replace(".json", ""));
  });

  test("no panel lies on another or beyond the edge, and each has its own number", () => {
    const ids = board.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = board.panels.flatMap(({ id, gridPos: { x, y, w, h } }) => {
      expect(x + w, `panel ${id}`).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });
});

test("what is provisioned fits together: the data source, and where dashboards lie", () => {
  const sources = parse(read("grafana", "provisioning", "datasources", "dyno.yaml"));
  expect(sources.datasources).toMatchObject([{ type: "prometheus", url: "http://127.0.0.1:9090" }]);
  const { providers } = parse(read("grafana", "provisioning", "dashboards", "dyno.yaml"));
  expect(read("README.md")).toContain(providers[0].options.path);
});
