import { readdirSync, readFileSync } from "node:fs";

/** The ids of the twin processes that this process has started and that are alive, ascending. */
export function twinsAlive(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && isTwin(name))
    .map(Number)
    .toSorted((a, b) => a - b);
}

function isTwin(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) \w/, "");
    const parent = / (\d+) /.exec(stat)?.[1];
    return (
      parent === String(process.pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("twin-child")
    );
  } catch {
    return false;
  }
}
