// These functions also run in the page, where only what this file names and what they are given is known.

/** Values over a span of time; null where there was none. */
export interface DrawnLine {
  readonly values: readonly (number | null)[];
  /** How long the span is that the values cover, in milliseconds. */
  readonly lengthMs: number;
  readonly className: string;
}

/** A chart of lines that begin at one time. */
export interface DrawnChart {
  readonly lines: readonly DrawnLine[];
  /** From 0, or on a logarithmic scale. */
  readonly scale: "linear" | "log";
  readonly width: number;
  readonly height: number;
  readonly format: (value: number) => string;
  readonly edges: typeof chartEdges;
}

/** What is left free beside the lines of a chart, for axes; in its own units. */
export const chartEdges = { left: 56, right: 10, top: 10, bottom: 22 };

/** A line in a box, as the `d` of a path in whole units: steps relative to one another, broken where there is no value. Empty for fewer than two values. */
export function linePath(
  values: readonly (number | null)[],
  place: (value: number, i: number) => readonly [x: number, y: number],
): string {
  let path = "";
  let at: readonly [number, number] | undefined;
  values.forEach((value, i) => {
    if (value === null) {
      at = undefined;
      return;
    }
    const [x, y] = place(value, i).map(Math.round) as [number, number];
    path += at === undefined ? `M${x} ${y}` : `l${x - at[0]} ${y - at[1]}`;
    at = [x, y];
  });
  return path.includes("l") ? path : "";
}

/** A line without axes in a box of that size; its floor is this share of the highest value where all values lie above. */
export function sparkPath(
  values: readonly (number | null)[],
  width: number,
  height: number,
  floor = 0.5,
): string {
  const known = values.filter((value) => value !== null);
  const high = Math.max(...known);
  const low = Math.min(...known, high * floor);
  const step = width / Math.max(1, values.length - 1);
  return linePath(values, (value, i) => [
    i * step,
    height - 1 - ((value - low) / Math.max(high - low, 1e-9)) * (height - 2),
  ]);
}

/** Ticks for values: 1, 2 and 5 of each decade on a logarithmic scale, about four round steps from 0 on a linear one. The first and the last enclose the values. */
export function ticksOf(values: readonly number[], scale: "linear" | "log"): readonly number[] {
  const high = Math.max(...values);
  if (!(high > 0)) return [0, 1];
  if (scale === "linear") {
    const rough = high / 4;
    const decade = 10 ** Math.floor(Math.log10(rough));
    const step = ([1, 2, 5, 10].find((factor) => factor * decade >= rough) ?? 10) * decade;
    return Array.from({ length: Math.ceil(high / step) + 1 }, (_, i) => i * step);
  }
  const positive = values.filter((value) => value > 0);
  // One decade lower, since the logarithm of 999.999… is rounded up to 3.
  const first = Math.floor(Math.log10(Math.min(...positive))) - 1;
  const all: number[] = [];
  for (let decade = first; decade <= Math.ceil(Math.log10(high)) + 1; decade++)
    all.push(...[1, 2, 5].map((factor) => factor * 10 ** decade));
  const from = all.filter((tick) => tick <= Math.min(...positive)).length - 1;
  const to = all.findIndex((tick) => tick >= high && tick > (all[from] ?? 0));
  return all.slice(Math.max(0, from), to + 1);
}

/** The drawing of a chart, with axes: all text in it is figures. */
export function drawChart({ lines, scale, width, height, format, edges }: DrawnChart): string {
  const box = {
    left: edges.left,
    right: width - edges.right,
    top: edges.top,
    bottom: height - edges.bottom,
  };
  const values = lines.flatMap((line) =>
    line.values.filter((value) => value !== null && (value > 0 || scale === "linear")),
  );
  const ticks = ticksOf(values as readonly number[], scale);
  const ends = [ticks[0] ?? 0, ticks.at(-1) ?? 1].map((value) => (scale === "log" ? Math.log(value) : value));
  const [from = 0, to = 1] = ends;
  const y = (value: number): number => {
    const at = scale === "log" ? Math.log(Math.max(value, ticks[0] ?? value)) : value;
    return box.bottom - ((at - from) / (to - from)) * (box.bottom - box.top);
  };
  const longest = Math.max(...lines.map(({ lengthMs }) => lengthMs), 1);
  const x = (ms: number): number => box.left + (ms / longest) * (box.right - box.left);
  const every = Math.ceil(ticks.length / 7);
  const axis = ticks
    .filter((_, i) => i % every === 0)
    .map(
      (tick) =>
        `<line class="ax" x1="${box.left}" x2="${box.right}" y1="${y(tick)}" y2="${y(tick)}"/><text x="${box.left - 7}" y="${y(tick) + 4}" text-anchor="end">${format(tick)}</text>`,
    );
  const times = timeTicks(longest).map(
    (ms) =>
      `<text x="${x(ms)}" y="${box.bottom + 17}" text-anchor="middle">${ms === 0 ? "0" : `${ms / 1000} s`}</text>`,
  );
  const paths = lines.map(({ values, lengthMs, className }) => {
    const span = lengthMs / Math.max(1, values.length);
    const path = linePath(values, (value, i) => [x((i + 0.5) * span), y(value)]);
    return `<path class="${className}" d="${path}"/>`;
  });
  return `${axis.join("")}${times.join("")}${paths.join("")}<line class="cross" y1="${box.top}" y2="${box.bottom}" x1="0" x2="0"/>`;
}

/** Three to six round places on an axis of time, in milliseconds. */
function timeTicks(lengthMs: number): readonly number[] {
  const rough = lengthMs / 4;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * decade >= rough) ?? 10) * decade;
  return Array.from({ length: Math.floor(lengthMs / step) + 1 }, (_, i) => i * step);
}

/** The source of `drawChart`, `sparkPath` and what they stand on, for the page. */
export function drawSource(): string {
  return [linePath, sparkPath, ticksOf, drawChart, timeTicks].join("\n");
}
