import { type Metric, Registry } from "prom-client";
import { type Durations, durationEdges } from "./durations.ts";

/** Label names and values; the values are few. */
export type Labels = Readonly<Record<string, string>>;

/** One metric of several series, read when it is scraped. */
export interface MetricFamily {
  /** By Prometheus's conventions: base units, `_total` for counters. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  samples(): Iterable<readonly [Labels, number]>;
}

/** A histogram of several series, counted elsewhere. */
export interface DurationFamily {
  readonly name: string;
  readonly help: string;
  samples(): Iterable<readonly [Labels, Durations]>;
}

/** Creates a registry that reads these families at each scrape. A duplicate name throws. */
export function createRegistry(
  families: readonly MetricFamily[],
  durations: readonly DurationFamily[],
): Registry {
  const registry = new Registry();
  for (const family of families)
    registry.registerMetric(readAtScrape(family, family.type, simpleValues(family)));
  for (const family of durations)
    registry.registerMetric(readAtScrape(family, "histogram", bucketValues(family)));
  return registry;
}

interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** prom-client's own metrics are added to one by one; its registry asks only for `get`. */
function readAtScrape(
  { name, help }: { readonly name: string; readonly help: string },
  type: string,
  values: () => readonly Value[],
): Metric {
  const metric = {
    name,
    help,
    type,
    aggregator: "sum",
    get: async () => ({ ...metric, values: values() }),
    reset: () => undefined,
  };
  return metric as unknown as Metric;
}

function simpleValues({ samples }: MetricFamily): () => readonly Value[] {
  return () => Array.from(samples(), ([labels, value]) => ({ labels, value }));
}

function bucketValues({ name, samples }: DurationFamily): () => readonly Value[] {
  return () =>
    Array.from(samples()).flatMap(([labels, durations]) => {
      const atOrBelow = durations.atOrBelow();
      return [
        ...durationEdges.map((le, i) => ({
          metricName: `${name}_bucket`,
          labels: { le, ...labels },
          value: atOrBelow[i] ?? 0,
        })),
        { metricName: `${name}_bucket`, labels: { le: "+Inf", ...labels }, value: durations.count },
        { metricName: `${name}_sum`, labels, value: durations.sumSeconds },
        { metricName: `${name}_count`, labels, value: durations.count },
      ];
    });
}
