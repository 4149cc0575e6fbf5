import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { writeWhole } from "../base/write-whole.ts";
import type { CapacityResult } from "../measure/capacity.ts";
import type { ComparisonResult } from "../measure/comparison.ts";
import type { MatrixResult } from "../measure/matrix.ts";
import type { RunResult } from "../measure/result.ts";
import type { SweepResult } from "../measure/sweep.ts";
import type { TuneResult } from "../measure/tuning.ts";

/** An output: its file's name, and the pure function that makes it. */
interface Publisher<Result> {
  readonly file: string;
  readonly render: (result: Result) => string | Promise<string>;
}

/** The table of a run's outputs. One line adds one; result.json comes first. */
const publishers: readonly Publisher<RunResult>[] = [
  { file: "result.json", render: async (result) => (await import("./json.ts")).renderJson(result) },
  {
    file: "report.html",
    render: async (result) => (await import("./html/render-html.ts")).renderHtml(result),
  },
  {
    file: "metrics.prom",
    render: async (result) => (await import("./prometheus.ts")).renderPrometheus(result),
  },
];

/** The table of the outputs of a gate or an A/B comparison; comparison.json comes first. */
const comparisonPublishers: readonly Publisher<ComparisonResult>[] = [
  { file: "comparison.json", render: async (result) => (await import("./json.ts")).renderJson(result) },
  {
    file: "report.html",
    render: async (result) =>
      (await import("./html/comparison/render-comparison-html.ts")).renderComparisonHtml(result),
  },
  {
    file: "summary.md",
    render: async (result) => (await import("./comparison/markdown.ts")).renderMarkdown(result),
  },
  {
    file: "junit.xml",
    render: async (result) => (await import("./comparison/junit.ts")).renderJunit(result),
  },
  {
    file: "metrics.prom",
    render: async (result) => (await import("./comparison/prometheus.ts")).renderComparisonMetrics(result),
  },
];

/** The table of the outputs of a tuning; tuning.json comes first. */
const tunePublishers: readonly Publisher<TuneResult>[] = [
  { file: "tuning.json", render: async (result) => (await import("./json.ts")).renderJson(result) },
  {
    file: "tuned.yaml",
    render: async (result) => (await import("./tuned-yaml.ts")).renderTunedYaml(result),
  },
  {
    file: "report.html",
    render: async (result) => (await import("./html/tune/render-tune-html.ts")).renderTuneHtml(result),
  },
  {
    file: "metrics.prom",
    render: async (result) => (await import("./prometheus-tune.ts")).renderTuneMetrics(result),
  },
];

/** The table of the outputs of a matrix; matrix.json comes first. */
const matrixPublishers: readonly Publisher<MatrixResult>[] = [
  { file: "matrix.json", render: async (result) => (await import("./json.ts")).renderJson(result) },
  {
    file: "report.html",
    render: async (result) => (await import("./html/matrix/render-matrix-html.ts")).renderMatrixHtml(result),
  },
  {
    file: "table.csv",
    render: async (result) => (await import("./matrix-csv.ts")).renderMatrixCsv(result),
  },
  {
    file: "metrics.prom",
    render: async (result) => (await import("./prometheus-matrix.ts")).renderMatrixMetrics(result),
  },
];

/** The table of the outputs of a search for the highest rate; capacity.json comes first. */
const capacityPublishers: readonly Publisher<CapacityResult>[] = [
  { file: "capacity.json", render: async (result) => (await import("./json.ts")).renderJson(result) },
  {
    file: "report.html",
    render: async (result) =>
      (await import("./html/study/render-capacity-html.ts")).renderCapacityHtml(result),
  },
  {
    file: "metrics.prom",
    render: async (result) => (await import("./prometheus-study.ts")).renderCapacityMetrics(result),
  },
];

/** The table of the outputs of a sweep of clients; sweep.json comes first. */
const sweepPublishers: readonly Publisher<SweepResult>[] = [
  { file: "sweep.json", render: async (result) => (await import("./json.ts")).renderJson(result) },
  {
    file: "report.html",
    render: async (result) => (await import("./html/study/render-sweep-html.ts")).renderSweepHtml(result),
  },
  {
    file: "metrics.prom",
    render: async (result) => (await import("./prometheus-study.ts")).renderSweepMetrics(result),
  },
];

/** What was written, and what could not be. */
export interface Published {
  /** Paths of the files. */
  readonly files: readonly string[];
  /** One line for each output that failed; the others are there. */
  readonly failures: readonly string[];
}

/** Writes every output of a run into a folder, which is made where it is missing. */
export function publishAll(result: RunResult, dir: string): Promise<Published> {
  return writeOutputs(publishers, result, dir);
}

/** Writes every output of a gate or an A/B comparison into a folder, which is made where it is missing. */
export function publishComparison(result: ComparisonResult, dir: string): Promise<Published> {
  return writeOutputs(comparisonPublishers, result, dir);
}

/** Writes every output of a tuning into a folder, which is made where it is missing. */
export function publishTuning(result: TuneResult, dir: string): Promise<Published> {
  return writeOutputs(tunePublishers, result, dir);
}

/** Writes every output of a matrix, but those of its cells, into a folder, which is made where it is missing. */
export function publishMatrix(result: MatrixResult, dir: string): Promise<Published> {
  return writeOutputs(matrixPublishers, result, dir);
}

/** Writes every output of a search for the highest rate into a folder, which is made where it is missing. */
export function publishCapacity(result: CapacityResult, dir: string): Promise<Published> {
  return writeOutputs(capacityPublishers, result, dir);
}

/** Writes every output of a sweep of clients into a folder, which is made where it is missing. */
export function publishSweep(result: SweepResult, dir: string): Promise<Published> {
  return writeOutputs(sweepPublishers, result, dir);
}

async function writeOutputs<Result>(
  outputs: readonly Publisher<Result>[],
  result: Result,
  dir: string,
): Promise<Published> {
  const files: string[] = [];
  const failures: string[] = [];
  for (const { file, render } of outputs) {
    const path = join(dir, file);
    try {
      await writeWhole(path, await render(result));
      files.push(path);
    } catch (error) {
      failures.push(`${path} could not be written: ${messageOf(error)}`);
    }
  }
  return { files, failures };
}
