import type { ShareEstimate, TuneSensitivity, TuneSlope } from "../measure/tuning.ts";
import { toUnit } from "../scenario/param-scale.ts";
import type { NumberParam, Param } from "../scenario/tuning.ts";
import type { Estimate, ModelView, Slope } from "./search/searcher.ts";

/** So many values of each parameter show how the objective runs along it. */
const slicePoints = 25;

/** An estimate of a difference of scores, which are ln, as a share. */
export function shareOfScore({ mean, low, high }: Estimate): ShareEstimate {
  return { estimate: Math.exp(mean), low: Math.exp(low), high: Math.exp(high) };
}

/** The slopes of a model, each as the factor of a step that people can picture. */
export function slopesOf(model: ModelView, params: readonly Param[]): TuneSlope[] {
  return model.slopes.flatMap((slope) => {
    const param = params.find(({ name }) => name === slope.param);
    return param === undefined ? [] : [toFactor(param, slope)];
  });
}

/** All that a model says of how the objective depends on each parameter, at the incumbent. */
export function sensitivitiesOf(model: ModelView, params: readonly Param[]): TuneSensitivity[] {
  const slices = model.slices(slicePoints);
  return slopesOf(model, params).map((slope) => ({
    ...slope,
    matters: slope.factor.low > 1 || slope.factor.high < 1,
    slice: (slices.find(({ param }) => param === slope.param)?.points ?? []).map(({ value, score }) => ({
      value,
      share: shareOfScore(score),
    })),
  }));
}

function toFactor(param: Param, { slope }: Slope): TuneSlope {
  if (param.type === "choice") {
    return { param: param.name, per: "best other value", factor: shareOfScore(slope) };
  }
  const isLinear = param.scale === "linear";
  const step = isLinear ? 0.1 : doubling(param);
  const scaled = { mean: slope.mean * step, low: slope.low * step, high: slope.high * step };
  return {
    param: param.name,
    per: isLinear ? "tenth of the range" : "doubling",
    factor: shareOfScore(scaled),
  };
}

/** How far doubling reaches, in coordinates: of the value, or of 1 + the value on a scale that starts at 0. */
function doubling(param: NumberParam): number {
  const { min, scale } = param;
  return toUnit(param, scale === "log1p" ? 2 * min + 1 : 2 * min);
}
