import { setImmediate } from "node:timers/promises";
import { systemClock } from "../src/base/clock.ts";
import type { BenchContext, BenchRow } from "./row.ts";
import { contestants, ownSearch } from "./tune/contestants.ts";
import { allSystems } from "./tune/systems/all-systems.ts";
import { type Tally, tallyOf } from "./tune/tally.ts";
import { figure, legend, percent, renderSystems, renderTallies } from "./tune/tally-table.ts";
import { runTuning, type TuningRun } from "./tune/tuning-run.ts";

/** What the table is called. */
export const title =
  "tune: dyno's search and others on systems of formulas, of which it is known what can be gained";

/** What is to be reached of the gain, by budget: the median, and the 10th percentile. */
const goals: Readonly<Record<number, readonly [median: number, tenth: number]>> = {
  40: [0.87, 0.55],
  80: [0.9, 0.65],
};
const mostFalseProofs = 0.001;

/** Tunes all systems with all searches, with each budget and from many seeds. */
export async function run(context: BenchContext): Promise<readonly BenchRow[]> {
  const { units, seeds, log, print, signal } = context;
  const rows: BenchRow[] = [];
  const searches = Object.keys(contestants);
  for (const budget of units) {
    const runs: NamedRun[] = [];
    for (const search of searches) {
      log(`tune: ${budget} evaluations, ${search}`);
      for await (const run of runAll(search, budget, seeds)) {
        if (signal.aborted) return rows;
        runs.push(run);
      }
    }
    const tallyWhere = (holds: (run: NamedRun) => boolean): Tally => tallyOf(runs.filter(holds));
    const tallies = searches.map((name) => [name, tallyWhere(({ search }) => search === name)] as const);
    print(renderTallies(`${budget} evaluations,\n${allSystems.length} systems x ${seeds} seeds`, tallies));
    const bySystem = allSystems.map(({ name: system }) => ({
      system,
      tallies: searches.map((name) => tallyWhere((run) => run.search === name && run.system === system)),
    }));
    print(renderSystems(`${budget} evaluations: gain reached *`, searches, bySystem));
    rows.push(...rowsOf(budget, Object.fromEntries(tallies)));
  }
  print(legend);
  return rows;
}

interface NamedRun extends TuningRun {
  readonly search: string;
  readonly system: string;
}

async function* runAll(search: string, units: number, seeds: number): AsyncGenerator<NamedRun> {
  const createSearcher = contestants[search];
  if (createSearcher === undefined) return;
  for (const system of allSystems) {
    for (let seed = 1; seed <= seeds; seed++) {
      const run = await runTuning({ system, createSearcher, seed, units, clock: systemClock });
      yield { ...run, search, system: system.name };
      // An interrupt is only heard of where the loop of events is let run.
      await setImmediate();
    }
  }
}

function rowsOf(
  units: number,
  { [ownSearch]: ours, ...others }: Readonly<Record<string, Tally>>,
): BenchRow[] {
  if (ours === undefined) return [];
  const [median, tenth] = goals[units] ?? [];
  const what = (figure: string): string => `${units} evaluations: ${figure}`;
  return [
    bareRow(
      what("share of the gain, median"),
      figure(ours.searched.median),
      ours.searched.median,
      ">=",
      median,
    ),
    bareRow(
      what("share of the gain, 10th percentile"),
      figure(ours.searched.tenth),
      ours.searched.tenth,
      ">=",
      tenth,
    ),
    bareRow(
      what("proven, and misses a target"),
      percent(ours.chosen.infeasible),
      ours.chosen.infeasible,
      "<=",
      0,
    ),
    bareRow(
      what("proven, and claims too much"),
      percent(ours.chosen.overclaims),
      ours.chosen.overclaims,
      "<=",
      mostFalseProofs,
    ),
    ...Object.entries(others).map(([name, { searched }]): BenchRow => {
      const ratio = ours.searched.median / searched.median;
      return {
        what: what("share of the gain, median"),
        ours: figure(ours.searched.median),
        peerName: name,
        peer: figure(searched.median),
        ratio: { median: ratio, low: ratio, high: ratio },
        goal: { op: ">=", value: 1 },
      };
    }),
  ];
}

function bareRow(
  what: string,
  ours: string,
  value: number,
  op: ">=" | "<=",
  goal: number | undefined,
): BenchRow {
  const ratio = { median: value, low: value, high: value };
  return {
    what,
    ours,
    peerName: "",
    peer: "",
    ratio,
    ...(goal === undefined ? {} : { goal: { op, value: goal } }),
  };
}
