import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { EventInput } from "../../../src/engine/event.ts";
import type { Actions } from "../../../src/engine/pipeline/action.ts";
import { builtInActions } from "../../../src/engine/pipeline/actions/built-in.ts";
import type { LogLine } from "../../../src/engine/pipeline/actions/log.ts";
import { graphOf } from "../../../src/engine/pipeline/graph.ts";
import { createPipelines } from "../../../src/engine/pipeline/pipelines.ts";
import { readPipelines } from "../../../src/engine/pipeline/read-pipelines.ts";
import { createRunTime, memoryPipelines } from "../../support/pipelines.ts";

/** Pipelines of the examples in memory, with what they publish, log and do. */
async function examples(names: readonly string[], actions: Actions = {}) {
  const published: EventInput[] = [];
  const logged: LogLine[] = [];
  const builtIn = builtInActions({
    publish: async (input) => {
      published.push(input);
      return { id: String(published.length) };
    },
    log: (line) => void logged.push(line),
  });
  const files = names.map((name) => `scenarios/pipelines/${name}.yaml`);
  const pipelines = await readPipelines(files, { actions: { ...builtIn, ...actions }, env: {} });
  const time = createRunTime();
  const running = createPipelines({ pipelines, clock: time.clock, timers: time.timers });
  const run = (name: string, data: unknown) => time.passUntil(running.run(name, data, { key: "k" }));
  return { pipelines, running, published, logged, run };
}

test.each([
  [{ quantity: 3, unitPrice: 5 }, "standard", ["shipments.requested", "orders.routed"], 0],
  [{ quantity: 30, unitPrice: 5, gift: true }, "express", ["shipments.requested", "orders.routed"], 1],
  [{ quantity: 300, unitPrice: 5 }, "manual", ["reviews.requested", "orders.routed"], 0],
])("order-routing takes %j the way %s", async (data, way, topics, notes) => {
  const { run, published, logged } = await examples(["order-routing"]);
  const { status, outputs } = await run("order-routing", data);
  expect({ status, outputs }).toEqual({
    status: "completed",
    outputs: { way, total: data.quantity * data.unitPrice },
  });
  expect(published.map(({ topic }) => topic)).toEqual(topics);
  expect(logged).toHaveLength(notes);
});

test("order-fulfilment reserves each line once and packs when the parcel is booked too", async () => {
  const { run, published } = await examples(["order-fulfilment", "parcel-booking"]);
  const lines = Array.from({ length: 12 }, (_, n) => ({ sku: `sku-${n}`, quantity: n }));
  const { status, outputs } = await run("order-fulfilment", { lines });
  expect(status).toBe("completed");
  expect(outputs).toMatchObject({ parcel: expect.stringMatching(/^pallet-/), reserved: 12 });
  expect(published.at(-1)?.topic).toBe("orders.packed");
  expect(new Set(published.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(13);
});

test("order-payment charges a card that fails at first, and frees the stock where it fails for good", async () => {
  const done: string[] = [];
  let failures = 2;
  const note = (what: string) => ({
    run: async ({ order }: { order: string }) => {
      done.push(`${what} ${order}`);
      return { what };
    },
  });
  const charge = {
    run: async ({ order }: { order: string }) => {
      if (failures-- > 0) throw new Error("the bank is out of order");
      done.push(`charge ${order}`);
      return { paid: true };
    },
  };
  const actions = { reserve: note("reserve"), release: note("release"), refund: note("refund"), charge };
  const { run, running } = await examples(["order-payment"], actions);
  expect(await run("order-payment", { order: "o1", amount: 5 })).toMatchObject({
    status: "completed",
    outputs: { order: "o1", charge: { paid: true } },
  });
  failures = 4;
  expect(await run("order-payment", { order: "o2", amount: 5 })).toMatchObject({
    status: "failed",
    error: { message: "the bank is out of order" },
  });
  expect(done).toEqual(["reserve o1", "charge o1", "reserve o2", "release o2"]);
  expect(running.stepMetrics().find(({ step }) => step === "charge")).toMatchObject({
    succeeded: 1,
    failed: 6,
    retries: 5,
  });
});

test("a pipeline comes out as nodes and edges, with the columns to draw them in", async () => {
  const { pipelines } = await examples(["order-routing"]);
  const graph = pipelines[0] === undefined ? undefined : graphOf(pipelines[0]);
  expect(graph?.nodes.map(({ id, depth }) => `${id} ${depth}`)).toEqual([
    "price 0",
    "route 1",
    "review 2",
    "express 2",
    "standard 2",
    "gift_note 0",
    "done 3",
  ]);
  expect(graph?.nodes[1]).toMatchObject({ kind: "switch", does: "manual, express, standard" });
  expect(graph?.edges).toContainEqual({ from: "route", to: "review", case: "manual" });
  expect(JSON.parse(JSON.stringify(graph))).toMatchObject({
    pipeline: "order-routing",
    on: "orders.created",
  });
});

test("http sends the step's key, gives the parsed answer, and tries again what may pass", async () => {
  const keys: unknown[] = [];
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    keys.push(request.headers["idempotency-key"]);
    let body = "";
    for await (const chunk of request) body += String(chunk);
    bodies.push(JSON.parse(body));
    const isFirst = keys.length === 1;
    const status = request.url === "/missing" ? 404 : isFirst ? 503 : 201;
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ ok: !isFirst }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const text = (path: string) => `
    steps:
      - id: call
        action: http
        with: { url: "http://127.0.0.1:${port}/${path}", method: POST, body: { n: "{{ event.data.n }}" } }
        retry: { attempts: 3, delay: 1ms }
    outputs: { answer: "{{ steps.call.output }}" }
  `;
  const ok = await memoryPipelines(text("things")).run({ n: 4 });
  expect(ok).toMatchObject({ status: "completed", outputs: { answer: { status: 201, body: { ok: true } } } });
  expect(bodies).toEqual([{ n: 4 }, { n: 4 }]);
  expect(keys).toEqual([`${ok.runId}/call`, `${ok.runId}/call`]);
  const missing = await memoryPipelines(text("missing")).run({ n: 4 });
  expect(missing.error).toEqual({
    code: "usage",
    message: `POST http://127.0.0.1:${port}/missing answered 404: {"ok":true}`,
  });
  expect(keys).toHaveLength(3);
});

test("files that do not fit are refused together, each mistake at its place", async () => {
  const actions = builtInActions();
  const reading = readPipelines(["scenarios/pipelines/order-payment.yaml"], { actions, env: {} });
  await expect(reading).rejects.toThrow(
    "scenarios/pipelines/order-payment.yaml:8:13: error: steps.0.action: there is no action reserve",
  );
  await expect(readPipelines(["nowhere.yaml"], { actions, env: {} })).rejects.toMatchObject({
    code: "usage",
  });
});
