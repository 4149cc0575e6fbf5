import type { StoreConfig } from "../../src/engine/config.ts";
import { createEngine } from "../../src/engine/create-engine.ts";

/** What the parent asks of the child. */
interface Job {
  readonly store: StoreConfig;
  /** The process kills itself when a handler gets the event with this number. */
  readonly deadlyNumber: number;
  readonly perKeyOrder: boolean;
}

// Consumes numbered events as the group `g` and tells its parent each number before and after it is handled.
const job = JSON.parse(process.argv[2] ?? "") as Job;
const engine = await createEngine({ store: job.store });
await engine.consume<{ n: number }>(
  "g",
  async ({ data: { n } }, { attempt }) => {
    process.send?.({ begun: n, attempt });
    if (n === job.deadlyNumber) process.kill(process.pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, n % 5));
    // It is done only when the parent can hear of it, even if we are killed next.
    await new Promise((resolve) => process.send?.({ done: n, attempt }, resolve));
  },
  { perKeyOrder: job.perKeyOrder },
);
