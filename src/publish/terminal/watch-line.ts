import { formatDuration, formatRatio } from "../../base/units.ts";
import { changeText, countOfPairs, describeChange } from "../../measure/comparison-wording.ts";
import type { TunedConfig } from "../../measure/tuning.ts";
import type { WatchEvent, WatchNotProven, WatchProbe, WatchSwapped } from "../../measure/watch-events.ts";

/** An event of a watch as one plain line, without its end: `12 min  probe 11: −1.2 % and +3.4 % beside it, ...`. */
export function watchLine(event: WatchEvent): string {
  return `${formatDuration(event.atMs * 1000)}  ${textOf(event)}`;
}

function textOf(event: WatchEvent): string {
  switch (event.event) {
    case "begun":
      return `watching ${configText(event.config)}`;
    case "probe":
      return probeText(event);
    case "stale":
      return `stale: ${event.way === undefined ? "both sides are" : `${event.way.towards} ${event.way.param} is`} better by now, seen in ${counted(event.probes, "probe")}`;
    case "bounded":
      return `no search: the last one was ${formatDuration(event.sinceMs * 1000)} ago, and the next may begin in ${formatDuration((event.allowedAtMs - event.atMs) * 1000)}`;
    case "search_begun":
      return `search ${event.search}: from ${configText(event.from)}, no farther than ${formatRatio(event.reach)} of a range, since ${event.why === "stale" ? "it is stale" : "it misses its targets"}`;
    case "search_ended":
      return `search ${event.search}: ${counted(event.trials, "trial")} and ${counted(event.proofs, "proof")} in ${formatDuration(event.tookMs * 1000)}`;
    case "swapped":
      return swapText(event);
    case "not_proven":
      return `kept: ${reasons[event.why]}`;
    case "settled":
      return `settled: ${configText(event.config)} met its targets after the swap, in ${counted(event.probes, "probe")}`;
    case "rolled_back":
      return `ROLLED BACK ${changesText(event.from, event.to)}: ${event.reason}`;
    case "target_broken":
      return `TARGET MISSED, and there is nothing to roll back to: ${event.reason}`;
    case "ended":
      return `${event.by === "time" ? "over" : "interrupted"}, with ${configText(event.config)}`;
  }
}

const reasons: Readonly<Record<WatchNotProven["why"], string>> = {
  not_better: "what was found is not proven to be better",
  target_missed: "what was found is not proven to meet the targets",
  failed: "what was found did not work in its proof",
  nothing_found: "nothing better was found",
  does_not_work: "the search could not begin, since what is in force does not work",
};

function probeText({ probe, level, neighbours, missed, failure, evidence }: WatchProbe): string {
  const percent = (share: number): string => changeText({ scale: "ratio" }, share);
  const parts = [
    failure === undefined ? "" : `did not work: ${failure}`,
    level === undefined ? "" : `${percent(level)} since the beginning`,
    neighbours === undefined ? "" : `neighbours ${neighbours.map(percent).join(" and ")}`,
    missed.length === 0 ? "" : `missed ${missed.join(", ")}`,
    `evidence ${formatRatio(Number(evidence.toFixed(2)))}`,
  ];
  return `probe ${probe}: ${parts.filter((part) => part !== "").join(", ")}`;
}

/** The claim first: what is shown, then what it looks like. */
function swapText({ from, to, share, confidence, pairs }: WatchSwapped): string {
  const { estimate, low, high } = share;
  const { change } = describeChange({ estimate, interval: [low, high], scale: "ratio" });
  // Rounded down: a claim must not grow by rounding.
  const claim = formatRatio(Math.floor((1 - high) * 1000) / 1000);
  return `SWAPPED ${changesText(from, to)}: the objective is at least ${claim} smaller (${formatRatio(confidence)} confidence, ${countOfPairs(pairs)}; estimate ${change})`;
}

function configText(config: TunedConfig): string {
  return Object.entries(config)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function changesText(from: TunedConfig, to: TunedConfig): string {
  return Object.entries(to)
    .filter(([name, value]) => from[name] !== value)
    .map(([name, value]) => `${name} ${from[name]} -> ${value}`)
    .join(", ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
