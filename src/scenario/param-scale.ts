import type { ChoiceParam, NumberParam, ParamValue } from "./tuning.ts";

/** Where a value stands between `min` (0) and `max` (1) on the parameter's scale. Values outside are not cut off. */
export function toUnit({ min, max, scale }: NumberParam, value: number): number {
  const [low, high] = [bend(scale, min), bend(scale, max)];
  return (bend(scale, value) - low) / (high - low);
}

/** The value at a coordinate: cut off at 0 and 1, rounded to a step (of an int: to a whole number). */
export function toValue(param: NumberParam, coordinate: number): number {
  const { min, max, scale } = param;
  const [low, high] = [bend(scale, min), bend(scale, max)];
  const share = Math.min(1, Math.max(0, coordinate));
  const exact = Math.min(max, Math.max(min, unbend(scale, low + share * (high - low))));
  return roundToStep(param, exact);
}

/** The index of a choice's value; throws RangeError where it has no such value. */
export function indexOfValue({ name, values }: ChoiceParam, value: ParamValue): number {
  const index = values.indexOf(value);
  if (index < 0) throw new RangeError(`${name} has no value ${value}`);
  return index;
}

function bend(scale: NumberParam["scale"], value: number): number {
  if (scale === "log") return Math.log(value);
  return scale === "log1p" ? Math.log1p(value) : value;
}

function unbend(scale: NumberParam["scale"], bent: number): number {
  if (scale === "log") return Math.exp(bent);
  return scale === "log1p" ? Math.expm1(bent) : bent;
}

function roundToStep({ type, min, max, step }: NumberParam, value: number): number {
  const width = step ?? (type === "int" ? 1 : 0);
  if (width === 0) return value;
  const from = step === undefined ? 0 : min;
  const most = Math.floor((max - from) / width + 1e-9);
  const steps = Math.min(most, Math.round((value - from) / width));
  // 0.1 + 2 * 0.1 is not 0.3; twelve digits are more than any knob has.
  return Number((from + steps * width).toPrecision(12));
}
