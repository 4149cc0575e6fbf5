import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { deferred } from "../../../src/base/async.ts";
import { DynoError } from "../../../src/base/errors.ts";
import type { Actions } from "../../../src/engine/pipeline/action.ts";
import { memoryPipelines } from "../../support/pipelines.ts";

/** `note` writes down what it is given and gives it back; `fail` fails as often as it is told. */
function recorder() {
  const noted: string[] = [];
  const failures = new Map<string, number>();
  const actions: Actions = {
    note: {
      run: async ({ as, gives }: { as: string; gives?: unknown }) => {
        noted.push(as);
        return gives ?? as;
      },
    },
    fail: {
      run: async ({ as, times }: { as: string; times: number }, { attempt }) => {
        noted.push(`${as}#${attempt}`);
        const failed = failures.get(as) ?? 0;
        if (failed >= times) return as;
        failures.set(as, failed + 1);
        throw new Error(`${as} is out of order`);
      },
    },
  };
  return { noted, actions };
}

function typesOf(records: readonly { readonly type: string }[]): string[] {
  return records.map(({ type }) => type);
}

describe("a run", () => {
  test("runs steps when what they need is over, and gives its outputs", async () => {
    const { noted, actions } = recorder();
    const { run } = memoryPipelines(
      `
      params: { factor: 3 }
      steps:
        - { id: last, action: note, needs: [left, right], with: { as: last } }
        - { id: left, action: note, needs: [first], with: { as: left, gives: "{{ event.data.n * params.factor }}" } }
        - { id: right, action: note, needs: [first], with: { as: "right of {{ steps.first.output }}" } }
        - { id: first, action: note, with: { as: first } }
      outputs:
        product: "{{ steps.left.output }}"
        text: "n is {{ event.data.n }}, {{ [1, event.data.n] }}"
      `,
      actions,
    );
    const result = await run({ n: 5 });
    expect(result).toMatchObject({ status: "completed", outputs: { product: 15, text: "n is 5, [1,5]" } });
    expect(noted).toEqual(["first", "left", "right of first", "last"]);
  });

  test("has all its records, each before what comes of it", async () => {
    const { actions } = recorder();
    const { run } = memoryPipelines("steps: [{ id: a, action: note, with: { as: x } }]", actions);
    const { records, runId } = await run();
    expect(typesOf(records)).toEqual(["started", "step.scheduled", "step.succeeded", "completed"]);
    expect(records[1]).toMatchObject({ step: "a", attempt: 1, key: `${runId}/a` });
  });

  test("skips a step whose condition is false, and what needs it alone", async () => {
    const { noted, actions } = recorder();
    const { run } = memoryPipelines(
      `
      steps:
        - { id: a, action: note, if: event.data.n > 10, with: { as: a } }
        - { id: b, action: note, needs: [a], with: { as: b } }
        - { id: c, action: note, with: { as: c } }
        - { id: join, action: note, needs: [b, c], with: { as: "{{ steps.b.status }}" } }
      `,
      actions,
    );
    const { records } = await run({ n: 1 });
    expect(noted).toEqual(["c", "skipped"]);
    expect(records.filter(({ type }) => type === "step.skipped")).toEqual([
      { type: "step.skipped", step: "a", reason: "condition" },
      { type: "step.skipped", step: "b", reason: "needs" },
    ]);
  });

  test.each([
    [5000, ["big", "join"]],
    [500, ["gift", "join"]],
    [5, ["small", "join"]],
  ])("takes the first case of a switch that holds, for %d", async (total, expected) => {
    const { noted, actions } = recorder();
    const { run } = memoryPipelines(
      `
      steps:
        - id: route
          switch: { big: event.data.total > 1000, gift: event.data.total > 100 }
          else: small
        - { id: big, action: note, needs: [route.big], with: { as: big } }
        - { id: gift, action: note, needs: [route.gift], with: { as: gift } }
        - { id: small, action: note, needs: [route.small], with: { as: small } }
        - { id: join, action: note, needs: [big, gift, small], with: { as: join } }
      `,
      actions,
    );
    expect((await run({ total })).status).toBe("completed");
    expect(noted).toEqual(expected);
  });

  test("fails where a condition cannot be evaluated, and says which and why", async () => {
    const { run } = memoryPipelines("steps: [{ id: a, action: transform, if: event.data.x.y > 1 }]");
    expect(await run()).toMatchObject({
      status: "failed",
      error: { code: "usage", message: '"event.data.x.y > 1" cannot be evaluated: No such key: x' },
    });
  });

  test("hands each item of forEach to the step, so many at a time, and keeps their order", async () => {
    let running = 0;
    let most = 0;
    const { run, time } = memoryPipelines(
      `
      steps:
        - id: each
          action: slow
          forEach: event.data.list
          concurrency: 2
          with: { n: "{{ item }}", index: "{{ index }}" }
      outputs: { all: "{{ steps.each.output }}" }
      `,
      {
        slow: {
          run: async ({ n, index }: { n: number; index: number }, { idempotencyKey }) => {
            most = Math.max(most, ++running);
            for (let i = 0; i < 3 - index; i++) await turn();
            running--;
            return [n, idempotencyKey.split("/").at(-1)];
          },
        },
      },
    );
    expect(time.clock.epochMs()).toBeGreaterThan(0);
    const { outputs } = await run({ list: [7, 8, 9] });
    expect(outputs).toEqual({
      all: [
        [7, "0"],
        [8, "1"],
        [9, "2"],
      ],
    });
    expect(most).toBe(2);
  });

  test("is done with ten thousand pure items, and with none", async () => {
    const text = `
      steps: [{ id: each, action: transform, forEach: event.data.list, with: { n: "{{ item }}" } }]
      outputs: { count: "{{ size(steps.each.output) }}" }
    `;
    const list = Array.from({ length: 10_000 }, (_, n) => n);
    expect((await memoryPipelines(text).run({ list })).outputs).toEqual({ count: 10_000 });
    expect((await memoryPipelines(text).run({ list: [] })).outputs).toEqual({ count: 0 });
  });

  test("tries a step again with growing waits and the same key, and records when", async () => {
    const keys = new Set<string>();
    const { run, pipelines, time } = memoryPipelines(
      "steps: [{ id: a, action: flaky, retry: { attempts: 4, delay: 1s, maxDelay: 2s } }]",
      {
        flaky: {
          run: (_: unknown, { attempt, idempotencyKey }) => {
            keys.add(idempotencyKey);
            if (attempt < 4) throw new Error("not yet");
            return attempt;
          },
        },
      },
    );
    const beganMs = time.clock.epochMs();
    const { status, records } = await run();
    expect(status).toBe("completed");
    expect(keys.size).toBe(1);
    let earliestMs = beganMs;
    for (const [i, record] of records.filter(({ type }) => type === "step.failed").entries()) {
      if (record.type !== "step.failed") continue;
      const waitMs = (record.retryAtMs ?? 0) - earliestMs;
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual([1000, 2000, 2000][i] ?? 0);
      earliestMs = record.retryAtMs ?? 0;
    }
    expect(pipelines.stepMetrics()).toMatchObject([{ step: "a", succeeded: 1, failed: 3, retries: 3 }]);
  });

  test("does not try again what another attempt cannot mend", async () => {
    let calls = 0;
    const { run } = memoryPipelines("steps: [{ id: a, action: wrong, retry: { attempts: 4 } }]", {
      wrong: {
        run: () => {
          calls++;
          throw new DynoError("usage", "the amount is negative");
        },
      },
    });
    expect(await run()).toMatchObject({ status: "failed", error: { message: "the amount is negative" } });
    expect(calls).toBe(1);
  });

  test("lets what is under way end when a step fails, and begins nothing more", async () => {
    const { noted, actions } = recorder();
    const gate = deferred<void>();
    const { pipelines } = memoryPipelines(
      `
      steps:
        - { id: slow, action: slow }
        - { id: bad, action: fail, with: { as: bad, times: 1 } }
        - { id: after, action: note, needs: [slow], with: { as: after } }
      `,
      { ...actions, slow: { run: () => gate.promise } },
    );
    const result = pipelines.run("p", {});
    await turn();
    gate.resolve();
    const { status, error, records } = await result;
    expect({ status, error }).toEqual({
      status: "failed",
      error: { code: "error", message: "bad is out of order" },
    });
    expect(noted).toEqual(["bad#1"]);
    expect(records).toContainEqual({ type: "step.succeeded", step: "slow", output: null });
  });

  test("goes on after a failure with onError: continue, which later steps can see", async () => {
    const { run } = memoryPipelines(
      `
      steps:
        - { id: bad, action: fail, onError: continue, with: { as: bad, times: 1 } }
        - { id: after, action: transform, needs: [bad], with: { saw: "{{ steps.bad.error.message }}" } }
      outputs: { saw: "{{ steps.after.output.saw }}" }
      `,
      recorder().actions,
    );
    expect(await run()).toMatchObject({ status: "completed", outputs: { saw: "bad is out of order" } });
  });

  test("undoes what had succeeded, the last first, with onError: compensate", async () => {
    const { noted, actions } = recorder();
    const { run } = memoryPipelines(
      `
      steps:
        - id: one
          action: note
          with: { as: one }
          compensate: { action: note, with: { as: "undo {{ steps.one.output }}" } }
        - id: two
          action: note
          needs: [one]
          with: { as: two }
          compensate: [{ action: note, with: { as: undo two } }, { action: note, with: { as: and log it } }]
        - { id: three, action: fail, needs: [two], onError: compensate, with: { as: three, times: 9 } }
      `,
      actions,
    );
    const { status, error, records } = await run();
    expect({ status, error }).toMatchObject({
      status: "failed",
      error: { message: "three is out of order" },
    });
    expect(noted).toEqual(["one", "two", "three#1", "undo two", "and log it", "undo one"]);
    expect(records).toContainEqual({ type: "step.succeeded", step: "two", undo: 1, output: "and log it" });
  });

  test("says which compensation failed, and makes the others all the same", async () => {
    const { noted, actions } = recorder();
    const { run } = memoryPipelines(
      `
      steps:
        - { id: one, action: note, with: { as: one }, compensate: { action: note, with: { as: undo one } } }
        - id: two
          action: note
          needs: [one]
          with: { as: two }
          compensate: { action: fail, with: { as: undo two, times: 9 } }
        - { id: three, action: fail, needs: [two], onError: compensate, with: { as: three, times: 9 } }
      `,
      actions,
    );
    const { error } = await run();
    expect(error?.message).toBe("three is out of order; undoing two failed: undo two is out of order");
    expect(noted.slice(-2)).toEqual(["undo two#1", "undo one"]);
  });

  test("gives the items that succeeded where others failed, with onError: continue", async () => {
    const { run } = memoryPipelines(
      `
      steps:
        - id: each
          action: odd
          forEach: [1, 2, 3]
          onError: continue
          with: { n: "{{ item }}" }
      outputs: { all: "{{ steps.each.output }}", status: "{{ steps.each.status }}" }
      `,
      {
        odd: {
          run: ({ n }: { n: number }) => {
            if (n === 2) throw new Error("even");
            return n;
          },
        },
      },
    );
    expect(await run()).toMatchObject({ outputs: { all: [1, null, 3], status: "failed" } });
  });

  test("waits for a delay without a timer of its own", async () => {
    const { run, time } = memoryPipelines("steps: [{ id: a, action: delay, with: { for: 90min } }]");
    const beganMs = time.clock.epochMs();
    const { records } = await run();
    expect(time.clock.epochMs() - beganMs).toBe(90 * 60_000);
    expect(records[1]).toMatchObject({ type: "step.scheduled", dueMs: beganMs + 90 * 60_000 });
  });

  test("cuts an attempt off at its timeout and tells it so", async () => {
    let aborted = false;
    const { run } = memoryPipelines("steps: [{ id: a, action: hang, timeout: 2s, retry: { attempts: 2 } }]", {
      hang: {
        run: (_: unknown, { signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              aborted = true;
              reject(signal.reason);
            });
          }),
      },
    });
    expect(await run()).toMatchObject({ status: "failed", error: { code: "timeout" } });
    expect(aborted).toBe(true);
  });

  test("does not call what a breaker keeps it from", async () => {
    const { noted, actions } = recorder();
    const { run, pipelines } = memoryPipelines(
      `
      steps:
        - id: a
          action: fail
          breaker: { name: bank, consecutiveFailures: 2, open: 1h, maxOpen: 2h }
          with: { as: a, times: 99 }
      `,
      actions,
    );
    await run();
    await run();
    expect(await run()).toMatchObject({ status: "failed", error: { code: "rejected" } });
    expect(noted).toHaveLength(2);
    expect(pipelines.resilience.network.snapshot().breakers).toMatchObject([{ name: "bank", state: "open" }]);
  });

  test("lets so many attempts of a step through as its bulkhead has room, over all runs", async () => {
    let running = 0;
    let most = 0;
    const { pipelines, time } = memoryPipelines("steps: [{ id: a, action: slow, bulkhead: 2 }]", {
      slow: {
        run: async () => {
          most = Math.max(most, ++running);
          await turn();
          running--;
        },
      },
    });
    const runs = Array.from({ length: 6 }, () => pipelines.run("p", {}));
    const results = await time.passUntil(Promise.all(runs));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => "completed"));
    expect(most).toBe(2);
  });

  test("runs another pipeline as a step, with its outputs as output", async () => {
    const { run } = memoryPipelines([
      `
      name: outer
      steps:
        - { id: call, pipeline: inner, forEach: event.data.list, concurrency: 2, with: { n: "{{ item }}" } }
      outputs: { all: "{{ steps.call.output.map(o, o.twice) }}" }
      `,
      `
      name: inner
      steps: [{ id: x, action: transform, with: { twice: "{{ event.data.n * 2 }}" } }]
      outputs: { twice: "{{ steps.x.output.twice }}" }
      `,
    ]);
    expect(await run({ list: [1, 2, 3] })).toMatchObject({ outputs: { all: [2, 4, 6] } });
  });

  test("fails with the pipeline that it called", async () => {
    const { run } = memoryPipelines(
      [
        "name: outer\nsteps: [{ id: call, pipeline: inner }]\n",
        "name: inner\nsteps: [{ id: x, action: fail, with: { as: x, times: 1 } }]\n",
      ],
      recorder().actions,
    );
    const { status, error } = await run();
    expect({ status, message: error?.message }).toEqual({
      status: "failed",
      message: "the pipeline inner is failed: x is out of order",
    });
  });

  test("ends when it is cancelled, and hears no more of what was under way", async () => {
    const controller = new AbortController();
    let reason: unknown;
    const { pipelines } = memoryPipelines("steps: [{ id: a, action: hang }]", {
      hang: {
        run: (_: unknown, { signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              reason = signal.reason;
              reject(signal.reason);
            });
          }),
      },
    });
    const result = pipelines.run("p", {}, { signal: controller.signal });
    await turn();
    controller.abort("the customer left");
    expect(await result).toMatchObject({ status: "cancelled", error: { message: "the customer left" } });
    expect(String(reason)).toContain("is cancelled: the customer left");
  });

  test("hands log lines on with what they belong to", async () => {
    const { pipelines } = memoryPipelines(
      "steps: [{ id: a, action: log, with: { message: '{{ event.data.x }}' } }]",
    );
    expect((await pipelines.run("p", { x: "hello" })).status).toBe("completed");
  });
});

describe("pipelines", () => {
  test("that call one another in a circle are refused", () => {
    const texts = ["a", "b"].map(
      (name) => `name: ${name}\nsteps: [{ id: x, pipeline: ${name === "a" ? "b" : "a"} }]\n`,
    );
    expect(() => memoryPipelines(texts)).toThrow(
      "these pipelines call one another without an end: a calls b calls a",
    );
  });

  test("that give one breaker two settings are refused", () => {
    const text = (name: string, n: number) =>
      `name: ${name}\nsteps: [{ id: x, action: transform, breaker: { name: bank, consecutiveFailures: ${n} } }]\n`;
    expect(() => memoryPipelines([text("a", 2), text("b", 3)])).toThrow(
      "the breaker bank has other settings elsewhere",
    );
  });

  test("name the nearest one where there is none to run", async () => {
    const { pipelines } = memoryPipelines("name: checkout\nsteps: [{ id: x, action: transform }]\n");
    await expect(pipelines.run("chekout", {})).rejects.toThrow(
      "there is no pipeline chekout; did you mean checkout?",
    );
    await expect(pipelines.run("checkout", {}, { stored: true })).rejects.toMatchObject({
      code: "unsupported",
    });
  });
});
