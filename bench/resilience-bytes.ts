import { medianOf } from "./ratio.ts";
import { type GuardedCall, succeedingCalls } from "./resilience-calls.ts";

// Run with --expose-gc and a young generation that holds a whole sample, so that nothing is collected within one.

const warmUpCalls = 50_000;
const callsPerSample = 5000;
const samples = 9;

/** Bytes that one call allocates on the heap, the callee's own included. */
async function bytesPerCall({ call }: GuardedCall): Promise<number> {
  for (let i = 0; i < warmUpCalls; i++) await call();
  const figures: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < callsPerSample; i++) await call();
    figures.push((process.memoryUsage().heapUsed - before) / callsPerSample);
  }
  return medianOf(figures);
}

const found: Record<string, number> = {};
const calls = succeedingCalls();
for (const call of calls) found[call.name] = await bytesPerCall(call);
for (const { close } of calls) close?.();
console.log(JSON.stringify(found));
