import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { findProgram } from "../../src/drive/services/redis-process.ts";

/** What a generator is to do. */
export interface GeneratorOrder {
  readonly client: "dyno" | "dyno with templates and checks" | "autocannon";
  readonly port: number;
  readonly connections: number;
  /** Requests a second; absent: as many as it can. */
  readonly rate?: number;
  readonly forMs: number;
  /** Of autocannon: its `-C`. */
  readonly ignoresOmission?: boolean;
}

/** What it saw: latencies in milliseconds; CPU time without its own start, and without what was spun away in waiting. */
export interface GeneratorFigures {
  readonly completed: number;
  readonly cpuMicros: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** What a server noted since it was asked last. */
export interface ServerFigures {
  readonly count: number;
  readonly ratePerSec: number;
  readonly dispersion: number;
}

/** A server in a process of its own. */
export interface BenchServer {
  readonly port: number;
  tell(): Promise<ServerFigures>;
  close(): void;
}

/** Starts a server; with `stalls` it stands still for the last second of every ten. */
export async function openServer(stalls: boolean): Promise<BenchServer> {
  const child = fork(new URL("./server.js", import.meta.url));
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  if (stalls) child.send("stall");
  return {
    port,
    tell: async () => {
      child.send("tell");
      const [figures] = (await once(child, "message")) as [ServerFigures];
      return figures;
    },
    close: () => child.disconnect(),
  };
}

/** Lets a fresh process work. */
export async function generate(order: GeneratorOrder): Promise<GeneratorFigures> {
  const child = fork(new URL("./generator.js", import.meta.url));
  child.send(order);
  const [figures] = await Promise.race([
    once(child, "message") as Promise<[GeneratorFigures]>,
    once(child, "exit").then(() => Promise.reject(new Error(`${order.client} gave up`))),
  ]);
  child.disconnect();
  return figures;
}

/** A program with its arguments, and how its output says how many requests were answered. */
export interface ForeignGenerator {
  readonly name: "wrk" | "h2load";
  readonly arguments: readonly string[];
  readonly completed: RegExp;
}

/** Runs a program that is installed, for its CPU time, or gives undefined where there is none. */
export async function generateWith(
  foreign: ForeignGenerator,
): Promise<{ readonly completed: number; readonly cpuMicros: number } | undefined> {
  const program = findProgram([foreign.name], process.env.PATH ?? "");
  if (program === undefined) return undefined;
  const script = 'TIMEFORMAT="%3U %3S"; time "$@"';
  const { stdout, stderr } = await promisify(execFile)("bash", [
    "-c",
    script,
    "_",
    program,
    ...foreign.arguments,
  ]);
  const seconds = stderr.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  return {
    completed: Number(foreign.completed.exec(stdout)?.[1]),
    cpuMicros: seconds.reduce((sum, second) => sum + second, 0) * 1e6,
  };
}

/** Latency quantiles, in milliseconds, of an h2load log: start, status and microseconds of each request. */
export async function logQuantiles(file: string, quantiles: readonly number[]): Promise<number[]> {
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  const sorted = lines.map((line) => Number(line.split("\t")[2]) / 1000).toSorted((a, b) => a - b);
  return quantiles.map((q) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN);
}
