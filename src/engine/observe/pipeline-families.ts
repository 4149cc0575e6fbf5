import type { RunCounts } from "../pipeline/run-counters.ts";
import type { StepMetrics } from "../pipeline/step-metrics.ts";
import type { Labels, MetricFamily } from "./metric-family.ts";

/** What pipelines give when they are asked. */
export interface WatchedPipelines {
  runCounts(): readonly RunCounts[];
  stepMetrics(): readonly StepMetrics[];
}

type Samples = readonly (readonly [Labels, number])[];

interface Row {
  readonly name: string;
  readonly help: string;
  readonly type: MetricFamily["type"];
  readonly rows: (pipelines: WatchedPipelines) => Samples;
}

const outcomes = ["completed", "failed", "cancelled", "parked"] as const;
const attempts = ["succeeded", "failed"] as const;

function ofRuns(read: (counts: RunCounts) => number): Row["rows"] {
  return (pipelines) =>
    pipelines.runCounts().map((counts) => [{ pipeline: counts.pipeline }, read(counts)] as const);
}

function ofSteps(read: (metrics: StepMetrics) => number): Row["rows"] {
  return (pipelines) =>
    pipelines
      .stepMetrics()
      .map((metrics) => [{ pipeline: metrics.pipeline, step: metrics.step }, read(metrics)] as const);
}

/** What Prometheus is told of pipelines; how long steps take is among the durations of all work. */
const table: readonly Row[] = [
  {
    name: "dyno_engine_pipeline_active_runs",
    help: "Stored runs that are under way.",
    type: "gauge",
    rows: ofRuns(({ active }) => active),
  },
  {
    name: "dyno_engine_pipeline_runs_started_total",
    help: "Stored runs that were begun or resumed.",
    type: "counter",
    rows: ofRuns(({ started }) => started),
  },
  {
    name: "dyno_engine_pipeline_runs_resumed_total",
    help: "Stored runs that were taken up again from their records.",
    type: "counter",
    rows: ofRuns(({ resumed }) => resumed),
  },
  {
    name: "dyno_engine_pipeline_runs_ended_total",
    help: "Stored runs that have ended, by outcome.",
    type: "counter",
    rows: (pipelines) =>
      pipelines
        .runCounts()
        .flatMap((counts) =>
          outcomes.map((outcome) => [{ pipeline: counts.pipeline, outcome }, counts[outcome]] as const),
        ),
  },
  {
    name: "dyno_engine_pipeline_step_attempts_total",
    help: "Attempts of a step that have ended, by outcome.",
    type: "counter",
    rows: (pipelines) =>
      pipelines
        .stepMetrics()
        .flatMap((metrics) =>
          attempts.map(
            (outcome) =>
              [{ pipeline: metrics.pipeline, step: metrics.step, outcome }, metrics[outcome]] as const,
          ),
        ),
  },
  {
    name: "dyno_engine_pipeline_step_retries_total",
    help: "Attempts of a step after the first.",
    type: "counter",
    rows: ofSteps(({ retries }) => retries),
  },
  {
    name: "dyno_engine_pipeline_step_skips_total",
    help: "Times that a step was skipped.",
    type: "counter",
    rows: ofSteps(({ skipped }) => skipped),
  },
];

/** The metrics of what these give when they are asked. */
export function createPipelineFamilies(watched: () => Iterable<WatchedPipelines>): readonly MetricFamily[] {
  return table.map(({ rows, ...family }) => ({
    ...family,
    samples: () => Array.from(watched()).flatMap((pipelines) => rows(pipelines)),
  }));
}
