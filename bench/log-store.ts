import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { createEngine } from "../src/engine/create-engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import { medianOf, ratioOf } from "./ratio.ts";
import type { BenchContext, BenchRow } from "./row.ts";

/** What the table is called. */
export const title = "log store: level durable against the disk's own fdatasync";

const payload = { text: "x".repeat(245) };
const ratePerSec = 10_000;
const roundMs = 2000;
const clients = 256;

/**
 * Measures, in turn in each round, one write with fdatasync at a time on a file beside the log, then publishes at
 * a fixed rate (latency from the time each was due), then as fast as a number of clients can.
 */
export async function run({ rounds, log, signal }: BenchContext): Promise<readonly BenchRow[]> {
  const dir = await mkdtemp(join(tmpdir(), "dyno-bench-"));
  const engine = await createEngine({ store: { kind: "log", dir: join(dir, "log") }, level: "durable" });
  const syncMicros: number[] = [];
  const openMicros: number[] = [];
  const closedPerSec: number[] = [];
  try {
    await publishAtRate(engine, 500);
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      log(`log store: round ${round + 1} of ${rounds}`);
      const steps = [
        async () => syncMicros.push(await fdatasyncMicros(join(dir, "alone"))),
        async () => openMicros.push(await publishAtRate(engine, roundMs)),
      ];
      for (const step of round % 2 === 0 ? steps : steps.toReversed()) await step();
      closedPerSec.push(await publishAtWill(engine, roundMs / 2));
    }
  } finally {
    await engine.close();
    await rm(dir, { recursive: true });
  }
  const alonePerSec = syncMicros.map((micros) => 1e6 / micros);
  return [
    {
      what: `p50 at ${ratePerSec / 1000}k/s, 256-byte events`,
      ours: `${(medianOf(openMicros) / 1000).toFixed(2)} ms`,
      peerName: "one fdatasync, p50",
      peer: `${(medianOf(syncMicros) / 1000).toFixed(2)} ms`,
      ratio: ratioOf(openMicros, syncMicros),
      goal: { op: "<=", value: 2 },
    },
    {
      what: `events/s, ${clients} clients`,
      ours: `${(medianOf(closedPerSec) / 1000).toFixed(0)}k/s`,
      peerName: "one event a sync",
      peer: `${(medianOf(alonePerSec) / 1000).toFixed(2)}k/s`,
      ratio: ratioOf(closedPerSec, alonePerSec),
    },
  ];
}

/** The median time of a write of one event with its fdatasync, nothing else under way. */
async function fdatasyncMicros(path: string): Promise<number> {
  const file = await open(path, "a");
  const bytes = Buffer.alloc(300, "x");
  const micros: number[] = [];
  const until = performance.now() + roundMs / 2;
  while (performance.now() < until) {
    const begun = performance.now();
    await file.appendFile(bytes);
    await file.datasync();
    micros.push((performance.now() - begun) * 1000);
  }
  await file.close();
  return medianOf(micros);
}

/** The median time from when a publish was due until it was durable, at a fixed rate. */
async function publishAtRate(engine: Engine, durationMs: number): Promise<number> {
  const micros: number[] = [];
  const pending: Promise<unknown>[] = [];
  const begun = performance.now();
  const total = (durationMs * ratePerSec) / 1000;
  for (let n = 0; n < total; ) {
    for (; n < total; n++) {
      const dueMs = begun + (n * 1000) / ratePerSec;
      if (performance.now() < dueMs) break;
      pending.push(publish(engine).then(() => micros.push((performance.now() - dueMs) * 1000)));
    }
    await turn();
  }
  await Promise.all(pending);
  return medianOf(micros);
}

async function publishAtWill(engine: Engine, durationMs: number): Promise<number> {
  const begun = performance.now();
  let published = 0;
  const client = async (): Promise<void> => {
    for (; performance.now() - begun < durationMs; published++) await publish(engine);
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (published * 1000) / (performance.now() - begun);
}

function publish(engine: Engine): Promise<unknown> {
  return engine.publish({ topic: "orders.created", data: payload });
}
