import { createRandom } from "../../src/base/random.ts";
import { targetSchemas } from "../../src/drive/target-schemas.ts";
import { type BaselineFacts, makeBaseline } from "../../src/judge/baselines/make-baseline.ts";
import type { BlockRecord } from "../../src/measure/pair.ts";
import type { Environment } from "../../src/measure/result.ts";
import { checkScenario } from "../../src/scenario/check-scenario.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { createHistogram } from "../../src/stats/histogram.ts";

/** The environment of a machine. */
export function sampleEnvironment(change: Partial<Environment> = {}): Environment {
  return {
    dynoVersion: "0.1.0",
    node: "v20.20.2",
    v8: "11.3.244.8",
    os: "Debian GNU/Linux 12 (bookworm)",
    kernel: "linux 6.1.0-13-amd64 x64",
    cpuModel: "Xeon 8370C",
    cores: 2,
    governor: "performance",
    memoryBytes: 8e9,
    gitRevision: "9f2c4b71de",
    gitBranch: "main",
    gitDirty: false,
    lockHash: "3f0c9a17be55",
    services: ["redis 7.0.15, started by dyno, appendfsync everysec"],
    ...change,
  };
}

const text = `name: steady
why: A test.
target: { kind: synthetic, law: noop }
load:
  - { phase: full, shape: concurrency, clients: 4, for: 1s }
`;

/** The scenario that the blocks are of; what is given is replaced in its text. */
export function sampleScenario(...change: readonly (readonly [was: string, is: string])[]): Scenario {
  const changed = change.reduce((all, [was, is]) => all.replace(was, is), text);
  const { scenario, problems } = checkScenario(changed, "scenarios/steady.yaml", {
    targetSchemas,
    env: {},
    overrides: [],
  });
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return scenario;
}

/** Blocks as they might have been measured, from seeded random latencies. */
export function sampleBlocks(count = 8, { failed = 0, wrong = false } = {}): BlockRecord[] {
  return Array.from({ length: count }, (_, block) => {
    const random = createRandom(block + 1);
    const response = createHistogram();
    for (let i = 0; i < 1000; i++) response.record(180 + 90 * random.exponential());
    const slices = (typical: number): number[] =>
      Array.from({ length: 12 }, () => typical * (1 + 0.05 * random.next()));
    return {
      block,
      seed: block + 100,
      core: block % 2,
      tookMs: 900.123456789 + block,
      figures: {
        phases: [
          {
            phase: "full",
            loop: "closed",
            completed: 1000,
            failed,
            errors: failed > 0 ? [{ kind: "ECONNRESET", count: failed, sample: "read", firstAtMs: 3 }] : [],
            measuredMs: 600.5,
            costMicros: slices(61.23456789),
            p50Micros: slices(240),
            cpuMicrosPerOp: slices(55),
            response: response.encode(),
          },
        ],
        rssPeakBytes: 93_456_789,
        checks: block === 0 ? [{ name: "nothing lost", ok: !wrong, detail: "1000 of 1000 are there" }] : [],
      },
    };
  });
}

/** A baseline of the sample blocks. */
export function sampleBaseline(change: Partial<BaselineFacts> = {}) {
  return makeBaseline({
    scenario: sampleScenario(),
    blocks: sampleBlocks(),
    environment: sampleEnvironment(),
    recordedAt: new Date("2026-11-20T10:00:00Z"),
    reason: "the first one",
    ...change,
  });
}
