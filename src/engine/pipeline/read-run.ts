import type { Engine } from "../engine.ts";
import { recordOf } from "./engine-journal.ts";
import type { RunRecord } from "./run-record.ts";

/** The records of one stored run, in their order; what the store has trimmed is missing. Reads the whole store. */
export async function readRunRecords(engine: Pick<Engine, "replay">, runId: string): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for await (const batch of engine.replay()) {
    for (const event of batch) {
      const record = event.key === runId ? recordOf(event) : undefined;
      if (record !== undefined) records.push(record);
    }
  }
  return records;
}
