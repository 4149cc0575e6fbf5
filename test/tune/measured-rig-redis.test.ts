import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { readScenario } from "../../src/scenario/read-scenario.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import type { Config } from "../../src/scenario/tuning.ts";
import { openMeasuredRig } from "../../src/tune/measured-rig.ts";
import { root } from "../support/run-dyno.ts";
import { twinsAlive } from "../support/twins-alive.ts";

const scenarioDir = join(root, "scenarios");

test("tunes the engine on a Redis: what it refuses is told, and another Redis is started for who wants it", async () => {
  const scenarioWith = (config: Config): Promise<Scenario> =>
    readScenario(join(scenarioDir, "store-redis.yaml"), {
      targetSchemas,
      env: {},
      overrides: [
        "warmup={ min: 1ms, max: 100ms }",
        "load.0.rate=5k/s",
        "load.1.clients=8",
        ...Object.entries(config).map(([path, value]) => `${path}=${value}`),
      ],
    });
  const scenario = await scenarioWith({});
  const told: string[] = [];
  const rig = await openMeasuredRig({
    scenario,
    spec: {
      params: [],
      constraints: [],
      objective: {
        text: "minimise p50 in steady * p50 in full",
        terms: [
          { metric: "p50", phase: "steady", weight: 1 },
          { metric: "p50", phase: "full", weight: 1 },
        ],
      },
      subjectTo: scenario.targets,
    },
    scenarioWith,
    program: { entry: join(root, "dist/drive/twin/twin-child.js"), cwd: root, env: process.env },
    scenarioDir,
    seed: 1,
    env: { PATH: process.env.PATH },
    signal: new AbortController().signal,
    onService: (text) => told.push(text),
  });
  onTestFinished(() => rig.close());
  const { arms } = await rig.measure({
    block: 0,
    seed: 7,
    length: 0.5,
    arms: [
      { config: {}, role: "default" },
      { config: { "target.level": "durable" }, role: "explore" },
      { config: { "target.appendfsync": "always" }, role: "explore" },
    ],
  });
  expect(arms.map(({ score }) => typeof score)).toEqual(["number", "undefined", "number"]);
  expect(arms[1]?.failure).toMatch(/^the configuration: the redis store cannot give the level durable/);
  expect(arms[0]?.misses).toHaveLength(scenario.targets.length);
  expect(new Set(arms[0]?.figures.map(({ phase }) => phase))).toEqual(new Set(["steady", "full"]));
  expect(rig.services).toEqual([
    expect.stringContaining("started by dyno, appendfsync everysec"),
    expect.stringContaining("started by dyno, appendfsync always"),
  ]);
  expect(told).toEqual(rig.services);
  await rig.close();
  expect(twinsAlive()).toEqual([]);
});
