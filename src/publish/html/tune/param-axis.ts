import { scaleLinear, scaleLog, scaleSymlog } from "d3-scale";
import type { TunedParam, TunedValue } from "../../../measure/tuning.ts";
import { numberText } from "../charts/frame.ts";

/** Where the values of a parameter stand, and which are named. */
export interface ParamAxis {
  /** A value that is out of range stands at the nearest end. */
  readonly place: (value: TunedValue) => number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/**
 * The axis of a parameter between two coordinates, on its own scale: the values of a choice evenly, in their order. Ticks
 * are `gap` apart at least.
 */
export function paramAxis(param: TunedParam, from: number, to: number, gap: number): ParamAxis {
  const { values } = param;
  if (values !== undefined) return choiceAxis(values, from, to);
  const scale = numberScale(param, from, to);
  const kept: { at: number; label: string }[] = [];
  for (const value of wantedTicks(param)) {
    const at = scale(value);
    if (kept.every((other) => Math.abs(other.at - at) >= gap)) kept.push({ at, label: numberText(value) });
  }
  return { place: (value) => scale(Number(value)), ticks: kept };
}

function choiceAxis(values: readonly TunedValue[], from: number, to: number): ParamAxis {
  const step = (to - from) / Math.max(1, values.length);
  const at = (index: number): number => from + (Math.max(0, index) + 0.5) * step;
  return {
    place: (value) => at(values.indexOf(value)),
    ticks: values.map((value, i) => ({ at: at(i), label: shortened(String(value)) })),
  };
}

function shortened(text: string): string {
  return text.length > 10 ? `${text.slice(0, 9)}…` : text;
}

function numberScale({ scale, min = 0, max = 1 }: TunedParam, from: number, to: number) {
  if (scale === "log") return scaleLog([min, max], [from, to]).clamp(true);
  // d3's symlog is ln(1 + |x|) with the sign of x: from 0 on the scale of factors of 1 + the value.
  if (scale === "log1p") return scaleSymlog([min, max], [from, to]).constant(1).clamp(true);
  return scaleLinear([min, max], [from, to]).clamp(true);
}

/** The ends first, then the rounder the sooner. */
function wantedTicks({ scale, min = 0, max = 1 }: TunedParam): readonly number[] {
  if (scale === "linear" || scale === undefined)
    return [min, max, ...scaleLinear([min, max], [0, 1]).ticks(4)];
  const first = Math.floor(Math.log10(Math.max(min, 1e-9)));
  const decades = Array.from({ length: Math.ceil(Math.log10(max)) - first + 1 }, (_, i) => first + i);
  const from = scale === "log1p" ? decades.filter((decade) => decade >= 0) : decades;
  const round = [1, 2, 5].flatMap((digit) => from.map((decade) => Number(`${digit}e${decade}`)));
  return [min, max, ...round.filter((value) => value > min && value < max)];
}
