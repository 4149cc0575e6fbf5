import { toUnit, toValue } from "../../../scenario/param-scale.ts";
import type { Param, ParamValue } from "../../../scenario/tuning.ts";
import type { Point } from "../../space/space.ts";
import type { Bounds } from "../bounds.ts";
import type { Estimate, ModelView, Slice, Slope } from "../searcher.ts";
import type { Beliefs } from "./beliefs.ts";
import { estimateOf } from "./finalists.ts";
import type { Belief } from "./surrogate/surrogate.ts";

/** What the beliefs say around a point, for people to look at. */
export function viewOf(beliefs: Beliefs, bounds: Bounds, at: Point, radius: number): ModelView {
  const beginning = bounds.space.toPoint(bounds.beginning);
  return {
    radius,
    slopes: slopesAt(beliefs, bounds, at),
    slices: (points) =>
      bounds.space.params.map(
        (param, i): Slice => ({
          param: param.name,
          points: placesAlong(param, points).map(({ value, coordinate }) => ({
            value,
            score: estimateOf(beliefs.score.difference(at.with(i, coordinate), beginning)),
          })),
        }),
      ),
  };
}

/** How the objective changes with each parameter at a point. */
export function slopesAt({ score }: Beliefs, { values, space }: Bounds, at: Point): Slope[] {
  return space.params.map((param, i) => ({
    param: param.name,
    slope:
      param.type === "choice"
        ? toBestOther(at, i, values[i] ?? 1, score.difference)
        : around(score.slope(at, i)),
  }));
}

/** The values at which a parameter is shown, each once, and their coordinates. */
function placesAlong(
  param: Param,
  most: number,
): { readonly value: ParamValue; readonly coordinate: number }[] {
  if (param.type === "choice") return param.values.map((value, coordinate) => ({ value, coordinate }));
  const values = Array.from({ length: most }, (_, i) => toValue(param, i / Math.max(1, most - 1)));
  return [...new Set(values)].map((value) => ({ value, coordinate: toUnit(param, value) }));
}

function toBestOther(
  at: Point,
  choice: number,
  values: number,
  difference: (point: Point, other: Point) => Belief,
): Estimate {
  let best: Belief | undefined;
  for (let value = 0; value < values; value++) {
    if (value === at[choice]) continue;
    const belief = difference(at.with(choice, value), at);
    if (best === undefined || belief.mean < best.mean) best = belief;
  }
  // A warm search keeps its choices: there is no other value to go to.
  return around(best ?? { mean: 0, sd: 0 });
}

function around({ mean, sd }: Belief): Estimate {
  return { mean, low: mean - 2 * sd, high: mean + 2 * sd };
}
