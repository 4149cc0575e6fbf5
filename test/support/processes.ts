import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether a process is there and has not died. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie has died; it only waits for its parent to hear of it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits until a process has died. */
export async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(10);
}

/** Waits until no process is alive that has this text in its environment; who watched over others ends a moment after them. */
export async function untilNoneAliveWith(marker: string): Promise<void> {
  while (aliveWith(marker).length > 0) await sleep(20);
}

/** The ids of the living processes that have this text in their environment. */
export function aliveWith(marker: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isAlive(pid) && environmentOf(pid).includes(marker));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}
