import { readdir, readFile } from "node:fs/promises";
import { DynoError } from "../base/errors.ts";
import { type ProcessTicks, parseProcess } from "./machine/machine-sample.ts";

/** The kernel counts the time of processes in ticks of 10 ms on every machine that Node runs on (`sysconf(_SC_CLK_TCK)`). */
const tickMicros = 10_000;
/** All processes are looked through this often for new ones of the group: that costs more than reading those known. */
const searchEveryMs = 5000;

/**
 * A meter of the CPU time, in microseconds, that a process group has used so far, with the children that ended. Rejects
 * with a DynoError `unavailable` where no process of it is left, or there is no `/proc`.
 */
export function createGroupCpuMeter(group: number, nowMs: () => number): () => Promise<number> {
  let pids: readonly string[] = [];
  let searchedMs = Number.NEGATIVE_INFINITY;
  const members = async (among: readonly string[]): Promise<readonly ProcessTicks[]> => {
    const found: ProcessTicks[] = [];
    // One after the other: this runs in the thread that sends, and a hundred answers at once would hold it up.
    for (const pid of among) {
      const process = parseProcess(await readFile(`/proc/${pid}/stat`, "latin1").catch(() => ""));
      if (process?.group === group) found.push(process);
    }
    return found;
  };
  const search = async (): Promise<readonly ProcessTicks[]> => {
    searchedMs = nowMs();
    const names = await readdir("/proc").catch(() => []);
    return members(names.filter((name) => /^\d+$/.test(name)));
  };
  return async () => {
    const isStale = nowMs() - searchedMs >= searchEveryMs;
    let found = isStale ? await search() : await members(pids);
    if (found.length === 0 && !isStale) found = await search();
    if (found.length === 0) throw new DynoError("unavailable", `no process of group ${group} is left`);
    pids = found.map(({ pid }) => String(pid));
    return found.reduce((sum, { own, endedChildren }) => sum + own + endedChildren, 0) * tickMicros;
  };
}
