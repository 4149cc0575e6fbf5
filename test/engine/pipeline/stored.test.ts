import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { deferred } from "../../../src/base/async.ts";
import { DynoError } from "../../../src/base/errors.ts";
import type { StoreConfig } from "../../../src/engine/config.ts";
import { createEngine } from "../../../src/engine/create-engine.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import type { Scope } from "../../../src/engine/observer.ts";
import type { Actions } from "../../../src/engine/pipeline/action.ts";
import { builtInActions } from "../../../src/engine/pipeline/actions/built-in.ts";
import { graphOf, overlayRun } from "../../../src/engine/pipeline/graph.ts";
import {
  createPipelines,
  type Pipelines,
  type PipelinesConfig,
} from "../../../src/engine/pipeline/pipelines.ts";
import { readRunRecords } from "../../../src/engine/pipeline/read-run.ts";
import type { PipelineResult } from "../../../src/engine/pipeline/run-host.ts";
import { pipelineOf } from "../../support/pipelines.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

const stores: readonly [string, () => Promise<StoreConfig>][] = [
  ["memory", async () => ({ kind: "memory" })],
  ["log", async () => ({ kind: "log", dir: await scratchDir() })],
  [
    "redis",
    async () => ({
      kind: "redis",
      url: process.env.DYNO_TEST_REDIS_URL ?? "",
      stream: `test:${randomUUID()}`,
    }),
  ],
];

async function openEngine(store: StoreConfig): Promise<Engine> {
  const engine = await createEngine({ store });
  onTestFinished(() => engine.close());
  return engine;
}

/** Pipelines at work, and the runs that have ended. */
async function start(
  engine: PipelinesConfig["engine"],
  text: string,
  actions: Actions,
  more: Partial<PipelinesConfig> = {},
) {
  const ends: PipelineResult[] = [];
  const pipelines: Pipelines = createPipelines({
    pipelines: [pipelineOf(text, actions)],
    ...(engine === undefined ? {} : { engine }),
    consume: { retryDelayMs: 1 },
    onEnd: (result) => void ends.push(result),
    ...more,
  });
  await pipelines.start();
  onTestFinished(() => pipelines.stop());
  const ended = async (count: number): Promise<readonly PipelineResult[]> => {
    await expect.poll(() => ends.length, { timeout: 10_000 }).toBe(count);
    return ends;
  };
  return { pipelines, ended };
}

const twoSteps = `
  name: checkout
  on: orders.*
  steps:
    - { id: a, action: work, with: { n: "{{ event.data.n }}" } }
    - { id: b, action: work, needs: [a], with: { n: "{{ steps.a.output }}" } }
  outputs: { n: "{{ steps.b.output }}" }
`;

const double: Actions = { work: { run: async ({ n }: { n: number }) => n * 2 } };

describe.each(stores)("pipelines on the %s store", (_, storeConfig) => {
  test("run once for each event on their topic, with their records on $run topics", async () => {
    const engine = await openEngine(await storeConfig());
    const topics: string[] = [];
    engine.subscribe("$run.>", ({ topic }) => void topics.push(topic));
    const { ended, pipelines } = await start(engine, twoSteps, double);
    await engine.publish({ topic: "other", data: {} });
    const { id } = await engine.publish({ topic: "orders.created", data: { n: 1 }, idempotencyKey: "once" });
    await engine.publish({ topic: "orders.created", data: { n: 1 }, idempotencyKey: "once" });
    expect(await ended(1)).toMatchObject([
      { runId: `checkout-${id}`, status: "completed", outputs: { n: 4 } },
    ]);
    expect(topics).toEqual(
      ["started", "step.scheduled", "step.succeeded", "step.scheduled", "step.succeeded", "completed"].map(
        (type) => `$run.checkout.${type}`,
      ),
    );
    expect(pipelines.runCounts()).toMatchObject([{ active: 0, started: 1, resumed: 0, completed: 1 }]);
  });

  test("keep what a run needs from being trimmed, and go on after they were stopped", async () => {
    const engine = await openEngine(await storeConfig());
    const gate = deferred<void>();
    let calls = 0;
    const actions: Actions = {
      work: {
        run: async ({ n }: { n: number }, { signal, step }) => {
          calls++;
          if (step === "b" && calls === 2) {
            gate.resolve();
            await new Promise((_, reject) => {
              signal.addEventListener("abort", () => reject(signal.reason));
            });
          }
          return n + 1;
        },
      },
    };
    const first = await start(engine, twoSteps, actions);
    await engine.publish({ topic: "orders.created", data: { n: 1 } });
    await gate.promise;
    await first.pipelines.stop();
    await engine.trim(Date.now() + 60_000);
    const second = await start(engine, twoSteps, actions);
    expect(await second.ended(1)).toMatchObject([{ status: "completed", outputs: { n: 3 } }]);
    // a once, b twice: its first attempt was cut off.
    expect(calls).toBe(3);
    expect(first.pipelines.runCounts()).toMatchObject([{ active: 0, started: 1, completed: 0 }]);
    expect(second.pipelines.runCounts()).toMatchObject([{ resumed: 1 }]);
  });

  test("take a run up again from its records when an append of it failed", async () => {
    const engine = await openEngine(await storeConfig());
    const called: string[] = [];
    let failuresLeft = 1;
    const flaky: NonNullable<PipelinesConfig["engine"]> = {
      publish: (input, options) => {
        const { step } = (input.data ?? {}) as { readonly step?: string };
        if (input.topic.endsWith("step.scheduled") && step === "b" && failuresLeft-- > 0) {
          return Promise.reject(new DynoError("unavailable", "the store is away"));
        }
        return engine.publish(input, options);
      },
      consume: (group, handler, options) => engine.consume(group, handler, options),
      replay: (options) => engine.replay(options),
    };
    const actions: Actions = {
      work: {
        run: async ({ n }: { n: number }, { step }) => {
          called.push(step);
          return n * 2;
        },
      },
    };
    const { ended, pipelines } = await start(flaky, twoSteps, actions);
    await engine.publish({ topic: "orders.created", data: { n: 1 } });
    expect(await ended(1)).toMatchObject([{ status: "completed", outputs: { n: 4 } }]);
    expect(called).toEqual(["a", "b"]);
    expect(pipelines.runCounts()).toMatchObject([{ started: 2, resumed: 1, completed: 1 }]);
  });

  test("give the result of a stored run that is called, whose state can be laid over the graph", async () => {
    const engine = await openEngine(await storeConfig());
    const { pipelines } = await start(engine, twoSteps, double);
    const { runId, status, outputs } = await pipelines.run("checkout", { n: 5 }, { stored: true });
    expect({ status, outputs }).toEqual({ status: "completed", outputs: { n: 20 } });
    const records = await readRunRecords(engine, runId);
    expect(records.map(({ type }) => type).at(-1)).toBe("completed");
    const overlay = overlayRun(graphOf(pipelineOf(twoSteps, double)), records);
    expect(overlay.edges).toEqual([{ from: "a", to: "b", case: undefined }]);
    expect(overlay.nodes.map(({ id, depth, state }) => [id, depth, state.status, state.attempts])).toEqual([
      ["a", 0, "succeeded", 1],
      ["b", 1, "succeeded", 1],
    ]);
  });
});

describe("a stored run", () => {
  test("is cancelled for good by its id", async () => {
    const engine = await openEngine({ kind: "memory" });
    const began = deferred<string>();
    const { ended, pipelines } = await start(engine, "name: p\non: go\nsteps: [{ id: a, action: hang }]\n", {
      hang: {
        run: (_: unknown, { runId, signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason));
            began.resolve(runId);
          }),
      },
    });
    await engine.publish({ topic: "go", data: {} });
    const runId = await began.promise;
    expect(pipelines.cancel("p-none", "no reason")).toBe(false);
    expect(pipelines.cancel(runId, "not wanted any more")).toBe(true);
    expect(await ended(1)).toMatchObject([{ runId, status: "cancelled" }]);
    expect((await readRunRecords(engine, runId)).at(-1)).toEqual({
      type: "cancelled",
      reason: "not wanted any more",
    });
  });

  test("publishes with the key of its step, caused by its trigger", async () => {
    const engine = await openEngine({ kind: "memory" });
    const actions = builtInActions({ publish: (input) => engine.publish(input) });
    const text = `
      name: p
      on: go
      steps: [{ id: tell, action: publish, with: { topic: told, key: "{{ event.key }}", data: { n: "{{ event.data.n }}" } } }]
      outputs: { id: "{{ steps.tell.output.id }}" }
    `;
    const told = deferred<object>();
    engine.subscribe("told", (event) => told.resolve(event));
    const { ended } = await start(engine, text, actions);
    const { id } = await engine.publish({ topic: "go", key: "k", correlationId: "c", data: { n: 3 } });
    expect(await told.promise).toMatchObject({
      key: "k",
      correlationId: "c",
      causationId: id,
      idempotencyKey: `p-${id}/tell`,
      data: { n: 3 },
    });
    const [end] = await ended(1);
    expect(end?.outputs).toEqual({ id: expect.stringMatching(/^[0-9A-Z]{26}$/) });
  });

  test("lets an observer see each attempt", async () => {
    const scopes: Scope[] = [];
    const engine = await openEngine({ kind: "memory" });
    const around = <Result>(scope: Scope, work: () => Result): Result => {
      scopes.push(scope);
      return work();
    };
    const { ended } = await start(engine, twoSteps, double, { observer: { around } });
    const { id } = await engine.publish({ topic: "orders.created", data: { n: 1 } });
    await ended(1);
    expect(scopes).toMatchObject([
      { kind: "step", name: "checkout/a", attempt: 1, runId: `checkout-${id}`, event: { id } },
      { kind: "step", name: "checkout/b" },
    ]);
  });

  test("makes many at a time, each once", async () => {
    const engine = await openEngine({ kind: "memory" });
    const { ended, pipelines } = await start(engine, twoSteps, double);
    const triggers = Array.from({ length: 500 }, (_, n) =>
      engine.publish({ topic: "orders.created", data: { n } }),
    );
    await Promise.all(triggers);
    const called = Array.from({ length: 500 }, (_, n) => pipelines.run("checkout", { n }, { stored: true }));
    await turn();
    expect((await Promise.all(called)).map(({ outputs }) => outputs.n)).toEqual(called.map((_, n) => n * 4));
    const ends = await ended(1000);
    expect(new Set(ends.map(({ runId }) => runId)).size).toBe(1000);
  });
});

test("a stored step whose output is no JSON fails, instead of being made again and again", async () => {
  const engine = await openEngine({ kind: "memory" });
  let calls = 0;
  const { ended } = await start(engine, "name: p\non: go\nsteps: [{ id: a, action: big }]\n", {
    big: {
      run: async () => {
        calls++;
        return { n: 1n };
      },
    },
  });
  await engine.publish({ topic: "go", data: {} });
  expect(await ended(1)).toMatchObject([{ status: "failed", error: { code: "usage" } }]);
  expect(calls).toBe(1);
});

describe("stored pipelines whose engine does not do as it should", () => {
  test("keep their records stored though the engine's own level is accepted", async () => {
    const engine = await createEngine({ store: { kind: "memory" }, level: "accepted" });
    onTestFinished(() => engine.close());
    const levels = new Set<string>();
    const watched: PipelinesConfig["engine"] = {
      level: engine.level,
      consume: engine.consume.bind(engine),
      replay: engine.replay.bind(engine),
      publish: async (input, options) => {
        const receipt = await engine.publish(input, options);
        if (input.topic.startsWith("$")) levels.add(receipt.level);
        return receipt;
      },
    };
    const { ended } = await start(watched, twoSteps, double);
    await engine.publish({ topic: "orders.created", data: { n: 1 } }, { level: "stored" });
    expect(await ended(1)).toMatchObject([{ status: "completed" }]);
    expect([...levels]).toEqual(["stored"]);
  });

  test("can be started again after a start that failed", async () => {
    const engine = await openEngine({ kind: "memory" });
    let refusals = 1;
    const flaky: PipelinesConfig["engine"] = {
      publish: engine.publish.bind(engine),
      replay: engine.replay.bind(engine),
      consume: async (group, handler, options) => {
        if (group === "$pipeline-calls" && refusals-- > 0) throw new DynoError("unavailable", "away");
        return engine.consume(group, handler, options);
      },
    };
    await expect(start(flaky, twoSteps, double)).rejects.toMatchObject({ code: "unavailable" });
    const { ended } = await start(flaky, twoSteps, double);
    await engine.publish({ topic: "orders.created", data: { n: 1 } });
    expect(await ended(1)).toMatchObject([{ status: "completed" }]);
  });

  test("wait for room for their records, and run no step again for it", async () => {
    const engine = await openEngine({ kind: "memory" });
    let isFull = false;
    const runs: string[] = [];
    const bounded: PipelinesConfig["engine"] = {
      consume: engine.consume.bind(engine),
      replay: engine.replay.bind(engine),
      publish: async (input, options) => {
        if (isFull) throw new DynoError("overload", "full");
        return engine.publish(input, options);
      },
    };
    const fills: Actions = {
      work: {
        run: async ({ n }: { n: number }, { step }) => {
          runs.push(step);
          isFull = true;
          setTimeout(() => {
            isFull = false;
          }, 30);
          return n;
        },
      },
    };
    const { ended } = await start(bounded, twoSteps, fills);
    await engine.publish({ topic: "orders.created", data: { n: 1 } });
    expect(await ended(1)).toMatchObject([{ status: "completed" }]);
    expect(runs).toEqual(["a", "b"]);
  });

  test("record nothing more of a run once they are stopped, though there is room again", async () => {
    const engine = await openEngine({ kind: "memory" });
    let isFull = false;
    const bounded: PipelinesConfig["engine"] = {
      consume: engine.consume.bind(engine),
      replay: engine.replay.bind(engine),
      publish: async (input, options) => {
        if (isFull && input.topic.startsWith("$run")) throw new DynoError("overload", "full");
        return engine.publish(input, options);
      },
    };
    const reached = deferred<void>();
    const fills: Actions = {
      work: {
        run: async ({ n }: { n: number }) => {
          isFull = true;
          reached.resolve();
          return n;
        },
      },
    };
    const { pipelines } = await start(bounded, twoSteps, fills);
    await engine.publish({ topic: "orders.created", data: { n: 1 } });
    await reached.promise;
    await pipelines.stop();
    const late: string[] = [];
    engine.subscribe("$run.>", ({ topic }) => void late.push(topic));
    isFull = false;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(late).toEqual([]);
  });

  test("take a run up again when the store comes back, however often it was away, and use up no tries", async () => {
    const engine = await openEngine({ kind: "memory" });
    let refusals = 4;
    const flaky: PipelinesConfig["engine"] = {
      consume: engine.consume.bind(engine),
      replay: engine.replay.bind(engine),
      publish: async (input, options) => {
        if (input.topic.endsWith("step.scheduled") && refusals-- > 0)
          throw new DynoError("unavailable", "away");
        return engine.publish(input, options);
      },
    };
    const { ended } = await start(flaky, twoSteps, double, { consume: { maxAttempts: 2, retryDelayMs: 1 } });
    await engine.publish({ topic: "orders.created", data: { n: 1 } });
    expect(await ended(1)).toMatchObject([{ status: "completed", outputs: { n: 4 } }]);
    const dead: unknown[] = [];
    for await (const letter of engine.deadLetters("$pipeline.checkout")) dead.push(letter);
    expect(dead).toEqual([]);
  });
});
