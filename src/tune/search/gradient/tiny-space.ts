import type { Point } from "../../space/space.ts";
import type { Bounds } from "../bounds.ts";

/**
 * How many configurations a search may come to; undefined where there are more than `most`, or where that would take long
 * to find out.
 */
export function countConfigs(bounds: Bounds, most: number): number | undefined {
  const { space, beginning } = bounds;
  let points: Point[] = [space.toPoint(beginning)];
  for (let i = 0; i < space.params.length; i++) {
    const coordinates = coordinatesOf(bounds, i, most * 4);
    if (coordinates === undefined) return undefined;
    points = points.flatMap((point) => coordinates.map((coordinate) => point.with(i, coordinate)));
    if (points.length > most * 4) return undefined;
  }
  const keys = new Set(points.map((point) => space.keyOf(bounds.toConfig(point, beginning))));
  return keys.size <= most ? keys.size : undefined;
}

function coordinatesOf(
  { isChoice, values, space, beginning }: Bounds,
  i: number,
  most: number,
): number[] | undefined {
  const begun = space.toPoint(beginning)[i] ?? 0;
  const count = values[i] ?? 0;
  if (isChoice[i]) return count > 1 ? Array.from({ length: count }, (_, value) => value) : [begun];
  const found: number[] = [];
  // From the least value on; half a step beyond the largest one is rounding.
  let at = space.toPoint(space.toConfig(space.toPoint(beginning).with(i, 0), beginning))[i] ?? 0;
  for (let step = space.stepAt(i, at); at <= 1 + step / 2; at += step, step = space.stepAt(i, at)) {
    if (step === 0 || found.length === most) return undefined;
    found.push(at);
  }
  return found;
}
