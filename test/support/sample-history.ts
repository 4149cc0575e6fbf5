import { createRandom } from "../../src/base/random.ts";
import type { HistoryLine } from "../../src/judge/history/history-line.ts";

/** What kind of history to make up. */
export interface SampleHistoryOptions {
  readonly scenario?: string;
  readonly runs?: number;
  /** The true p50 of a run in microseconds. */
  readonly p50?: (run: number) => number;
  /** Of ln p50, from run to run. */
  readonly noise?: number;
  readonly seed?: number;
}

/** Runs of a scenario, one a commit and a day; all metrics but p50 and throughput stay as they are. */
export function sampleHistory({
  scenario = "steady",
  runs = 40,
  p50 = () => 200,
  noise = 0.01,
  seed = 1,
}: SampleHistoryOptions = {}): HistoryLine[] {
  const random = createRandom(seed);
  // The sum of four uniform values is close enough to normal; its standard deviation is sqrt(1/3).
  const factor = (): number => {
    const sum = random.next() + random.next() + random.next() + random.next() - 2;
    return Math.exp(noise * sum * Math.sqrt(3));
  };
  return Array.from({ length: runs }, (_, run): HistoryLine => {
    const latency = (metric: string, value: number) => ({
      metric,
      phase: "full",
      unit: "us" as const,
      higherIsBetter: false,
      value,
      low: value * 0.985,
      high: value * 1.02,
    });
    const median = p50(run) * factor();
    return {
      v: 1,
      kind: "run",
      scenario,
      at: new Date(Date.UTC(2026, 0, 1 + run, 8)).toISOString(),
      revision: (0x1a2b3c4d5e + run * 7_919_191).toString(16).slice(0, 10),
      dirty: false,
      class: "45c78728",
      load: "full: 64 clients for 3 s",
      outcome: "pass",
      metrics: [
        {
          metric: "throughput",
          phase: "full",
          unit: "per_second",
          higherIsBetter: true,
          value: (64e6 / p50(run)) * factor(),
        },
        latency("p50", median),
        latency("p99", 900 * factor()),
        { metric: "error_rate", phase: "full", unit: "ratio", higherIsBetter: false, value: 0 },
        { metric: "rss", unit: "bytes", higherIsBetter: false, value: 9e7 * factor() },
      ],
    };
  });
}

/** Ten losses of 1 %, one in four runs, after ten runs without. */
export function slowSlide(run: number): number {
  return 200 * 1.01 ** Math.min(10, Math.max(0, Math.floor((run - 6) / 4)));
}
