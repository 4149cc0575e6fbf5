import { formatDuration, formatRatio } from "../../base/units.ts";
import type { Finding, FindingLevel } from "../../measure/doctor-result.ts";
import type { BusyProcess, MachineActivity } from "../../measure/machine/machine-activity.ts";
import type { HiccupSummary } from "../../measure/result.ts";

/** From the first share on it is worth a warning, from the second on figures prove little. */
interface Limits {
  readonly warn: number;
  readonly bad: number;
}

const neighbourLimits: Limits = { warn: 0.05, bad: 0.25 };
const stealLimits: Limits = { warn: 0.01, bad: 0.05 };
const waitLimits: Limits = { warn: 0.05, bad: 0.5 };
const lostLimits: Limits = { warn: 0.01, bad: 0.05 };
/** A sleeper that is later than this at p99 shares its core with somebody. */
const lateMicros = 1000;

/** What was seen of a machine: while it was left alone for a moment, and over the whole examination. */
export interface Seen {
  /** Nothing of ours worked. */
  readonly quiet: MachineActivity;
  readonly whole: MachineActivity;
  /** From the quiet time. */
  readonly hiccups: HiccupSummary;
}

/** Judges what went on on a machine. What could not be seen has no finding. */
export function checkActivity({ quiet, whole, hiccups }: Seen): Finding[] {
  return [
    neighbours(whole),
    steal(whole),
    waiting(quiet),
    throttling(whole),
    swapping(whole),
    sleeper(hiccups),
  ].filter((finding) => finding !== undefined);
}

function levelOf(share: number, { warn, bad }: Limits): FindingLevel {
  return share >= bad ? "bad" : share >= warn ? "warn" : "ok";
}

function neighbours({ otherCpuRatio: share, busiest }: MachineActivity): Finding | undefined {
  if (share === undefined) return undefined;
  const level = levelOf(share, neighbourLimits);
  const names = busiest.length > 0 ? ` (${busiest.map(nameOf).join(", ")})` : "";
  return {
    name: "neighbours",
    level,
    value: `${formatRatio(share)} of the CPU`,
    sentence:
      level === "ok"
        ? `Hardly anybody else worked meanwhile${names}.`
        : busiest.length > 0
          ? `Others worked meanwhile${names}. End them, or measure elsewhere.`
          : "Others worked meanwhile, in processes too short to be named or in other containers. Measure elsewhere, or when it is quiet.",
  };
}

function nameOf({ name, pid, cores }: BusyProcess): string {
  return `${name}, process ${pid}, ${cores.toFixed(2)} cores`;
}

function steal({ stealRatio: share }: MachineActivity): Finding | undefined {
  if (share === undefined) return undefined;
  const level = levelOf(share, stealLimits);
  return {
    name: "steal time",
    level,
    value: formatRatio(share),
    sentence:
      level === "ok"
        ? "The hypervisor gave the CPUs when they were wanted."
        : "The hypervisor gave this machine's CPUs to others. Take a machine with CPUs of its own; more pairs help in part.",
  };
}

function waiting({ cpuWaitRatio: share }: MachineActivity): Finding | undefined {
  if (share === undefined) return undefined;
  const level = levelOf(share, waitLimits);
  return {
    name: "CPU pressure",
    level,
    value: `${formatRatio(share)} of the time`,
    sentence:
      level === "ok"
        ? "With nothing of ours at work, hardly anybody waited for a CPU."
        : "With nothing of ours at work, somebody waited for a CPU: more is running than there are cores for. End it, or wait.",
  };
}

function throttling({ throttledPeriods: periods }: MachineActivity): Finding | undefined {
  if (periods === undefined) return undefined;
  const name = "throttling";
  if (periods === 0)
    return { name, level: "ok", value: "none", sentence: "The container never used up its share of CPU." };
  return {
    name,
    level: "bad",
    value: `in ${periods} periods`,
    sentence:
      "The container used up its share of CPU and stood still until the next period, which no figure shows as what it is. Raise its CPU limit, or lift it.",
  };
}

function swapping({ swappedPages: pages }: MachineActivity): Finding | undefined {
  if (pages === undefined) return undefined;
  const name = "swapping";
  if (pages === 0) return { name, level: "ok", value: "none", sentence: "Nothing was swapped meanwhile." };
  return {
    name,
    level: "bad",
    value: `${pages} pages`,
    sentence: "Memory went to the disk and back meanwhile. Free some, or turn swap off: swapoff -a.",
  };
}

function sleeper({ count, p99Micros, maxMicros, lostRatio }: HiccupSummary): Finding | undefined {
  if (count === 0) return undefined;
  const lost = levelOf(lostRatio, lostLimits);
  const level = lost === "ok" && p99Micros > lateMicros ? "warn" : lost;
  return {
    name: "hiccups",
    level,
    value: `p99 ${formatDuration(p99Micros)}, longest ${formatDuration(maxMicros)}`,
    sentence:
      level === "ok"
        ? "A thread that only sleeps was woken in time."
        : `A thread that only sleeps was woken late and lost ${formatRatio(lostRatio)} of its time: no tail below that can be measured here. End what else is running, or measure elsewhere.`,
  };
}
