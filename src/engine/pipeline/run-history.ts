import type { Engine } from "../engine.ts";
import type { Position, StoredEvent } from "../store.ts";
import { recordOf } from "./engine-journal.ts";
import { applyRecord, emptyRun, type FoldedRun, isEnd } from "./fold-run.ts";

/** What runs have recorded in the store before this process had them. */
export interface RunHistory {
  /** What a run that this event started has recorded; undefined where it never began. */
  recall(runId: string, event: StoredEvent): Promise<FoldedRun | undefined>;
  /** What a run of this process has recorded that lost its hold on it: it is read once more. */
  recallAgain(runId: string, event: StoredEvent): Promise<FoldedRun | undefined>;
  /** What a run that another run called has recorded, as far as it has been read; it is given once. */
  take(runId: string): FoldedRun | undefined;
}

/**
 * Creates a history that is read when it is first asked for: once for all runs, from the first event on that comes
 * back. An event that is older than that makes it read again, from there.
 */
export function createRunHistory(engine: Pick<Engine, "replay">): RunHistory {
  let runs = new Map<string, FoldedRun>();
  let floorId: string | undefined;
  let reading: Promise<void> = Promise.resolve();

  const readFrom = async (event: StoredEvent): Promise<void> => {
    runs = await readRuns(engine, event.position, () => true);
  };
  return {
    recall: async (runId, event) => {
      if (floorId === undefined || event.id < floorId) {
        floorId = event.id;
        // One after the other: the last to begin reads the most.
        reading = reading.then(() => readFrom(event));
      }
      const mine = reading;
      try {
        await mine;
      } catch (error) {
        if (reading === mine) {
          floorId = undefined;
          reading = Promise.resolve();
        }
        throw error;
      }
      const found = runs.get(runId);
      runs.delete(runId);
      return found;
    },
    recallAgain: async (runId, event) => {
      const found = await readRuns(engine, event.position, (key) => key.startsWith(runId));
      for (const [key, run] of found) if (key !== runId) runs.set(key, run);
      return found.get(runId);
    },
    take: (runId) => {
      const found = runs.get(runId);
      runs.delete(runId);
      return found;
    },
  };
}

/** The runs whose ids are wanted, from the records after a position. Of those that are over, the end alone is kept. */
async function readRuns(
  engine: Pick<Engine, "replay">,
  after: Position,
  isWanted: (runId: string) => boolean,
): Promise<Map<string, FoldedRun>> {
  const runs = new Map<string, FoldedRun>();
  for await (const batch of engine.replay({ after })) {
    for (const event of batch) {
      const record = event.key !== undefined && isWanted(event.key) ? recordOf(event) : undefined;
      if (record === undefined || event.key === undefined) continue;
      const run = runs.get(event.key) ?? emptyRun();
      runs.set(event.key, run);
      applyRecord(run, record);
      if (isEnd(run.status)) run.steps.clear();
    }
  }
  return runs;
}
