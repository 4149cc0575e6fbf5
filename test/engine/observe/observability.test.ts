import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { breakerEvents } from "../../../src/engine/breaker-events.ts";
import type { EngineConfig } from "../../../src/engine/config.ts";
import { createEngine } from "../../../src/engine/create-engine.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import type { Event } from "../../../src/engine/event.ts";
import type { Health } from "../../../src/engine/health.ts";
import { createObservability } from "../../../src/engine/observe/create-observability.ts";
import { counterRows, createEngineFamilies } from "../../../src/engine/observe/engine-families.ts";
import type { Observability } from "../../../src/engine/observe/observability.ts";
import { serveObservability } from "../../../src/engine/observe/observe-server.ts";
import { createResilience } from "../../../src/engine/resilience/resilience.ts";
import { scratchDir } from "../../support/scratch-dir.ts";

async function observedEngine(): Promise<{ readonly engine: Engine; readonly observability: Observability }> {
  const observability = await createObservability();
  const engine = await createEngine({ store: { kind: "memory" }, observer: observability.observer });
  onTestFinished(() => engine.close());
  observability.watch({ engine });
  return { engine, observability };
}

describe("an observed engine", () => {
  test("hands the correlation on to what a handler publishes, however late in its work", async () => {
    const { engine } = await observedEngine();
    const followed = new Promise<Event>((resolve) => {
      engine.subscribe("invoice.sent", resolve);
    });
    engine.subscribe("order.created", async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await engine.publish({ topic: "invoice.sent", data: 1 });
    });
    const { id } = await engine.publish({ topic: "order.created", data: 1, correlationId: "request-7" });
    expect(await followed).toMatchObject({ correlationId: "request-7", causationId: id });
  });

  test("makes the first event's id the correlation, and leaves alone what a publish says itself", async () => {
    const { engine } = await observedEngine();
    const seen: Event[] = [];
    engine.subscribe("later.*", (event) => void seen.push(event));
    engine.subscribe("first", async () => {
      await engine.publish({ topic: "later.one", data: 1 });
      await engine.publish({ topic: "later.two", data: 1, correlationId: "mine", causationId: "that" });
    });
    const { id } = await engine.publish({ topic: "first", data: 1 });
    await expect.poll(() => seen.length).toBe(2);
    expect(seen[0]).toMatchObject({ correlationId: id, causationId: id });
    expect(seen[1]).toMatchObject({ correlationId: "mine", causationId: "that" });
  });

  test("counts and times handlers by outcome, and appends by level", async () => {
    const { engine, observability } = await observedEngine();
    engine.subscribe("work.>", async ({ data }) => {
      if (data === "bad") throw new Error("bad");
    });
    for (const data of ["good", "good", "bad"]) await engine.publish({ topic: "work.done", data });
    const text = await observability.registry.metrics();
    const work = 'dyno_engine_work_duration_seconds_count{kind="subscriber",name="work.>"';
    expect(text).toContain(`${work},outcome="ok"} 2`);
    expect(text).toContain(`${work},outcome="error"} 1`);
    expect(text).toContain(
      'dyno_engine_store_append_duration_seconds_count{store="memory",level="stored"} 3',
    );
    expect(text).toContain("dyno_engine_events_published_total 3");
    expect(text).toContain("dyno_engine_handler_errors_total 1");
  });

  test("keeps its series bounded, however many names there are", async () => {
    const { engine, observability } = await observedEngine();
    for (let i = 0; i < 1000; i++) engine.subscribe(`topic-${i}`, () => undefined);
    for (let i = 0; i < 1000; i++) await engine.publish({ topic: `topic-${i}`, data: i });
    const series = (await observability.registry.metrics()).match(
      /^dyno_engine_work_duration_seconds_count/gm,
    );
    expect(series?.length).toBeLessThanOrEqual(401);
    expect(await observability.registry.metrics()).toContain('name="other",outcome="ok"} ');
  });
});

describe("an observed resilience", () => {
  test("tells the state of breakers and what policies did", async () => {
    const observability = await createObservability();
    const resilience = createResilience();
    observability.watch({ resilience });
    resilience.network.add({ cards: { consecutiveFailures: 1 }, shop: { dependsOn: ["cards"] } });
    const cards = resilience.policy("cards", { bulkhead: {} }, { breaker: "cards" });
    await cards.run(() => Promise.reject(new Error("down"))).catch(() => undefined);
    await cards.run(() => 1).catch(() => undefined);
    const text = await observability.registry.metrics();
    expect(text).toContain('dyno_engine_breaker_state{breaker="cards",state="open"} 1');
    expect(text).toContain('dyno_engine_breaker_state{breaker="shop",state="degraded"} 1');
    expect(text).toContain('dyno_engine_breaker_refused_calls_total{breaker="cards"} 1');
    expect(text).toContain('dyno_engine_policy_calls_total{policy="cards",outcome="rejected"} 1');
    expect(text).toContain('dyno_engine_bulkhead_running_calls{policy="cards"} 0');
  });

  test("puts each change of a breaker on the bus", async () => {
    const engine = await createEngine({});
    const seen: Event[] = [];
    engine.subscribe("$breaker.>", (event) => void seen.push(event));
    const resilience = createResilience({ onChange: breakerEvents(engine) });
    resilience.network.add({ cards: { consecutiveFailures: 1 }, shop: { dependsOn: ["cards"] } });
    const cards = resilience.policy("cards", {}, { breaker: "cards" });
    await cards.run(() => Promise.reject(new Error("down"))).catch(() => undefined);
    await expect
      .poll(() => seen.map(({ topic, key }) => [topic, key]))
      .toEqual([
        ["$breaker.open", "cards"],
        ["$breaker.degraded", "shop"],
      ]);
    expect(seen[1]?.data).toMatchObject({ causeChain: ["shop", "cards"] });
  });
});

describe("every counter of an engine has a metric", () => {
  const redisUrl = process.env.DYNO_TEST_REDIS_URL ?? "";
  const configs: readonly (readonly [string, () => Promise<EngineConfig>])[] = [
    ["without a store", async () => ({})],
    ["memory", async () => ({ store: { kind: "memory" } })],
    ["log", async () => ({ store: { kind: "log", dir: await scratchDir() } })],
    [
      "redis with a spool",
      async () => ({
        store: { kind: "redis", url: redisUrl, stream: `test:${randomUUID()}` },
        fallback: { kind: "spool", dir: await scratchDir() },
      }),
    ],
  ];
  test.each(configs)("%s", async (_, configOf) => {
    const engine = await createEngine(await configOf());
    onTestFinished(() => engine.close());
    if (engine.features !== undefined) await engine.consume("group", () => undefined);
    const known = counterRows.map(({ counter }) => counter);
    expect(Object.keys(engine.counters()).filter((name) => !known.includes(name))).toEqual([]);
  });
});

test("every metric is named by Prometheus's conventions, and each name is there once", () => {
  const families = createEngineFamilies([]);
  for (const { name, type } of families) {
    expect(name).toMatch(/^dyno_engine_[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
  }
  expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
});

describe("the server of metrics and health", () => {
  async function serve(health: Health): Promise<string> {
    const { registry } = await createObservability();
    const server = await serveObservability({ registry, health: () => health, port: 0 });
    onTestFinished(() => server.close());
    return server.url;
  }

  test.each([
    ["ok", 200],
    ["degraded", 200],
    ["down", 503],
  ] as const)("says that it is ready when it is %s: %d, with every part", async (status, code) => {
    const parts = [{ part: "store", status, detail: "redis answers" }];
    const response = await fetch(`${await serve({ status, parts })}/readyz`);
    expect(response.status).toBe(code);
    expect(await response.json()).toEqual({ status, parts });
  });

  test("is alive while it answers, has metrics, and nothing else", async () => {
    const url = await serve({ status: "down", parts: [] });
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain("# TYPE dyno_engine_pending_events gauge");
    expect((await fetch(`${url}/other`)).status).toBe(404);
  });

  test("refuses a port in use with one line", async () => {
    const url = await serve({ status: "ok", parts: [] });
    const { registry } = await createObservability();
    const again = serveObservability({
      registry,
      health: () => ({ status: "ok", parts: [] }),
      port: Number(new URL(url).port),
    });
    await expect(again).rejects.toMatchObject({
      code: "setup",
      message: expect.stringContaining("metrics cannot be served on 127.0.0.1:"),
    });
  });
});
