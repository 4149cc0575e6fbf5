import Table from "cli-table3";
import { type Cell, slowdowns, tuningPercent } from "./replay.ts";

/** One workload with one budget as a table, all methods side by side, with what it rests on beneath. */
export function renderCell(cell: Cell, gates: number): string {
  const table = new Table({
    head: [
      `${cell.workload}, ${cell.budgetMs / 1000} s`,
      "false alarms",
      ...slowdowns.map((percent) => `finds ${percent} %`),
      "inconclusive (equal, slower)",
      `finds ${tuningPercent} % at our false alarms`,
      `false alarms at our power`,
    ],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right", "right", "right", "right"],
    wordWrap: true,
    colWidths: [32, 9, 9, 9, 9, 14, 16, 14],
  });
  const { ours } = cell;
  const founds = (found: Readonly<Record<number, number>>): string[] =>
    slowdowns.map((percent) => share(found[percent]));
  const open = `${share(ours.inconclusive.equal)}, ${share(ours.inconclusive.slower)}`;
  table.push(["dyno: twin pairs", share(ours.falseAlarms), ...founds(ours.found), open, "", ""]);
  for (const peer of cell.peers) {
    table.push([
      peer.name,
      share(peer.falseAlarms),
      ...founds(peer.found),
      "",
      share(peer.foundAtOurFalseAlarms),
      share(peer.falseAlarmsAtOurPower),
    ]);
  }
  return `\n${table.toString()}\n${footing(cell, gates)}`;
}

function footing({ pairs, processes, stretches, ours }: Cell, gates: number): string {
  const recorded = ours.recorded.map(
    ({ percent, pairs, found }) => `${share(found)} of ${percent} % (${pairs} pairs)`,
  );
  return `dyno: ${gates} gates each, drawn from ${pairs} pairs; really slowed down when recorded, it finds ${recorded.join(", ")}.
The others: all ${stretches} stretches (overlapping, forwards and backwards) of ${processes} processes. In %.`;
}

function share(value: number | undefined): string {
  return value === undefined ? "" : Number((value * 100).toFixed(1)).toString();
}
