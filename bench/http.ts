import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stallQuantileMs } from "../src/judge/stall-truth.ts";
import {
  type BenchServer,
  type GeneratorOrder,
  generate,
  generateWith,
  logQuantiles,
  openServer,
  type ServerFigures,
} from "./http/generators.ts";
import { medianOf, ratioOf } from "./ratio.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title = "http: truth, cost and schedule of HTTP load";

/** Loads small servers of ours with dyno, autocannon, wrk and h2load; what is not installed is left out. */
export async function run(context: BenchContext): Promise<readonly BenchRow[]> {
  const { log, signal, rounds } = context;
  const rows: BenchRow[] = [];
  log("http: CPU time of the generator for 100,000 requests, 50 connections");
  rows.push(...(await costRows(rounds, context)));
  if (signal.aborted) return rows;
  log("http: arrivals as the server sees them");
  rows.push(...(await scheduleRows(rounds)));
  if (signal.aborted) return rows;
  log("http: 1,000/s for 30 s to a server that stands still 1 s in 10 s");
  rows.push(...(await stallRows()));
  return rows;
}

const connections = 50;
const costMs = 3000;

/** CPU seconds for 100,000 requests, of each by rounds. */
async function costRows(rounds: number, { print, signal }: BenchContext): Promise<BenchRow[]> {
  const server = await openServer(false);
  const { port } = server;
  const full = { port, connections, forMs: costMs };
  const url = `http://127.0.0.1:${port}/`;
  const seconds = costMs / 1000;
  const foreign = {
    wrk: {
      name: "wrk",
      arguments: ["-t1", `-c${connections}`, `-d${seconds}`, url],
      completed: /(\d+) requests in/,
    },
    h2load: {
      name: "h2load",
      arguments: ["--h1", "-t1", `-c${connections}`, `-D${seconds}`, url],
      completed: /(\d+) succeeded/,
    },
  } as const;
  const generators: Readonly<Record<string, () => ReturnType<typeof generateWith>>> = {
    dyno: () => generate({ ...full, client: "dyno" }),
    rich: () => generate({ ...full, client: "dyno with templates and checks" }),
    autocannon: () => generate({ ...full, client: "autocannon" }),
    wrk: () => generateWith(foreign.wrk),
    h2load: () => generateWith(foreign.h2load),
  };
  const names = Object.keys(generators);
  const costs: Readonly<Record<string, number[]>> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds && !signal.aborted; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figures = await generators[name]?.();
      if (figures !== undefined) costs[name]?.push(figures.cpuMicros / figures.completed / 10);
    }
  }
  server.close();
  const peer = costs.autocannon ?? [];
  const row = (what: string, name: string, goal?: BenchRow["goal"]): BenchRow => ({
    what,
    ours: `${medianOf(costs[name] ?? []).toFixed(2)} s`,
    peerName: "autocannon",
    peer: `${medianOf(peer).toFixed(2)} s`,
    ratio: ratioOf(costs[name] ?? [], peer),
    ...(goal === undefined ? {} : { goal }),
  });
  const others = ["wrk", "h2load"].filter((name) => (costs[name] ?? []).length > 0);
  if (others.length < 2) print("wrk and h2load (nghttp2-client) are compared where they are installed");
  return [
    row("CPU for 100k requests", "dyno", { op: "<=", value: 0.6 }),
    row("the same with templates and checks", "rich", { op: "<=", value: 0.9 }),
    ...others.map((name) => row(`(${name}, for comparison)`, name)),
  ];
}

const scheduleMs = 3000;

async function scheduleRows(rounds: number): Promise<BenchRow[]> {
  const server = await openServer(false);
  const rows: BenchRow[] = [];
  for (const rate of [1000, 10_000, 20_000]) {
    const ours: ServerFigures[] = [];
    const theirs: ServerFigures[] = [];
    const order = { port: server.port, connections, rate, forMs: scheduleMs };
    for (let round = 0; round < rounds; round++) {
      const steps = [
        async () => ours.push(await arrivals(server, { ...order, client: "dyno" })),
        async () => theirs.push(await arrivals(server, { ...order, client: "autocannon" })),
      ];
      for (const step of round % 2 === 0 ? steps : steps.toReversed()) await step();
    }
    rows.push(...rowsAt(rate, ours, theirs));
  }
  server.close();
  return rows;
}

async function arrivals(server: BenchServer, order: GeneratorOrder): Promise<ServerFigures> {
  await server.tell();
  await generate(order);
  return server.tell();
}

function rowsAt(rate: number, ours: readonly ServerFigures[], theirs: readonly ServerFigures[]): BenchRow[] {
  const what = `${rate / 1000}k/s`;
  const achieved = ours.map(({ ratePerSec }) => ratePerSec / rate);
  const off = achieved.map((share) => Math.max(share, 1 / share));
  const dispersions = ours.map(({ dispersion }) => dispersion);
  const bare = (figures: readonly number[]): BenchRow["ratio"] => ({
    median: medianOf(figures),
    low: Math.min(...figures),
    high: Math.max(...figures),
  });
  const peer = (figures: readonly number[], digits: number): Pick<BenchRow, "peer" | "peerName"> => ({
    peerName: "autocannon",
    peer: medianOf(figures).toFixed(digits),
  });
  return [
    {
      what: `${what}, achieved / asked, off by a factor of`,
      ours: medianOf(achieved).toFixed(4),
      ...peer(
        theirs.map(({ ratePerSec }) => ratePerSec / rate),
        4,
      ),
      // Too many are as wrong as too few.
      ratio: bare(off),
      goal: { op: "<=", value: 1.001 },
    },
    {
      what: `${what}, index of dispersion over 10 ms`,
      ours: medianOf(dispersions).toFixed(2),
      ...peer(
        theirs.map(({ dispersion }) => dispersion),
        1,
      ),
      ratio: bare(dispersions),
      goal: { op: "<=", value: rate > 10_000 ? 1.2 : 0.5 },
    },
  ];
}

const stallRate = 1000;
const stallForMs = 30_000;

/** One after the other, each on a fresh server, since a stall is a stall. */
async function stallRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const order = { connections, rate: stallRate, forMs: stallForMs } as const;
  const generators: Readonly<Record<string, (port: number) => Promise<readonly number[] | undefined>>> = {
    dyno: async (port) => latencies({ ...order, port, client: "dyno" }),
    "autocannon -R": async (port) => latencies({ ...order, port, client: "autocannon" }),
    "autocannon -R -C": async (port) =>
      latencies({ ...order, port, client: "autocannon", ignoresOmission: true }),
    "h2load --rps": (port) => h2loadLatencies(port),
  };
  for (const [name, measure] of Object.entries(generators)) {
    const server = await openServer(true);
    const found = await measure(server.port);
    server.close();
    if (found === undefined) continue;
    const stall = { stallMs: 1000, everyMs: 10_000 };
    for (const [i, q] of [0.99, 0.999].entries()) {
      const truth = stallQuantileMs(stall, q);
      const share = (found[i] ?? Number.NaN) / truth;
      const factor = Math.max(share, 1 / share);
      rows.push({
        what: `${name}: p${q * 100}, off by a factor of`,
        ours: `${found[i]?.toFixed(0)} ms`,
        peerName: "the truth",
        peer: `${truth.toFixed(0)} ms`,
        ratio: { median: factor, low: factor, high: factor },
        ...(name === "dyno" ? { goal: { op: "<=", value: 1.015 } as const } : {}),
      });
    }
  }
  return rows;
}

async function latencies(order: GeneratorOrder): Promise<readonly number[]> {
  const { p99, p999 } = await generate(order);
  return [p99, p999];
}

async function h2loadLatencies(port: number): Promise<readonly number[] | undefined> {
  const dir = await mkdtemp(join(tmpdir(), "dyno-bench-"));
  const file = join(dir, "log");
  const url = `http://127.0.0.1:${port}/`;
  const pace = [`--rps=${stallRate / connections}`, `-D${stallForMs / 1000}`, `--log-file=${file}`];
  try {
    const done = await generateWith({
      name: "h2load",
      arguments: ["--h1", "-t1", `-c${connections}`, ...pace, url],
      completed: /(\d+) succeeded/,
    });
    return done === undefined ? undefined : await logQuantiles(file, [0.99, 0.999]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
