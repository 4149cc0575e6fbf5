import type { CapacityResult } from "../../measure/capacity.ts";
import type { EntryMetric } from "../../measure/run-entry.ts";
import type { SweepResult } from "../../measure/sweep.ts";

/** The headline of a search: the rate that is carried, with its interval; where that is not known, the one that was confirmed. */
export function capacityMetrics({ capacity, confirmedPerSec }: CapacityResult): readonly EntryMetric[] {
  if (capacity !== undefined)
    return [{ ...throughput, value: capacity.estimate, interval: [capacity.low, capacity.high] }];
  return confirmedPerSec === undefined ? [] : [{ ...throughput, value: confirmedPerSec }];
}

/** The headline of a sweep: the most throughput that a number of clients had. Its least and greatest round are no interval. */
export function sweepMetrics({ levels }: SweepResult): readonly EntryMetric[] {
  if (levels.length === 0) return [];
  return [{ ...throughput, value: Math.max(...levels.map((level) => level.throughput.estimate)) }];
}

const throughput = { metric: "throughput", unit: "per_second" } as const;
