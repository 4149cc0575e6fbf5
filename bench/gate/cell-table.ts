import Table from "cli-table3";
import { scenariosOfSuite, throughputRule } from "./ours.ts";
import { type Cell, slowdowns, tuningPercent } from "./replay.ts";

/** One workload with one budget as a table, all methods side by side, with what it rests on beneath. */
export function renderCell(cell: Cell, gates: number): string {
  const table = new Table({
    head: [
      `${cell.workload}, ${cell.budgetMs / 1000} s`,
      "false\nalarms",
      ...slowdowns.map((percent) => `finds\n${percent} %`),
      "open\nequal",
      `open\n${tuningPercent} %`,
      `finds ${tuningPercent} %\nat ours *`,
      "false al.\nat ours **",
      "sees\n***",
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...new Array<"right">(9).fill("right")],
  });
  const { ours } = cell;
  const found = (figures: Readonly<Record<number, number>>): string[] =>
    slowdowns.map((percent) => share(figures[percent]));
  table.push([
    "dyno: twin pairs",
    share(ours.falseAlarms),
    ...found(ours.found),
    share(ours.inconclusive.equal),
    share(ours.inconclusive.slower),
    "",
    "",
    seen(ours.smallestSeen),
  ]);
  for (const peer of cell.peers) {
    const tuned = [share(peer.foundAtOurFalseAlarms), share(peer.falseAlarmsAtOurPower)];
    const row = [peer.name, share(peer.falseAlarms), ...found(peer.found), "", "", ...tuned];
    table.push([...row, seen(peer.smallestSeen)]);
  }
  return `\n${table.toString()}\n${footing(cell, gates)}`;
}

const marginPercent = Number((-Math.expm1(-throughputRule.margin) * 100).toPrecision(3));

/** What the figures and the stars mean. */
export const legend = `
All figures in % of gates, the last one in % of slowdown: so much more time for each batch of B.
dyno decides as its gate does on the throughput of one of ${scenariosOfSuite} scenarios: with a margin of ${marginPercent} % less of it,
and ${Number((throughputRule.alpha * 100).toPrecision(2))} % as the chance of a false alarm.
*   what it finds of ${tuningPercent} % with its threshold set, in hindsight, to as many false alarms as dyno's
**  its false alarms with its threshold set, in hindsight, to find as many of ${tuningPercent} % as dyno
*** the smallest slowdown found in 95 % of cases with the threshold set, in hindsight, to 1 % false alarms
    (of dyno: a threshold on its estimate alone, without margin and looks)`;

function footing({ pairs, processes, stretches, ours }: Cell, gates: number): string {
  const recorded = ours.recorded.map(
    (figures) =>
      `${share(figures.found)} % of ${figures.percent} % (${figures.pairs} pairs, ${figures.budgetPairs} a gate)`,
  );
  const { drawn } = ours;
  return `dyno: all ${ours.gates} stretches of ${pairs} pairs (they overlap; both ways round)
      on ${gates} gates drawn from the pairs in runs of 4 instead, ${share(drawn.falseAlarms)} % false alarms, and it finds ${share(drawn.found)} % of ${tuningPercent} %
      of B slowed down when it was recorded, drawn too, it finds ${recorded.join(", ")}
others: all ${stretches} stretches (they overlap; forwards and backwards) of ${processes} processes`;
}

function share(value: number | undefined): string {
  return value === undefined ? "" : Number((value * 100).toFixed(1)).toString();
}

function seen(percent: number | undefined): string {
  return percent === undefined ? "> 100" : percent.toFixed(1);
}
