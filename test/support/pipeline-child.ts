import { appendFileSync } from "node:fs";
import type { StoreConfig } from "../../src/engine/config.ts";
import { createEngine } from "../../src/engine/create-engine.ts";
import type { Actions } from "../../src/engine/pipeline/action.ts";
import { createPipelines } from "../../src/engine/pipeline/pipelines.ts";
import type { RunRecord } from "../../src/engine/pipeline/run-record.ts";
import { pipelineOf } from "./pipelines.ts";

/** What the parent asks of the child. */
interface Job {
  readonly store: StoreConfig;
  /** The text of the pipeline. */
  readonly pipeline: string;
  /** Gets a line for each step that the records call done when the child starts (`= KEY`), and for each effect (`+ KEY`). */
  readonly ledger: string;
}

// Runs a pipeline over what is in the store, tells its parent of each effect and when all runs have ended, and is killed by it.
const { store, pipeline, ledger }: Job = JSON.parse(process.argv[2] ?? "");
const engine = await createEngine({ store, knobs: { maxBatch: 16 } });

const keys = new Map<string, string>();
const finished: string[] = [];
const ended = new Set<string>();
let orders = 0;
for await (const batch of engine.replay()) {
  for (const { topic, key, data } of batch) {
    if (topic === "orders.created") orders++;
    if (!topic.startsWith("$run.")) continue;
    const record = data as RunRecord;
    if (record.type === "completed") ended.add(key ?? "");
    if (record.type === "step.scheduled") keys.set(`${key}/${record.step}/${record.index}`, record.key);
    if (record.type !== "step.succeeded") continue;
    const known = keys.get(`${key}/${record.step}/${record.index}`);
    if (known !== undefined) finished.push(known);
  }
}
appendFileSync(ledger, finished.map((key) => `= ${key}\n`).join(""));

const actions: Actions = {
  work: {
    run: async ({ failures = 0 }: { failures?: number }, { idempotencyKey, attempt }) => {
      if (attempt <= failures) throw new Error("not yet");
      appendFileSync(ledger, `+ ${idempotencyKey}\n`);
      process.send?.({ did: idempotencyKey });
      await new Promise((resolve) => setImmediate(resolve));
      return idempotencyKey.length;
    },
  },
};
const pipelines = createPipelines({
  pipelines: [pipelineOf(pipeline, actions)],
  engine,
  onEnd: ({ runId, status }) => {
    if (status !== "completed") process.send?.({ trouble: `${runId} ${status}` });
    ended.add(runId);
    if (ended.size === orders) process.send?.({ allEnded: true });
  },
});
await pipelines.start();
