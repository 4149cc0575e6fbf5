import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "../engine.ts";
import type { AckLevel, Position, StoredEvent } from "../store.ts";
import { recordOf } from "./engine-journal.ts";
import { applyRecord, emptyRun, type FoldedRun, isEnd } from "./fold-run.ts";

/** What runs have recorded in the store before this process had them. */
export interface RunHistory {
  /** What a run that this event started has recorded; undefined where it never began. */
  recall(runId: string, event: StoredEvent, signal: AbortSignal): Promise<FoldedRun | undefined>;
  /** What a run of this process has recorded that lost its hold on it: it is read once more. */
  recallAgain(runId: string, event: StoredEvent, signal: AbortSignal): Promise<FoldedRun | undefined>;
  /** What a run that another run called has recorded, as far as it has been read; it is given once. */
  take(runId: string): FoldedRun | undefined;
}

type HistoryEngine = Pick<Engine, "publish" | "replay">;

/**
 * Creates a history that is read when it is first asked for: once for all runs, from the first event on that comes
 * back. An event that is older than that makes it read again, from there.
 */
export function createRunHistory(engine: HistoryEngine, level: AckLevel | undefined): RunHistory {
  let runs = new Map<string, FoldedRun>();
  let floorId: string | undefined;
  let reading: Promise<void> = Promise.resolve();

  const readFrom = async (event: StoredEvent, signal: AbortSignal): Promise<void> => {
    runs = await readRuns({ engine, level }, event.position, () => true, signal);
  };
  return {
    recall: async (runId, event, signal) => {
      if (floorId === undefined || event.id < floorId) {
        floorId = event.id;
        // One after the other: the last to begin reads the most.
        reading = reading.then(() => readFrom(event, signal));
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
      return takeFrom(runs, runId);
    },
    recallAgain: async (runId, event, signal) => {
      const found = await readRuns({ engine, level }, event.position, (key) => key.startsWith(runId), signal);
      for (const [key, run] of found) if (key !== runId) runs.set(key, run);
      return found.get(runId);
    },
    take: (runId) => takeFrom(runs, runId),
  };
}

function takeFrom(runs: Map<string, FoldedRun>, runId: string): FoldedRun | undefined {
  const found = runs.get(runId);
  runs.delete(runId);
  return found;
}

/** The topic of the event that ends a reading. */
const markTopic = "$pipelines.recall";
const readAgainMs = 20;

/**
 * The runs whose ids are wanted, from the records after a position. Of those that are over, the end alone is kept.
 *
 * It reads up to an event that it publishes itself. What was published before may still be on its way into the store,
 * in a batch or from a spool; but it comes before that event, since order is kept.
 */
async function readRuns(
  { engine, level }: { readonly engine: HistoryEngine; readonly level: AckLevel | undefined },
  from: Position,
  isWanted: (runId: string) => boolean,
  signal: AbortSignal,
): Promise<Map<string, FoldedRun>> {
  const runs = new Map<string, FoldedRun>();
  const mark = await engine.publish({ topic: markTopic, data: null }, level === undefined ? {} : { level });
  let after = from;
  for (;;) {
    for await (const batch of engine.replay({ after, signal })) {
      for (const event of batch) {
        if (event.id === mark.id) return runs;
        takeIn(runs, event, isWanted);
        after = event.position;
      }
    }
    await sleep(readAgainMs, undefined, { signal });
  }
}

function takeIn(
  runs: Map<string, FoldedRun>,
  event: StoredEvent,
  isWanted: (runId: string) => boolean,
): void {
  const { key } = event;
  const record = key !== undefined && isWanted(key) ? recordOf(event) : undefined;
  if (record === undefined || key === undefined) return;
  const run = runs.get(key) ?? emptyRun();
  runs.set(key, run);
  applyRecord(run, record);
  if (isEnd(run.status)) run.steps.clear();
}
