import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Keeps processes on one core. */
export interface Cores {
  /** The cores that this process may use; empty where pinning is not possible here. */
  readonly list: readonly number[];
  /** Moves a process with all its threads to one core. */
  pin(pid: number, core: number): Promise<void>;
  /** Lets a process that was pinned use all of them again. */
  release(pid: number): Promise<void>;
}

/** Finds out whether processes can be pinned here: by util-linux's taskset, on Linux. */
export async function openCores(): Promise<Cores> {
  const list = allowedCores();
  const isPossible = await run("taskset", ["-V"]).then(
    () => true,
    () => false,
  );
  const keepOn = async (pid: number, cores: readonly number[]): Promise<void> => {
    await run("taskset", ["-a", "-p", "-c", cores.join(","), String(pid)]);
  };
  return {
    list: isPossible ? list : [],
    pin: (pid, core) => keepOn(pid, [core]),
    release: (pid) => keepOn(pid, list),
  };
}

function allowedCores(): number[] {
  try {
    const text = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
    return parseCpuList(text);
  } catch {
    return [];
  }
}

/** Parses `0-2,5`. */
export function parseCpuList(text: string): number[] {
  return [...text.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, first, last = first]) => {
    const from = Number(first);
    return Array.from({ length: Number(last) - from + 1 }, (_, i) => from + i);
  });
}
