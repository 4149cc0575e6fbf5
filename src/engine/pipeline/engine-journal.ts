import { setTimeout as sleep } from "node:timers/promises";
import { DynoError } from "../../base/errors.ts";
import type { Engine } from "../engine.ts";
import type { AckLevel, StoredEvent } from "../store.ts";
import type { Journal, RunIdentity } from "./run-host.ts";
import type { RunRecord } from "./run-record.ts";

const prefix = "$run.";

/** The topic of a kind of record. */
export function runTopic(pipeline: string, type: RunRecord["type"] | "called"): string {
  return `${prefix}${pipeline}.${type}`;
}

/** The record that an event holds; undefined where it is none. */
export function recordOf({ topic, data }: StoredEvent): RunRecord | undefined {
  return topic.startsWith(prefix) && !topic.endsWith(".called") ? (data as RunRecord) : undefined;
}

/**
 * Creates the journal that keeps records as events: on `$run.PIPELINE.TYPE`, with the run's id as their key.
 *
 * Only the first record of a run has an idempotency key: it is what two runs of one trigger would both write, while
 * later ones are kept apart by the one owner that a stream has. A key for each record would push the keys of users
 * out of the dedup window.
 */
export function createEngineJournal(engine: Pick<Engine, "publish">, level: AckLevel | undefined): Journal {
  const options = level === undefined ? {} : { level };
  const append = (run: RunIdentity, record: RunRecord): Promise<unknown> => {
    const { runId, pipeline, input } = run;
    const isFirst = record.type === "started";
    const stored = engine.publish(
      {
        topic: runTopic(pipeline.name, record.type),
        data: record,
        key: runId,
        correlationId: input.correlationId ?? input.id,
        causationId: input.id,
        idempotencyKey: isFirst ? `$run/${runId}` : undefined,
      },
      options,
    );
    return isFirst ? stored.then(({ duplicate }) => refuseSecond(runId, duplicate)) : stored;
  };
  return {
    append: (run, records, isGone = never) =>
      whenThereIsRoom(() => records.map((record) => append(run, record)), isGone),
    check: (output) => {
      // Otherwise the append would be refused, and the run taken up again without an end.
      if (typeof output === "bigint" || typeof output === "object") JSON.stringify(output);
    },
  };
}

const waitForRoomMs = 20;
const never = (): boolean => false;

/**
 * Appends again when everything was refused for want of room: it is known not to be stored then. Where only some was, a
 * later record may stand without an earlier one, and the run must be read again.
 */
async function whenThereIsRoom(
  append: () => readonly Promise<unknown>[],
  isGone: () => boolean,
): Promise<unknown> {
  for (;;) {
    const appended = append();
    try {
      return await Promise.all(appended);
    } catch (error) {
      const settled = await Promise.allSettled(appended);
      if (!settled.every((one) => one.status === "rejected" && isOverload(one.reason))) throw error;
      await sleep(waitForRoomMs);
      // Its event may be with another by now, which reads what is recorded.
      if (isGone()) throw error;
    }
  }
}

function isOverload(error: unknown): boolean {
  return error instanceof DynoError && error.code === "overload";
}

function refuseSecond(runId: string, isDuplicate: boolean): void {
  if (!isDuplicate) return;
  throw new DynoError(
    "conflict",
    `run ${runId} has been started already; it goes on from its records instead`,
  );
}
