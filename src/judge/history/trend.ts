import { DynoError } from "../../base/errors.ts";
import { nearestWord } from "../../base/suggest.ts";
import type { Trend, TrendSeries } from "../../measure/trend.ts";
import { trendSchemaVersion } from "../../measure/trend.ts";
import { type HistoryLine, isSound } from "./history-line.ts";
import { chiefOf, trendSentence } from "./trend-sentences.ts";
import { type Entry, makeSeries } from "./trend-series.ts";

/** What a trend is made of. */
export interface TrendFacts {
  readonly scenario: string;
  readonly lines: readonly HistoryLine[];
  /** Only this metric: `p50`. */
  readonly metric?: string;
  /** Only machines of this class; left out, that of the newest line. */
  readonly class?: string;
  readonly command: string;
  readonly dynoVersion: string;
  readonly warnings: readonly string[];
}

/** Makes the trend of a scenario. Throws a DynoError `usage` where the history has nothing of the kind. */
export function makeTrend(facts: TrendFacts): Trend {
  const own = linesOf(facts);
  const machine = facts.class ?? own.at(-1)?.class ?? "";
  const here = own.filter((line) => line.class === machine);
  const sound = here.filter(isSound);
  const series = seriesIn(sound, facts);
  return {
    schemaVersion: trendSchemaVersion,
    scenario: facts.scenario,
    class: machine,
    command: facts.command,
    dynoVersion: facts.dynoVersion,
    series,
    sentence: trendSentence(series),
    verdict: chiefOf(series)?.verdict ?? "too few",
    notes: [
      ...noteOf(
        own.length - here.length,
        `of machines of another class than ${machine}`,
        "--class shows them",
      ),
      ...noteOf(
        here.length - sound.length,
        "without a result that can be trusted",
        "invalid, failed set-up, interrupted",
      ),
      ...facts.warnings,
    ],
  };
}

function noteOf(count: number, which: string, why: string): string[] {
  if (count === 0) return [];
  return [
    `${count === 1 ? "1 line" : `${count} lines`} ${which} ${count === 1 ? "is" : "are"} left out (${why})`,
  ];
}

/** The scenario's lines of all machines, in the order of time. */
function linesOf({ scenario, lines, class: wanted }: TrendFacts): HistoryLine[] {
  const own = lines
    .filter((line) => line.scenario === scenario)
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  if (own.length === 0)
    throw unknown(
      "scenario",
      scenario,
      lines.map((line) => line.scenario),
    );
  const classes = own.map((line) => line.class);
  if (wanted !== undefined && !classes.includes(wanted)) throw unknown("class of machine", wanted, classes);
  return own;
}

function unknown(what: string, name: string, known: readonly string[]): DynoError {
  const names = [...new Set(known)];
  const near = nearestWord(name, names);
  const hint =
    names.length === 0
      ? ""
      : near === undefined
        ? `; there are ${names.join(", ")}`
        : `; did you mean ${near}?`;
  return new DynoError("usage", `the history has no ${what} ${name}${hint}`);
}

/** One series for each metric, phase and kind of measurement, in the order in which they first appear in the newest line. */
function seriesIn(lines: readonly HistoryLine[], { metric: wanted }: TrendFacts): TrendSeries[] {
  const byKey = new Map<string, Entry[]>();
  for (const line of lines) {
    for (const metric of line.metrics) {
      const key = JSON.stringify([line.kind, metric.metric, metric.phase]);
      byKey.set(key, [...(byKey.get(key) ?? []), { line, metric }]);
    }
  }
  const all = [...byKey.values()];
  if (wanted === undefined) return all.map(makeSeries);
  const found = all.filter(([first]) => first?.metric.metric === wanted);
  if (found.length > 0) return found.map(makeSeries);
  throw unknown(
    "metric",
    wanted,
    all.flatMap(([first]) => first?.metric.metric ?? []),
  );
}
