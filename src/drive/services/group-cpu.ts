import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { readProcess } from "../../base/process-group.ts";
import { tickMicros } from "../../base/process-stat.ts";

/** Reads the processor time of a process group. */
export interface GroupCpu {
  /** User and system time of all its processes so far, in microseconds; those that have ended are in it as far as they were seen or waited for. Never falls. */
  cpuMicros(): Promise<number>;
}

/** New processes are looked for no more often than this. */
const rescanMs = 500;
/** One costs about 15 us, and whoever asks may be sending load in the same thread. */
const readsPerTurn = 4;

/** Begins to watch a group; undefined where the system does not tell (no Linux), or nobody is in it. */
export async function openGroupCpu(group: number): Promise<GroupCpu | undefined> {
  if (process.platform !== "linux") return undefined;
  const seen = new Set<number>();
  let members: readonly number[] = [];
  let scannedMs = Number.NEGATIVE_INFINITY;
  let total = 0;
  /** To look at each process of the machine takes milliseconds, so each is looked at once. */
  const scan = async (): Promise<void> => {
    scannedMs = performance.now();
    const fresh = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && !seen.has(Number(name)));
    const pids = fresh.map(Number);
    for (const pid of pids) seen.add(pid);
    members = [...members, ...pids.filter((pid) => readProcess(pid)?.group === group)];
  };
  await scan();
  if (members.length === 0) return undefined;
  return {
    cpuMicros: async () => {
      if (performance.now() - scannedMs > rescanMs) await scan();
      let sum = 0;
      const living: number[] = [];
      for (const pid of members) {
        const micros = await cpuMicrosOf(pid);
        if (micros === undefined) continue;
        living.push(pid);
        sum += micros;
      }
      members = living;
      total = Math.max(total, sum);
      return total;
    },
  };
}

/**
 * The scheduler counts each thread in nanoseconds, but forgets those that have ended; the time in ticks has them in it, and
 * children that were waited for. Slices of a comparison are shorter than a few ticks, so the larger one is taken.
 */
async function cpuMicrosOf(pid: number): Promise<number | undefined> {
  const process = readProcess(pid);
  if (process === undefined) return undefined;
  return Math.max((process.own + process.endedChildren) * tickMicros, await threadMicros(pid));
}

/** 0 where the kernel does not count so (CONFIG_SCHED_INFO). */
async function threadMicros(pid: number): Promise<number> {
  let nanos = 0;
  try {
    for (const [i, thread] of (await readdir(`/proc/${pid}/task`)).entries()) {
      if (i % readsPerTurn === readsPerTurn - 1) await nextTurn();
      nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    }
  } catch {
    return 0;
  }
  return nanos / 1000;
}
