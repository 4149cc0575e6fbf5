import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type GateVerdict, oursDecides, scenariosOfSuite, throughputRule } from "./ours.ts";

/** One scenario of a recorded gate of two equal variants, as `record-gates.ts` writes it. */
interface RecordedGate {
  readonly gate: number;
  readonly scenario: string;
  readonly tookMs: number;
  readonly pairMs: readonly number[];
  readonly metrics: readonly {
    readonly metric: string;
    readonly outcome: GateVerdict;
    readonly worse: readonly number[];
  }[];
}

const budgetsMs = [20_000, 60_000] as const;
/** True changes of the throughput that are put onto the recorded pairs. */
const changes = [0, 0.05, 0.1, -0.03] as const;

/** What real gates of equal variants came to, and what they would have come to with a true change; empty without recordings. */
export function reportOwnGates(dir: string): string {
  const path = join(dir, "dyno-gates.ndjson.gz");
  if (!existsSync(path)) return "";
  const lines = gunzipSync(readFileSync(path))
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordedGate);
  const complete = [...groupsOf(lines).values()].filter((members) => members.length === scenariosOfSuite);
  const count = (wanted: (members: readonly RecordedGate[]) => boolean): number =>
    complete.filter(wanted).length;
  const outcomes = (members: readonly RecordedGate[]): GateVerdict[] =>
    members.flatMap(({ metrics }) => metrics.map(({ outcome }) => outcome));
  const failed = count((members) => outcomes(members).includes("fail"));
  const passed = count((members) => outcomes(members).every((outcome) => outcome === "pass"));
  const seconds = complete
    .flat()
    .map(({ tookMs }) => tookMs / 1000)
    .toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (seconds[Math.floor((seconds.length - 1) * share)] ?? Number.NaN).toFixed(0);
  const head = [
    `gates of dyno's own suite, equal variants, as they were recorded: ${complete.length} gates of ${scenariosOfSuite} scenarios`,
    `  failed ${failed}, passed ${passed}, undecided ${complete.length - failed - passed}; a scenario took ${at(0.5)} s (${at(0.1)} to ${at(0.9)} s)`,
    "the same pairs in a row, cut into stretches of a budget, with a true change of the throughput put onto them:",
  ];
  const scenarios = [...new Set(lines.map(({ scenario }) => scenario))];
  return [...head, ...scenarios.flatMap((scenario) => replay(lines, scenario)), ""].join("\n");
}

function groupsOf(lines: readonly RecordedGate[]): Map<number, RecordedGate[]> {
  const groups = new Map<number, RecordedGate[]>();
  for (const line of lines) groups.set(line.gate, [...(groups.get(line.gate) ?? []), line]);
  return groups;
}

function replay(lines: readonly RecordedGate[], scenario: string): string[] {
  const own = lines.filter((line) => line.scenario === scenario);
  const pairs = own.flatMap(({ metrics, pairMs }) => {
    const { worse } = metrics.find(({ metric }) => metric === "throughput") ?? { worse: [] };
    return worse.map((value, i) => ({ worse: value, ms: pairMs[i] ?? 0 }));
  });
  return budgetsMs.flatMap((budgetMs) => {
    const stretches = stretchesOf(pairs, budgetMs);
    return changes.map((change) => {
      const shift = -Math.log1p(-change);
      const verdicts = stretches.map((stretch) =>
        oursDecides(
          stretch.map((worse) => worse + shift),
          { ...throughputRule, budgetPairs: stretch.length },
        ),
      );
      const share = (verdict: GateVerdict): string =>
        `${((verdicts.filter((one) => one === verdict).length / Math.max(1, verdicts.length)) * 100).toFixed(1)} %`;
      return `  ${scenario}, ${budgetMs / 1000} s, ${Math.abs(change * 100).toFixed(0)} % ${change < 0 ? "more" : "less"}: ${stretches.length} gates, failed ${share("fail")}, passed ${share("pass")}, undecided ${share("inconclusive")}`;
    });
  });
}

/** Stretches that follow one another without overlap, each as long as a budget. */
function stretchesOf(
  pairs: readonly { readonly worse: number; readonly ms: number }[],
  budgetMs: number,
): number[][] {
  const stretches: number[][] = [];
  let stretch: number[] = [];
  let ms = 0;
  for (const pair of pairs) {
    if (ms + pair.ms > budgetMs) {
      stretches.push(stretch);
      stretch = [];
      ms = 0;
    }
    stretch.push(pair.worse);
    ms += pair.ms;
  }
  return stretches;
}
