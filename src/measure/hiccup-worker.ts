import { workerData } from "node:worker_threads";
import { hiccupBucketOf, sleepMicros } from "./hiccup-meter.ts";

// Sleeps, and counts by how much each sleep was too long. It does nothing else, so what makes it late is the machine.
const counts = new Int32Array(workerData as SharedArrayBuffer);
for (;;) {
  const before = performance.now();
  // Slot 0 is never changed, so this is a sleep.
  Atomics.wait(counts, 0, 0, sleepMicros / 1000);
  const lateMicros = (performance.now() - before) * 1000 - sleepMicros;
  Atomics.add(counts, hiccupBucketOf(lateMicros), 1);
}
