import type { TunedConfig, TunedParam, TuneSlope } from "../../src/measure/tuning.ts";

/** A parameter of the sample, with its scale as functions. */
interface SampleParam extends TunedParam {
  readonly per: TuneSlope["per"];
  toUnit(value: number): number;
  toValue(unit: number): number;
  /** The value one step of `per` up; of the greatest, one down. */
  next(value: number): number;
}

/** Four numbers on three scales, and a choice. */
export const sampleParams: readonly SampleParam[] = [
  number({
    name: "maxBatch",
    meaning: "events that one store entry packs at most",
    scale: "log",
    range: [1, 4096],
    unit: "events",
    default: 8,
  }),
  number({
    name: "lingerMicros",
    meaning: "how long a batch that is not full waits for more",
    scale: "log1p",
    range: [0, 5000],
    unit: "us",
    default: 500,
  }),
  number({
    name: "inFlight",
    meaning: "batches under way at once; only full ones overtake the first",
    scale: "linear",
    range: [1, 64],
    unit: "batches",
    default: 4,
  }),
  number({
    name: "dedupMaxKeys",
    meaning: "idempotency keys that are remembered; beyond, the oldest are forgotten early",
    scale: "log",
    range: [1000, 1_000_000],
    unit: "keys",
    default: 100_000,
  }),
  {
    name: "appendfsync",
    path: "target.appendfsync",
    meaning: "when Redis flushes its log to the disk",
    type: "choice",
    values: ["always", "everysec", "no"],
    unit: "",
    default: "always",
    per: "best other value",
    toUnit: () => 0,
    toValue: () => 0,
    next: (value) => value,
  },
];

/** The configuration before tuning. */
export const sampleDefaults: TunedConfig = Object.fromEntries(
  sampleParams.map((param) => [param.name, param.default]),
);

interface NumberWish {
  readonly name: string;
  readonly meaning: string;
  readonly scale: "linear" | "log" | "log1p";
  readonly range: readonly [number, number];
  readonly unit: string;
  readonly default: number;
}

function number({ range: [min, max], scale, ...wish }: NumberWish): SampleParam {
  const bend = { linear: (value: number) => value, log: Math.log, log1p: Math.log1p }[scale];
  const unbend = { linear: (value: number) => value, log: Math.exp, log1p: Math.expm1 }[scale];
  const step =
    scale === "linear" ? (value: number) => value + (max - min) / 10 : (value: number) => value * 2;
  return {
    ...wish,
    path: `target.knobs.${wish.name}`,
    type: "int",
    scale,
    min,
    max,
    per: scale === "linear" ? "tenth of the range" : "doubling",
    toUnit: (value) => (bend(value) - bend(min)) / (bend(max) - bend(min)),
    toValue: (unit) =>
      Math.round(unbend(bend(min) + Math.min(1, Math.max(0, unit)) * (bend(max) - bend(min)))),
    next: (value) => (step(value) > max ? value - (step(value) - value) : step(value)),
  };
}

/** What a configuration's objective truly is, as a share of the default's: a bowl, with a wall where batches wait too long. */
export function trueShare(config: TunedConfig): number {
  const score = (one: TunedConfig): number => {
    const [batch = 0, linger = 0, inFlight = 0] = sampleParams.map((param) =>
      param.values === undefined ? param.toUnit(Number(one[param.name])) : 0,
    );
    const wall = 3 * Math.max(0, linger - 0.82) + 2.5 * Math.max(0, 0.12 - batch);
    const flush = { always: 0.16, everysec: 0, no: -0.02 }[String(one.appendfsync)] ?? 0;
    return (
      0.9 * (batch - 0.68) ** 2 + 0.55 * linger ** 2 + 1.5 * (inFlight - 0.25) ** 2 + flush + 8 * wall ** 2
    );
  };
  return Math.exp(score(config) - score(sampleDefaults));
}
