import { isMoreBetter, type MatrixCell, type MatrixMetric } from "../../../measure/matrix.ts";
import { figureOf } from "../../matrix-words.ts";

/** How many shades there are: q1 to q7. */
export const shades = 7;
/** The whole ramp stands for this factor at least, so that mere noise does not look like a landscape. */
const leastFactor = 1.25;
const leastShare = 0.01;

/** How the values of a metric become shades; values are of sound cells alone. */
export interface Ramp {
  readonly best: number;
  readonly worst: number;
  /** From 1, the best, to `shades`. */
  shadeOf(value: number): number;
}

/** The ramp of a metric in a phase over all cells: by factors, or by differences where a value is 0. Undefined where no cell has one. */
export function rampOf(cells: readonly MatrixCell[], metric: MatrixMetric, phase: string): Ramp | undefined {
  const values = cells.flatMap((cell) => {
    const value = cell.isSound ? figureOf(cell, metric, phase)?.value : undefined;
    return value === undefined ? [] : [value];
  });
  if (values.length === 0) return undefined;
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const [best, worst] = isMoreBetter(metric) ? [greatest, least] : [least, greatest];
  const place = least > 0 ? Math.log : (value: number): number => value;
  const length = Math.max(
    Math.abs(place(worst) - place(best)),
    least > 0 ? Math.log(leastFactor) : leastShare,
  );
  return {
    best,
    worst,
    shadeOf: (value) =>
      1 + Math.min(shades - 1, Math.floor((Math.abs(place(value) - place(best)) / length) * shades)),
  };
}
