import { formatBytes, formatDuration, formatRatio } from "../../../base/units.ts";
import type { Interval } from "../../../measure/result.ts";
import { resourceChart } from "../charts/resource-chart.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";

/** Processor, event loop and memory over time, the store's own counters, and how well the load generator did. */
export function resources(data: ReportData): Html | false {
  const { rows } = data;
  if (rows.length === 0) return false;
  const most = (read: (row: Interval) => number): number =>
    rows.reduce((high, row) => Math.max(high, read(row)), 0);
  const hasOutside = rows.some(({ outsideCpuCores }) => outsideCpuCores !== undefined);
  const charts = [
    resourceChart(data, {
      title: "CPU",
      note: `cores, max ${most(({ cpuCores }) => cpuCores).toFixed(2)}`,
      lines: [
        { name: "trial", colour: "var(--i1)", value: ({ cpuCores }) => cpuCores },
        ...(hasOutside
          ? [
              {
                name: "server",
                colour: "var(--teal)",
                value: ({ outsideCpuCores }: Interval) => outsideCpuCores,
              },
            ]
          : []),
      ],
      label: (value) => String(Number(value.toFixed(2))),
    }),
    resourceChart(data, {
      title: "Event-loop lag",
      note: `longest in each interval, max ${formatDuration(most(({ loopLagMaxMicros }) => loopLagMaxMicros))}`,
      lines: [{ name: "longest", colour: "var(--i1)", value: ({ loopLagMaxMicros }) => loopLagMaxMicros }],
      label: formatDuration,
    }),
    resourceChart(data, {
      title: "Memory",
      note: `RSS, max ${formatBytes(most(({ rssBytes }) => rssBytes))}`,
      lines: [
        { name: "RSS", colour: "var(--i1)", value: ({ rssBytes }) => rssBytes },
        { name: "heap", colour: "var(--teal)", value: ({ heapBytes }) => heapBytes },
      ],
      label: formatBytes,
    }),
  ];
  return html`<section class="card" id="resources"><div class="title"><h2>Resources</h2><span class="sub">${generatorHealth(data)}</span></div><div class="three">${charts}${redisCharts(data)}</div></section>`;
}

/** What Redis says of itself, where it was asked. */
function redisCharts(data: ReportData): Html[] {
  const has = (name: string): boolean => data.rows.some(({ counters }) => counters[name] !== undefined);
  const charts: Html[] = [];
  if (has("redis_used_memory_bytes")) {
    charts.push(
      resourceChart(data, {
        title: "Redis memory",
        note: "used_memory",
        lines: [
          { name: "used", colour: "var(--teal)", value: ({ counters }) => counters.redis_used_memory_bytes },
        ],
        label: formatBytes,
      }),
    );
  }
  if (has("redis_commands_total")) {
    const rates = ratesOf(data.rows, "redis_commands_total");
    charts.push(
      resourceChart(data, {
        title: "Redis commands",
        note: "a second; one command stores a whole batch",
        lines: [{ name: "commands", colour: "var(--teal)", value: (row) => rates.get(row) }],
        label: (value) => (value >= 1000 ? `${value / 1000}k/s` : `${value}/s`),
      }),
    );
  }
  return charts;
}

/** A running total as a rate between neighbouring rows. */
function ratesOf(rows: readonly Interval[], name: string): Map<Interval, number> {
  const rates = new Map<Interval, number>();
  for (let i = 1; i < rows.length; i++) {
    const [before, row] = [rows[i - 1], rows[i]];
    const from = before?.counters[name];
    const to = row?.counters[name];
    if (before && row && from !== undefined && to !== undefined && to >= from)
      rates.set(row, ((to - from) * 1000) / Math.max(1, row.atMs - before.atMs));
  }
  return rates;
}

function generatorHealth({ phases, trial }: ReportData): string {
  const open = phases.filter(({ loop, lag }) => loop === "open" && lag.count > 0);
  const measured = trial?.phases.filter(({ kind }) => kind === "measured") ?? [];
  const lost = measured.reduce((most, { hiccups }) => Math.max(most, hiccups.lostRatio), 0);
  const hiccup = measured.reduce((most, { hiccups }) => Math.max(most, hiccups.p99Micros), 0);
  const machine = `A thread that only sleeps was ${formatDuration(hiccup)} late at p99 and lost ${formatRatio(lost)} of its time.`;
  const worst = open.toSorted((a, b) => b.lag.quantile(0.99) - a.lag.quantile(0.99))[0];
  if (worst === undefined) return machine;
  const lag = `The generator sent ${formatDuration(worst.lag.quantile(0.5))} after the due time at p50 and ${formatDuration(worst.lag.quantile(0.99))} at p99 (${worst.phase}).`;
  return `${lag} ${machine}`;
}
