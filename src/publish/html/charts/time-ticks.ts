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

/** A time on an axis: `0`, `2.5 s`, from a minute on `1:30`, and `1:30.25` where it lies between two seconds. */
export function timeLabel(ms: number): string {
  if (ms === 0) return "0";
  // To the millisecond first, so that nothing is rounded up to a sixtieth second.
  const whole = Math.round(ms);
  if (whole < minute) return `${whole / second} s`;
  const [seconds = "", parts] = String((whole % minute) / second).split(".");
  return `${Math.floor(whole / minute)}:${seconds.padStart(2, "0")}${parts === undefined ? "" : `.${parts}`}`;
}
