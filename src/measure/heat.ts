import type { LatencyHistogram } from "../stats/histogram.ts";

/** Lower edges of the heat map's rows in microseconds: six to the power of ten, from 1 µs to 10 s. */
export const heatEdges: readonly number[] = Array.from({ length: 43 }, (_, i) =>
  Number((10 ** (i / 6)).toPrecision(4)),
);

/** A histogram on the grid of the heat map: [lower edge, count] of the rows that are not empty. */
export function heatOf(histogram: LatencyHistogram): readonly (readonly [number, number])[] {
  const rows = new Map<number, number>();
  let row = 0;
  for (const { fromMicros, count } of histogram.buckets()) {
    while (row < heatEdges.length - 1 && (heatEdges[row + 1] ?? Number.POSITIVE_INFINITY) <= fromMicros)
      row++;
    const edge = heatEdges[row] ?? 1;
    rows.set(edge, (rows.get(edge) ?? 0) + count);
  }
  return [...rows];
}
