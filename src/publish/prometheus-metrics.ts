import { Counter, Gauge, type Metric, Registry } from "prom-client";
import { gaugesOf } from "./prometheus-gauges.ts";

/** Upper edges of the duration histogram in seconds: three to the power of ten, from 10 µs to 10 s. */
export const durationEdges: readonly number[] = Array.from({ length: 19 }, (_, i) =>
  Number((10 ** (i / 3 - 5)).toPrecision(4)),
);

/** A histogram that was counted elsewhere: how many operations took at most each edge, and all their time. */
export interface CountedDurations {
  readonly labels: Readonly<Record<string, string>>;
  /** As many as there are `durationEdges`, cumulative. */
  readonly atOrBelow: readonly number[];
  readonly count: number;
  readonly sumSeconds: number;
}

/** The metrics of a run. Labels: scenario and phase, and the outcome of an operation or the name of a target. */
export interface RunMetrics {
  readonly registry: Registry;
  readonly operations: Counter<"scenario" | "phase" | "outcome">;
  readonly offered: Counter<"scenario" | "phase">;
  readonly inFlight: Gauge<"scenario" | "phase">;
  readonly generatorLag: Gauge<"scenario" | "phase">;
  readonly cpuCores: Gauge<"scenario" | "phase">;
  readonly residentMemory: Gauge<"scenario" | "phase">;
  readonly underWay: Gauge<"scenario">;
  readonly targetValue: Gauge<"scenario" | "phase" | "target">;
  readonly targetLimit: Gauge<"scenario" | "phase" | "target">;
  readonly targetMargin: Gauge<"scenario" | "phase" | "target">;
  readonly targetStatus: Gauge<"scenario" | "phase" | "target" | "status">;
  readonly lastCompletion: Gauge<"scenario">;
  readonly buildInfo: Gauge<"version" | "node_version">;
}

/** Creates the metrics in a registry of their own. `durations` is asked at each scrape. */
export function createRunMetrics(durations: () => readonly CountedDurations[]): RunMetrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = gaugesOf(registry);
  registry.registerMetric(durationMetric(durations));
  const target = ["scenario", "phase", "target"] as const;
  return {
    registry,
    operations: new Counter({
      name: "dyno_operations_total",
      help: "Operations that were answered, by outcome.",
      labelNames: ["scenario", "phase", "outcome"],
      registers,
    }),
    offered: new Counter({
      name: "dyno_offered_operations_total",
      help: "Operations that the load asked for.",
      labelNames: ["scenario", "phase"],
      registers,
    }),
    inFlight: new Gauge({
      name: "dyno_inflight_operations",
      help: "Operations that were sent and not answered yet.",
      labelNames: ["scenario", "phase"],
      registers,
    }),
    generatorLag: gauge(
      "dyno_generator_lag_seconds",
      "99th percentile of how late operations were sent, in the latest interval.",
      ["scenario", "phase"],
    ),
    cpuCores: gauge(
      "dyno_trial_cpu_cores",
      "Cores that the trial's process and its target's keep busy, in the latest interval.",
      ["scenario", "phase"],
    ),
    residentMemory: gauge("dyno_trial_resident_memory_bytes", "Memory of the trial's process.", [
      "scenario",
      "phase",
    ]),
    underWay: gauge("dyno_run_under_way", "1 while a run of the scenario is under way, else 0.", [
      "scenario",
    ]),
    targetValue: new Gauge({
      name: "dyno_target_value",
      help: "Measured value, in base units.",
      labelNames: target,
      registers,
    }),
    targetLimit: new Gauge({
      name: "dyno_target_limit",
      help: "Limit, in base units.",
      labelNames: target,
      registers,
    }),
    targetMargin: new Gauge({
      name: "dyno_target_margin_ratio",
      help: "Distance from the limit as a share of it, negative on the bad side.",
      labelNames: target,
      registers,
    }),
    targetStatus: new Gauge({
      name: "dyno_target_status",
      help: "1 for the status that the target has, 0 for the others.",
      labelNames: [...target, "status"],
      registers,
    }),
    lastCompletion: new Gauge({
      name: "dyno_run_last_completion_timestamp_seconds",
      help: "When the run was over.",
      labelNames: ["scenario"],
      registers,
    }),
    buildInfo: new Gauge({
      name: "dyno_build_info",
      help: "Always 1; the labels tell the versions.",
      labelNames: ["version", "node_version"],
      registers,
    }),
  };
}

const durationName = "dyno_operation_duration_seconds";

/** prom-client has no histogram that can be filled from counts; its registry asks only for `get`. */
function durationMetric(durations: () => readonly CountedDurations[]): Metric {
  const metric = {
    name: durationName,
    help: "Time from when an operation was due until it was done.",
    type: "histogram",
    aggregator: "sum",
    get: async () => ({ ...metric, values: durations().flatMap(valuesOf) }),
    reset: () => undefined,
  };
  return metric as unknown as Metric;
}

function valuesOf({ labels, atOrBelow, count, sumSeconds }: CountedDurations) {
  const value = (suffix: string, extra: Readonly<Record<string, string | number>>, value: number) => ({
    metricName: `${durationName}_${suffix}`,
    labels: { ...extra, ...labels },
    value,
  });
  return [
    ...durationEdges.map((le, i) => value("bucket", { le }, atOrBelow[i] ?? 0)),
    value("bucket", { le: "+Inf" }, count),
    value("sum", {}, sumSeconds),
    value("count", {}, count),
  ];
}
