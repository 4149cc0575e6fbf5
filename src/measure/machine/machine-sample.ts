import { type ProcessTicks, parseProcess } from "../../base/process-stat.ts";
import { readThrottledPeriods } from "./control-group.ts";
import type { MachineFiles } from "./machine-files.ts";

/** Counters of a machine at one moment; two samples tell what went on between them. */
export interface MachineSample {
  /** Monotonic microseconds. */
  readonly atMicros: number;
  /** Ticks of CPU time over all cores since the start. Absent where there is no `/proc/stat`. */
  readonly cpu?: CpuTicks;
  readonly processes: ReadonlyMap<number, ProcessTicks>;
  /** Periods in which the control group was held back. */
  readonly throttledPeriods?: number;
  /** Pages that were written to swap and read from it. */
  readonly swappedPages?: number;
  /** Microseconds in which some process waited for a CPU (pressure stall information). */
  readonly cpuWaitMicros?: number;
}

/** CPU time of the whole machine, in ticks. */
export interface CpuTicks {
  /** Work of any kind; neither idle nor stolen. */
  readonly busy: number;
  /** What the hypervisor gave to others. */
  readonly steal: number;
  readonly total: number;
}

/** Reads the counters of a machine. `atMicros` is the time now, on any monotonic clock. */
export function takeMachineSample(files: MachineFiles, atMicros: number): MachineSample {
  const cpu = parseCpuTicks(files.read("/proc/stat") ?? "");
  const throttledPeriods = readThrottledPeriods(files);
  const swappedPages = parseSwappedPages(files.read("/proc/vmstat") ?? "");
  const cpuWaitMicros = parseCpuWait(files.read("/proc/pressure/cpu") ?? "");
  return {
    atMicros,
    processes: readProcesses(files),
    ...(cpu === undefined ? {} : { cpu }),
    ...(throttledPeriods === undefined ? {} : { throttledPeriods }),
    ...(swappedPages === undefined ? {} : { swappedPages }),
    ...(cpuWaitMicros === undefined ? {} : { cpuWaitMicros }),
  };
}

/** Reads the first line of `/proc/stat`: user nice system idle iowait irq softirq steal guest guest_nice (proc(5)). */
export function parseCpuTicks(stat: string): CpuTicks | undefined {
  const line = /^cpu\s+(.*)$/m.exec(stat)?.[1];
  if (line === undefined) return undefined;
  // Guest time is part of user time already.
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
    .trim()
    .split(/\s+/)
    .map(Number);
  const busy = user + nice + system + irq + softirq;
  return { busy, steal, total: busy + steal + idle + iowait };
}

function readProcesses(files: MachineFiles): Map<number, ProcessTicks> {
  const pids = files.list("/proc").filter((name) => /^\d+$/.test(name));
  const found = pids.flatMap((pid) => parseProcess(files.read(`/proc/${pid}/stat`) ?? "") ?? []);
  return new Map(found.map((process) => [process.pid, process]));
}

function parseSwappedPages(vmstat: string): number | undefined {
  const counts = [...vmstat.matchAll(/^pswp(?:in|out) (\d+)$/gm)].map((found) => Number(found[1]));
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

function parseCpuWait(pressure: string): number | undefined {
  const total = /^some .*total=(\d+)/m.exec(pressure)?.[1];
  return total === undefined ? undefined : Number(total);
}
