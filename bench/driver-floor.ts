import { createHistogram } from "../src/stats/histogram.ts";

// The machine's own floor: a loop that does nothing but watch the clock, and how late it sees each moment of a schedule.
const ratePerSec = Number(process.argv[2]);
const forMs = Number(process.argv[3]);
const gapMs = 1000 / ratePerSec;
const late = createHistogram();
const start = performance.now() + 100;
let due = start;
while (due < start + forMs) {
  const now = performance.now();
  while (due <= now) {
    late.record((now - due) * 1000);
    due += gapMs;
  }
}
process.stdout.write(JSON.stringify({ p50: late.quantile(0.5), p99: late.quantile(0.99) }));
