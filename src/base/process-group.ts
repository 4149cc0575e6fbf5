import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** What the kernel says of a process (proc(5)). */
export interface ProcessState {
  /** The process group that it is in. */
  readonly group: number;
  /** It has ended, and waits only for its parent to hear of it. */
  readonly isZombie: boolean;
  /** User and system time, with that of its children that have ended and were waited for, in microseconds; whole ticks. */
  readonly cpuMicros: number;
}

const pollMs = 20;
/** Linux gives all programs the time in ticks of 10 ms, whatever it counts in itself (USER_HZ). */
const tickMicros = 10_000;

/** Sends a signal to every process of a group; 0 only asks. False where nobody is there to get it. */
export function signalGroup(leader: number | undefined, name: NodeJS.Signals | 0): boolean {
  try {
    return leader !== undefined && process.kill(-leader, name);
  } catch {
    return false;
  }
}

/** Waits until nobody of a group is alive, for `waitMs` at most; no event tells of a group's end. Whether it is so. */
export async function untilGroupEnds(leader: number | undefined, waitMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + waitMs;
  while (hasLiving(leader)) {
    if (performance.now() >= deadlineMs) return false;
    await sleep(pollMs);
  }
  return true;
}

/** Where nobody waits for orphans, those that have ended are in the group for ever: then each is looked at. */
function hasLiving(leader: number | undefined): boolean {
  if (!signalGroup(leader, 0)) return false;
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((name) => {
    const state = /^\d+$/.test(name) ? readProcessState(Number(name)) : undefined;
    return state !== undefined && state.group === leader && !state.isZombie;
  });
}

/** Asks the kernel about a process; undefined where there is none with this id, or the system has no /proc. */
export function readProcessState(pid: number): ProcessState | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** Parses `/proc/PID/stat`. The name of the program stands in parentheses, and may have spaces and parentheses in it. */
export function parseProcessStat(text: string): ProcessState {
  // Behind the name: state, parent, group, ... and, from the 12th on, user and system time, and those of the children.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { group: Number(fields[2]), isZombie: fields[0] === "Z", cpuMicros: ticks * tickMicros };
}
