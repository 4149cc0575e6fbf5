import { resolve } from "node:path";
import { legend, renderCell } from "./gate/cell-table.ts";
import { reportOwnGates } from "./gate/own-gates.ts";
import { type Cell, type ReplaySettings, replayCell, tuningPercent } from "./gate/replay.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title = "gate: false alarms of dyno's way and of others, on the same recordings";

const settings: ReplaySettings = { dir: resolve("bench/gate-data"), seed: 20_261_124, gates: 1000 };
const budgetsMs = [20_000, 60_000];

/** Replays recorded timings through dyno's way to decide and through those of other tools. */
export async function run({ log, print, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const workload of ["cpu", "io"] as const) {
    for (const budgetMs of budgetsMs) {
      if (signal.aborted) return rows;
      log(`gate: ${workload}, ${budgetMs / 1000} s`);
      const cell = replayCell(workload, budgetMs, settings);
      print(renderCell(cell, settings.gates));
      rows.push(...cell.peers.map((peer) => falseAlarmRow(cell, peer)), smallestSeenRow(cell));
    }
  }
  print(legend);
  print(reportOwnGates(settings.dir));
  return rows;
}

/** Against the best of the others. */
function smallestSeenRow({ workload, budgetMs, ours, peers }: Cell): BenchRow {
  const seen = ours.smallestSeen ?? Number.POSITIVE_INFINITY;
  const best = peers.toSorted((a, b) => (a.smallestSeen ?? 1000) - (b.smallestSeen ?? 1000))[0];
  const ratio = seen / (best?.smallestSeen ?? Number.POSITIVE_INFINITY);
  return {
    what: `${workload}, ${budgetMs / 1000} s: smallest slowdown seen, at 1 % false alarms`,
    ours: `${seen.toFixed(1)} %`,
    peerName: `${best?.name} (the best)`,
    peer: `${best?.smallestSeen?.toFixed(1)} %`,
    ratio: { median: ratio, low: ratio, high: ratio },
    goal: { op: "<=", value: 1 },
  };
}

/** Where neither ever alarms falsely, neither is the better. */
function falseAlarmRow({ workload, budgetMs, ours }: Cell, peer: Cell["peers"][number]): BenchRow {
  const theirs = peer.falseAlarmsAtOurPower;
  const ratio = ours.falseAlarms === theirs ? 1 : ours.falseAlarms / theirs;
  return {
    what: `${workload}, ${budgetMs / 1000} s: false alarms, each finding ${percent(ours.found[tuningPercent])} of ${tuningPercent} %`,
    ours: percent(ours.falseAlarms),
    peerName: peer.name,
    peer: percent(theirs),
    ratio: { median: ratio, low: ratio, high: ratio },
    goal: { op: "<=", value: 1 },
  };
}

function percent(share: number | undefined): string {
  return `${Number(((share ?? Number.NaN) * 100).toFixed(1))} %`;
}
