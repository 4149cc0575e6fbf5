/** What a text with a unit can mean, and which units there are. */
export interface UnitFamily {
  /** In messages: `a duration such as 500us, 2ms, 30s or 5m`. */
  readonly expected: string;
  /** Each unit as a factor of the base unit. */
  readonly factors: Readonly<Record<string, number>>;
  /** A regular expression of all texts that are understood, for the JSON Schema. */
  readonly pattern: string;
}

function family(expected: string, factors: Readonly<Record<string, number>>): UnitFamily {
  const units = Object.keys(factors)
    .map((unit) => unit.replaceAll("/", "\\/"))
    .join("|");
  return { expected, factors, pattern: `^\\s*\\d+(\\.\\d+)?\\s*(${units})\\s*$` };
}

const seconds = { us: 1, µs: 1, ms: 1000, s: 1e6, min: 6e7, m: 6e7, h: 3.6e9 };
const multiples = { "": 1, k: 1e3, M: 1e6 };

/** Durations; the base unit is the microsecond. */
export const durations = family("a duration such as 500us, 2ms, 30s or 5m", seconds);

/** Rates; the base unit is one per second. */
export const rates = family(
  "a rate such as 500/s, 10k/s or 600/min",
  Object.fromEntries(
    Object.entries(multiples).flatMap(([prefix, factor]) =>
      Object.entries({ s: 1, min: 60, m: 60, h: 3600 }).map(([unit, per]) => [
        `${prefix}/${unit}`,
        factor / per,
      ]),
    ),
  ),
);

/** Sizes; the base unit is the byte. kB is 1000 bytes, KiB 1024. */
export const sizes = family("a size such as 256B, 64kB or 1MiB", {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
});

/** Shares; the base unit is 1 for all of it. A bare number is such a share. */
export const ratios = family("a share such as 0.01% or 0.0001", { "%": 0.01, "": 1 });

/** Counts; `10k` is ten thousand. */
export const counts = family("a count such as 500, 10k or 1M", multiples);

/** The value of `text` in the family's base unit; undefined where it is none. */
export function parseUnit(text: string, { factors }: UnitFamily): number | undefined {
  const [, digits, unit] = /^\s*(\d+(?:\.\d+)?)\s*([^\s\d.]*)\s*$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined || !Object.hasOwn(factors, unit)) return undefined;
  const factor = factors[unit] ?? Number.NaN;
  if (factor >= 1) return Number(digits) * factor;
  // Fractions such as 1/60 have no exact double, so they divide; per cent as a decimal, so that 99.9% is 0.999.
  return factor === 0.01 ? Number(`${digits}e-2`) : Number(digits) / Math.round(1 / factor);
}

/** U+202F, the narrow space that no line breaks at: between a figure and its unit, and between thousands. */
const thin = "\u202f";

/** Microseconds as people read them, with three significant digits: `181 µs`, `2.1 ms`, `1.25 s`, `5 min`. */
export function formatDuration(micros: number): string {
  const size = Math.abs(micros);
  if (!Number.isFinite(micros)) return "–";
  if (size === 0) return `0${thin}µs`;
  if (size < 0.9995) return `${three(micros * 1000)}${thin}ns`;
  if (size < 999.5) return `${three(micros)}${thin}µs`;
  if (size < 999_500) return `${three(micros / 1000)}${thin}ms`;
  if (size < 120e6) return `${three(micros / 1e6)}${thin}s`;
  return size < 7.2e9 ? `${three(micros / 6e7)}${thin}min` : `${three(micros / 3.6e9)}${thin}h`;
}

/** Operations a second: `10 000/s`, `1.25M/s` from a million on. */
export function formatRate(perSec: number): string {
  return Number.isFinite(perSec) ? `${large(perSec)}/s` : "–";
}

/** A count with thin spaces between thousands. */
export function formatCount(count: number): string {
  return Number.isFinite(count) ? grouped(Math.round(count)) : "–";
}

/** Bytes in powers of ten: `256 B`, `1.5 MB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : three(value)}${thin}${units[unit]}`;
}

/** A share as per cent: `0.071 %`; close to all of it, with two digits of what is missing: `99.9963 %`. */
export function formatRatio(ratio: number): string {
  if (!Number.isFinite(ratio)) return "–";
  return `${ratio > 0.99 && ratio < 1 ? nearlyAll(ratio * 100) : three(ratio * 100)}${thin}%`;
}

function nearlyAll(percent: number): string {
  const decimals = 1 - Math.floor(Math.log10(100 - percent));
  return String(Number(percent.toFixed(Math.min(decimals, 12))));
}

function large(value: number): string {
  if (Math.abs(value) >= 1e6) return `${three(value / 1e6)}M`;
  return Math.abs(value) >= 1000 ? grouped(Math.round(value)) : three(value);
}

function grouped(whole: number): string {
  return String(whole).replaceAll(/\B(?=(\d{3})+(?!\d))/g, thin);
}

/** Three significant digits, without an exponent and without idle zeros. */
function three(value: number): string {
  if (Math.abs(value) >= 1000) return grouped(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** The source of `formatDuration`, `formatRate`, `formatRatio`, `formatBytes` and `formatCount`, for the script of a page. */
export function formatSource(): string {
  const functions = [
    formatDuration,
    formatRate,
    formatRatio,
    formatBytes,
    formatCount,
    nearlyAll,
    large,
    grouped,
    three,
  ];
  return [`const thin = ${JSON.stringify(thin)};`, ...functions.map(String)].join("\n");
}
