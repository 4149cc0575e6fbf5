import type { ProcessTicks } from "../../base/process-stat.ts";
import type { MachineSample } from "./machine-sample.ts";

/** What went on on a machine between two samples. What cannot be known is left out. */
export interface MachineActivity {
  readonly tookMs: number;
  /** Share of all CPU time of the machine that processes other than this one and its children used, 0 to 1. */
  readonly otherCpuRatio?: number;
  /** Share that the hypervisor gave to others, 0 to 1. */
  readonly stealRatio?: number;
  /** The busiest of the other processes, busiest first, with the cores they kept busy. */
  readonly busiest: readonly BusyProcess[];
  /** Periods in which the control group had to wait. */
  readonly throttledPeriods?: number;
  readonly swappedPages?: number;
  /** Share of the time in which some process waited for a CPU, 0 to 1. */
  readonly cpuWaitRatio?: number;
}

/** A process that used CPU. */
export interface BusyProcess {
  readonly pid: number;
  readonly name: string;
  /** 1 is one core all the time. */
  readonly cores: number;
}

const mostShown = 3;
const leastCores = 0.02;
/** The kernel counts in hundredths of a second towards programs, whatever its own tick (USER_HZ, proc(5)). */
const ticksPerSec = 100;

/** Compares two samples of one machine. `pid` is the process that, with its children, counts as ours. */
export function compareSamples(before: MachineSample, after: MachineSample, pid: number): MachineActivity {
  const micros = after.atMicros - before.atMicros;
  const ours = familyOf(after.processes, pid);
  const throttledPeriods = difference(before.throttledPeriods, after.throttledPeriods);
  const swappedPages = difference(before.swappedPages, after.swappedPages);
  const waitMicros = difference(before.cpuWaitMicros, after.cpuWaitMicros);
  return {
    tookMs: micros / 1000,
    ...cpuRatios(before, after, pid),
    busiest: busiestOf(before, after, ours),
    ...(throttledPeriods === undefined ? {} : { throttledPeriods }),
    ...(swappedPages === undefined ? {} : { swappedPages }),
    ...(waitMicros === undefined || micros <= 0 ? {} : { cpuWaitRatio: waitMicros / micros }),
  };
}

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}

function cpuRatios(
  before: MachineSample,
  after: MachineSample,
  pid: number,
): Pick<MachineActivity, "otherCpuRatio" | "stealRatio"> {
  if (before.cpu === undefined || after.cpu === undefined) return {};
  const total = after.cpu.total - before.cpu.total;
  if (total <= 0) return {};
  const ours = familyTicks(after.processes, pid) - familyTicks(before.processes, pid);
  // The two are counted at different moments, so that a quiet machine can come out a little below nothing.
  const others = Math.max(0, after.cpu.busy - before.cpu.busy - ours);
  return { otherCpuRatio: others / total, stealRatio: (after.cpu.steal - before.cpu.steal) / total };
}

/** Children that have ended count with their parent, so the sum over the living family misses none and never falls. */
function familyTicks(processes: ReadonlyMap<number, ProcessTicks>, pid: number): number {
  let sum = 0;
  for (const member of familyOf(processes, pid)) {
    const process = processes.get(member);
    sum += (process?.own ?? 0) + (process?.endedChildren ?? 0);
  }
  return sum;
}

function familyOf(processes: ReadonlyMap<number, ProcessTicks>, pid: number): ReadonlySet<number> {
  const family = new Set([pid]);
  // Children have higher numbers than their parents but where numbers have begun again, so go on until nobody joins.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const process of processes.values()) if (family.has(process.parent)) family.add(process.pid);
  }
  return family;
}

function busiestOf(
  before: MachineSample,
  after: MachineSample,
  ours: ReadonlySet<number>,
): readonly BusyProcess[] {
  const seconds = (after.atMicros - before.atMicros) / 1e6;
  return [...after.processes.values()]
    .filter(({ pid }) => !ours.has(pid))
    .map((process) => ({
      pid: process.pid,
      name: process.name,
      cores: ticksBetween(process, before, after) / ticksPerSec / seconds,
    }))
    .filter(({ cores }) => cores >= leastCores)
    .sort((a, b) => b.cores - a.cores)
    .slice(0, mostShown);
}

/** What a process used, with its children that came and went: a shell that starts one program after another is busy. */
function ticksBetween(process: ProcessTicks, before: MachineSample, after: MachineSample): number {
  const earlier = before.processes.get(process.pid);
  const ticks = process.own + process.endedChildren;
  if (earlier?.startedAt !== process.startedAt) return ticks;
  return ticks - earlier.own - earlier.endedChildren - usedBeforeTheyEnded(process.pid, before, after);
}

/** What children that have ended since had used before the first sample, and theirs: it counts with the parent only now. */
function usedBeforeTheyEnded(parentPid: number, before: MachineSample, after: MachineSample): number {
  return [...before.processes.values()]
    .filter(({ pid, parent, startedAt }) => {
      const isAlive = after.processes.get(pid)?.startedAt === startedAt;
      return parent === parentPid && pid !== parentPid && !isAlive;
    })
    .reduce(
      (sum, { pid, own, endedChildren }) =>
        sum + own + endedChildren + usedBeforeTheyEnded(pid, before, after),
      0,
    );
}
