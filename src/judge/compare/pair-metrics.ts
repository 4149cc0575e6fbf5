import type { ArmFigures, ArmPhase, PairRecord } from "../../measure/pair.ts";
import type { MetricUnit } from "../../measure/result.ts";
import type { ComparedMetric } from "../../scenario/scenario.ts";
import { decodeHistogram, type LatencyHistogram } from "../../stats/histogram.ts";
import { samplesForQuantile } from "../../stats/quantile-interval.ts";

/** What a metric of a comparison is, apart from its figures. */
export interface MetricKind {
  readonly metric: ComparedMetric;
  /** Absent for metrics of the whole process. */
  readonly phase?: string;
  readonly unit: MetricUnit;
  readonly higherIsBetter: boolean;
  readonly scale: "ratio" | "difference";
}

/** A metric as one process showed it. */
export interface ArmMetric extends MetricKind {
  /** In the base unit; undefined where nothing was measured, or too little for the quantile. */
  readonly value: number | undefined;
}

/** A metric as the two processes of a pair showed it. */
export interface PairMetric extends MetricKind {
  readonly base: number;
  readonly candidate: number;
  /** How much worse the candidate is: ln of the ratio, its sign turned where higher is better; or the difference. */
  readonly worse: number;
}

/** All metrics of which both processes have a value. */
export function readPair({ base, candidate }: PairRecord): PairMetric[] {
  const others = readArm(candidate);
  return readArm(base).flatMap((metric) => {
    const other = others.find((one) => one.metric === metric.metric && one.phase === metric.phase);
    if (metric.value === undefined || other?.value === undefined) return [];
    const worse = worseBy(metric, metric.value, other.value);
    const { value, ...kind } = metric;
    return Number.isFinite(worse) ? [{ ...kind, base: value, candidate: other.value, worse }] : [];
  });
}

/** How much worse one value is than another; see `PairMetric`. */
export function worseBy({ scale, higherIsBetter }: MetricKind, base: number, candidate: number): number {
  const change = scale === "difference" ? candidate - base : Math.log(candidate / base);
  return higherIsBetter ? -change : change;
}

/** The metrics of one process. */
export function readArm({ phases, rssPeakBytes }: ArmFigures): ArmMetric[] {
  return [
    ...phases.flatMap(({ response, ...figures }) => {
      const histogram = decodeHistogram(response);
      return readPhase(figures, (_, q) => quantileOf(histogram, q));
    }),
    readMemory(rssPeakBytes),
  ];
}

/** The memory of one process. */
export function readMemory(rssPeakBytes: number): ArmMetric {
  return { metric: "rss", unit: "bytes", higherIsBetter: false, scale: "ratio", value: rssPeakBytes };
}

const quantiles = [
  ["p90", 0.9],
  ["p99", 0.99],
  ["p99.9", 0.999],
] as const;

/** The metrics of one process in one phase; `latency` gives a quantile in microseconds, where the samples are enough. */
export function readPhase(
  figures: Omit<ArmPhase, "response">,
  latency: (name: "p50" | "p90" | "p99" | "p99.9", q: number) => number | undefined,
): ArmMetric[] {
  const { phase, loop, varies = false, completed, failed, measuredMs } = figures;
  const lower = { phase, higherIsBetter: false, scale: "ratio" } as const;
  // Where the load varies no part of it speaks for all.
  const cost = varies ? (measuredMs * 1000) / completed : quietValue(figures.costMicros);
  const throughput: ArmMetric = {
    metric: "throughput",
    phase,
    unit: "per_second",
    higherIsBetter: true,
    scale: "ratio",
    value: cost === undefined || completed === 0 ? undefined : 1e6 / cost,
  };
  return [
    // In an open loop the schedule decides how many there are.
    ...(loop === "closed" ? [throughput] : []),
    {
      ...lower,
      metric: "p50",
      unit: "us",
      value: varies ? latency("p50", 0.5) : quietValue(figures.p50Micros),
    },
    ...quantiles.map(
      ([metric, q]): ArmMetric => ({ ...lower, metric, unit: "us", value: latency(metric, q) }),
    ),
    {
      ...lower,
      metric: "error_rate",
      unit: "ratio",
      scale: "difference",
      value: completed + failed > 0 ? failed / (completed + failed) : undefined,
    },
    { ...lower, metric: "cpu_per_op", unit: "us_per_op", value: quietValue(figures.cpuMicrosPerOp) },
  ];
}

/** The lower quartile of the slices: what the process does when nobody disturbs it. 0 cannot be compared and is none. */
function quietValue(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.floor((sorted.length - 1) * 0.25)];
  return value !== undefined && value > 0 ? value : undefined;
}

function quantileOf(response: LatencyHistogram, q: number): number | undefined {
  return response.count >= samplesForQuantile(q) ? response.quantile(q) : undefined;
}
