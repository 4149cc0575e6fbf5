import { formatCount } from "../base/units.ts";
import { describeChange } from "../measure/comparison-wording.ts";
import type {
  ShareEstimate,
  TunedConfig,
  TunedValue,
  TuneSensitivity,
  TuneSlope,
} from "../measure/tuning.ts";

/** What is shown of a parameter beside its values. */
export interface ShownParam {
  readonly name: string;
  /** Empty or absent for plain numbers and for choices. */
  readonly unit?: string;
  readonly default: TunedValue;
}

/** A value as people read it, with its unit: `1 000 us`. */
export function settingText({ unit = "" }: Pick<ShownParam, "unit">, value: TunedValue): string {
  if (typeof value !== "number") return String(value);
  const figure = Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(6)));
  return unit === "" ? figure : `${figure}\u202f${unit}`;
}

/** The parameters that a configuration changes, without their units: `maxBatch 256, linger 0`. */
export function configText(params: readonly ShownParam[], config: TunedConfig): string {
  const changed = changedParams(params, config).map(
    ({ param, value }) => `${param.name} ${settingText({}, value)}`,
  );
  return changed.length === 0 ? "the default" : changed.join(", ");
}

/** The parameters that a configuration sets to something other than their default, with that. */
export function changedParams<Param extends ShownParam>(
  params: readonly Param[],
  config: TunedConfig,
): readonly { readonly param: Param; readonly value: TunedValue }[] {
  return params
    .map((param) => ({ param, value: config[param.name] ?? param.default }))
    .filter(({ param, value }) => value !== param.default);
}

/** A share of the default's objective as a change of it: `−28.0 % [−33.0, −23.0]`. */
export function shareText(share: ShareEstimate): string {
  const { change, interval } = shareChange(share);
  return `${change} ${interval}`.trim();
}

/** As `shareText`, the change and its interval apart. */
export function shareChange({ estimate, low, high }: ShareEstimate): ReturnType<typeof describeChange> {
  return describeChange({ estimate, interval: [low, high], scale: "ratio" });
}

/** Whether a slope is more than noise: its interval leaves 1 out. */
export function isClear({ factor }: Pick<TuneSlope, "factor">): boolean {
  return factor.low > 1 || factor.high < 1;
}

/** Which step a sensitivity is of: `per doubling`, `set to redis`. `incumbent` is where it was taken. */
export function stepText(
  { per, param, slice }: Pick<TuneSensitivity, "per" | "param" | "slice">,
  incumbent: TunedConfig | undefined,
): string {
  if (per !== "best other value") return `per ${per}`;
  const [other] = slice
    .filter(({ value }) => value !== incumbent?.[param])
    .toSorted((a, b) => a.share.estimate - b.share.estimate);
  return `set to ${other === undefined ? "its best other value" : other.value}`;
}
