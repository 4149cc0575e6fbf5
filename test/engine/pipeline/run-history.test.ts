import { expect, test } from "vitest";
import type { Engine } from "../../../src/engine/engine.ts";
import { createRunHistory } from "../../../src/engine/pipeline/run-history.ts";
import type { RunRecord } from "../../../src/engine/pipeline/run-record.ts";
import type { StoredEvent } from "../../../src/engine/store.ts";

type HistoryEngine = Pick<Engine, "publish" | "replay">;

function eventAt(n: number, topic: string, data: unknown, key?: string): StoredEvent {
  const position = { entry: String(n), index: 0 };
  return { id: `id-${n}`, topic, timeMs: 0, key, data, position };
}

const record = (n: number, given: RunRecord): StoredEvent => eventAt(n, `$run.p.${given.type}`, given, "run");

test("a history waits for records that are still on their way into the store", async () => {
  const events = [
    record(1, { type: "step.scheduled", step: "a", attempt: 1, key: "run/a" }),
    record(2, { type: "step.succeeded", step: "a", output: 7 }),
  ];
  const mark = eventAt(3, "$pipelines.recall", null);
  // What a first reading finds is the first record alone: the others lie in a spool.
  let readings = 0;
  const starts: string[] = [];
  const engine: HistoryEngine = {
    publish: async () => ({ id: mark.id, level: "stored" }) as never,
    replay: async function* (options) {
      starts.push(options?.after?.entry ?? "");
      yield readings++ === 0 ? events.slice(0, 1) : [...events.slice(1), mark];
    },
  };
  const history = createRunHistory(engine, undefined);
  const run = await history.recall("run", eventAt(0, "go", null), new AbortController().signal);
  expect(run?.steps.get("a")).toMatchObject({ status: "succeeded", output: 7 });
  expect(starts).toEqual(["0", "1"]);
});

test("a history that could not be read is read again when it is asked again", async () => {
  let failures = 1;
  const engine: HistoryEngine = {
    publish: async () => {
      if (failures-- > 0) throw new Error("the store is away");
      return { id: "id-1", level: "stored" } as never;
    },
    replay: async function* () {
      yield [eventAt(1, "$pipelines.recall", null)];
    },
  };
  const history = createRunHistory(engine, undefined);
  const { signal } = new AbortController();
  await expect(history.recall("run", eventAt(0, "go", null), signal)).rejects.toThrow("the store is away");
  expect(await history.recall("run", eventAt(0, "go", null), signal)).toBeUndefined();
});
