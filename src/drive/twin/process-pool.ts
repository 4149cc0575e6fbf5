import { openTwinProcess, type TwinProcess, type TwinProgram } from "./twin-process.ts";

/** Processes that are given one target after the other, so that their code is warm. */
export interface ProcessPool {
  /** So many of them; each call begins with another one, so that no arm has always the same. */
  take(count: number): TwinProcess[];
  /** Ends them all. */
  close(): Promise<void>;
}

/** Makes a pool without processes: they are started when they are needed. `name` is what messages call them. */
export function createProcessPool(name: string, program: TwinProgram): ProcessPool {
  let processes: TwinProcess[] = [];
  return {
    take: (count) => {
      processes = processes.filter(({ broken }) => broken === undefined);
      processes.push(...processes.splice(0, 1));
      while (processes.length < count) processes.push(openTwinProcess(name, program));
      return processes.slice(0, count);
    },
    close: async () => {
      await Promise.all(processes.map((process) => process.kill()));
    },
  };
}
