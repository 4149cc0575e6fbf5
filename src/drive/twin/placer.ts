import { openCores } from "./cores.ts";
import type { TwinProcess } from "./twin-process.ts";

/** Decides where processes work. */
export interface Placer {
  /** Lets processes that were gathered before use all cores again. */
  spread(processes: readonly TwinProcess[]): Promise<void>;
  /** Moves processes to one core, the same for two blocks in a row; undefined where they cannot be kept on one. */
  gather(processes: readonly TwinProcess[], block: number): Promise<number | undefined>;
}

/** Finds out what is possible here. `onTrouble` is told, once, where it turns out that processes cannot be moved. */
export async function openPlacer(onTrouble: (text: string) => void): Promise<Placer> {
  const { list, pin, release } = await openCores();
  let isPossible = list.length > 1;
  const move = async (processes: readonly TwinProcess[], how: (pid: number) => Promise<void>) => {
    const working = processes.filter(({ broken }) => broken === undefined);
    try {
      await Promise.all(working.map(({ pid }) => how(pid)));
    } catch {
      // One that is gone meanwhile says nothing of the others.
      if (!isPossible || working.some(({ broken }) => broken !== undefined)) return;
      isPossible = false;
      onTrouble("processes cannot be kept on one core here; they are measured where they are");
    }
  };
  return {
    spread: async (processes) => {
      const gathered = processes.filter(({ hasWorked }) => hasWorked);
      if (isPossible && gathered.length > 0) await move(gathered, release);
    },
    gather: async (processes, block) => {
      // Two blocks on each core, so that every core sees both orders.
      const core = list[Math.floor(block / 2) % list.length];
      if (!isPossible || core === undefined) return undefined;
      await move(processes, (pid) => pin(pid, core));
      return isPossible ? core : undefined;
    },
  };
}
