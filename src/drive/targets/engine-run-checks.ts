import { formatCount } from "../../base/units.ts";
import type { RunRecord } from "../../engine/pipeline/run-record.ts";
import type { StoredEvent } from "../../engine/store.ts";
import type { Check } from "../target.ts";
import type { Ledger } from "./engine-checks.ts";

/** What the records of all runs come to. */
export interface RunEvidence {
  /** The operation whose event started a run, and what became of it; undefined while it is not over. */
  readonly runs: ReadonlyMap<string, { operation: number | undefined; end: RunRecord["type"] | undefined }>;
  /** Attempts that were begun, by idempotency key. */
  readonly scheduled: ReadonlyMap<string, number>;
  /** Steps that were begun again after they had been finished. */
  readonly again: number;
  /** Events that steps published, by idempotency key. */
  readonly outputs: ReadonlyMap<string, number>;
}

/** What a run may come to. */
export interface RunRules {
  /** Whether its steps were made to fail or to be late; else each run must complete. */
  readonly mayFail: boolean;
}

const ends: readonly RunRecord["type"][] = ["completed", "failed", "cancelled", "parked"];

/** Reads what happened to every run out of the events of a store, without asking the engine. */
export function createRunReader(
  operationOf: (event: { topic: string; data: unknown }) => number | undefined,
) {
  const runs = new Map<string, { operation: number | undefined; end: RunRecord["type"] | undefined }>();
  const scheduled = new Map<string, number>();
  const finished = new Set<string>();
  const outputs = new Map<string, number>();
  let again = 0;
  return {
    read: ({ topic, key: runId, idempotencyKey, data }: StoredEvent): void => {
      if (
        !topic.startsWith("$") &&
        idempotencyKey !== undefined &&
        operationOf({ topic, data }) === undefined
      )
        outputs.set(idempotencyKey, (outputs.get(idempotencyKey) ?? 0) + 1);
      if (!topic.startsWith("$run.") || topic.endsWith(".called") || runId === undefined) return;
      const record = data as RunRecord;
      const run = runs.get(runId) ?? { operation: undefined, end: undefined };
      runs.set(runId, run);
      if (record.type === "started") run.operation = operationOf(record.input);
      if (ends.includes(record.type)) run.end = record.type;
      if (record.type === "step.succeeded") finished.add(slotOf(runId, record));
      if (record.type === "step.scheduled") {
        scheduled.set(record.key, (scheduled.get(record.key) ?? 0) + 1);
        if (finished.has(slotOf(runId, record))) again++;
      }
    },
    evidence: (): RunEvidence => ({ runs, scheduled, again, outputs }),
  };
}

function slotOf(
  runId: string,
  { step, index, undo }: { readonly step: string; readonly index?: number; readonly undo?: number },
): string {
  return `${runId} ${step} ${index ?? ""} ${undo ?? ""}`;
}

/**
 * Each event that was acknowledged has a run that came to its end, no finished step ran again, no attempt was made
 * unrecorded, and nothing that a step published is stored twice.
 */
export function checkRuns(
  { runs, scheduled, again, outputs }: RunEvidence,
  ledger: Ledger,
  effects: readonly string[],
  { mayFail }: RunRules,
): readonly Check[] {
  const over = new Set<number>();
  const byEnd = new Map<string, number>();
  for (const { operation, end } of runs.values()) {
    const name = end ?? "under way";
    byEnd.set(name, (byEnd.get(name) ?? 0) + 1);
    const isOver = mayFail ? end !== undefined && end !== "parked" : end === "completed";
    if (operation !== undefined && isOver) over.add(operation);
  }
  let lost = 0;
  for (const n of ledger.numbers()) if (!over.has(n)) lost++;
  const figures = [...byEnd].map(([name, count]) => `${formatCount(count)} ${name}`).join(", ");
  const done = new Map<string, number>();
  for (const key of effects) done.set(key, (done.get(key) ?? 0) + 1);
  const twice = [...outputs.values()].filter((times) => times > 1).length;
  const unrecorded = [...done].filter(([key, times]) => times > (scheduled.get(key) ?? 0)).length;
  return [
    {
      name: "every run came to its end",
      ok: lost === 0,
      detail: `${formatCount(lost)} of ${formatCount(ledger.count)} acknowledged events have no run that ${mayFail ? "is over" : "completed"}; runs: ${figures === "" ? "none" : figures}`,
      figure: { name: "lost", value: lost },
    },
    {
      name: "no finished step ran again",
      ok: again === 0,
      detail: `${formatCount(again)} of ${formatCount(scheduled.size)} steps were begun again after they had finished`,
      figure: { name: "duplicates", value: again },
    },
    {
      name: "no step ran unrecorded",
      ok: unrecorded === 0,
      detail: `${formatCount(unrecorded)} of ${formatCount(done.size)} steps had more effects than recorded attempts`,
    },
    {
      name: "nothing that a step published is stored twice",
      ok: twice === 0,
      detail: `${formatCount(twice)} of ${formatCount(outputs.size)} events that steps published are stored more than once`,
      figure: { name: "duplicates", value: twice },
    },
  ];
}
