import { Gauge, type Registry } from "prom-client";
import type { MetricUnit } from "../measure/result.ts";

/** Makes gauges in a registry: name, help, labels. */
export function gaugesOf(
  registry: Registry,
): <Label extends string>(name: string, help: string, labelNames: readonly Label[]) => Gauge<Label> {
  return (name, help, labelNames) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
}

/** A state set: 1 for the state that holds, 0 for the others. */
export function setState<Label extends string>(
  gauge: Gauge<Label>,
  labels: Partial<Record<Label, string>>,
  label: Label,
  states: readonly string[],
  current: string,
): void {
  for (const state of states) gauge.set({ ...labels, [label]: state }, state === current ? 1 : 0);
}

/** What a value in a metric's unit is multiplied by to be in the base unit of Prometheus. */
export const toBaseUnit: Readonly<Record<MetricUnit, number>> = {
  us: 1e-6,
  us_per_op: 1e-6,
  ratio: 1,
  per_second: 1,
  bytes: 1,
  count: 1,
};
