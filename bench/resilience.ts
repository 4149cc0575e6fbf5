import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { medianOf, ratioOf } from "./ratio.ts";
import { callsWithSignal, type GuardedCall, refusedCalls, succeedingCalls } from "./resilience-calls.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title = "resilience: one call under retry, budget, breaker, bulkhead and timeout";

type Goals = Readonly<Record<string, number>>;

const sampleMs = 200;
const callsPerLook = 500;
const limitBytes = 1536;

/** Measures calls that succeed, those that look at their signal, those that are refused, and what one allocates. */
export async function run({ rounds, log, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  const cases: readonly [string, readonly GuardedCall[], Goals][] = [
    ["succeeds", succeedingCalls(), { cockatiel: 0.1, opossum: 1 }],
    ["succeeds, and uses its signal", callsWithSignal(), {}],
    ["is refused", await refusedCalls(), { cockatiel: 0.5, opossum: 0.5 }],
  ];
  for (const [what, calls, goals] of cases) {
    if (signal.aborted) return rows;
    log(`resilience: a call that ${what}`);
    rows.push(...(await compare(what, calls, goals, rounds)));
    for (const { close } of calls) close?.();
  }
  log("resilience: what a call allocates");
  return signal.aborted ? rows : [...rows, ...(await byteRows(signal))];
}

async function compare(
  what: string,
  calls: readonly GuardedCall[],
  goals: Goals,
  rounds: number,
): Promise<BenchRow[]> {
  const samples = calls.map(() => [] as number[]);
  for (const call of calls) await measureNanos(call);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < calls.length; i++) {
      // Each round begins with another one, so that none always runs in a cooler machine.
      const at = (i + round) % calls.length;
      const call = calls[at];
      if (call !== undefined) samples[at]?.push(await measureNanos(call));
    }
  }
  const [ours = [], ...peers] = samples;
  return peers.map((peer, i) => {
    const peerName = calls[i + 1]?.name ?? "";
    const goal = goals[peerName];
    return {
      what,
      ours: `${medianOf(ours).toFixed(0)} ns`,
      peerName,
      peer: `${medianOf(peer).toFixed(0)} ns`,
      ratio: ratioOf(ours, peer),
      ...(goal === undefined ? {} : { goal: { op: "<=", value: goal } as const }),
    };
  });
}

/** One call after the other, as an await sees them. */
async function measureNanos({ call }: GuardedCall): Promise<number> {
  const begun = performance.now();
  let calls = 0;
  while (performance.now() - begun < sampleMs) {
    for (let i = 0; i < callsPerLook; i++) await call();
    calls += callsPerLook;
  }
  return ((performance.now() - begun) * 1e6) / calls;
}

async function byteRows(signal: AbortSignal): Promise<BenchRow[]> {
  const file = fileURLToPath(new URL("./resilience-bytes.js", import.meta.url));
  const flags = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file], { signal });
  const found = JSON.parse(stdout) as Readonly<Record<string, number>>;
  const ours = found.dyno ?? Number.NaN;
  const row = (peerName: string, peer: number): BenchRow => ({
    what: "allocates",
    ours: `${ours.toFixed(0)} B`,
    peerName,
    peer: `${peer.toFixed(0)} B`,
    ratio: ratioOf([ours], [peer]),
  });
  const peers = Object.entries(found).filter(([name]) => name !== "dyno");
  return [
    { ...row("the goal", limitBytes), goal: { op: "<=", value: 1 } },
    ...peers.map(([name, bytes]) => row(name, bytes)),
  ];
}
