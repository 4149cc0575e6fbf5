import { createRandom } from "../../src/base/random.ts";
import {
  type CellFigure,
  type CellOutcome,
  type MatrixCell,
  type MatrixMetric,
  type MatrixResult,
  matrixMetrics,
} from "../../src/measure/matrix.ts";
import type { MetricUnit, Verdict } from "../../src/measure/result.ts";
import { crossLevels } from "../../src/scenario/matrix-cells.ts";
import type { MatrixAxis } from "../../src/scenario/scenario.ts";
import { makeMatrixResult } from "../../src/study/matrix/matrix-result.ts";

/** What kind of matrix to make up. */
export interface SampleMatrixOptions {
  /** Settings and their values, from the path. Default: store, payload and maxBatch. */
  readonly axes?: Readonly<Record<string, readonly string[]>>;
  readonly phases?: readonly string[];
  readonly rounds?: number;
  /** What became of cells, by their index; the others passed. */
  readonly outcomes?: Readonly<Record<number, CellOutcome>>;
  /** Put into every name and text that a user can choose. */
  readonly text?: string;
}

const units: Readonly<Record<MatrixMetric, MetricUnit>> = {
  throughput: "per_second",
  p50: "us",
  p99: "us",
  error_rate: "ratio",
  cpu_per_op: "us_per_op",
};

/** What a metric is in a cell that is `slower` times slower than the fastest. */
const values: Readonly<Record<MatrixMetric, (slower: number) => number>> = {
  throughput: (slower) => 120_000 / slower,
  p50: (slower) => 130 * slower,
  p99: (slower) => 900 * slower,
  error_rate: () => 0,
  cpu_per_op: (slower) => 5 * slower,
};

/** A made-up matrix: each further level of an axis is slower by half, and rounds vary by some per cent. The first cell is the fastest by far. */
export function sampleMatrix({
  axes = {
    "target.store": ["memory", "log", "redis"],
    "target.payload": ["100B", "4kB"],
    "target.knobs.maxBatch": ["8", "256"],
  },
  phases = ["full"],
  rounds = 3,
  outcomes = {},
  text = "",
}: SampleMatrixOptions = {}): MatrixResult {
  const crossed: readonly MatrixAxis[] = Object.entries(axes).map(([path, levels]) => ({
    name: `${path.split(".").at(-1)}${text}`,
    levels: levels.map((level) => ({
      text: level + text,
      overrides: [{ label: "", path: path.split("."), value: level }],
    })),
  }));
  const random = createRandom(5);
  const cells = crossLevels(crossed).map((levels, i) => {
    const slower = levels.reduce((factor, level) => factor * (1 + level / 2), 1);
    const outcome = outcomes[i] ?? "pass";
    const isMeasured = outcome !== "impossible" && outcome !== "setup_failed";
    const figures = phases.flatMap((phase) =>
      matrixMetrics.map((metric): CellFigure => {
        const varied = Array.from(
          { length: rounds },
          () => values[metric](slower) * (0.97 + random.next() * 0.06),
        );
        return {
          metric,
          phase,
          unit: units[metric],
          value: varied[rounds >> 1] ?? 0,
          rounds: varied,
          isBest: false,
        };
      }),
    );
    return cellWith({
      levels,
      name: crossed.map(({ name, levels: all }, axis) => `${name}=${all[levels[axis] ?? 0]?.text}`).join(" "),
      outcome,
      figures: isMeasured ? figures : [],
    });
  });
  return makeMatrixResult({
    scenario: {
      name: `matrix-store${text}`,
      why: `Which store, and how large a batch?${text}`,
      file: "scenarios/matrix-store.yaml",
      source: `why: Which store?${text}\n`,
      target: "engine",
      phases: phases.map((phase) => ({ phase, summary: "64 clients for 1 s" })),
    },
    seed: 1,
    command: "npx dyno run scenarios/matrix-store.yaml",
    startedAt: new Date("2026-11-25T12:00:00Z"),
    durationMs: 65_000,
    axes: crossed,
    rounds,
    cells,
    environment: {
      dynoVersion: "0.1.0",
      node: "v20.20.2",
      v8: "11.3",
      os: "Debian",
      kernel: "linux 6 x64",
      cpuModel: "CPU",
      cores: 2,
      memoryBytes: 8e9,
      services: [],
    },
  });
}

const reasons: Readonly<Record<CellOutcome, string>> = {
  pass: "All 2 targets are met.",
  fail: "p99 in full is 9.1\u202fms, 82 % over its limit of 5\u202fms.",
  inconclusive: "p99 is 3 ms from 20 samples; at least 368 are needed to say that it is below 5 ms.",
  invalid: "full: a thread that only sleeps lost 12 % of its time to a busy machine, and 5 % is the most.",
  setup_failed: "This scenario needs Redis: set REDIS_URL, or install redis-server.",
  interrupted: "The run was interrupted; what was measured until then is here.",
  impossible: "the memory store cannot give durable, only accepted and stored",
};

function cellWith(cell: Pick<MatrixCell, "levels" | "name" | "outcome" | "figures">): MatrixCell {
  const { outcome, levels } = cell;
  const isMeasured = cell.figures.length > 0;
  return {
    ...cell,
    ...(isMeasured ? { folder: `cells/${levels.join("-")}` } : {}),
    reason: reasons[outcome],
    verdicts: isMeasured ? [verdict("pass"), verdict(outcome === "fail" ? "fail" : "pass")] : [],
    warnings: outcome === "invalid" ? ["full: all cores were busy"] : [],
    isSound: isMeasured && (outcome === "pass" || outcome === "fail" || outcome === "inconclusive"),
  };
}

function verdict(outcome: Verdict["outcome"]): Verdict {
  return {
    outcome,
    rule: "p99 <= 5ms",
    metricName: "p99",
    op: "<=",
    limit: 5000,
    unit: "us",
    samples: 1000,
    sentence: "p99 is as it is.",
    line: 1,
    column: 1,
  };
}
