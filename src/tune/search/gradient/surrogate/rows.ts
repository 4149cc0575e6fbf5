import type { Point } from "../../../space/space.ts";

/** What one target of a surrogate, or the objective, was at each point that was measured. */
export interface Rows {
  readonly count: number;
  /** Coordinates of a point. */
  readonly dims: number;
  /** Point after point. */
  readonly points: Float64Array;
  /** When each was measured, from 0 to 1 of the budget. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** The variance of each one's noise, in that of a row of length 1. */
  readonly noises: Float64Array;
}

/** One of the rows. */
export interface Row {
  readonly point: Point;
  readonly time: number;
  readonly value: number;
  readonly noise: number;
}

/** Lays rows out one after the other, as the arithmetic wants them. */
export function layOut(rows: readonly Row[], dims: number): Rows {
  const points = new Float64Array(rows.length * dims);
  rows.forEach(({ point }, i) => {
    points.set(point, i * dims);
  });
  return {
    count: rows.length,
    dims,
    points,
    times: Float64Array.from(rows, ({ time }) => time),
    values: Float64Array.from(rows, ({ value }) => value),
    noises: Float64Array.from(rows, ({ noise }) => noise),
  };
}
