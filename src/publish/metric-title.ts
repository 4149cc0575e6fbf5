const titles: Readonly<Record<string, string>> = {
  error_rate: "Error rate",
  throughput: "Throughput",
  cpu_per_op: "CPU per operation",
  rss: "Memory (RSS)",
  max: "Latency max",
  mean: "Latency mean",
  lost: "Events lost",
  duplicates: "Events stored twice",
  recovery: "Recovery after faults",
  availability: "Availability",
};

/** A metric's name as the reports write it: `Latency p99`, `Error rate`. */
export function metricTitle(metric: string): string {
  return titles[metric] ?? `Latency ${metric}`;
}
