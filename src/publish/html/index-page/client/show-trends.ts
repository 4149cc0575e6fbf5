import type { IndexData, PageRun } from "../page-data.ts";

// These functions also run in the page, where only what this file names and what they are given is known.

/** The p50 of the runs of one scenario in the list, on the machine of the newest. */
export interface ShownTrend {
  readonly scenario: string;
  readonly kind: PageRun["kind"];
  readonly phase: string;
  /** In microseconds, oldest first. */
  readonly values: readonly number[];
  /** Runs on other machines, without that phase, or with figures that prove nothing. */
  readonly leftOut: number;
}

/** The trends of the runs in the list, those with the newest runs first; a scenario with one value has none. */
export function trendsOf({ metrics, machines }: IndexData, runs: readonly PageRun[]): readonly ShownTrend[] {
  const groups = new Map<string, PageRun[]>();
  for (const run of runs) {
    const key = `${run.kind} ${run.scenario}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].flatMap((group) => {
    const [newest] = group;
    if (newest === undefined) return [];
    const machine = machines[newest.machine]?.class;
    const values = group.flatMap((run) => {
      const found = run.figures.find(
        ([place]) => metrics[place]?.metric === "p50" && metrics[place]?.phase === newest.phase,
      );
      const isAlike = run.isSound && machines[run.machine]?.class === machine;
      return found === undefined || !isAlike ? [] : [found[1]];
    });
    const { scenario, kind, phase } = newest;
    const leftOut = group.length - values.length;
    return values.length < 2 ? [] : [{ scenario, kind, phase, values: values.toReversed(), leftOut }];
  });
}

/** What trends are drawn with. */
export interface TrendTools {
  readonly format: (micros: number) => string;
  readonly sparkPath: (values: readonly number[], width: number, height: number, floor: number) => string;
  readonly escaped: (text: string) => string;
  readonly kindName: (kind: PageRun["kind"]) => string;
}

/** Trends as small cards; those beyond six are left to the filter. */
export function trendsHtml(
  trends: readonly ShownTrend[],
  { format, sparkPath, escaped, kindName }: TrendTools,
): string {
  const cards = trends.slice(0, 6).map(({ scenario, kind, phase, values, leftOut }) => {
    const [first = 0, last = 0] = [values[0], values.at(-1)];
    const note = leftOut > 0 ? `; ${leftOut} left out: on another machine, invalid, or without it` : "";
    const range = `${format(Math.min(...values))} to ${format(Math.max(...values))}`;
    return `<div><div class="title"><h3>${escaped(scenario)}</h3><span class="sub">${kindName(kind)} · p50${phase === "" ? "" : ` in ${escaped(phase)}`}</span></div><svg viewBox="0 0 300 40" preserveAspectRatio="none" role="img" aria-label="p50 of ${values.length} runs, oldest first, ${range}"><path d="${sparkPath(values, 300, 40, 0.8)}"/></svg><p class="sub">${format(first)} → <b>${format(last)}</b> in ${values.length} runs, ${range}${note}</p></div>`;
  });
  const more =
    trends.length > 6 ? `<p class="sub">${trends.length - 6} more scenarios: filter to see them.</p>` : "";
  return cards.length === 0
    ? ""
    : `<div class="title"><h2>p50 by scenario</h2><span class="sub">of the runs in the list, oldest first, each on one machine</span></div><div class="three">${cards.join("")}</div>${more}`;
}

/** The source of `trendsOf` and `trendsHtml`, for the page. */
export function showTrendsSource(): string {
  return [trendsOf, trendsHtml].join("\n");
}
