const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Steps in milliseconds that people count time in. */
const steps: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 30].map((count) => count * minute),
  ...[1, 2, 6, 12, 24].map((count) => count * hour),
];

/** Round times from `fromMs` to `toMs`, at most `most` of them, if not many days lie between. */
export function timeTicks(fromMs: number, toMs: number, most: number): readonly number[] {
  const step = steps.find((each) => (toMs - fromMs) / each <= most) ?? 24 * hour;
  const first = Math.ceil(fromMs / step);
  const count = Math.max(0, Math.floor(toMs / step) - first + 1);
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

/** A time on an axis: `0`, `2.5 s`, from a minute on `1:30`. */
export function timeLabel(ms: number): string {
  if (ms === 0) return "0";
  const seconds = ms / second;
  if (seconds < 60) return `${Number(seconds.toFixed(3))} s`;
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
}
