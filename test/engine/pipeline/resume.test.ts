import { describe, expect, test } from "vitest";
import { createRandom } from "../../../src/base/random.ts";
import type { Actions } from "../../../src/engine/pipeline/action.ts";
import { createPipelines, type Pipelines } from "../../../src/engine/pipeline/pipelines.ts";
import type { PipelineResult } from "../../../src/engine/pipeline/run-host.ts";
import type { RunRecord } from "../../../src/engine/pipeline/run-record.ts";
import { createOutlivingStore, type Life, type OutlivingStore } from "../../support/mortal-engine.ts";
import { createRunTime, pipelineOf, type RunTime } from "../../support/pipelines.ts";

/** One world: a clock, a store, and what was done in it, by idempotency key. */
interface World {
  readonly time: RunTime;
  readonly store: OutlivingStore;
  readonly done: Map<string, number>;
}

function createWorld(): World {
  const time = createRunTime();
  return { time, store: createOutlivingStore(() => time.clock.epochMs()), done: new Map() };
}

const never = new Promise<never>(() => undefined);

/** What an action does first: look whether its attempt is recorded, as it must be. */
function requireScheduled({ store }: World, key: string): void {
  const isThere = store.records().some(({ data }) => {
    const record = data as RunRecord;
    return record.type === "step.scheduled" && record.key === key;
  });
  if (!isThere) throw new Error(`${key} was begun before it was recorded`);
}

/** `work` does its work once a call; `flaky` fails in its first two attempts; `bad` always fails. */
function actionsIn(world: World, life: Life): Actions {
  const { done } = world;
  const work = async ({ n = 1 }: { n?: number }, { idempotencyKey }: { idempotencyKey: string }) => {
    if (life.isDead()) return never;
    requireScheduled(world, idempotencyKey);
    done.set(idempotencyKey, (done.get(idempotencyKey) ?? 0) + 1);
    await Promise.resolve();
    return life.isDead() ? never : { n: n * 2 };
  };
  return {
    work: { run: work },
    flaky: {
      run: async (input: object, context) => {
        if (context.attempt < 3) throw new Error("not yet");
        return work(input, context);
      },
    },
    bad: {
      run: () => {
        throw new Error("out of order");
      },
    },
  };
}

interface Process {
  readonly life: Life;
  readonly pipelines: Pipelines;
  readonly ended: Promise<PipelineResult>;
}

/** Starts a process; it dies after so many records. `ended` is the end of the run of pipeline `p`. */
async function startProcess(world: World, texts: readonly string[], killAfter?: number): Promise<Process> {
  const life = world.store.begin(killAfter);
  const actions = actionsIn(world, life);
  let onEnd: (result: PipelineResult) => void = () => undefined;
  const ended = new Promise<PipelineResult>((resolve) => {
    onEnd = (result) => {
      if (result.pipeline === "p") resolve(result);
    };
  });
  const pipelines = createPipelines({
    pipelines: texts.map((text) => pipelineOf(text, actions)),
    engine: life.engine,
    clock: world.time.clock,
    timers: world.time.timers,
    random: createRandom(7),
    onEnd,
  });
  await pipelines.start();
  return { life, pipelines, ended };
}

function recordsOf(world: World): (RunRecord & { readonly runId: string })[] {
  return world.store
    .records()
    .filter(({ topic }) => !topic.endsWith(".called"))
    .map(({ data, key }) => ({ ...(data as RunRecord), runId: key ?? "" }));
}

/** The keys of what the records say is done. */
function finishedKeys(world: World): string[] {
  return recordsOf(world).flatMap((record) => {
    if (record.type !== "step.succeeded" || record.items !== undefined) return [];
    const { runId, step, index, undo } = record;
    return [
      `${runId}/${step}${index === undefined ? "" : `/${index}`}${undo === undefined ? "" : `/undo-${undo}`}`,
    ];
  });
}

const everything = [
  `
  name: p
  on: orders.*
  params: { rate: 2 }
  steps:
    - { id: price, action: transform, with: { total: "{{ event.data.n * params.rate }}" } }
    - { id: reserve, action: work, needs: [price], with: { n: "{{ steps.price.output.total }}" } }
    - { id: score, action: flaky, needs: [price], retry: { attempts: 5, delay: 2s } }
    - { id: pause, action: delay, needs: [price], with: { for: 1h } }
    - { id: each, action: work, needs: [reserve], forEach: event.data.list, concurrency: 2, with: { n: "{{ item }}" } }
    - { id: nested, pipeline: inner, needs: [reserve], with: { n: "{{ steps.reserve.output.n }}" } }
    - id: route
      needs: [score, each]
      switch: { big: "steps.each.output[2].n > 5" }
      else: small
    - { id: big, action: work, needs: [route.big], with: { n: 10 } }
    - { id: small, action: work, needs: [route.small], with: { n: 20 } }
    - { id: never, action: work, needs: [price], if: event.data.n > 100 }
    - { id: join, action: work, needs: [big, small, pause, nested, never], with: { n: "{{ steps.nested.output.twice }}" } }
  outputs: { n: "{{ steps.join.output.n }}", each: "{{ steps.each.output.map(e, e.n) }}" }
  `,
  `
  name: inner
  steps:
    - { id: a, action: work, with: { n: "{{ event.data.n }}" } }
    - { id: b, action: work, needs: [a], with: { n: "{{ steps.a.output.n }}" } }
  outputs: { twice: "{{ steps.b.output.n }}" }
  `,
];

const failing = [
  `
  name: p
  on: orders.*
  steps:
    - { id: one, action: work, compensate: { action: work, with: { n: 1 } } }
    - { id: two, action: work, needs: [one], compensate: [{ action: work }, { action: work }] }
    - { id: three, action: bad, needs: [two], onError: compensate, retry: { attempts: 2, delay: 1s } }
  `,
];

const order = { topic: "orders.created", data: { n: 5, list: [1, 2, 3] }, correlationId: "request-9" };

/** Runs one order to its end, killing each process after its share of records; gives the end, and what was there to kill. */
async function runKilled(texts: readonly string[], kills: readonly number[]) {
  const world = createWorld();
  await world.store.begin().engine.publish(order);
  let finishedBefore = new Map<string, number>();
  for (const killAfter of [...kills, undefined]) {
    const { life, ended } = await startProcess(world, texts, killAfter);
    const result = await world.time.passUntil(Promise.race([ended, life.died]));
    for (const [key, times] of finishedBefore)
      expect({ key, times: world.done.get(key) }).toEqual({ key, times });
    finishedBefore = new Map(
      finishedKeys(world).flatMap((key) => (world.done.has(key) ? [[key, world.done.get(key) ?? 0]] : [])),
    );
    if (result !== undefined && !life.isDead()) return { world, result };
    life.kill();
  }
  throw new Error("the last process is not killed");
}

describe("a run that is killed after any of its records", () => {
  test.each([
    ["with every kind of step", everything, { status: "completed", outputs: { n: 160, each: [2, 4, 6] } }],
    ["that fails and is undone", failing, { status: "failed", error: { message: "out of order" } }],
  ] as const)(
    "%s ends as if it had not been, and does nothing again that was done",
    async (_, texts, end) => {
      const whole = await runKilled(texts, []);
      expect(whole.result).toMatchObject(end);
      const total = whole.world.store.records().length;
      const shape = [...whole.world.done.keys()].map((key) => key.slice(key.indexOf("/"))).toSorted();
      expect([...whole.world.done.values()].every((times) => times === 1)).toBe(true);
      for (let killAfter = 1; killAfter <= total; killAfter++) {
        const { world, result } = await runKilled(texts, [killAfter]);
        expect({ killAfter, result }).toMatchObject({ killAfter, result: end });
        expect([...world.done.keys()].map((key) => key.slice(key.indexOf("/"))).toSorted()).toEqual(shape);
      }
    },
  );

  test("and again and again, gets to its end all the same", async () => {
    const { result } = await runKilled(
      everything,
      Array.from({ length: 30 }, () => 2),
    );
    expect(result).toMatchObject({ status: "completed", outputs: { n: 160 } });
  });
});

describe("a run that is resumed", () => {
  test("waits for what is left of a delay, and goes on with the attempts that it had", async () => {
    const world = createWorld();
    await world.store.begin().engine.publish(order);
    const text = `
      name: p
      on: orders.*
      steps:
        - { id: pause, action: delay, with: { for: 10h } }
        - { id: score, action: flaky, retry: { attempts: 3 , delay: 1s } }
    `;
    const first = await startProcess(world, [text], 4);
    await world.time.passUntil(first.life.died);
    const due = recordsOf(world).flatMap((record) =>
      record.type === "step.scheduled" && record.dueMs !== undefined ? [record.dueMs] : [],
    );
    world.time.clock.advanceMs(6 * 3_600_000);
    const second = await startProcess(world, [text]);
    expect((await world.time.passUntil(second.ended)).status).toBe("completed");
    expect(due).toHaveLength(1);
    expect(world.time.clock.epochMs()).toBe(due[0]);
    const attempts = recordsOf(world).flatMap((record) =>
      record.type === "step.scheduled" && record.step === "score" ? [record.attempt] : [],
    );
    expect(attempts).toEqual([1, 2, 3]);
  });

  test("goes on with its own definition where that is given as a former one, and is parked where it is not", async () => {
    const text = (second: string) => `
      name: p
      on: orders.*
      steps:
        - { id: a, action: work }
        - { id: b, action: work, needs: [a], with: { n: ${second} } }
      outputs: { n: "{{ steps.b.output.n }}" }
    `;
    const world = createWorld();
    await world.store.begin().engine.publish(order);
    const first = await startProcess(world, [text("1")], 3);
    await world.time.passUntil(first.life.died);
    const changed = await startProcess(world, [text("2")]);
    await world.time.passUntil(
      (async () => {
        while (changed.pipelines.counts().parked === 0) await new Promise((resolve) => setImmediate(resolve));
      })(),
    );
    expect(recordsOf(world).at(-1)).toMatchObject({ type: "parked" });
    expect(changed.pipelines.health()).toMatchObject([{ part: "pipeline p", status: "degraded" }]);
    expect(changed.pipelines.health()[0]?.detail).toMatch(
      /^1 runs? .*began on definition [0-9a-f]{16} of p, which is not here/,
    );
    changed.life.kill();
    const life = world.store.begin();
    const actions = actionsIn(world, life);
    const results: PipelineResult[] = [];
    const pipelines = createPipelines({
      pipelines: [pipelineOf(text("2"), actions)],
      former: [pipelineOf(text("1"), actions)],
      engine: life.engine,
      clock: world.time.clock,
      timers: world.time.timers,
      onEnd: (result) => void results.push(result),
    });
    await pipelines.start();
    while (results.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(results).toMatchObject([{ status: "completed", outputs: { n: 2 } }]);
    expect(pipelines.counts()).toMatchObject({ resumed: 1, completed: 1 });
  });

  test("is parked where an action is gone, with what had ended kept", async () => {
    const world = createWorld();
    await world.store.begin().engine.publish(order);
    const text = `
      name: p
      on: orders.*
      steps:
        - { id: a, action: work }
        - { id: b, action: flaky, needs: [a], retry: { attempts: 9, delay: 1s } }
    `;
    const first = await startProcess(world, [text], 4);
    await world.time.passUntil(first.life.died);
    const life = world.store.begin();
    const { flaky: _, ...rest } = actionsIn(world, life);
    const pipelines = createPipelines({
      pipelines: [pipelineOf(text, rest, true)],
      engine: life.engine,
      clock: world.time.clock,
      timers: world.time.timers,
    });
    await pipelines.start();
    await world.time.passUntil(
      (async () => {
        while (pipelines.counts().parked === 0) await new Promise((resolve) => setImmediate(resolve));
      })(),
    );
    expect(recordsOf(world).at(-1)).toMatchObject({
      type: "parked",
      reason: "there is no action flaky any more, which step b needs",
    });
    life.kill();
    const last = await startProcess(world, [text]);
    expect((await world.time.passUntil(last.ended)).status).toBe("completed");
    expect([...world.done.values()]).toEqual([1, 1]);
  });

  test("carries the correlation of its trigger in every record", async () => {
    const { world } = await runKilled(failing, []);
    const records = world.store.records();
    expect(new Set(records.map(({ correlationId }) => correlationId))).toEqual(new Set(["request-9"]));
    expect(new Set(records.map(({ key }) => key)).size).toBe(1);
  });
});

describe("a stored run that is called", () => {
  test("gives its result, and is brought to its end after a crash by who comes next", async () => {
    const world = createWorld();
    const text = "name: p\nsteps: [{ id: a, action: work }, { id: b, action: work, needs: [a] }]\n";
    const first = await startProcess(world, [text]);
    expect((await world.time.passUntil(first.pipelines.run("p", {}, { stored: true }))).status).toBe(
      "completed",
    );
    first.life.kill();
    const second = await startProcess(world, [text], 4);
    second.pipelines.run("p", {}, { stored: true });
    await world.time.passUntil(second.life.died);
    const third = await startProcess(world, [text]);
    expect((await world.time.passUntil(third.ended)).status).toBe("completed");
    expect([...world.done.values()]).toEqual([1, 1, 1, 1]);
  });

  test("stays ended once it is cancelled", async () => {
    const world = createWorld();
    const text = "name: p\nsteps: [{ id: a, action: delay, with: { for: 1h } }]\n";
    const first = await startProcess(world, [text]);
    const controller = new AbortController();
    const result = first.pipelines.run("p", {}, { stored: true, signal: controller.signal });
    while (world.store.records().length < 3) await new Promise((resolve) => setImmediate(resolve));
    controller.abort("changed their mind");
    expect(await result).toMatchObject({ status: "cancelled", error: { message: "changed their mind" } });
    expect(recordsOf(world).at(-1)).toMatchObject({ type: "cancelled", reason: "changed their mind" });
  });
});
