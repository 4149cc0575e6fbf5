import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type ProcessTicks, parseProcess } from "./process-stat.ts";

const pollMs = 20;

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
    const state = /^\d+$/.test(name) ? readProcess(Number(name)) : undefined;
    return state !== undefined && state.group === leader && !state.isZombie;
  });
}

/** Asks the kernel about a process; undefined where there is none with this id, or the system has no /proc. */
export function readProcess(pid: number): ProcessTicks | undefined {
  try {
    return parseProcess(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}
