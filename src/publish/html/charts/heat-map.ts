import { formatCount, formatDuration, formatRatio } from "../../../base/units.ts";
import { heatEdges } from "../../../measure/heat.ts";
import type { Interval } from "../../../measure/result.ts";
import type { ReportData } from "../report-data.ts";
import { type Html, html } from "../template.ts";
import {
  asTable,
  boxOf,
  drawing,
  inside,
  latencyLabel,
  n1,
  scrollable,
  someOf,
  timeAxis,
  timeScale,
} from "./frame.ts";
import { markZones } from "./marks.ts";

const maxColumns = 140;
const steps = 8;

interface Column {
  readonly fromMs: number;
  readonly toMs: number;
  readonly counts: ReadonlyMap<number, number>;
  readonly total: number;
}

/** How operations spread over latencies, column by column: share of the column's operations in eight steps of one hue. */
export function heatMap(data: ReportData): Html {
  const box = boxOf(1160, 260);
  const columns = columnsOf(data.trial?.timeline ?? []);
  const used = columns.flatMap(({ counts }) => [...counts.keys()].map((edge) => heatEdges.indexOf(edge)));
  if (used.length === 0) return html``;
  const low = Math.min(...used);
  const high = Math.max(...used);
  const rowHeight = (box.bottom - box.top) / (high - low + 1);
  const x = timeScale(data, box);
  const topOf = (row: number): number => box.bottom - (row - low + 1) * rowHeight;
  const cells = Array.from({ length: steps }, () => "");
  for (const column of columns) {
    for (const { from, to, level } of runs(column, low, high)) {
      const [left, right] = [n1(x(column.fromMs)), n1(x(column.toMs) + 0.3)];
      cells[level - 1] += `M${left},${n1(topOf(to))}H${right}V${n1(topOf(from) + rowHeight)}H${left}z`;
    }
  }
  const labelRows = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter(
    (row) => row % 6 === 0 || high - low < 12,
  );
  const labels = labelRows.map(
    (row) =>
      html`<text x="${box.left - 7}" y="${n1(topOf(row) + rowHeight + 4)}" text-anchor="end">${latencyLabel(heatEdges[row] ?? 1)}</text>`,
  );
  const body = [
    inside(box, markZones(data, x, box)),
    timeAxis(data, x, box),
    inside(
      box,
      cells.map((d, i) => d !== "" && html`<path d="${d}" fill="${`var(--h${i + 1})`}"/>`),
    ),
    html`${labels}`,
  ];
  const description =
    "Darker (in the dark theme: lighter) cells hold a larger share of the operations of their time.";
  return html`${scrollable(drawing(box, "Latency heat map", description, body, data), "wider")}${tableOf(columns)}`;
}

/** Of each column the ends of what was measured, and the latency that was most frequent. */
function tableOf(columns: readonly Column[]): Html {
  const rows = someOf(
    columns.filter(({ total }) => total > 0),
    40,
  ).map(({ fromMs, counts, total }) => {
    const edges = [...counts.keys()].toSorted((a, b) => a - b);
    const most = edges.reduce(
      (best, edge) => ((counts.get(edge) ?? 0) > (counts.get(best) ?? 0) ? edge : best),
      edges[0] ?? 0,
    );
    return [
      formatDuration(fromMs * 1000),
      formatCount(total),
      latencyLabel(edges[0] ?? 0),
      `${latencyLabel(most)} (${formatRatio((counts.get(most) ?? 0) / total)})`,
      latencyLabel(edges.at(-1) ?? 0),
    ];
  });
  return asTable(["time", "operations", "fastest", "most frequent", "slowest"], rows);
}

function columnsOf(timeline: readonly Interval[]): Column[] {
  const size = Math.max(1, Math.ceil(timeline.length / maxColumns));
  const columns: Column[] = [];
  for (let from = 0; from < timeline.length; from += size) {
    const rows = timeline.slice(from, from + size);
    const counts = new Map<number, number>();
    let total = 0;
    for (const [edge, count] of rows.flatMap(({ heat }) => heat)) {
      counts.set(edge, (counts.get(edge) ?? 0) + count);
      total += count;
    }
    const last = rows.at(-1);
    columns.push({
      fromMs: rows[0]?.atMs ?? 0,
      toMs: (last?.atMs ?? 0) + (last?.lengthMs ?? 0),
      counts,
      total,
    });
  }
  return columns;
}

/** Neighbouring cells of one level as one: the file stays small. */
function runs(
  { counts, total }: Column,
  low: number,
  high: number,
): { from: number; to: number; level: number }[] {
  const found: { from: number; to: number; level: number }[] = [];
  for (let row = low; row <= high; row++) {
    const level = levelOf((counts.get(heatEdges[row] ?? 0) ?? 0) / Math.max(1, total));
    const last = found.at(-1);
    if (level === 0) continue;
    if (last?.level === level && last.to === row - 1) last.to = row;
    else found.push({ from: row, to: row, level });
  }
  return found;
}

/** Shares fall off by powers of two: half and more is 8, a 128th and less is 1. */
function levelOf(share: number): number {
  return share <= 0 ? 0 : Math.max(1, Math.min(steps, steps + 1 + Math.floor(Math.log2(share))));
}
